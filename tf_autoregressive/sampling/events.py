"""From a seed to events: noise, ensemble members, orderings, completions.

Shapes: B batch, N sites in generation order, S event dimensions per site.
"""

import typing

import tensorflow as tf

from tf_autoregressive.sampling import noise
from tf_autoregressive.sampling.ancestral import Forced
from tf_autoregressive.sampling.ancestral import draw


class Given(typing.NamedTuple):
    """Events of which some dimensions are known, for completion.

    Attributes:
        x: `[B, *event_shape]`, event values.
        known: bool `[B, *event_shape]`.
    """

    x: typing.Any
    known: typing.Any


def draw_events(
    model,
    num_samples,
    seed,
    *,
    context,
    options,
    given=None,
    with_log_prob=False,
):
    """Draws events; a pure function of its arguments and the weights.

    Args:
        model: An `AutoregressiveModel`.
        num_samples: `B`.
        seed: int32 `[2]`, `LaterExamples` or a `SeedPerExample`.
        context: Encoded context `[B, ...]` or `None`.
        options: `SamplingOptions`.
        given: `Given` events to complete, or `None`.
        with_log_prob: Whether to compute the log-probability too.

    Returns:
        events: `[B, *event_shape]`.
        log_prob: `[B]` nats under the distributions that were drawn from; for
            an ensemble those of the member that each event was drawn from.
            Zeros without `with_log_prob`.
    """
    output = model.output_distribution
    uniforms = noise.uniforms(
        seed, [num_samples, model.num_sites, output.num_uniforms]
    )

    def draw_member(member):
        return _draw_member(
            model, uniforms, context, member, options, given, with_log_prob
        )

    if model.ensemble_size == 1:
        return draw_member(0)
    chosen = noise.members(seed, num_samples, model.ensemble_size)

    def body(member, events, log_prob):
        drawn, drawn_log_prob = draw_member(member)
        mine = tf.reshape(chosen == member, [-1] + [1] * len(model.event_shape))
        return (
            member + 1,
            tf.where(mine, drawn, events),
            tf.where(chosen == member, drawn_log_prob, log_prob),
        )

    _, events, log_prob = tf.while_loop(
        lambda member, *_: member < model.ensemble_size,
        body,
        (
            0,
            tf.zeros([num_samples, *model.event_shape], model.event.dtype),
            tf.zeros([num_samples]),
        ),
        maximum_iterations=model.ensemble_size,
    )
    return events, log_prob


def _draw_member(
    model, uniforms, context, member, options, given, with_log_prob
):
    # One row of `model.ordering` may serve all members.
    ordering = tf.gather(model.site_ordering, member % len(model.ordering))
    forced = None
    if given is not None:
        known = _by_site(model, given.known)
        if model.any_order:
            ordering = _known_first(ordering, known)
        values = _by_site(model, tf.cast(given.x, tf.float32))
        forced = Forced(
            _gather_sites(known, ordering),
            _gather_sites(values, ordering),
        )
    values, log_prob = draw(
        model,
        uniforms,
        context=context,
        member=member,
        ordering=ordering,
        forced=forced,
        options=options,
        with_log_prob=with_log_prob,
    )
    events = _gather_sites(values, tf.argsort(ordering, axis=-1))
    events = tf.reshape(events, [-1, *model.event_shape])
    return tf.cast(events, model.event.dtype), log_prob


def _by_site(model, events):
    return tf.reshape(
        events, [-1, model.num_sites, model.output_distribution.num_dims]
    )


def _known_first(ordering, known):
    """Returns `[B, N]`: `ordering` with the known sites moved to its front."""
    known = _gather_sites(known[..., 0], ordering)
    ranks = tf.argsort(tf.cast(~known, tf.int32), axis=-1, stable=True)
    return tf.gather(ordering, ranks)


def _gather_sites(tensor, sites):
    """Gathers `[B, N, ...]` along axis 1 at `sites`, `[N]` or `[B, N]`."""
    return tf.gather(tensor, sites, axis=1, batch_dims=sites.shape.rank - 1)
