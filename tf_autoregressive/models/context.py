"""Contexts, which condition a model: nothing, a label, a vector or a map.

Shapes: B batch.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.models.assertions import asserted
from tf_autoregressive.models.context_network import ContextNetwork
from tf_autoregressive.models.plain_tensor import plain_tensor
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape


class Context:
    """The context of a model, the checks on it and its encoding.

    The network of the model sees features: a one-hot label, the numbers of a
    vector or a map, or what `network` makes of them. With `dropout` there is
    an empty context, too. One more feature tells it, 1 where all others are
    zero, so that each layer that reads the context learns a vector for it.

    Args:
        num_classes: Number of labels, for contexts that are labels `[B]`.
        shape: Shape of one context, for vectors and maps `[B, *shape]`.
        dropout: The share of examples in training whose context is replaced by
            the empty one; 0 for none, and no empty context.
        network: A Keras model that encodes contexts, or `None`. It gets int32
            labels `[B]`, or float32 `[B, *shape]`.

    Raises:
        ValueError: If both of the first two are given, or one is not positive,
            if the others are given without any of them, or if one of the others
            is out of range or does not fit the contexts.
    """

    # Whether the context is the number of steps that an event has.
    is_length = False
    # The name that errors give to integers of a context.
    _kind = "labels"

    def __init__(
        self,
        num_classes: int | None = None,
        shape: Shape | None = None,
        dropout: float = 0.0,
        network: Any = None,
    ) -> None:
        if num_classes is not None and shape is not None:
            raise ValueError(
                "At most one of `num_classes` and `context_shape` can be given."
                f" Received: num_classes={num_classes}, context_shape={shape}"
            )
        if num_classes is not None:
            num_classes = checked_count("num_classes", num_classes)
        if shape is not None:
            shape = checked_counts("context_shape", shape)
        self.num_classes = num_classes
        self.shape = shape
        self.dropout = checked_rate("context_dropout", dropout)
        # A model keeps them as attributes, for Keras to save what they hold.
        self.seeds = keras.random.SeedGenerator() if self.dropout else None
        self.network = None
        self._check_expected(network)
        if network is not None:
            self.network = ContextNetwork(network, self.spec)

    def _check_expected(self, network):
        if not self.expected and (self.dropout or network is not None):
            raise ValueError(
                "`context_dropout` and `context_network` need a context: "
                "`num_classes` or `context_shape`. Received: context_dropout="
                f"{self.dropout}, context_network={network}"
            )

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of a model that make this context."""
        network = self.network
        return {
            "num_classes": self.num_classes,
            "context_shape": self.shape,
            "context_dropout": self.dropout,
            "context_network": network
            and keras.saving.serialize_keras_object(network.model),
        }

    @property
    def expected(self) -> bool:
        """Whether the model takes a context at all."""
        return self.num_classes is not None or self.shape is not None

    @property
    def has_empty(self) -> bool:
        """Whether there is an empty context beside the others."""
        return self.dropout > 0

    @property
    def features_shape(self) -> tuple[int, ...] | None:
        """Shape of the features of one context, `None` without one."""
        if self.network is not None:
            return self.network.output_shape
        if self.num_classes is not None:
            return (self.num_classes,)
        return self.shape

    @property
    def encoded_shape(self) -> tuple[int, ...] | None:
        """Shape of one context as the network sees it, `None` without one."""
        shape = self.features_shape
        if shape is None or not self.has_empty:
            return shape
        return (*shape[:-1], shape[-1] + 1)

    @property
    def encoded_rank(self) -> int:
        """Number of axes of one context as the network sees it."""
        return len(self.encoded_shape or ())

    def checked(
        self, context: Array | None, batch_size: int | tf.Tensor | None = None
    ) -> tf.Tensor | None:
        """Returns the context as a tensor, or `None` where none is expected.

        Args:
            context: Labels `[B]`, or floats `[B, *shape]`, or `None`.
            batch_size: `B` if known statically.

        Raises:
            ValueError: If a context is missing, not expected, of a wrong shape
                or not a label.
        """
        if not self.expected:
            if context is not None:
                raise ValueError(
                    "`context` was given, but the model takes none: build it "
                    "with `num_classes` or `context_shape`."
                )
            return None
        if context is None:
            raise ValueError(
                f"`context` is missing: the model expects {self._rule()}."
            )
        context = plain_tensor("context", context)
        self._check_shape(context, batch_size)
        return self._with_valid_values(context)

    def _rule(self):
        if self.num_classes is not None:
            return f"integer {self._kind} [batch] in {self._interval()}"
        return f"finite numbers of shape [batch, *{self.shape}]"

    def _check_shape(self, context, batch_size):
        shape = () if self.num_classes is not None else self.shape
        wanted = tf.TensorShape([batch_size, *shape])
        is_label = self.num_classes is not None
        is_number = context.dtype.is_integer or (
            not is_label
            and (context.dtype.is_floating or context.dtype.is_bool)
        )
        if not context.shape.is_compatible_with(wanted) or not is_number:
            raise ValueError(
                f"`context` must be {self._rule()}, as many as examples. "
                f"Received shape {tuple(context.shape)} for batch size "
                f"{batch_size}, dtype {context.dtype.name}"
            )

    def _interval(self):
        return f"[0, {self.num_classes - 1}]"

    def validity(self, context: tf.Tensor) -> tuple[str, tf.Tensor]:
        """Returns in words what values must be, and for each whether it is.

        Args:
            context: A tensor of contexts.
        """
        if self.num_classes is not None:
            # int64 is used because a number of classes may be too large for its
            # dtype.
            numbers = tf.cast(context, tf.int64)
            valid = (context >= 0) & (numbers < self.num_classes)
            return f"{self._kind} in {self._interval()}", valid
        return "finite numbers", tf.math.is_finite(tf.cast(context, tf.float32))

    def _with_valid_values(self, context):
        _, valid = self.validity(context)
        rule = f"`context` must be {self._rule()}."
        if not tf.executing_eagerly():
            return asserted(context, tf.reduce_all(valid), [rule])
        if not tf.reduce_all(valid):
            wrong = tf.boolean_mask(context, ~valid)[0].numpy()
            raise ValueError(f"{rule} Received: {wrong}")
        return context

    @property
    def rank(self) -> int:
        """Number of axes of one context."""
        return 0 if self.shape is None else len(self.shape)

    @property
    def spec(self) -> tf.TensorSpec:
        """The `tf.TensorSpec` of contexts, of any number of examples."""
        if self.num_classes is not None:
            return tf.TensorSpec([None], tf.int32)
        return tf.TensorSpec([None, *self.shape], tf.float32)

    def batched(
        self, context: Array | None, batch_size: int | tf.Tensor
    ) -> tf.Tensor | None:
        """Returns `checked(context)`, one context repeated for all examples."""
        if self.expected and context is not None:
            context = plain_tensor("context", context)
            if context.shape.rank == self.rank:
                context = tf.repeat(context[None], batch_size, axis=0)
        static = batch_size if isinstance(batch_size, int) else None
        return self.checked(context, static)

    def random(self, rng: Any, num_contexts: int) -> np.ndarray:
        """Returns contexts to try a model with, from a NumPy generator."""
        if self.num_classes is not None:
            return rng.integers(self.num_classes, size=num_contexts)
        return rng.normal(size=(num_contexts, *self.shape))

    def encoded(
        self, context: Array | None, *, training: bool = False
    ) -> tf.Tensor | None:
        """Returns contexts as the network sees them, float32.

        Args:
            context: Contexts `[B, ...]` that were checked, or `None`.
            training: Whether contexts are dropped, and those of the context's
                network, too.

        Returns:
            `[B, *encoded_shape]`, or `None`.
        """
        if context is None:
            return None
        features = self._features(context, training)
        if not self.has_empty:
            return features
        batch_size = tf.shape(features)[0]
        is_empty = tf.zeros([batch_size], tf.bool)
        if training:
            noise = keras.random.uniform([batch_size], seed=self.seeds)
            is_empty = noise < self.dropout
        return _beside_empty(features, is_empty)

    def empty(self, batch_size: int | tf.Tensor) -> tf.Tensor:
        """Returns the empty context as the network sees it.

        Args:
            batch_size: Number of examples.

        Returns:
            float32 `[batch_size, *encoded_shape]`.
        """
        features = tf.zeros([batch_size, *self.features_shape])
        return _beside_empty(features, tf.ones([batch_size], tf.bool))

    def _features(self, context, training):
        """Returns float32 `[B, *features_shape]`."""
        if self.num_classes is not None:
            context = tf.cast(context, tf.int32)
        else:
            context = tf.cast(context, tf.float32)
        if self.network is not None:
            return self.network(context, training=training)
        if self.num_classes is not None:
            return tf.one_hot(context, self.num_classes)
        return context


def _beside_empty(features, is_empty):
    """Returns features `[B, ..., n]` or the empty context, `[B, ..., n + 1]`.

    Args:
        features: float32 `[B, ..., n]`.
        is_empty: bool `[B]`, the examples that get the empty context.
    """
    mark = features[..., :1]
    shape = [-1] + [1] * (features.shape.rank - 1)
    is_empty = tf.reshape(is_empty, shape)
    features = tf.where(is_empty, 0.0, features)
    mark = tf.where(is_empty, tf.ones_like(mark), tf.zeros_like(mark))
    return tf.concat([features, mark], axis=-1)
