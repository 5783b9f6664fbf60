"""Scores events by asking a SavedModel in this process.

Shapes: B batch.
"""

import pathlib
from typing import Any

import tensorflow as tf

from .. import fingerprints
from ..conversion import converted
from .graph_errors import graph_errors


class SavedModelScorer:
    """The scores that a SavedModel gives, as a function.

    Args:
        path: A version that `export_model` wrote.

    Attributes:
        signature: Name of the signature that is asked.
        gives: Name of the output that scores are taken from.
        event_shape: Shape of one event.
        num_levels: Number of values of a dimension, `None` if real-valued.
        context_shape: Shape of one context, `None` if it takes none.
        about: The path and a hash of the graph and its weights, by which
            scorers that give the same scores are known.

    Raises:
        ValueError: If there is no such version, or it is damaged.
    """

    signature = "log_prob"
    gives = "log_prob"

    def __init__(self, path: str | pathlib.Path) -> None:
        path = pathlib.Path(path)
        if not (path / "saved_model.pb").exists():
            raise ValueError(f"{path} is neither a SavedModel nor a run.")
        fingerprints.check_sums(path)
        # The model is kept, because the signatures hold its weights by weak
        # references.
        self._loaded = _loaded(path)
        self._function = _signature(
            path,
            self._loaded,
            self.signature,
            takes="events",
            gives=self.gives,
        )
        info = _signature(
            path, self._loaded, "info", takes="request", gives="num_levels"
        )
        num_levels = info(request=tf.constant([0]))["num_levels"]
        # Real values have no levels, and the answer is 0.
        self.num_levels = int(num_levels.numpy()[0]) or None
        _, self._specs = self._function.structured_input_signature
        self.event_shape = self._shape("events")
        self.context_shape = self._shape("context")
        self.about: dict[str, Any] = {
            "model": str(path.resolve()),
            "model sha256": fingerprints.of_version(path),
        }

    def __call__(self, events, contexts=None):
        """Returns the scores, NumPy `[B]`: `log p(x)` in nats.

        Args:
            events: `[B, *event_shape]`.
            contexts: `[B, *context_shape]`, for conditional models.

        Raises:
            ValueError: If the model refuses them, or they are not numbers.
        """
        inputs = {
            "events": self._tensor(
                "events", events, is_discrete=self.num_levels is not None
            )
        }
        if (contexts is None) != (self.context_shape is None):
            takes = "takes none" if contexts is not None else "needs them"
            raise ValueError(f"`contexts`: the model {takes}.")
        if contexts is not None:
            inputs["context"] = self._tensor("context", contexts)
        with graph_errors():
            answer = self._function(**inputs, **self._numbers())
        return self._scores({k: value.numpy() for k, value in answer.items()})

    def _numbers(self):
        """Returns the inputs that are the same for all examples, by name."""
        return {}

    def _scores(self, answer):
        """Returns the scores `[B]` from an answer, arrays by name."""
        return answer[self.gives]

    def _tensor(self, name, value, **options):
        dtype = self._specs[name].dtype
        value = converted(name, value, dtype.as_numpy_dtype, **options)
        return tf.constant(value, dtype)

    def _shape(self, name):
        if name not in self._specs:
            return None
        return tuple(self._specs[name].shape[1:])


def _loaded(path):
    try:
        return tf.saved_model.load(path)
    # A file that is not a SavedModel can make TensorFlow raise anything.
    except Exception as error:
        raise ValueError(
            f"{path} cannot be loaded as a SavedModel: "
            f"{type(error).__name__}: {error}"
        ) from error


def _signature(path, loaded, name, *, takes, gives):
    """Returns a signature with an input and an output of these names."""
    if name in loaded.signatures:
        function = loaded.signatures[name]
        _, specs = function.structured_input_signature
        if takes in specs and gives in function.structured_outputs:
            return function
    raise ValueError(
        f"{path} is not a model that `export_model` wrote: it has no "
        f"signature `{name}` from `{takes}` to `{gives}`. Its signatures are "
        f"{', '.join(sorted(loaded.signatures)) or 'none'}."
    )
