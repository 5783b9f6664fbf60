"""A walk through the conditionals of two networks, a small image's first.

Shapes: B batch, n sites of the small image, S event dimensions per site.
"""

import itertools
import typing
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive import sampling
from tf_autoregressive.types import Array


class _State(typing.NamedTuple):
    """A place between two sites, and what is known there.

    Attributes:
        inner: The cursor of the network that has the next site.
        small_image: float32 `[B, number so far, S]`.
        context: float32, encoded, or `None`.
    """

    inner: typing.Any
    small_image: typing.Any
    context: typing.Any


class TwoScales:
    """Starts and moves the cursors of a `MultiScalePixelRNN`.

    The large network passes over the sites of the small image by itself: their
    values are known.

    Args:
        model: The `MultiScalePixelRNN`.
        bias_map: Returns what biases the large network, from small images
            `[B, n, S]` and encoded contexts.
    """

    def __init__(self, model: Any, bias_map: Any) -> None:
        self.model = model
        self.bias_map = bias_map
        # The index of each site in the small image.
        order = model.site_ordering[0, : self.small.num_positions]
        self.index_of_small = {site: index for index, site in enumerate(order)}

    # Each network may be given another block size, and has other steps then.

    @property
    def small(self) -> sampling.Stepwise:
        """The steps of the network of the small image."""
        return self.model.small.stepwise()

    @property
    def large(self) -> sampling.Stepwise:
        """The steps of the network of the large image."""
        return self.model.large.stepwise()

    def start(self, num_events: int, context: Array | None) -> sampling.Cursor:
        """Returns the cursor before the first site, as `Stepwise` does."""
        context = self.model.context.encoded(context)
        inner = self.small.start(num_events, context)
        num_dims = self.model.output_distribution.num_dims
        # The image grows by a site with every value, so that a cursor never
        # changes.
        image = tf.zeros([num_events, 0, num_dims])
        return _cursor(0, _State(inner, image, context))

    def advance(self, cursor: Any, value: tf.Tensor) -> sampling.Cursor:
        """Returns the cursor behind its site, as `Stepwise` does."""
        inner, image, context = cursor.state
        if cursor.rank >= self.small.num_positions:
            inner = self.large.advance(inner, value)
            state = _State(self._past_small_image(inner, image), image, context)
            return _cursor(cursor.rank + 1, state)
        inner = self.small.advance(inner, value)
        value = tf.reshape(tf.cast(value, tf.float32), [-1, 1, image.shape[-1]])
        image = tf.concat([image, value], axis=1)
        if inner.rank == self.small.num_positions:
            bias = self.bias_map(image, context)
            inner = self.large.start(tf.shape(image)[0], bias)
            inner = self._past_small_image(inner, image)
        return _cursor(cursor.rank + 1, _State(inner, image, context))

    def _past_small_image(self, inner, image):
        """Returns the cursor of the large network at a site of its own."""
        while inner.rank in self.index_of_small:
            value = image[:, self.index_of_small[inner.rank]]
            inner = self.large.advance(inner, value)
        return inner

    def code(
        self, code: Callable[..., np.ndarray], num_events: int, context: Any
    ) -> None:
        """Walks through all sites, as `Stepwise.code` does.

        Args:
            code: As `Stepwise.code` takes it.
            num_events: `B`.
            context: Contexts `[B, ...]`, not encoded, or `None`.
        """
        context = self.model.context.encoded(context)
        small_values: list[np.ndarray] = []
        sites = itertools.count()

        def of_small(*conditionals):
            small_values.append(code(*conditionals))
            return small_values[-1]

        def of_large(*conditionals):
            index = self.index_of_small.get(next(sites))
            if index is None:
                return code(*conditionals)
            return small_values[index]

        self.small.code(of_small, num_events, context)
        bias = self.bias_map(tf.stack(small_values, axis=1), context)
        self.large.code(of_large, num_events, bias)

    def take(self, cursor: Any, indices: Array) -> sampling.Cursor:
        """Returns the cursor of some of the examples, as `Stepwise` does."""
        inner, image, context = cursor.state
        is_small = cursor.rank < self.small.num_positions
        inner = (self.small if is_small else self.large).take(inner, indices)
        if context is not None:
            context = tf.gather(context, indices)
        image = tf.gather(image, indices)
        return _cursor(cursor.rank, _State(inner, image, context))


def _cursor(rank, state):
    return sampling.Cursor(rank, state, state.inner.parameters)
