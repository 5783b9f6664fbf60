"""The LSTM of sequences, beside Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.layers.sequence.lstm import SequenceLSTM

BATCH, STEPS, CHANNELS, UNITS = 3, 7, 5, 4


def results(layer_class, rng, dtype, *, jit_compile=False):
    """Returns outputs, last states, and the gradients of all there is."""
    shapes = [(BATCH, STEPS, CHANNELS), (BATCH, UNITS), (BATCH, UNITS)]
    tensors = [
        tf.constant(rng.normal(size=shape).astype("float32"))
        for shape in shapes
    ]
    keras.utils.set_random_seed(0)
    layer = layer_class(
        UNITS, return_sequences=True, return_state=True, dtype=dtype
    )
    layer.build(shapes[0])

    @tf.function(jit_compile=jit_compile, autograph=False)
    def run(x, *states):
        with tf.GradientTape() as tape:
            tape.watch([x, *states])
            outputs = layer(x, initial_state=list(states))
            squares = [
                tf.reduce_sum(tf.cast(part, "float32") ** 2) for part in outputs
            ]
        sources = [x, *states, *layer.trainable_variables]
        return [*outputs, *tape.gradient(squares, sources)]

    return [tf.cast(result, "float32").numpy() for result in run(*tensors)]


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float32", 2e-5), ("mixed_bfloat16", 0.05)]
)
def test_it_is_keras_lstm(dtype, tolerance, jit_compile):
    rngs = [np.random.default_rng(0) for _ in range(2)]
    expected = results(keras.layers.LSTM, rngs[0], dtype)
    actual = results(SequenceLSTM, rngs[1], dtype, jit_compile=jit_compile)
    for one, other in zip(actual, expected, strict=True):
        scale = np.abs(other).max()
        np.testing.assert_allclose(one, other, atol=tolerance * scale)


def test_numbers_of_steps_and_sequences_may_be_open(rng):
    layer = SequenceLSTM(UNITS, return_sequences=True)
    x = rng.normal(size=(BATCH, STEPS, CHANNELS)).astype("float32")
    expected = layer(x)
    opened = tf.function(
        layer, input_signature=[tf.TensorSpec([None, None, CHANNELS])]
    )
    np.testing.assert_allclose(opened(x), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        opened(x[:1, :2]), expected[:1, :2], rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"go_backwards": True},
        {"recurrent_dropout": 0.1},
    ],
    ids=str,
)
def test_other_layers_are_refused(options):
    with pytest.raises(ValueError, match=f"`{next(iter(options))}` must be as"):
        SequenceLSTM(UNITS, **options)


def test_masks_are_refused(rng):
    layer = SequenceLSTM(UNITS)
    x = rng.normal(size=(BATCH, STEPS, CHANNELS)).astype("float32")
    with pytest.raises(ValueError, match="`mask` must be None"):
        layer(x, mask=np.ones((BATCH, STEPS), bool))
