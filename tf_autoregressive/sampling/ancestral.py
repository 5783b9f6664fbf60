"""Ancestral sampling: draws an event position by position, for any model.

The loop knows no architecture. It asks the model for the parameters of one
position at a time, turns them and the noise of that position into a value and
shows the model the value.

Shapes: B batch, N positions (sites of the output distribution) in generation
order, U uniforms per position, S event dimensions per position, P parameters
per position.
"""

import typing

import tensorflow as tf

from tf_autoregressive.sampling.options import SamplingOptions


class Position(typing.NamedTuple):
    """A place in the generation order.

    Attributes:
        block: Index of the block of positions, an int32 scalar.
        offset: Index within the block.
        rank: Index in the order, `block * block_size + offset`.
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


def draw(
    model,
    uniforms,
    *,
    context=None,
    member=0,
    ordering=None,
    forced=None,
    options=None,
    with_log_prob=False,
):
    """Draws events from one member of a model.

    Args:
        model: An `AutoregressiveModel`.
        uniforms: float32 `[B, N, U]`, in generation order.
        context: Encoded context `[B, ...]` or `None`.
        member: Index of the ensemble member.
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
    loop = _incremental if options.method == "incremental" else _full
    conditions = {"context": context, "member": member}
    if model.any_order:
        conditions["ordering"] = ordering
    drawer = _Drawer(model, uniforms, forced, options, with_log_prob)
    return loop(model, drawer, ordering, conditions)


class _Drawer:
    """Turns the parameters of a rank into a value, and scores it."""

    def __init__(self, model, uniforms, forced, options, with_log_prob):
        self.output = model.output_distribution
        self.options = options
        self.with_log_prob = with_log_prob
        self.num_positions = uniforms.shape[1]
        self.batch_size = tf.shape(uniforms)[0]
        self.noise = _by_rank(self.output.noise(uniforms))
        self.forced = None if forced is None else [*map(_by_rank, forced)]

    def __call__(self, parameters, rank):
        """Returns the value `[B, S]` and its log-probability `[B]`."""
        parameters = self.options.tempered(self.output, parameters)
        noise = self.noise[rank]
        if self.forced is None:
            value = self.output.draw(parameters, noise)
        else:
            given = (tensor[rank] for tensor in self.forced)
            value = self.output.draw_given(parameters, noise, *given)
        if not self.with_log_prob:
            return value, 0.0
        return value, self.output.site_log_prob(parameters, value)

    def new_values(self):
        """Returns an array for the values of all ranks."""
        return tf.TensorArray(
            tf.float32,
            self.num_positions,
            element_shape=[None, self.output.num_dims],
        )


def _by_rank(tensor):
    """Returns `[B, N, ...]` as `[N, B, ...]`: contiguous at each rank."""
    return tf.transpose(tensor, [1, 0, 2])


def continue_draw(model, uniforms, cache, *, forced=None, options=None):
    """Draws the next positions of sequences that have begun.

    For models whose one block is as long as it is drawn.

    Args:
        model: A model with `step` and `observe`.
        uniforms: float32 `[B, N, U]`, of the next `N` positions.
        cache: From `init_cache`, or from here.
        forced: `Forced` values of the next positions, or `None`.
        options: `SamplingOptions`.

    Returns:
        values: float32 `[B, N, S]`.
        cache: For the positions after.
    """
    options = options or SamplingOptions()
    drawer = _Drawer(model, uniforms, forced, options, with_log_prob=False)
    values, _, cache = _blocks(model, drawer, cache)
    return values, cache


def _incremental(model, drawer, ordering, conditions):
    cache = model.init_cache(drawer.batch_size, **conditions)
    values, log_prob, _ = _blocks(model, drawer, cache)
    return values, log_prob


def _blocks(model, drawer, cache):
    """Draws all positions; returns values, log-probability and the cache."""
    size = model.block_size or drawer.num_positions
    num_blocks = -(-drawer.num_positions // size)

    def draw_block(block, cache, values, log_prob):
        def is_in_block(offset, *_):
            rank = block * size + offset
            return (offset < size) & (rank < drawer.num_positions)

        def draw_positions(offset, state, values, log_prob):
            for lane in range(model.num_lanes):
                rank = block * size + offset + lane
                position = Position(block, offset + lane, rank, lane)
                parameters, state = model.step(state, position)
                value, scored = drawer(parameters, rank)
                state = model.observe(state, position, value)
                values = values.write(rank, value)
                log_prob += scored
            return offset + model.num_lanes, state, values, log_prob

        _, state, values, log_prob = tf.while_loop(
            is_in_block,
            draw_positions,
            (0, model.begin_block(cache, block), values, log_prob),
            maximum_iterations=size,
        )
        return block + 1, model.end_block(state, block), values, log_prob

    _, cache, values, log_prob = tf.while_loop(
        lambda block, *_: block < num_blocks,
        draw_block,
        (0, cache, drawer.new_values(), tf.zeros([drawer.batch_size])),
        maximum_iterations=num_blocks,
    )
    return tf.transpose(values.stack(), [1, 0, 2]), log_prob, cache


def _full(model, drawer, ordering, conditions):
    output = model.output_distribution
    num_positions, batch_size = drawer.num_positions, drawer.batch_size
    sites = tf.broadcast_to(ordering, [batch_size, num_positions])

    def parameters_at(events, site):
        inputs = output.network_input(
            tf.reshape(events, [batch_size, *model.event_shape])
        )
        parameters = tf.reshape(
            model.network(inputs, training=False, **conditions),
            [batch_size, num_positions, output.num_parameters],
        )
        return tf.gather(parameters, site, batch_dims=1)

    def draw_position(rank, events, values, log_prob):
        site = sites[:, rank]
        value, scored = drawer(parameters_at(events, site), rank)
        here = tf.range(num_positions)[None, :, None] == site[:, None, None]
        return (
            rank + 1,
            tf.where(here, value[:, None], events),
            values.write(rank, value),
            log_prob + scored,
        )

    _, _, values, log_prob = tf.while_loop(
        lambda rank, *_: rank < num_positions,
        draw_position,
        (
            0,
            tf.zeros([batch_size, num_positions, output.num_dims]),
            drawer.new_values(),
            tf.zeros([batch_size]),
        ),
        maximum_iterations=num_positions,
    )
    return tf.transpose(values.stack(), [1, 0, 2]), log_prob
