"""A walk through the conditionals of a model, value by value.

Shapes: B events side by side, S event dimensions per position, P parameters
per position, E ensemble members, K levels.
"""

import typing
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive import orderings
from tf_autoregressive.models.plain_tensor import plain_tensor
from tf_autoregressive.types import Array

tfd = tfp.distributions


class Walk:
    """The first values of `B` events, and the conditional of the next ones.

        p(x[o[i]] | x[o[<i]]),  i = 0, ..., N - 1

    `conditional()` is this distribution at the present rank `i` of the ordering
    `o`, and `observe(value)` the walk at the next rank, by whatever rule the
    value was chosen. A walk is not changed by it: several can go on from one,
    and `take` goes on from some of its events, as a beam search does. The
    steps are those that `sample` takes, each in a graph that is traced once;
    the sum of the log-probabilities of all values is `log_prob` of the event.

    `AutoregressiveModel.walk` makes one. Ensembles over masks of one ordering
    have the conditionals of their mixture.

    Example:
        >>> from tf_autoregressive.models import NADE
        >>> walk = NADE((4,), units=8).walk(3)
        >>> while not walk.is_finished:
        ...     walk = walk.observe(walk.conditional().mode())
        >>> walk.events.shape
        TensorShape([3, 4])
    """

    def __init__(self, model: Any, cursor: Any, history: Any = None) -> None:
        self._model = model
        self._cursor = cursor
        self._history = history

    @property
    def rank(self) -> int:
        """Number of positions whose values have been observed, an int."""
        return self._cursor.rank

    @property
    def num_positions(self) -> int:
        """Number of positions of a walk, `N`."""
        return self._model.num_sites

    @property
    def is_finished(self) -> bool:
        """Whether all values have been observed."""
        return self.rank == self.num_positions

    @property
    def index(self) -> tuple[int, ...]:
        """Index of the next position in an event, a tuple of ints.

        It has all axes of the event, or all but the last one if the model draws
        the values along that axis in one go.

        Raises:
            ValueError: If the walk is finished.
        """
        self._check_not_finished()
        site = self._model.site_ordering[0, self.rank]
        return tuple(map(int, np.unravel_index(site, self._model.site_shape)))

    @property
    def parameters(self) -> tf.Tensor:
        """The parameters of `conditional()`, float32 `[B, P]`.

        They are `[B, E, P]` for a mixture of members. Code uses them if it
        cannot afford to make a distribution at every position.

        Raises:
            ValueError: If the walk is finished.
        """
        self._check_not_finished()
        return self._cursor.parameters

    @property
    def log_weights(self) -> tf.Tensor:
        """Log-probabilities of the members given the values so far, `[B, E]`.

        They are `None` if there is one member.
        """
        return self._cursor.log_weights

    def conditional(self) -> tfd.Distribution:
        """Returns the `tfd.Distribution` of the next values.

        Its batch shape is `[B]`. Its event shape is `()`, or `(S,)` where the
        model draws the values along the last axis in one go.

        Raises:
            ValueError: If the walk is finished.
        """
        model = self._model
        value_ndims = len(model.event_shape) - len(model.site_shape)
        conditional = model.output_distribution.distribution(
            self.parameters, event_ndims=value_ndims
        )
        if self.log_weights is None:
            return conditional
        return tfd.MixtureSameFamily(
            tfd.Categorical(logits=self.log_weights), conditional
        )

    def observe(self, value: tf.Tensor) -> "Walk":
        """Returns the walk that has these values at the next position.

        Args:
            value: `[B]`, or `[B, S]` where the model draws the values along
                the last axis in one go; levels or real numbers, as events hold.

        Raises:
            ValueError: If the walk is finished, or the values are of another
                shape or are not values of an event.
        """
        value = self._checked(value)
        try:
            cursor = self._model.stepwise().advance(self._cursor, value)
        except tf.errors.InvalidArgumentError:
            # The graph has checked the values; this says more of them.
            self._model.event.with_valid_values(value, "value")
            raise
        return Walk(self._model, cursor, _Observed(value, self._history))

    def take(self, indices: Array) -> "Walk":
        """Returns a walk of some of the events, in any number and order.

        Args:
            indices: Integers `[n]` in `[0, B)`; one may occur many times.
        """
        indices = tf.convert_to_tensor(indices)
        cursor = self._model.stepwise().take(self._cursor, indices)
        return Walk(self._model, cursor, _Taken(indices, self._history))

    @property
    def events(self) -> tf.Tensor:
        """The events `[B, *event_shape]`; zeros where nothing was observed."""
        model = self._model
        if self.rank == 0:
            num_events = tf.shape(self.parameters)[0]
            return tf.zeros([num_events, *model.event_shape], model.event.dtype)
        values = [
            tf.cast(value, model.event.dtype)
            for value in _values(self._history)
        ]
        by_rank = tf.reshape(
            tf.stack(values, axis=1),
            [-1, self.rank, model.output_distribution.num_dims],
        )
        missing = [[0, 0], [0, self.num_positions - self.rank], [0, 0]]
        by_site = tf.gather(
            tf.pad(by_rank, missing),
            orderings.ranks(model.site_ordering[0]),
            axis=1,
        )
        return tf.reshape(by_site, [-1, *model.event_shape])

    def _check_not_finished(self):
        if self.is_finished:
            raise ValueError(
                "The walk is finished: all values have been observed, and there"
                f" is no next position. Received: rank={self.rank}"
            )

    def _checked(self, value):
        """Returns the values as a tensor, or raises a `ValueError`."""
        parameters = self.parameters
        value = plain_tensor("value", value)
        model = self._model
        shape = [
            parameters.shape[0],
            *model.event_shape[len(model.site_shape) :],
        ]
        if not value.shape.is_compatible_with(shape):
            raise ValueError(
                f"`value` must have shape {tuple(shape)}: one position of each "
                f"event. Received shape {tuple(value.shape)}"
            )
        return value


class _Observed(typing.NamedTuple):
    """Values that were observed, and the history before."""

    value: typing.Any
    before: typing.Any


class _Taken(typing.NamedTuple):
    """Events that were taken, and the history before."""

    indices: typing.Any
    before: typing.Any


def _values(history):
    """Returns the values of every rank so far, for the events of today."""
    values, indices = [], None
    while history is not None:
        if isinstance(history, _Observed):
            values.append(_at(history.value, indices))
        else:
            indices = _at(history.indices, indices)
        history = history.before
    return values[::-1]


def _at(tensor, indices):
    return tensor if indices is None else tf.gather(tensor, indices)
