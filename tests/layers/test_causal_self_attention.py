"""Causal self-attention against explicit loops."""

import re

import numpy as np
import pytest
import tensorflow as tf

from tests.layers.attention import attend
from tests.layers.test_sequence_layers import stepped
from tf_autoregressive.layers import CausalSelfAttention
from tf_autoregressive.layers import CausalSelfAttention2D
from tf_autoregressive.layers.rotation import rotated
from tf_autoregressive.layers.sequence import causal_self_attention

STEPS = 9
PATTERNS = {
    "all": {"units": 4, "num_heads": 2, "window": STEPS},
    "window": {"units": 6, "num_heads": 3, "window": 3, "key_units": 9},
    "itself": {"units": 2, "num_heads": 1, "window": 1},
    "stride": {"units": 4, "num_heads": 1, "window": STEPS, "stride": 3},
    "rotary": {"units": 4, "num_heads": 2, "window": 5, "rotary": True},
}


def made(name, rng):
    """Returns a layer and inputs."""
    layer = CausalSelfAttention(**PATTERNS[name])
    x = rng.normal(0.0, 2.0, (2, STEPS, layer.in_channels))
    return layer, tf.constant(x, "float32")


@pytest.mark.parametrize(("block", "most"), [(2, 64), (2, 2), (128, 64)])
@pytest.mark.parametrize("name", PATTERNS)
def test_it_is_its_formula(name, block, most, rng, monkeypatch):
    monkeypatch.setattr(causal_self_attention, "_BLOCK", block)
    monkeypatch.setattr(causal_self_attention, "_MOST_BLOCKS", most)
    layer, x = made(name, rng)
    expected = attend(x, **PATTERNS[name])
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)


