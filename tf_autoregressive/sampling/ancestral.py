"""Ancestral sampling: draws an event position by position, for any model.

The loop knows no architecture. It asks the model for the parameters of one
position at a time, turns them and the noise of that position into a value and
shows the model the value.

Shapes: B batch, N positions (sites of the output distribution) in generation
order, U uniforms per position, S event dimensions per position, P parameters
per position.
"""

import typing
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.compilation import is_compiled
from tf_autoregressive.sampling.guidance import Guided
from tf_autoregressive.sampling.options import SamplingOptions
from tf_autoregressive.sampling.recomputed import Recomputed
from tf_autoregressive.sampling.weights import weights_read_once
from tf_autoregressive.types import State


class Position(typing.NamedTuple):
    """A place in the generation order.

    Attributes:
        block: Index of the block of positions, an int32 scalar.
        offset: Index within the block, a Python int in a model that unrolls its
            blocks.
        rank: Index in the order, `block * block_size + offset`. It counts the
            positions of one call: `continue_sites` begins at 0 again, so a
            model that needs to know how many came before keeps their number in
            the cache.
        lane: `offset` modulo the model's `num_lanes`, a Python int.
    """

    block: typing.Any
    offset: typing.Any
    rank: typing.Any
    lane: int


class Forced(typing.NamedTuple):
    """Values that are given, not drawn.

    Attributes:
        known: bool `[B, N, S]`, which dimensions, in generation order.
        values: float32 `[B, N, S]`, their values.
    """

    known: typing.Any
    values: typing.Any


