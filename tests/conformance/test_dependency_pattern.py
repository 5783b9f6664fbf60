"""Every output depends on the earlier dimensions, and on no other.

Finite perturbation from one valid value to another finds what gradients
hide, in dead zones and behind rounding; gradients find what is too small to
change a float. Both are compared exactly, without a tolerance.

Shapes: B batch, D event dimensions, P parameters, C context entries.
"""

import functools
import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance import receptive_fields
from tests.conformance.conditionals import conditionals
from tests.conformance.conditionals import member_parameters
from tests.zoo import CONDITIONAL
from tests.zoo import taking_turns
from tf_autoregressive.models import MADE
from tf_autoregressive.models import CharCNN
from tf_autoregressive.models import GatedPixelCNN
from tf_autoregressive.models import MultiScalePixelRNN
from tf_autoregressive.models import NGramMLP
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.models import PixelRNN
from tf_autoregressive.models import WaveNet

RECEPTIVE_FIELDS = {
    PixelCNN: receptive_fields.pixel_cnn,
    GatedPixelCNN: receptive_fields.gated_pixel_cnn,
    PixelRNN: receptive_fields.pixel_rnn,
    MultiScalePixelRNN: receptive_fields.multi_scale_pixel_rnn,
    NGramMLP: receptive_fields.ngram_mlp,
    CharCNN: receptive_fields.char_cnn,
    WaveNet: receptive_fields.wavenet,
}
NUM_EVENTS = 24


def expected_dependencies(case, model, member=0):
    """Returns bool `[D, D]`: row i, what the parameters of i depend on."""
    if "adjacency" in case.options:
        return np.array(case.options["adjacency"], bool).T
    ranks = case.ranks(model, member)
    if case.has_whole_steps:
        ranks = ranks // case.site_size
    triangle = ranks[:, None] > ranks[None, :]
    if isinstance(model, tuple(RECEPTIVE_FIELDS)):
        return receptive_field(case)
    if not isinstance(model, MADE) or not model.units or model.direct:
        return triangle
    reached = reachable(model, ranks, member)
    assert not (reached & ~triangle).any()
    return reached


def receptive_field(case):
    names = {
        "first_kernel_size",
        "kernel_size",
        "num_blocks",
        "num_layers",
        "recurrence",
        "scale",
        "order",
        "dilations",
        "num_stacks",
        "adaptive_order",
    }
    sizes = {name: case.options[name] for name in names & set(case.options)}
    return RECEPTIVE_FIELDS[case.constructor](case.event_shape, **sizes)


def reachable(model, ranks, member):
    """Returns bool `[D, D]`: which input some path of the masks leads from.

    From the degrees of the hidden units alone: a unit of degree m sees the
    inputs of rank below m, and a unit or output the units of a degree that is
    not above its own (of its rank, for an output).
    """
    degrees = [layer.out_degrees[member] for layer in model.hidden_layers]
    reached = np.array([[m > rank for rank in ranks] for m in degrees[0]])
    for below, above in itertools.pairwise(degrees):
        edges = np.array([[m >= n for n in below] for m in above])
        reached = edges @ reached
    edges = np.array([[rank >= n for n in degrees[-1]] for rank in ranks])
    return edges @ reached


def changed_values(case, rng, events):
    """Returns `[D, B, D]`: in copy j, dimension j has another valid value."""
    copies = np.tile(
        events.reshape(1, -1, case.num_dims), (case.num_dims, 1, 1)
    )
    for dim in range(case.num_dims):
        column = copies[dim, :, dim]
        if case.is_discrete:
            steps = rng.integers(1, case.num_levels, size=len(column))
            copies[dim, :, dim] = (column + steps) % case.num_levels
        else:
            copies[dim, :, dim] = column + rng.uniform(0.5, 3.0, len(column))
    return copies


def dependencies(case, model, rng, *, member=0, training=False):
    """Returns bool `[D, D]` by perturbation.

    The parameters are compared, or, where a site has several dimensions, their
    conditionals.
    """
    seen = member_parameters
    if case.site_size > 1:
        seen = functools.partial(conditionals, case)
    events, context = case.batch(rng, NUM_EVENTS)
    after = changed_values(case, rng, events)
    before = np.broadcast_to(events.reshape(1, NUM_EVENTS, -1), after.shape)

    def parameters(copies):
        # An example keeps its place in the batch, so that equal values give
        # equal bits.
        result = seen(
            model,
            copies.reshape(-1, *case.event_shape),
            _tiled(context, case.num_dims),
            member=member,
            training=training,
        )
        return result.reshape(case.num_dims, NUM_EVENTS, case.num_dims, -1)

    differs = parameters(before) != parameters(after)
    return differs.any(axis=(1, 3)).T


