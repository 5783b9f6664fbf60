"""Linear prediction that is fitted while a sequence is read."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.layers import AdaptivePrediction

ORDER, FORGETTING, SMALLEST = 3, 0.9, 0.01


def make(**options):
    options = {"forgetting": FORGETTING, "smallest": SMALLEST, **options}
    return AdaptivePrediction(ORDER, **options)


def fitted(x):
    """Returns the outputs `[T, 3]` for `x [T]`, by solving equations anew."""
    past, prediction, error, power = np.zeros(ORDER), 0.0, SMALLEST, 0.0
    sums, products = 1e-3 * np.eye(ORDER), np.zeros(ORDER)
    outputs = []
    for time, value in enumerate(x):
        off, before = value - prediction, error
        error = max(0.8 * error + 0.2 * abs(off), SMALLEST)
        power = FORGETTING * power + value**2 / error
        sums = FORGETTING * sums + np.outer(past, past) / error
        products = FORGETTING * products + past * value / error
        turn = time % ORDER
        ridge = 1e-5 * power + 1e-3
        sums[turn, turn] += ORDER * (1 - FORGETTING) * ridge
        past = np.array([value, *past[:-1]])
        prediction = np.clip(np.linalg.solve(sums, products) @ past, -1, 1)
        outputs.append([prediction, error, off / before])
    return np.array(outputs)


def test_it_solves_weighted_least_squares(rng):
    x = rng.uniform(-1.0, 1.0, size=(2, 40, 2)).astype("float32")
    outputs = make()(x).numpy().reshape(2, 40, 3, 2)
    for row, value in np.ndindex(2, 2):
        expected = fitted(x[row, :, value].astype("float64"))
        np.testing.assert_allclose(
            outputs[row, ..., value], expected, rtol=1e-5, atol=1e-6
        )


def test_a_wave_is_predicted_once_it_was_seen():
    wave = np.sin(0.3 * np.arange(200)).astype("float32")
    prediction = tf.function(make())(wave[None, :, None])[0, :, 0]
    np.testing.assert_allclose(prediction[50:-1], wave[51:], atol=1e-3)


STEPS = np.arange(4000)
SIGNALS = {
    "silence": 0.0 * STEPS,
    "least level": 0.0 * STEPS + 1 / 65535,
    "lowest level": 0.0 * STEPS - 1.0,
    "square wave": np.where(STEPS % 100 < 50, 1.0, -1.0),
    "every other step": (-1.0) ** STEPS,
    "clipped wave": np.clip(3.0 * np.sin(0.1 * STEPS), -1.0, 1.0),
    "an impulse": 1.0 * (STEPS == 2000),
    "a wave, then silence": np.sin(0.3 * STEPS) * (STEPS < 500),
    "noise between silences": np.where(
        STEPS // 500 % 2, np.random.default_rng(0).uniform(-1, 1, 4000), 0.0
    ),
}


def test_the_fit_stays_sound_whatever_comes():
    """Forgetting 0.8 for 4,000 steps makes 10^387 of what it divides."""
    layer = make(forgetting=0.8, smallest=2 / 65535)
    x = tf.constant(np.stack([*SIGNALS.values()])[..., None], tf.float32)
    layer.build(x.shape)
    first = layer.first_state(len(SIGNALS), len(STEPS))

    outputs, state = tf.function(layer.steps)(x, first, 0)

    assert np.all(np.isfinite(outputs))
    assert np.all(np.abs(outputs[..., 0]) <= 1.0)
    inverse = state["inverse"].numpy()[:, 0]
    np.testing.assert_array_equal(inverse, np.swapaxes(inverse, 1, 2))
    values = np.linalg.eigvalsh(inverse)
    assert np.all(values > 0.0)
    assert np.all(values < 1e5)
    off = np.abs(outputs[:, -11:-1, 0] - x[:, -10:, 0]).max(axis=1)
    easy = ["silence", "lowest level", "every other step", "an impulse"]
    assert np.all(off[[[*SIGNALS].index(name) for name in easy]] < 1e-4)


def test_the_sums_are_exact_under_every_policy():
    layer = make(dtype="mixed_bfloat16")
    layer.build((None, None, 1))
    state = layer.first_state(2, 5)
    assert {part.dtype for part in tf.nest.flatten(state)} == {tf.float64}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"forgetting": 0.0}, "`forgetting` must be above 0"),
        ({"forgetting": 1.0}, "`forgetting` must be above 0"),
        ({"smallest": 0.0}, "`smallest` must be positive"),
    ],
)
def test_arguments_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