def sample_sites(
    model: Any,
    uniforms: tf.Tensor,
    *,
    context: Any = None,
    member: int | tf.Tensor = 0,
    ordering: Any = None,
    forced: Any = None,
    options: SamplingOptions | None = None,
    with_log_prob: bool = False,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws the sites of events, one after the other.

    Args:
        model: An `AutoregressiveModel`.
        uniforms: float32 `[B, N, U]`, in generation order.
        context: Encoded context `[B, ...]` or `None`; with guidance `[2 * B,
            ...]`, as `Request.encoded_contexts` returns them.
        member: Index of the ensemble member, or one for each example, `[B]`.
        ordering: int32 `[N]` or `[B, N]`: the site generated at each rank.
        forced: `Forced` values, or `None`.
        options: `SamplingOptions`.
        with_log_prob: Whether to compute the log-probability too.

    Returns:
        values: float32 `[B, N, S]`, in generation order.
        log_prob: `[B]` nats, under what was drawn from; forced positions
            count like the others. Zeros without `with_log_prob`.
    """
    options = options or SamplingOptions()
    sampler = _SiteSampler(model, uniforms, forced, options, with_log_prob)
    steps = model if options.method == "incremental" else Recomputed(model)
    if options.is_guided:
        steps = Guided(steps)
    cache = first_cache(
        steps,
        sampler.batch_size,
        context=context,
        member=member,
        ordering=ordering,
    )
    (values, log_prob), _ = visited(steps, sampler, cache)
    return _by_example(values), log_prob


def first_cache(
    steps: Any,
    batch_size: int | tf.Tensor,
    *,
    context: Any,
    member: int | tf.Tensor,
    ordering: Any,
) -> State:
    """Returns the cache of an empty history.

    Args:
        steps: A model with `step` and `observe`, or a `Recomputed` one.
        batch_size: Number of examples.
        context: Encoded context `[B, ...]` or `None`.
        member: Index of the ensemble member.
        ordering: int32 `[N]` or `[B, N]`, for those that take any.
    """
    conditions = {"context": context, "member": member}
    if steps.any_order:
        conditions["ordering"] = ordering
    return steps.init_cache(batch_size, **conditions)


class _Given:
    """What is given at each position of a draw, `[B, N, ...]`."""

    # TensorFlow's own number.
    parallel_iterations = 10

    def __init__(self, *given):
        # The positions come first, so that those of a rank lie together.
        self._given = [tf.transpose(tensor, [1, 0, 2]) for tensor in given]

    def at(self, rank):
        """Returns what is given at a rank, a list of `[B, ...]`."""
        return [tensor[rank] for tensor in self._given]

    def in_block(self, start, length):
        """Returns what is given at each rank of a block, as `at` does."""
        slices = [tensor[start : start + length] for tensor in self._given]
        return zip(*(tf.unstack(rows, length) for rows in slices), strict=True)


class _SiteSampler(_Given):
    """Turns the parameters of a rank into a value, and scores it."""

    def __init__(self, model, uniforms, forced, options, with_log_prob):
        self.output = model.output_distribution
        self.options = options
        self.with_log_prob = with_log_prob
        self.num_positions = uniforms.shape[1]
        self.batch_size = tf.shape(uniforms)[0]
        super().__init__(self.output.noise(uniforms), *(forced or ()))

    def __call__(self, parameters, noise, *forced):
        """Returns the value `[B, S]` and its log-probability `[B]`."""
        output, parameters = self.options.tempered(self.output, parameters)
        if forced:
            value = output.draw_given(parameters, noise, *forced)
        else:
            value = output.draw(parameters, noise)
        if not self.with_log_prob:
            return value, 0.0
        return value, output.site_log_prob(parameters, value)

    def nothing(self):
        """Returns an array for the values of all ranks, and zeros `[B]`."""
        values = tf.TensorArray(
            tf.float32,
            self.num_positions,
            element_shape=[None, self.output.num_dims],
        )
        return values, tf.zeros([self.batch_size])

    def add(self, found, ranks, values, scored):
        """Returns what is found with consecutive ranks added to it."""
        array, log_prob = found
        return _written(array, ranks, values), log_prob + sum(scored)


class _SiteScorer(_Given):
    """Scores given values `[B, N, S]`, rank by rank."""

    def __init__(self, model, values):
        self.output = model.output_distribution
        super().__init__(values)
        self.num_positions = tf.shape(values)[1]

    def __call__(self, parameters, value):
        """Returns the value `[B, S]` and its log-probability `[B]`."""
        return value, self.output.site_log_prob(parameters, value)

    def nothing(self):
        """Returns an array for the scores of all ranks."""
        return tf.TensorArray(
            tf.float32, self.num_positions, element_shape=[None]
        )

    def add(self, found, ranks, values, scored):
        """Returns the array with the scores of consecutive ranks."""
        return _written(found, ranks, scored)


def _written(array, ranks, tensors):
    """Returns an array with tensors written at consecutive ranks."""
    if len(tensors) == 1:
        return array.write(ranks[0], tensors[0])
    return array.scatter(tf.stack(ranks), tf.stack(tensors))


def _by_example(array):
    """Returns the `[B, S]` of all ranks as `[B, N, S]`."""
    return tf.transpose(array.stack(), [1, 0, 2])


def continue_sites(
    model: Any,
    uniforms: tf.Tensor,
    cache: State,
    *,
    forced: Any = None,
    options: SamplingOptions | None = None,
) -> tuple[tf.Tensor, State]:
    """Draws the next positions of sequences that have begun.

    Blocks are counted from the first of these positions.

    Args:
        model: A model with `step` and `observe`.
        uniforms: float32 `[B, N, U]`, of the next `N` positions.
        cache: From `init_cache`, or from here; with guidance of `2 * B`
            sequences.
        forced: `Forced` values of the next positions, or `None`.
        options: `SamplingOptions`.

    Returns:
        values: float32 `[B, N, S]`.
        cache: For the positions after.
    """
    options = options or SamplingOptions()
    sampler = _SiteSampler(
        model, uniforms, forced, options, with_log_prob=False
    )
    steps = Guided(model) if options.is_guided else model
    (values, _), cache = visited(steps, sampler, cache)
    return _by_example(values), cache


def score_sites(
    model: Any, values: tf.Tensor, cache: State
) -> tuple[tf.Tensor, State]:
    """Scores the next positions of sequences that have begun, one by one.

    Blocks are counted from the first of these positions.

    Args:
        model: A model with `step` and `observe`.
        values: float32 `[B, N, S]`, of the next `N` positions, a number that
            need not be known when the graph is traced.
        cache: From `init_cache`, or from here.

    Returns:
        log_prob: `[B, N]` nats, given all positions before.
        cache: For the positions after.
    """
    found, cache = visited(model, _SiteScorer(model, values), cache)
    return tf.transpose(found.stack()), cache


def visited(model: Any, visitor: Any, cache: State) -> tuple[typing.Any, State]:
    """Visits all positions; returns what the visitor found, and the cache.

    Args:
        model: A model with `step` and `observe`.
        visitor: Chooses the values, rank by rank: a `_SiteSampler`, say.
        cache: From `init_cache`, or from here.
    """
    size, num_positions = model.block_size, visitor.num_positions
    # XLA would compile every position by itself, and gain nothing: it makes
    # one kernel of the body of a loop anyway.
    is_unrolled = (
        model.unrolls_blocks
        and isinstance(num_positions, int)
        and not is_compiled()
    )
    if is_unrolled:
        size, run_positions = min(size, num_positions), _unrolled_positions
        num_blocks, rest = divmod(num_positions, size)
    else:
        size, run_positions = size or num_positions, _looped_positions
        # A loop ends by itself where the positions do.
        num_blocks, rest = -(-num_positions // size), 0

    def run_block(block, cache, found, length=size):
        place = block, block * size, length
        state = model.begin_block(cache, block)
        state, found = run_positions(model, visitor, place, state, found)
        return block + 1, model.end_block(state, block), found

    with weights_read_once(model.weights):
        carried = tf.while_loop(
            lambda block, *_: block < num_blocks,
            run_block,
            (0, cache, visitor.nothing()),
            maximum_iterations=num_blocks,
            parallel_iterations=visitor.parallel_iterations,
        )
        # An unrolled block has a fixed length, so a shorter one may be left.
        if rest:
            carried = run_block(*carried, length=rest)
    _, cache, found = carried
    return found, cache


def _looped_positions(model, visitor, place, state, found):
    """Visits the positions of a block in a loop, whose offsets are tensors.

    Args:
        model: A model with `step` and `observe`.
        visitor: A `_SiteSampler` or a `_SiteScorer`.
        place: Index of the block, its first rank, and its number of positions.
        state: The model's state of the block.
        found: What the visitor found so far.
    """
    block, start, length = place

    def is_in_block(offset, *_):
        # The last block may have fewer positions than the others.
        return (offset < length) & (start + offset < visitor.num_positions)

    def run_lanes(offset, state, found):
        for lane in range(model.num_lanes):
            rank = start + offset + lane
            position = Position(block, offset + lane, rank, lane)
            parameters, state = model.step(state, position)
            value, scored = visitor(parameters, *visitor.at(rank))
            state = model.observe(state, position, value)
            found = visitor.add(found, [rank], [value], [scored])
        return offset + model.num_lanes, state, found

    _, state, found = tf.while_loop(
        is_in_block,
        run_lanes,
        (0, state, found),
        maximum_iterations=length,
        parallel_iterations=visitor.parallel_iterations,
    )
    return state, found


def _unrolled_positions(model, visitor, place, state, found):
    """Visits positions as `_looped_positions` does, without a loop.

    The offsets are Python numbers, so that the indices that are made of them
    are constants, and one operation reads the noise of a whole block.
    """
    block, start, length = place
    values, scores = [], []
    for offset, given in enumerate(visitor.in_block(start, length)):
        lane = offset % model.num_lanes
        position = Position(block, offset, start + offset, lane)
        parameters, state = model.step(state, position)
        value, scored = visitor(parameters, *given)
        state = model.observe(state, position, value)
        values.append(value)
        scores.append(scored)
    ranks = [start + offset for offset in range(length)]
    return state, visitor.add(found, ranks, values, scores)
