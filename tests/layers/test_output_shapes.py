"""Layers say what they return, as functional graphs and wrappers need it."""

import keras
import numpy as np
import pytest

from tf_autoregressive import layers

COLOURS = [0, 0, 0]
SEQUENCE, MAP = (2, 5, 3), (2, 4, 6, 3)
LAYERS = {
    "dense": (layers.MaskedDense, ([[1, 2, 3]], [[1, 2, 3, 1]]), {}, (2, 3)),
    "nade": (layers.NADEConditionals, (4, 2), {}, (2, 3)),
    "rescaled-nade": (layers.RescaledNADEConditionals, (4, 2), {}, (2, 3)),
    "prediction": (layers.AdaptivePrediction, (2,), {}, SEQUENCE),
    "causal": (layers.CausalConv1D, (4, 2), {}, SEQUENCE),
    "attention": (layers.CausalSelfAttention, (1, 1, 3), {}, SEQUENCE),
    "gru": (layers.SequenceGRU, (4,), {}, SEQUENCE),
    "lstm": (layers.SequenceLSTM, (4,), {}, SEQUENCE),
    "attention-2d": (layers.CausalSelfAttention2D, (1, 1, 3), {}, MAP),
    "shifted": (
        layers.ShiftedConv2D,
        (4, (2, 3)),
        {"above": 1, "left": 1, "strides": 2},
        MAP,
    ),
    "masked": (layers.MaskedConv2D, (COLOURS, [0] * 4, (3, 3)), {}, MAP),
    "normed": (layers.NormedConv2D, (4, (2, 3)), {"above": 1, "left": 1}, MAP),
    "upsampling": (layers.UpsamplingConv2D, (4, 3), {}, MAP),
    "row": (layers.RowLSTM, (COLOURS, [0] * 4), {}, MAP),
    "diagonal": (layers.DiagonalBiLSTM, (COLOURS, [0] * 4), {}, MAP),
}


def test_every_layer_is_tried_here():
    found = {
        value
        for value in vars(layers).values()
        if isinstance(value, type) and issubclass(value, keras.layers.Layer)
    }
    assert found == {constructor for constructor, *_ in LAYERS.values()}


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("name", list(LAYERS))
def test_what_is_declared_is_what_comes(name, dtype, rng):
    constructor, arguments, options, shape = LAYERS[name]
    layer = constructor(*arguments, dtype=dtype, **options)
    x = rng.normal(size=shape).astype("float32")
    came = layer(x)
    declared = layer(keras.Input(shape[1:]))
    assert declared.dtype == keras.backend.standardize_dtype(came.dtype)
    assert declared.shape == (None, *came.shape[1:])
    assert layer.compute_output_shape(shape) == tuple(came.shape)


def test_a_wrapper_of_keras_takes_a_masked_layer(rng):
    layer = layers.MaskedDense([[1, 2, 3]], [[1, 2, 3, 1]])
    inputs = keras.Input((7, 3))
    model = keras.Model(inputs, keras.layers.TimeDistributed(layer)(inputs))
    x = rng.normal(size=(2, 7, 3)).astype("float32")
    for step in range(7):
        np.testing.assert_allclose(
            model(x)[:, step], layer(x[:, step]), rtol=1e-5, atol=1e-6
        )
