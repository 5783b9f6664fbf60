"""The drawn values that rounding decides.

A value is drawn by comparing a uniform with thresholds that a network computes.
Another machine adds up in another order. Where the two are so near that this
matters, it draws the neighbouring value, and both are right. Later values of
the event follow from such a value and differ too.

Shapes: B batch, N sites in generation order, P parameters per site.
"""

import numpy as np
import tensorflow as tf

from tf_autoregressive import orderings
from tf_autoregressive import sampling
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.sampling import noise
from tf_autoregressive.types import Array
from tf_autoregressive.types import Seed

# The change of parameters, relative to themselves and to 1: three times the
# difference that scores of an export may have.
_CHANGE = 3e-5
_NUM_CHANGES = 8


def doubt(
    model: AutoregressiveModel,
    events: Array,
    seed: Seed,
    request: sampling.Request,
) -> dict[str, np.ndarray]:
    """Returns the drawn values that rounding decides, and their order.

    Args:
        model: An `AutoregressiveModel`.
        events: `[B, *event_shape]`, the events that it drew.
        seed: The seed that they were drawn from, as `sampling.uniforms` takes
            it.
        request: The `sampling.Request` that they were drawn for.

    Returns:
        Two arrays of the shape of the events by name: `undecided`, bool,
        whether the value would be another if its parameters were slightly
        different; and `ranks`, int32, the number of values that are drawn
        before it. There is none for real values, which have no neighbours.
    """
    if model.num_levels is None:
        return {}
    redraw = _redraw(model, events, seed, request)
    undecided = np.zeros(events.shape, bool)
    shape = [model.num_sites, model.output_distribution.num_parameters]
    for generator in map(np.random.default_rng, range(_NUM_CHANGES)):
        signs = generator.choice([-1.0, 1.0], shape).astype("float32")
        undecided |= redraw(_CHANGE * signs).numpy() != events
    return {"undecided": undecided, "ranks": _ranks(model, events, seed)}


def _redraw(model, events, seed, request):
    """Returns a function from changes `[N, P]` to events `[B, *event_shape]`.

    It draws every value again, from the parameters that follow from the values
    before it as they are in `events`.
    """

    @tf.function(autograph=False)
    def redraw(change):
        following = _Following(model, tf.cast(events, tf.float32), change)
        drawn, _ = sampling.sample_events(following, len(events), seed, request)
        return drawn

    return redraw


class _Following:
    """The steps of a model that sees given events, whatever is drawn.

    Args:
        model: An `AutoregressiveModel`.
        events: float32 `[B, *event_shape]`.
        change: `[N, P]`, the change of the parameters of each rank, relative to
            themselves and to 1.
    """

    block_size = None
    num_lanes = 1
    unrolls_blocks = False
    members_together = False

    def __init__(self, model, events, change):
        self.model = model
        self.events = events
        self.change = change

    def __getattr__(self, name):
        return getattr(self.model, name)

    def init_cache(self, batch_size, *, context, member, ordering=None):
        """Returns the parameters of all ranks, `[B, N, P]`."""
        model, output = self.model, self.model.output_distribution
        shape = [batch_size, model.num_sites]
        conditions = {}
        if ordering is None:
            row = 0 if len(model.site_ordering) == 1 else member
            ordering = tf.gather(model.site_ordering, row)
        sites = tf.broadcast_to(ordering, shape)
        if model.any_order:
            conditions["ordering"] = sites
        # With guidance a batch has every event twice.
        times = batch_size // self.events.shape[0]
        events = tf.repeat(self.events[None], times, axis=0)
        events = tf.reshape(events, [batch_size, *model.event_shape])
        parameters = model.network(
            output.network_input(events),
            context=context,
            member=member,
            training=False,
            **conditions,
        )
        parameters = tf.reshape(parameters, [*shape, output.num_parameters])
        parameters = tf.gather(parameters, sites, batch_dims=1)
        return parameters + self.change * (1.0 + tf.abs(parameters))

    def begin_block(self, cache, block):
        """Returns the cache: there is one block."""
        return cache

    def step(self, state, position):
        """Returns the parameters `[B, P]` of a rank, and the state."""
        return state[:, position.rank], state

    def observe(self, state, position, value):
        """Returns the state: the events are given."""
        return state

    def end_block(self, state, block):
        """Returns the state: there is one block."""
        return state


def _ranks(model, events, seed):
    ranks = np.stack([orderings.ranks(row) for row in model.ordering])
    member = 0
    if model.has_many_orderings:
        member = noise.members(seed, len(events), model.ensemble_size).numpy()
    ranks = np.broadcast_to(ranks[member], [len(events), model.num_dims])
    return ranks.reshape(events.shape)