def gradient(layer, x):
    """Returns the gradient of a sum of squares of the outputs."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(layer(x) ** 2)
    return tape.gradient(loss, x)


@pytest.mark.parametrize("block", [1, 2, 4])
@pytest.mark.parametrize("name", PATTERNS)
def test_blocks_have_the_gradient_of_one(name, block, rng, monkeypatch):
    layer, x = made(name, rng)
    expected = gradient(layer, x)
    monkeypatch.setattr(causal_self_attention, "_BLOCK", block)
    np.testing.assert_allclose(gradient(layer, x), expected, atol=1e-4)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_block_has_a_gradient_of_all_steps(name, rng, monkeypatch):
    monkeypatch.setattr(causal_self_attention, "_BLOCK", 2)
    layer, x = made(name, rng)
    run = tf.function(lambda x: gradient(layer, x), autograph=False)
    graph = run.get_concrete_function(x).graph
    # A slice's gradient is as large as what it was cut from.
    kinds = [operation.type for operation in graph.get_operations()]
    assert "ConcatV2" in kinds
    assert "StridedSliceGrad" not in kinds


@pytest.mark.slow
def test_the_graph_does_not_grow_with_the_number_of_steps():
    layer = CausalSelfAttention(units=2, num_heads=1, window=2**22)
    sizes = []
    for steps in (2**13, 2**22):
        spec = tf.TensorSpec([1, steps, layer.in_channels])
        graph = tf.function(layer).get_concrete_function(spec).graph
        sizes.append(len(graph.get_operations()))
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("block_size", [1, 4, 20])
@pytest.mark.parametrize("name", PATTERNS)
def test_steps_are_its_formula(name, block_size, rng):
    layer, x = made(name, rng)
    outputs, _ = stepped(layer, x, block_size)
    expected = attend(x, **PATTERNS[name])
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["window", "rotary"])
def test_steps_under_xla_are_its_formula(name, rng):
    layer, x = made(name, rng)
    sizes = []

    @tf.function(jit_compile=True, autograph=False)
    def run(x):
        sizes.append(layer.first_state(2, STEPS)["keys"].shape[2])
        return stepped(layer, x, 4)[0]

    expected = attend(x, **PATTERNS[name])
    np.testing.assert_allclose(run(x), expected, atol=1e-5)
    # XLA compiles for fixed shapes.
    assert sizes == [layer.window - 1]


@pytest.mark.parametrize("block", [4, 128])
def test_training_drops_weights(block, rng, monkeypatch):
    monkeypatch.setattr(causal_self_attention, "_BLOCK", block)
    options = {**PATTERNS["window"], "dropout": 0.5}
    layer = CausalSelfAttention(**options)
    x = rng.normal(size=(2, STEPS, layer.in_channels)).astype("float32")
    dropped = []

    def drop(dropout, weights):
        assert dropout.rate == 0.5
        dropped.append(weights.shape[2])
        # It keeps what the last head says, and makes it three times as much.
        return weights * tf.constant([0.0, 0.0, 3.0])[:, None, None]

    found = layer.call_in_training(x, drop)
    assert sum(dropped) == STEPS
    np.testing.assert_array_equal(found[..., :4], np.zeros((2, STEPS, 4)))
    np.testing.assert_allclose(found[..., 4:], 3 * layer(x)[..., 4:], rtol=1e-5)
    # A rate of zero asks for nothing.
    plain = CausalSelfAttention(**PATTERNS["window"])
    np.testing.assert_array_equal(plain.call_in_training(x, drop), plain(x))


@pytest.mark.parametrize("name", PATTERNS)
def test_its_weights_are_those_of_its_values(name, rng):
    layer, x = made(name, rng)
    weights = layer.attention_weights(x)
    heads, value = layer.num_heads, layer.units // layer.num_heads
    values = tf.reshape(x[..., -layer.units :], [2, STEPS, heads, value])
    expected = np.einsum("bhts,bshv->bthv", weights, values)
    np.testing.assert_allclose(
        expected.reshape(2, STEPS, layer.units), layer(x), atol=1e-5
    )
    back = np.subtract.outer(np.arange(STEPS), np.arange(STEPS))
    assert not weights.numpy()[..., ~layer._sees(back)].any()


def test_what_is_kept_does_not_outgrow_the_window(rng):
    layer, x = made("window", rng)
    _, state = stepped(layer, x, 4)
    ((keys, values),) = (s.values() for s in state["states"].values())
    assert keys.shape == (2, 3, 2, 3)
    assert values.shape == (2, 3, 2, 2)


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_two_patterns_see_every_step_before(stride):
    # [Child et al. 2019, Sec. 4.3]: a path of two hops to each.
    steps = np.arange(13)
    back = steps[:, None] - steps
    near, far = (
        CausalSelfAttention(1, 1, **options)._sees(back)
        for options in ({"window": stride}, {"window": 13, "stride": stride})
    )
    reached = np.asarray(far, int) @ np.asarray(near, int) > 0
    np.testing.assert_array_equal(reached, back >= 0)


def test_rotated_products_depend_on_the_distance_alone(rng):
    query, key = rng.normal(size=(2, 6)).astype("float32")
    products = [
        np.dot(rotated(query, tf.constant(m)), rotated(key, tf.constant(n)))
        for m, n in [(7, 3), (104, 100), (4, 0)]
    ]
    np.testing.assert_allclose(products, products[0], rtol=1e-4)
    other = np.dot(rotated(query, tf.constant(5)), key)
    assert abs(other - products[0]) > 1e-3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 6, "num_heads": 4}, "`num_heads` must divide"),
        ({"units": 6, "num_heads": 2, "rotary": True}, "`key_units` must be"),
        ({"units": 4, "num_heads": 0}, "`num_heads` must be an integer"),
        ({"units": 4, "num_heads": 2, "stride": 1.5}, "`stride` must be"),
        ({"units": 4, "num_heads": 2, "dropout": 1.0}, "`dropout` must be"),
    ],
)
def test_bad_arguments_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        CausalSelfAttention(window=5, **options)


WRONG_INPUTS = {
    "channels": (CausalSelfAttention(4, 2, 5), (1, 3, 8)),
    "no steps": (CausalSelfAttention(4, 2, 5), (1, 12)),
    "channels of a pixel": (CausalSelfAttention2D(4, 2, 5), (1, 3, 3, 8)),
    "too many channels": (CausalSelfAttention2D(4, 2, 5), (1, 3, 3, 24)),
    "colours in channels": (
        CausalSelfAttention2D(4, 2, 5, num_colours=3),
        (1, 3, 3, 12),
    ),
    "colours": (
        CausalSelfAttention2D(4, 2, 5, num_colours=3),
        (1, 3, 3, 2, 12),
    ),
    "no columns": (CausalSelfAttention2D(4, 2, 5), (1, 3, 12)),
}


@pytest.mark.parametrize(
    ("layer", "shape"), WRONG_INPUTS.values(), ids=WRONG_INPUTS
)
def test_inputs_have_queries_keys_and_values(layer, shape):
    message = re.escape(f"Received shape {shape}")
    with pytest.raises(ValueError, match=f"`inputs` must have .* {message}"):
        layer(np.zeros(shape, "float32"))


@pytest.mark.parametrize(
    ("cls", "axes"), [(CausalSelfAttention, 1), (CausalSelfAttention2D, 2)]
)
def test_inputs_are_checked_at_every_call(cls, axes):
    layer = cls(4, 2, 5)
    layer(np.zeros([1, *[3] * axes, 12], "float32"))
    with pytest.raises(ValueError, match="`inputs` must have shape"):
        layer(np.zeros([1, *[3] * axes, 8], "float32"))


def test_heads_divide_the_channels_of_a_colour():
    with pytest.raises(ValueError, match="num_heads=4, units=6, key_units=8"):
        CausalSelfAttention2D(6, 4, 5, key_units=8)
