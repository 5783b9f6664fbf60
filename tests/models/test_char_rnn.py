"""Char-RNN: training whose batches continue one another."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.convolutions import randomise
from tf_autoregressive.datasets import continued_batches
from tf_autoregressive.datasets import from_text
from tf_autoregressive.models import CharRNN

ROWS = 3


def make(rng, steps, cell="lstm", **options):
    model = CharRNN(
        (steps,),
        num_levels=4,
        cell=cell,
        units=5,
        embedding_size=3,
        **options,
    )
    randomise([model], rng, scale=0.6)
    return model


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_parts_of_a_text_score_like_the_whole(cell, rng):
    model = make(rng, 4, cell, carried_rows=ROWS)
    whole = CharRNN.from_config(
        {**model.get_config(), "event_shape": (12,), "carried_rows": 0}
    )
    weights = [variable.numpy() for variable in model.trainable_variables]
    for variable, value in zip(whole.trainable_variables, weights, strict=True):
        variable.assign(value)
    x = rng.integers(4, size=(ROWS, 12)).astype("int32")
    parts = [
        model.training_log_prob(tf.constant(x[:, start : start + 4]))
        for start in (0, 4, 8)
    ]
    np.testing.assert_allclose(
        sum(part.numpy() for part in parts), whole.log_prob(x), rtol=1e-5
    )
    # And scoring begins anew.
    first = whole.log_prob_per_dim(x).numpy()[:, :4].sum(axis=1)
    np.testing.assert_allclose(model.log_prob(x[:, :4]), first, rtol=1e-5)


@pytest.mark.slow
def test_epochs_begin_without_states(rng):
    model = make(rng, 4, carried_rows=ROWS)
    model.compile(optimizer=keras.optimizers.SGD(0.0), run_eagerly=True)
    x = rng.integers(4, size=(ROWS, 4)).astype("int32")
    data = tf.data.Dataset.from_tensor_slices(x).batch(ROWS)
    losses = model.fit(data, epochs=2, verbose=0).history["loss"]
    assert losses[0] == losses[1]
    np.testing.assert_allclose(losses[0], -np.mean(model.log_prob(x)), 1e-5)
    assert np.any(model.last_codes)


@pytest.mark.slow
def test_gradients_stop_at_the_start_of_a_batch(rng):
    model = make(rng, 4, carried_rows=ROWS)
    x = tf.constant(rng.integers(4, size=(ROWS, 4)), tf.int32)
    model.training_log_prob(x)
    with tf.GradientTape() as tape:
        tape.watch(model.last_codes.value)
        log_prob = model.training_log_prob(x)
    assert tape.gradient(log_prob, model.last_codes.value) is None


def test_batches_must_have_as_many_rows(rng):
    model = make(rng, 4, carried_rows=ROWS)
    with pytest.raises(ValueError, match=r"`carried_rows`.*as many rows: 3"):
        model.training_log_prob(tf.zeros([2, 4], tf.int32))


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True])
def test_arrays_are_taken_in_their_order(jit_compile, rng):
    model = make(rng, 4, carried_rows=ROWS)
    model.compile(keras.optimizers.SGD(0.0), jit_compile=jit_compile)
    x = rng.integers(4, size=(4 * ROWS, 4)).astype("int32")
    loss = model.fit(x, batch_size=ROWS, verbose=0).history["loss"][0]
    model.forget()
    expected = [
        -np.mean(model.training_log_prob(tf.constant(batch)))
        for batch in np.split(x, 4)
    ]
    np.testing.assert_allclose(loss, np.mean(expected), rtol=1e-5)


def test_so_must_batches_of_any_size(rng):
    model = make(rng, 4, carried_rows=ROWS)
    model.compile(keras.optimizers.SGD(0.0), jit_compile=False)
    x = rng.integers(4, size=(8, 4)).astype("int32")
    with pytest.raises(ValueError, match="as many rows: 3"):
        model.fit(x, batch_size=4, verbose=0)
    data = tf.data.Dataset.from_tensor_slices(x).batch(4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="as many rows: 3"):
        model.fit(data, verbose=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"carried_rows": -1}, "`carried_rows` must be an integer"),
        (
            {"carried_rows": 2, "variable_length": True},
            "`variable_length` must be False with `carried_rows`",
        ),
    ],
)
def test_what_cannot_be_carried_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        CharRNN((4,), num_levels=3, **options)


def test_nothing_carried_is_nothing_to_forget(rng):
    make(rng, 4).forget()


def test_a_callback_may_come_alone(rng):
    model = make(rng, 4, carried_rows=ROWS)
    model.compile(keras.optimizers.SGD(0.0), jit_compile=False)
    x = rng.integers(4, size=(ROWS, 4)).astype("int32")
    alone = keras.callbacks.TerminateOnNaN()
    model.fit(x, batch_size=ROWS, callbacks=alone, verbose=0)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_weights_of_16_bits_are_refused(dtype):
    with pytest.raises(ValueError, match=r"`dtype` of recurrent.*float16"):
        CharRNN((4,), num_levels=3, units=3, dtype=dtype)


def test_rows_go_on_where_they_ended():
    text = "".join("abcdefghij"[index * 7 % 10] for index in range(800))
    data = from_text(text, steps=5, validation_share=0.1, test_share=0.1)
    batches = np.stack(list(continued_batches(data.train, 4)))
    assert batches.shape == (32, 4, 5)
    rows = np.swapaxes(batches, 0, 1).reshape(-1)
    windows = np.concatenate(list(data.train.as_numpy_iterator()))
    np.testing.assert_array_equal(rows, windows[: len(rows)])
    with pytest.raises(ValueError, match="`batch_size` must be at most"):
        continued_batches(data.train, 1000)
