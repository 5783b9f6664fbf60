"""Segments of a stack: kept in training, or computed again for gradients.

A model writes a part of its stack as `body(scope, layers, *tensors)` and runs
it by `scope.segment`. What a body depends on is in its arguments: the layers,
what is added to their outputs, and the tensors.
"""

import copy
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


class Plain:
    """A way to run segments: once, keeping all that gradients need."""

    seeds = None

    def run(
        self, scope: Any, body: Any, layers: Sequence[Any], tensors: Any
    ) -> Any:
        """Returns `body(scope, layers, *tensors)`."""
        return body(scope, layers, *tensors)

    def dropout(self, layer: Any, x: tf.Tensor) -> tf.Tensor:
        """Returns `x` after a Keras `Dropout`."""
        return layer(x, training=True)


PLAIN = Plain()


class Rematerialised(Plain):
    """A way to run segments: again when their gradients are computed [1].

    Training then keeps only what goes from segment to segment, and a step takes
    one more forward pass. Gradients are the same.

    Attributes:
        seeds: A Keras `SeedGenerator`, for dropout. A model keeps it as an
            attribute of its own, for checkpoints to hold its state.

    References:
        [1] Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
            https://arxiv.org/abs/1604.06174
    """

    def __init__(self) -> None:
        self.seeds = keras.random.SeedGenerator()

    def run(
        self, scope: Any, body: Any, layers: Sequence[Any], tensors: Any
    ) -> Any:
        if not scope.training:
            return body(scope, layers, *tensors)
        names = [layer.name for layer in layers if layer is not None]
        names = [name for name in names if name in scope.shifts]
        # The seed is drawn outside of `run`, so that both runs drop the same
        # units.
        seed = self.seeds.next()

        @tf.recompute_grad
        def run(*inputs):
            inner = copy.copy(scope)
            # What a context adds is an input too, so that gradients reach it.
            inner.shifts = dict(zip(names, inputs, strict=False))
            inner.segments = _SeededDropout(seed)
            return body(inner, layers, *inputs[len(names) :])

        return run(*(scope.shifts[name] for name in names), *tensors)


def of_training(*, rematerialise: bool) -> Any:
    """Returns a way to run segments: `PLAIN`, or `Rematerialised`."""
    return Rematerialised() if rematerialise else PLAIN


class _SeededDropout(Plain):
    """Dropout that is a function of a seed, inside a segment."""

    def __init__(self, seed):
        self.seed = seed
        self.count = 0

    def dropout(self, layer, x):
        self.count += 1
        seed = tf.stack([self.seed[0] + self.count, self.seed[1]])
        return tf.nn.experimental.stateless_dropout(x, layer.rate, seed)


class SegmentedScope:
    """A scope that runs segments of a stack.

    Attributes:
        training: Whether dropout is active.
        segments: The way in which segments are run.
    """

    training = False
    segments = PLAIN

    def segment(self, body: Any, layers: Sequence[Any], *tensors: Any) -> Any:
        """Returns `body(scope, layers, *tensors)`, with a scope like this."""
        return self.segments.run(self, body, layers, tensors)

    def dropout(self, layer: Any, x: tf.Tensor) -> tf.Tensor:
        """Returns `x` after a Keras `Dropout`, if this is training."""
        return self.segments.dropout(layer, x) if self.training else x
