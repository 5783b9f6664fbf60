"""Draws of events from a seed: noise, members, orderings, completions.

Shapes: B batch, N sites in generation order, S event dimensions per site.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.sampling import noise
from tf_autoregressive.sampling.ancestral import Forced
from tf_autoregressive.sampling.ancestral import sample_sites
from tf_autoregressive.types import Seed


def sample_events(
    model: Any, num_samples: int | tf.Tensor, seed: Seed, request: Any
) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws events; a pure function of its arguments and the weights.

    Args:
        model: An `AutoregressiveModel`.
        num_samples: `B`.
        seed: int32 `[2]`, `LaterExamples` or a `SeedPerExample`.
        request: The `Request` of the draw.

    Returns:
        events: `[B, *event_shape]`.
        log_prob: `[B]` nats under the distributions that were drawn from; for
            an ensemble those of the member that each event was drawn from.
            Zeros unless they are asked for.
    """
    output = model.output_distribution
    # All noise is drawn at once, so that it is the same however the values are
    # computed: in blocks, all anew, or with some of them known.
    uniforms = noise.uniforms(
        seed, [num_samples, model.num_sites, output.num_uniforms]
    )
    if model.ensemble_size == 1:
        return _sample_member(model, uniforms, request, 0)
    members = noise.members(seed, num_samples, model.ensemble_size)
    if model.members_together and request.options.method == "incremental":
        return _sample_member(model, uniforms, request, members)
    return _sample_by_members(model, uniforms, request, members)


def _sample_by_members(model, uniforms, request, members):
    """Draws all events from each member that one of them is drawn from."""

    def body(member, events, log_prob):
        is_mine = members == member

        def sampled():
            sampled, its_log_prob = _sample_member(
                model, uniforms, request, member
            )
            mine = tf.reshape(is_mine, [-1] + [1] * len(model.event_shape))
            return (
                tf.where(mine, sampled, events),
                tf.where(is_mine, its_log_prob, log_prob),
            )

        return (
            member + 1,
            # A member that no event is drawn from is not computed.
            *tf.cond(
                tf.reduce_any(is_mine), sampled, lambda: (events, log_prob)
            ),
        )

    num_samples = tf.shape(uniforms)[0]
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


def _sample_member(model, uniforms, request, member):
    """Draws events from one member, or each from its own of `[B]` members."""
    ordering, forced = _ordering(model, member), None
    if request.given is not None:
        known = _by_site(model, request.given.known)
        if model.any_order:
            ordering = known_first(ordering, known[..., 0])
        values = _by_site(model, tf.cast(request.given.x, tf.float32))
        forced = Forced(
            _gather_sites(known, ordering),
            _gather_sites(values, ordering),
        )
    values, log_prob = sample_sites(
        model,
        uniforms,
        context=request.encoded_contexts(model),
        member=member,
        ordering=ordering,
        forced=forced,
        options=request.options,
        with_log_prob=request.with_log_prob,
    )
    events = _gather_sites(values, tf.argsort(ordering, axis=-1))
    events = tf.reshape(events, [-1, *model.event_shape])
    return tf.cast(events, model.event.dtype), log_prob


def _ordering(model, member):
    """Returns the site generated at each rank, `[N]` or `[B, N]`."""
    if len(model.site_ordering) == 1:
        return tf.constant(model.site_ordering[0])
    return tf.gather(model.site_ordering, member)


def _by_site(model, events):
    return tf.reshape(
        events, [-1, model.num_sites, model.output_distribution.num_dims]
    )


def known_first(ordering: Any, known: tf.Tensor) -> tf.Tensor:
    """Returns `[B, N]`: an ordering with the known sites moved to its front.

    Args:
        ordering: int32 `[N]`, the site generated at each rank.
        known: bool `[B, N]`, by site.
    """
    known = _gather_sites(known, tf.convert_to_tensor(ordering))
    # Within the known sites, and within the others, the order must stay: a sort
    # that is not stable would draw other samples.
    ranks = tf.argsort(tf.cast(~known, tf.int32), axis=-1, stable=True)
    ordering = tf.broadcast_to(ordering, tf.shape(ranks))
    return _gather_sites(ordering, ranks)


def _gather_sites(tensor, sites):
    """Gathers `[B, N, ...]` along axis 1 at `sites`, `[N]` or `[B, N]`."""
    return tf.gather(tensor, sites, axis=1, batch_dims=sites.shape.rank - 1)
