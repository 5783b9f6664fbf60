"""Layers of sequences, run for all steps and one step at a time."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tests.layers.convolutions import randomise
from tests.models.user_attention import AttentionModel
from tests.models.user_attention import CausalAttention
from tf_autoregressive import layers
from tf_autoregressive.layers import AdaptivePrediction
from tf_autoregressive.layers import CausalConv1D
from tf_autoregressive.layers import CausalSelfAttention
from tf_autoregressive.layers import SequenceLayer
from tf_autoregressive.layers import growing
from tf_autoregressive.layers.sequence.gru import SequenceGRU
from tf_autoregressive.layers.sequence.lstm import SequenceLSTM
from tf_autoregressive.layers.sequence.scopes import SequenceScope
from tf_autoregressive.layers.sequence.scopes import SequenceStack
from tf_autoregressive.layers.sequence.scopes import StepScope
from tf_autoregressive.layers.shifts import plus
from tf_autoregressive.models import SequenceModel

CHANNELS, UNITS, STEPS = 3, 4, 9


def recurrent(cls):
    return lambda **options: cls(
        UNITS, return_sequences=True, return_state=True, **options
    )


LAYERS = {
    "conv-1": lambda **options: CausalConv1D(UNITS, **options),
    "conv-2-by-1": lambda **options: CausalConv1D(UNITS, 2, **options),
    "conv-2-by-4": lambda **options: CausalConv1D(
        UNITS, 2, dilation=4, **options
    ),
    "conv-3-by-2": lambda **options: CausalConv1D(
        UNITS, 3, dilation=2, **options
    ),
    "prediction": lambda **options: AdaptivePrediction(UNITS, **options),
    "lstm": recurrent(SequenceLSTM),
    "gru": recurrent(SequenceGRU),
    "self-attention": lambda **options: CausalSelfAttention(1, 1, 5, **options),
    "attention": lambda **options: CausalAttention(UNITS, **options),
}


def made(name, rng, **options):
    """Returns a layer with random weights."""
    layer = LAYERS[name](**options)
    layer.build((None, None, CHANNELS))
    randomise([layer], rng, scale=0.7)
    return layer


def test_every_layer_of_sequences_is_tried_here():
    public = {
        value
        for value in vars(layers).values()
        if inspect.isclass(value)
        and issubclass(value, SequenceLayer)
        and issubclass(value, keras.layers.Layer)
    }
    assert public <= {type(make()) for make in LAYERS.values()}


def stepped(layer, x, block_size):
    """Returns the outputs of all steps, drawn in blocks, and their scope."""
    stack = SequenceStack()
    stack.add(layer)
    state = stack.first_state(x.shape[0], x.shape[1], {})
    outputs = []
    for start in range(0, x.shape[1], block_size):
        state = stack.opened(state, block_size)
        for step in range(start, min(start + block_size, x.shape[1])):
            scope = StepScope(state)
            outputs.append(scope.run(layer, x[:, step]))
            state = scope.next_state()
        state = stack.closed(state)
    return tf.stack(outputs, axis=1), state


@pytest.mark.parametrize("block_size", [1, 4, 20])
@pytest.mark.parametrize("name", LAYERS)
def test_steps_are_those_of_the_sequence(name, block_size, rng):
    layer = made(name, rng)
    x = rng.normal(size=(2, STEPS, CHANNELS)).astype("float32")
    outputs, _ = stepped(layer, x, block_size)
    np.testing.assert_allclose(outputs, layer(x), atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2])
@pytest.mark.parametrize("name", LAYERS)
def test_half_precision_differs_by_its_rounding_alone(name, batch_size, rng):
    layer = made(name, rng, dtype="mixed_bfloat16")
    x = rng.normal(size=(batch_size, STEPS, CHANNELS)).astype("float32")
    outputs, _ = stepped(layer, x, block_size=4)
    assert outputs.dtype == tf.bfloat16
    outputs, expected = (
        tf.cast(y, tf.float32).numpy() for y in (outputs, layer(x))
    )
    # Few roundings differ, and their number does not grow with every step.
    scale = np.abs(expected).max()
    np.testing.assert_allclose(outputs, expected, atol=0.02 * scale)


def test_states_of_an_lstm_keep_their_precision(rng):
    layer = made("lstm", rng, dtype="mixed_bfloat16")
    x = rng.normal(size=(2, STEPS, CHANNELS)).astype("float32")
    _, state = stepped(layer, x, block_size=4)
    (states,) = state["states"].values()
    assert [part.dtype for part in states] == [tf.float32] * 2


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("name", LAYERS)
def test_sequences_go_on_from_a_state(name, size, rng):
    layer = made(name, rng)
    if type(layer).steps is SequenceLayer.steps:
        pytest.skip("the layer goes on step by step alone")
    x = rng.normal(size=(2, STEPS, CHANNELS)).astype("float32")
    outputs, state = [], layer.first_state(2, STEPS)
    for time in range(0, STEPS, size):
        piece = tf.constant(x[:, time : time + size])
        found, state = layer.steps(piece, state, time)
        outputs.append(found)
    np.testing.assert_allclose(tf.concat(outputs, 1), layer(x), atol=1e-5)
    _, after = stepped(layer, x, block_size=STEPS)
    (expected,) = after["states"].values()
    for one, other in zip(
        tf.nest.flatten(state), tf.nest.flatten(expected), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_states_keep_their_structure(name, rng):
    # They are the variables of a loop.
    layer = made(name, rng)

    @tf.function
    def first_state():
        return layer.first_state(2, STEPS)

    # A graph knows which axes are `growing`.
    first = first_state.get_concrete_function().structured_outputs
    states = [first_state()]
    for time in range(3):
        state = layer.opened(states[-1], time, 1)
        x = rng.normal(size=(2, CHANNELS)).astype("float32")
        _, state = layer.step(tf.constant(x), state, time)
        states.append(layer.closed(state, time + 1))
    for state in states:
        tf.nest.assert_same_structure(state, first)
        for one, other in zip(
            *map(tf.nest.flatten, (state, first)), strict=True
        ):
            assert one.dtype == other.dtype
            assert one.shape.is_compatible_with(other.shape)


def test_positions_are_those_of_the_sequence():
    x = np.zeros([2, STEPS, CHANNELS], "float32")
    np.testing.assert_array_equal(
        SequenceScope({}).positions(x), np.arange(STEPS)
    )
    scope = StepScope({"time": 5, "shifts": {}, "states": {}})
    assert scope.positions(x[:, 5]) == 5


def test_an_axis_that_grows_may_be_changed_by_a_loop():
    @tf.function(autograph=False)
    def ones(number):
        return tf.while_loop(
            lambda tensor: tf.shape(tensor)[1] < number,
            lambda tensor: [tf.pad(tensor, [[0, 0], [0, 1]])],
            [growing(tf.zeros([2, 0]), axis=1)],
        )

    assert ones(3)[0].shape == (2, 3)
    assert growing(tf.zeros([2, 0]), axis=1).shape == (2, 0)


# A stack that is not as it must be.


class Sums(SequenceLayer, keras.layers.Layer):
    """The sum of all steps so far."""

    def call(self, x):
        return tf.cumsum(x, axis=1)

    def first_state(self, batch_size, num_steps):
        return tf.zeros([batch_size, 1])

    def step(self, x, state, time):
        return x + state, x + state


class Model(SequenceModel):
    """A stack that is given, over layers that are."""

    def __init__(self, layers, run, context_names=()):
        super().__init__((4,), distribution="bernoulli", num_classes=2)
        self.own_layers = layers
        self.run_layers = run
        self.last_layer = self.make_parameters_layer()
        self.make_context_layers(dict.fromkeys(context_names, 1))
        self.build()

    def stack(self, scope, x):
        x = self.run_layers(scope, self.own_layers, x)
        return scope.run(self.last_layer, x)


def run_all(scope, layers, x):
    for layer in layers:
        x = scope.run(layer, x)
    return x


def test_a_layer_needs_as_many_lines_as_it_has_ideas(seed):
    model = Model([Sums(name="sums")], run_all, context_names=["sums"])
    labels = np.arange(64) % 2
    with run_eagerly():
        drawn = [
            model.sample(64, seed=seed, context=labels, method=method)
            for method in ("incremental", "full")
        ]
    np.testing.assert_array_equal(*drawn)


def test_layers_of_a_stack_have_different_names():
    with pytest.raises(ValueError, match="Received twice: 'sums'"):
        Model([Sums(name="sums"), Sums(name="sums")], run_all)


def test_other_layers_are_not_run():
    with pytest.raises(ValueError, match=r"takes a `SequenceLayer`.*Dense"):
        Model([keras.layers.Dense(1)], run_all)


def test_a_context_that_is_never_added_is_an_error():
    with pytest.raises(ValueError, match=r"Received none of: \['elsewhere'\]"):
        Model([Sums(name="sums")], run_all, ["sums", "elsewhere"])


def test_a_stack_runs_the_same_layers_in_every_way():
    model = Model([Sums(name="a")], lambda scope, layers, x: x)
    model.run_layers = run_all
    with pytest.raises(ValueError, match="'a', which did not run when"):
        model.sample(1, context=0)


def test_a_step_is_no_default():
    class Nothing(SequenceLayer):
        pass

    with pytest.raises(NotImplementedError, match="Nothing has no `step`"):
        Nothing().step(None, (), 0)
    assert Nothing().first_state(1, 2) == ()


# A model with a layer whose state grows.


@pytest.fixture(scope="module")
def attention():
    model = AttentionModel((12,), num_levels=3)
    randomise([model], np.random.default_rng(0), scale=0.7)
    return model


@pytest.mark.slow
def test_streams_go_on_where_states_have_grown(attention):
    # Without noise the most probable symbols are drawn, whatever the seed.
    expected = attention.sample(1, seed=0, top_k=1)
    prime = expected[0, :3].numpy()
    drawn = attention.generate(1, 9, prime=prime, top_k=1)
    np.testing.assert_array_equal(drawn, expected[:, 3:])


def test_streams_end_with_what_the_model_knows(attention):
    with pytest.raises(ValueError, match="`prime`, 3, must be at most 12"):
        attention.generate(1, 10, prime=[0, 1, 2])


def test_a_shift_has_the_channels_of_what_it_is_added_to():
    with pytest.raises(ValueError, match="1 channels for 4"):
        plus(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 1]))
