import keras
import numpy as np
import pytest

from trainers.training.averaging import ValidateAveraged
from trainers.training.averaging import averaged_weights


@pytest.fixture
def model():
    """A dense layer trained for two steps with an average of its weights."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(
        optimizer=keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.75),
        loss="mse",
    )
    for _ in range(2):
        model.train_on_batch(np.ones((4, 3)), np.ones((4, 2)))
    return model


def test_weights_are_the_average_in_the_block_and_the_same_after(model):
    before = model.get_weights()
    with averaged_weights(model):
        inside = model.get_weights()
    for a, b, c in zip(before, inside, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, c)
        assert np.any(a != b)


def test_weights_return_after_an_error(model):
    before = model.get_weights()
    with pytest.raises(RuntimeError), averaged_weights(model):
        raise RuntimeError
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_without_an_average_nothing_happens(model):
    model.compile(optimizer="sgd", loss="mse")
    before = model.get_weights()
    with averaged_weights(model):
        np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_the_callback_validates_with_the_average(model):
    x, y = np.ones((4, 3)), np.ones((4, 2))
    before = model.get_weights()
    with averaged_weights(model):
        expected = model.evaluate(x, y, verbose=0)
    validated = model.evaluate(x, y, verbose=0, callbacks=[ValidateAveraged()])
    assert validated == expected
    assert validated != model.evaluate(x, y, verbose=0)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
