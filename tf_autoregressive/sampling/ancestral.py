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
        offset: Index within the block, a Python int.
        rank: Index in the order, `block * block_size + offset`.
    """

    block: typing.Any
    offset: int
    rank: typing.Any


class Forced(typing.NamedTuple):
    """Values that are given, not drawn.

    Attributes:
        known: bool `[B, N, 1]`, which positions, in generation order.
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

    Returns:
        values: float32 `[B, N, S]`, in generation order.
        log_prob: `[B]` nats, under what was drawn from; forced positions
            count like the others.
    """
    options = options or SamplingOptions()
    loop = _incremental if options.method == "incremental" else _full
    noise = model.output_distribution.noise(uniforms)
    return loop(
        model,
        noise,
        context=context,
        member=member,
        ordering=ordering,
        forced=forced,
        options=options,
    )


def _incremental(model, noise, *, context, member, ordering, forced, options):
    size = model.block_size
    num_positions = noise.shape[1]
    num_blocks = -(-num_positions // size)
    batch_size = tf.shape(noise)[0]
    noise = _by_block(noise, size, num_blocks)
    if forced is not None:
        forced = Forced(*(_by_block(t, size, num_blocks) for t in forced))

    def body(block, cache, values, log_prob):
        state = model.begin_block(cache, block)
        of_block = [tf.unstack(noise[block])]
        if forced is not None:
            of_block += [tf.unstack(tensor[block]) for tensor in forced]
        drawn = []
        for offset, (position_noise, *given) in enumerate(
            zip(*of_block, strict=True)
        ):
            position = Position(block, offset, block * size + offset)
            parameters = options.tempered(
                model.output_distribution, model.step(state, position)
            )
            value = _draw_or_keep(model, parameters, position_noise, given)
            state = model.observe(state, position, value)
            drawn.append(value)
            # The last block may reach past the event.
            log_prob += tf.where(
                position.rank < num_positions,
                _log_prob(model, parameters, value),
                0.0,
            )
        values = values.write(block, tf.stack(drawn))
        return block + 1, model.end_block(state, block), values, log_prob

    _, _, values, log_prob = tf.while_loop(
        lambda block, *_: block < num_blocks,
        body,
        (
            0,
            _init_cache(model, batch_size, context, member, ordering),
            tf.TensorArray(
                tf.float32,
                num_blocks,
                element_shape=[size, None, model.output_distribution.num_dims],
            ),
            tf.zeros([batch_size]),
        ),
        maximum_iterations=num_blocks,
    )
    values = tf.reshape(
        values.stack(),
        [num_blocks * size, batch_size, model.output_distribution.num_dims],
    )
    return tf.transpose(values[:num_positions], [1, 0, 2]), log_prob


def _by_block(tensor, size, num_blocks):
    """Returns `[B, N, ...]` as `[num_blocks, size, B, ...]`, padded."""
    padding = num_blocks * size - tensor.shape[1]
    tensor = tf.pad(tensor, [[0, 0], [0, padding], [0, 0]])
    tensor = tf.transpose(tensor, [1, 0, 2])
    shape = tf.shape(tensor)
    return tf.reshape(tensor, [num_blocks, size, shape[1], tensor.shape[2]])


def _init_cache(model, batch_size, context, member, ordering):
    extra = {"ordering": ordering} if model.any_order else {}
    return model.init_cache(batch_size, context=context, member=member, **extra)


def _draw_or_keep(model, parameters, noise, given):
    value = model.output_distribution.draw(parameters, noise)
    if not given:
        return value
    known, known_value = given
    return tf.where(known, known_value, value)


def _log_prob(model, parameters, value):
    output = model.output_distribution
    return output.log_prob_per_dim(parameters, value[..., 0])


def _full(model, noise, *, context, member, ordering, forced, options):
    output = model.output_distribution
    num_positions = noise.shape[1]
    batch_size = tf.shape(noise)[0]
    sites = tf.broadcast_to(ordering, [batch_size, num_positions])
    extra = {"ordering": ordering} if model.any_order else {}

    def parameters_at(events, site):
        parameters = model.network(
            output.network_input(
                tf.reshape(events, [batch_size, *model.event_shape])
            ),
            context=context,
            member=member,
            training=False,
            **extra,
        )
        parameters = tf.reshape(
            parameters, [batch_size, num_positions, output.num_parameters]
        )
        return tf.gather(parameters, site, batch_dims=1)

    def body(rank, events, values, log_prob):
        site = sites[:, rank]
        parameters = options.tempered(output, parameters_at(events, site))
        given = [] if forced is None else [t[:, rank] for t in forced]
        value = _draw_or_keep(model, parameters, noise[:, rank], given)
        here = tf.range(num_positions)[None, :, None] == site[:, None, None]
        return (
            rank + 1,
            tf.where(here, value[:, None], events),
            values.write(rank, value),
            log_prob + _log_prob(model, parameters, value),
        )

    _, _, values, log_prob = tf.while_loop(
        lambda rank, *_: rank < num_positions,
        body,
        (
            0,
            tf.zeros([batch_size, num_positions, output.num_dims]),
            tf.TensorArray(
                tf.float32,
                num_positions,
                element_shape=[None, output.num_dims],
            ),
            tf.zeros([batch_size]),
        ),
        maximum_iterations=num_positions,
    )
    return tf.transpose(values.stack(), [1, 0, 2]), log_prob
