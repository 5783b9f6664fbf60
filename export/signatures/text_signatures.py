"""The signatures that served models of texts have beside those of all models.

Shapes: B batch, T steps.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.types import Array

from . import checks
from .model_signatures import Signatures
from .model_signatures import stateless
from .texts import Texts


class TextSignatures(Signatures):
    """`Signatures` of a model with a vocabulary, which take and give texts.

    `sample` and `complete` answer with `text [B]` beside `events`. There are
    also, for texts of 1 to `T` characters,

    - `log_prob_text`: `text [B]` to `log_prob [B]` nats of these characters,
      whatever follows them, and `bits_per_char [B]`;
    - `complete_text`: `text [B]` and `seed` to `text` and `events` of `T`
      characters that begin with the given ones.

    Characters that the model does not know are an error, or become its
    `unknown` one.

    The arguments are those of `Signatures`.
    """

    def __init__(self, model: AutoregressiveModel, **options: Any) -> None:
        super().__init__(model, **options)
        self._num_steps = model.event_shape[0]
        self._texts = Texts(
            model.vocabulary, self._num_steps, unknown=model.unknown
        )

    def concrete_functions(self) -> dict[str, Callable]:
        """Returns a `tf.function` graph for each name of a signature."""
        text = {
            "text": tf.TensorSpec([None], tf.string),
            **self._context_spec(),
        }
        seed = {"seed": tf.TensorSpec([], tf.int64)}
        return {
            **super().concrete_functions(),
            "log_prob_text": self.graph(self.log_prob_text, text),
            "complete_text": self.graph(self.complete_text, {**text, **seed}),
        }

    def log_prob_text(
        self, text: tf.Tensor, context: Array = None
    ) -> dict[str, tf.Tensor]:
        """Answers with the score of the beginnings of texts."""
        numbers, counts, context = self._encoded(text, context)
        per_dim = self._model.log_prob_per_dim(numbers, context)
        mask = tf.sequence_mask(counts, self._num_steps)
        log_prob = tf.reduce_sum(tf.where(mask, per_dim, 0.0), axis=-1)
        bits = -log_prob / (tf.cast(counts, tf.float32) * math.log(2.0))
        return {"log_prob": log_prob, "bits_per_char": bits}

    def complete_text(
        self, text: tf.Tensor, seed: tf.Tensor, context: Array = None
    ) -> dict[str, tf.Tensor]:
        """Answers with texts that begin with the given ones."""
        numbers, counts, context = self._encoded(text, context)
        known = tf.sequence_mask(counts, self._num_steps)
        return self._completed(numbers, known, stateless(seed), context)

    def facts(self) -> dict[str, np.ndarray]:
        """Returns the answer of `info`, with the characters of the model."""
        model = self._model
        return super().facts(
            vocabulary=model.vocabulary, unknown=model.unknown or ""
        )

    def _with_events(self, events):
        return {"events": events, "text": self._texts.decode(events)}

    def _encoded(self, text, context):
        numbers, counts = self._texts.encode(text)
        if context is not None:
            context = checks.checked_context(
                self._model.context, context, tf.shape(numbers)[0], of="text"
            )
        return numbers, counts, context


def signatures_of(model: AutoregressiveModel, **options: Any) -> Signatures:
    """Returns the `Signatures` of a model, of texts if it has a vocabulary."""
    is_of_texts = getattr(model, "vocabulary", None) is not None
    return (TextSignatures if is_of_texts else Signatures)(model, **options)
