"""Counts of products and bytes, beside those by hand and TensorFlow's own."""

import keras
import pytest
import tensorflow as tf

from tests.benchmarks import counting
from tf_autoregressive import layers
from tf_autoregressive import models

# Bytes of a float32.
FLOAT = 4


def calls_of(layer, shape):
    layer.build(shape)
    return counting.calls_of(layer, shape)


def only_call_of(layer, shape):
    [call] = [call for call in calls_of(layer, shape) if call.operations]
    return call


def test_a_masked_dense_layer_multiplies_the_whole_kernel():
    layer = layers.MaskedDense([[1, 2, 3]], [[1, 2, 3, 1, 2]])
    call = only_call_of(layer, [4, 3])
    assert call.operations == 2 * 4 * 3 * 5
    assert call.num_bytes == FLOAT * (4 * 3 + 4 * 5)


def test_a_masked_convolution_multiplies_the_rows_down_to_its_own():
    layer = layers.MaskedConv2D([0, 0, 0], [0] * 7, (5, 3))
    call = only_call_of(layer, [2, 8, 9, 3])
    pixels, taps = 2 * 8 * 9, 3 * 3
    assert call.operations == 2 * pixels * taps * 3 * 7
    assert call.num_bytes == FLOAT * pixels * (3 + 7)


def test_an_lstm_multiplies_inputs_and_states_with_four_gates():
    layer = layers.SequenceLSTM(5, return_sequences=True)
    call = only_call_of(layer, [2, 7, 3])
    assert call.operations == 2 * 2 * 7 * (3 + 5) * 4 * 5
    assert call.num_bytes == FLOAT * 2 * 7 * (3 + 5)


def test_the_lstms_of_images_multiply_inputs_and_states():
    layer = layers.RowLSTM([0] * 3, [0] * 5, kernel_size=3)
    calls = calls_of(layer, [2, 8, 9, 3])
    pixels = 2 * 8 * 9
    # The kernel of the inputs ends with the pixel.
    found = sorted(call.operations for call in calls)
    assert found == [
        2 * pixels * 2 * 3 * 4 * 5,
        2 * pixels * 3 * 5 * 4 * 5,
    ]


def test_attention_multiplies_the_pairs_that_see_each_other():
    layer = layers.CausalSelfAttention(6, 2, window=100, key_units=4)
    call = only_call_of(layer, [3, 5, 14])
    pairs = 5 + 4 + 3 + 2 + 1
    assert call.operations == 2 * 3 * pairs * (4 + 6)
    assert counting.bytes_of_attention([call]) == FLOAT * 3 * pairs * (4 + 6)


@pytest.mark.parametrize(
    ("window", "stride", "pairs"),
    [
        (2, 1, 1 + 2 + 2 + 2 + 2),
        (5, 2, 1 + 1 + 2 + 2 + 3),
        (3, 2, 1 + 1 + 2 + 2 + 2),
    ],
)
def test_attention_skips_what_lies_too_far_back(window, stride, pairs):
    layer = layers.CausalSelfAttention(2, 1, window=window, stride=stride)
    assert counting.pairs(layer, 5) == pairs


def test_nade_costs_as_much_as_its_two_kernels():
    layer = layers.NADEConditionals(5, num_parameters=3)
    call = only_call_of(layer, [2, 7])
    assert call.operations == 2 * 2 * 7 * 5 * (1 + 3)


def test_a_layer_without_a_rule_is_refused():
    layer = keras.layers.Conv2D(2, 3)
    with pytest.raises(TypeError, match="no rule to count Conv2D"):
        only_call_of(layer, [1, 5, 5, 1])


def test_training_costs_three_passes_and_the_moves_of_adam():
    model = models.MADE((6,), units=(5,), direct=False)
    weights = 6 * 5 + 5 + 5 * 6 + 6
    scored, trained = counting.scoring(model, 4), counting.training(model, 4)
    moved = FLOAT * 4 * (6 + 5 + 5 + 6)
    assert scored == (2 * 4 * (6 * 5 + 5 * 6), FLOAT * weights + moved)
    assert trained.operations == 3 * scored.operations
    assert trained.num_bytes == 10 * FLOAT * weights + 3 * moved


def test_drawing_reads_keys_and_values_again():
    model = models.Transformer(
        (6,), num_levels=3, units=4, num_heads=1, num_layers=1
    )
    scored, drawn = counting.scoring(model, 2), counting.drawing(model, 2)
    assert drawn.operations == scored.operations
    assert drawn.num_bytes - scored.num_bytes == FLOAT * 2 * 21 * (4 + 4)


@pytest.mark.parametrize(
    ("cls", "arguments"),
    [
        (models.MADE, {"event_shape": (6,), "units": (5, 4)}),
        (
            models.PixelCNN,
            {"event_shape": (6, 5, 3), "filters": 6, "num_blocks": 2},
        ),
        (
            models.GatedPixelCNN,
            {"event_shape": (6, 5, 1), "filters": 4, "num_layers": 2},
        ),
    ],
)
def test_counts_are_those_of_the_profiler(cls, arguments):
    model = cls(**arguments)
    found = counting.scoring(model, 3).operations
    assert found == profiled(model, 3)


def profiled(model, number):
    """Returns the operations of the products, as TensorFlow counts them."""
    shape = [number, *model.event_shape]

    def network(x):
        return model.network(x, context=None, member=0, training=False)

    graph = (
        tf.function(network, autograph=False)
        .get_concrete_function(tf.TensorSpec(shape))
        .graph
    )
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(
        profiler.ProfileOptionBuilder.float_operation()
    )
    root = profiler.profile(
        graph, cmd="op", options=options.with_empty_output().build()
    )
    counts = dict(_by_operation(root))
    return counts.get("MatMul", 0) + counts.get("Conv2D", 0)


def _by_operation(node):
    yield node.name, node.float_ops
    for child in node.children:
        yield from _by_operation(child)