def _tiled(context, times):
    return None if context is None else np.concatenate([context] * times)


def gradient_dependencies(case, model, rng, *, member=0, training=False):
    """Returns bool `[S, D]`: where the Jacobian of `network` is not zero."""
    events, context = case.batch(rng, NUM_EVENTS)
    inputs = model.output_distribution.network_input(tf.constant(events))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        parameters = model.network(
            inputs,
            context=model.context.encoded(context),
            member=member,
            training=training,
        )
        parameters = tf.reshape(
            parameters, [NUM_EVENTS, model.num_sites, parameters.shape[-1]]
        )
        weighted = parameters * rng.normal(size=parameters.shape)
        totals = tf.unstack(tf.reduce_sum(weighted, axis=[0, 2]))
    rows = [
        tape.gradient(total, inputs, unconnected_gradients="zero")
        for total in totals
    ]
    jacobian = np.reshape(rows, (len(rows), NUM_EVENTS, case.num_dims))
    return (jacobian != 0.0).any(axis=1)


@pytest.mark.parametrize("training", [False, True], ids=["infer", "train"])
@pytest.mark.parametrize("case", taking_turns(), ids=repr)
class TestNetwork:
    def test_a_changed_value_changes_what_it_may(
        self, case, model, rng, training
    ):
        for member in range(case.ensemble_size):
            np.testing.assert_array_equal(
                dependencies(
                    case, model, rng, member=member, training=training
                ),
                expected_dependencies(case, model, member),
            )

    def test_the_jacobian_is_zero_where_it_must_be(
        self, case, model, rng, training
    ):
        if case.has_symbols:
            pytest.skip("symbols are embedded: they have no gradient")
        for member in range(case.ensemble_size):
            np.testing.assert_array_equal(
                gradient_dependencies(
                    case, model, rng, member=member, training=training
                ),
                # A site sees what its first dimension sees.
                expected_dependencies(case, model, member)[:: case.site_size],
            )


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_members_follow_the_orderings_that_the_case_says(case, model):
    for member in range(case.ensemble_size):
        np.testing.assert_array_equal(
            model.ordering[member], case.ordering(model, member)
        )
    several = len({tuple(row) for row in model.ordering}) > 1
    assert several == case.has_many_orderings


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_the_distribution_is_made_of_the_same_parameters(case, model, rng):
    x, context = case.batch(rng, NUM_EVENTS)
    parameters = model.parameters_for(x, context=context).numpy()
    width = model.output_distribution.num_parameters
    shape = (NUM_EVENTS, case.ensemble_size, model.num_sites, width)
    parameters = parameters.reshape(shape)
    for member in range(case.ensemble_size):
        expected = member_parameters(model, x, context, member=member)
        np.testing.assert_array_equal(parameters[:, member], expected)


@pytest.mark.parametrize("case", taking_turns(CONDITIONAL), ids=repr)
def test_every_output_depends_on_the_context(case, model, rng):
    events, context = case.batch(rng, NUM_EVENTS)
    for member in range(case.ensemble_size):
        before = member_parameters(model, events, context, member=member)
        changed = [
            before != member_parameters(model, events, other, member=member)
            for other in other_contexts(case, context)
        ]
        changed = np.array(changed).any(axis=(1, 3))
        if case.has_local_context:
            changed = changed.any(axis=0)
        assert changed.all()


def other_contexts(case, context):
    """Yields contexts with one entry, or the label, changed."""
    if "num_classes" in case.options:
        yield (context + 1) % case.options["num_classes"]
        return
    if "variable_length" in case.options:
        yield (context + 1) % (case.event_shape[0] + 1)
        return
    for entry in np.ndindex(context.shape[1:]):
        other = context.copy()
        other[(slice(None), *entry)] += 1.0
        yield other


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_training_and_reloading_keep_the_pattern(case, trained, rng, reload):
    model, _, _ = trained
    for candidate in (model, reload(model)):
        for member in range(case.ensemble_size):
            np.testing.assert_array_equal(
                dependencies(case, candidate, rng, member=member),
                expected_dependencies(case, model, member),
            )
