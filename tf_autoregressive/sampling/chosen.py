"""Values that a function outside of the graph chooses, position by position.

Shapes: B batch, N positions, S event dimensions per position.
"""

import tensorflow as tf

from tf_autoregressive.sampling import callbacks
from tf_autoregressive.sampling.ancestral import visited
from tf_autoregressive.sampling.members import Members
from tf_autoregressive.types import State


def choose_sites(
    steps: Members,
    number: tf.Tensor,
    num_positions: int | tf.Tensor,
    cache: State,
) -> State:
    """Returns the cache after positions whose values a function chooses.

    Args:
        steps: The steps of the model.
        number: The number of the function, from `callbacks.numbered`; it is
            called as `Stepwise.code` says.
        num_positions: `N`, an int or a scalar tensor.
        cache: From `init_cache`, or from here.
    """
    output = steps.model.output_distribution
    _, cache = visited(steps, _Chooser(output, number, num_positions), cache)
    return cache


class _Chooser:
    """Lets a function outside of the graph choose the value at each rank.

    Args:
        output: The output distribution.
        number: The number of the function.
        num_positions: `N`.
    """

    # The function is called in the order of the ranks, even where a model
    # would not need the value at one rank to go on to the next.
    parallel_iterations = 1

    def __init__(self, output, number, num_positions):
        self._output, self._number = output, number
        self.num_positions = num_positions

    def at(self, rank):
        """Returns what the choice depends on besides: nothing."""
        return []

    def in_block(self, start, length):
        """Returns what each choice in a block depends on besides."""
        return [[]] * length

    def __call__(self, conditionals):
        """Returns the value `[B, S]`, and nothing for a score."""
        parameters, *weights = (t for t in conditionals if t is not None)
        if not weights:
            parameters = parameters[:, None]
        coded = self._output.coding_parameters(parameters)
        value = callbacks.call(self._number, coded, *weights)
        # A loop keeps the number of events that it knows.
        value.set_shape([parameters.shape[0], self._output.num_dims])
        return value, None

    def nothing(self):
        """Returns what is found: the function keeps the values."""
        return ()

    def add(self, found, ranks, values, scored):
        """Returns what is found."""
        return found
