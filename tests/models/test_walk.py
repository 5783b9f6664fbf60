"""Walks: what they take and refuse, and that they are traced once."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tests.models.user_models import SteppedRunningSum
from tests.zoo import BY_NAME
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import MultiScalePixelRNN
from tf_autoregressive.models import PixelCNN


class Counted(SteppedRunningSum):
    """Counts how many times Python runs its `step` and `observe`."""

    calls = 0

    def step(self, state, position):
        self.calls += 1
        return super().step(state, position)

    def observe(self, state, position, value):
        self.calls += 1
        return super().observe(state, position, value)


@pytest.fixture(scope="module")
def model():
    return BY_NAME["nade-categorical"].build(0)


@pytest.mark.parametrize(
    "options", [{}, {"num_classes": 3}, {"context_shape": (2,)}]
)
def test_graphs_are_traced_once_for_all_numbers_of_events(options):
    model = Counted((5,), **options)
    rng = np.random.default_rng(0)
    traced = set()
    for number in (4, 1, 7):
        context = None
        if model.context.expected:
            context = model.context.random(rng, number)
        walk = model.walk(number, context)
        while not walk.is_finished:
            walk = walk.observe(np.zeros(number, "int32"))
        traced.add(model.calls)
    # `step` after the start, `observe` and `step` after each value.
    assert traced == {3}


def test_a_walk_is_not_changed_by_what_goes_on_from_it(model):
    start = model.walk(2)
    one = start.observe([0, 1])
    other = start.observe([2, 2])
    again = start.observe([0, 1])
    assert (start.rank, one.rank) == (0, 1)
    np.testing.assert_array_equal(one.parameters, again.parameters)
    assert np.all(one.parameters != other.parameters)
    expected = model.log_prob_per_dim([[[[0], [0]], [[1], [0]]]])
    # The third dimension is the first of the ordering.
    np.testing.assert_allclose(
        start.conditional().log_prob([1, 1])[0], expected[0, 1, 0, 0], rtol=1e-5
    )


def test_events_hold_what_was_observed_so_far(model):
    walk = model.walk(2)
    np.testing.assert_array_equal(walk.events, np.zeros((2, 2, 2, 1)))
    assert walk.index == (1, 0, 0)
    walk = walk.observe([2, 1])
    assert walk.index == (0, 0, 0)
    walk = walk.observe(np.array([1.0, 2.0]))
    assert walk.events.dtype == tf.int32
    np.testing.assert_array_equal(
        walk.events, [[[[1], [0]], [[2], [0]]], [[[2], [0]], [[1], [0]]]]
    )
    taken = walk.take([1, 1, 0]).observe([0, 1, 2]).take([2, 1])
    np.testing.assert_array_equal(
        taken.events, [[[[1], [0]], [[2], [2]]], [[[2], [0]], [[1], [1]]]]
    )


def test_weights_of_members_are_those_given_the_values(rng):
    case = BY_NAME["made-masks"]
    model = case.build(1)
    x = case.events(rng, 4)
    walk = model.walk(4)
    np.testing.assert_array_equal(walk.log_weights, np.zeros((4, 3)))
    seen = []
    for _ in range(5):
        seen.append(walk.index[0])
        walk = walk.observe(x[:, seen[-1]])
    parameters = model.parameters_for(x)
    members = model.output_distribution.log_prob_per_dim(parameters, x[:, None])
    members = tf.gather(members, seen, axis=-1)
    expected = tf.nn.log_softmax(tf.reduce_sum(members, axis=-1))
    np.testing.assert_allclose(walk.log_weights, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([0, 3], r"`value` must hold integers in \[0, 2\].*Received: 3"),
        ([0, -1], r"`value` must hold integers in \[0, 2\].*Received: -1"),
        ([0.5, 1.0], r"`value` must hold integers in \[0, 2\].*Received: 0.5"),
        ([1.0, np.nan], r"`value` must hold integers.*Received: nan"),
        (np.array([1.0 - 1e-12, 0]), "`value` must hold integers.*0.99"),
        ([0], r"`value` must have shape \(2,\).*\(1,\)"),
        ([[0], [0]], r"`value` must have shape \(2,\).*\(2, 1\)"),
        (["a", "b"], "`value` must hold integers or whole numbers.*string"),
    ],
)
def test_values_are_checked_at_every_position(model, value, message):
    walk = model.walk(2)
    for _ in range(4):
        with pytest.raises(ValueError, match=message):
            walk.observe(value)
        walk = walk.observe([0, 0])


def test_real_values_are_finite():
    walk = BY_NAME["rnade"].build(0).walk(1)
    for value in (np.nan, np.inf):
        with pytest.raises(ValueError, match="`value` must hold finite"):
            walk.observe([value])


def test_a_finished_walk_has_no_next_position():
    walk = NADE((1,), units=2).walk(2).observe([0, 1])
    assert walk.is_finished
    for use in (
        walk.conditional,
        lambda: walk.observe([0, 1]),
        lambda: walk.parameters,
        lambda: walk.index,
    ):
        with pytest.raises(ValueError, match=r"walk is finished.*rank=1"):
            use()


@pytest.mark.parametrize("num_events", [0, -1, 2.5, True])
def test_the_number_of_events_is_checked(model, num_events):
    with pytest.raises(ValueError, match="`num_events` must be an integer"):
        model.walk(num_events)


def test_contexts_are_checked():
    model = MADE((3,), units=(4,), num_classes=3)
    with pytest.raises(ValueError, match="`context` is missing"):
        model.walk(2)
    with pytest.raises(ValueError, match="`context` must be integer labels"):
        model.walk(2, context=[0, 3])
    one_label = model.walk(2, context=1)
    np.testing.assert_array_equal(
        one_label.parameters, model.walk(2, context=[1, 1]).parameters
    )


def test_a_users_function_walks(model):
    @tf.function
    def likeliest(number):
        walk = model.walk(number)
        total = tf.zeros([number])
        while not walk.is_finished:
            conditional = walk.conditional()
            value = conditional.mode()
            total += conditional.log_prob(value)
            walk = walk.observe(value)
        return walk.take([1, 1]).events, total

    events, total = likeliest(tf.constant(3))
    assert events.shape == (2, 2, 2, 1)
    np.testing.assert_allclose(model.log_prob(events), total[:2], rtol=1e-5)


def test_values_that_are_drawn_in_one_go_are_one_position():
    options = {"distribution": "discretized_logistic_mixture"}
    model = PixelCNN((1, 2, 3), filters=4, num_blocks=1, **options)
    walk = model.walk(2)
    assert walk.num_positions == 2
    assert walk.conditional().event_shape == (3,)
    assert walk.index == (0, 0)
    with pytest.raises(ValueError, match=r"`value` must have shape \(2, 3\)"):
        walk.observe([0, 0])
    walk = walk.observe([[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(
        walk.events, [[[[0, 1, 2], [0] * 3]], [[[3, 4, 5], [0] * 3]]]
    )


def test_two_scales_pass_over_all_colours_of_a_small_pixel(rng):
    model = MultiScalePixelRNN((2, 4, 2), units=2, head_filters=2)
    x = rng.integers(2, size=(3, 2, 4, 2))
    with run_eagerly():
        walk, total = model.walk(3), 0.0
        for dim in model.ordering[0]:
            value = x.reshape(3, -1)[:, dim]
            total += walk.conditional().log_prob(value)
            walk = walk.observe(value)
        np.testing.assert_allclose(total, model.log_prob(x), rtol=1e-4)
    assert walk.is_finished
    np.testing.assert_array_equal(walk.events, x)
