"""What `fit` and `evaluate` take, and what they make of it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import CharCNN

WEIGHT = np.array([1.0, 0.0, 2.0, 0.0, 1.0])


@pytest.fixture
def model(rng):
    model = FVSBN((6,))
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    model.compile(optimizer=keras.optimizers.SGD(0.1), jit_compile=True)
    return model


@pytest.fixture
def x(rng):
    return rng.integers(2, size=(5, 6))


def weighted_nats(model, x):
    return -np.average(model.log_prob(x), weights=WEIGHT)


def test_weights_of_arrays_count_in_the_mean(model, x):
    loss, _ = model.evaluate(x, sample_weight=WEIGHT, verbose=0)
    np.testing.assert_allclose(loss, weighted_nats(model, x), rtol=1e-5)


def test_weights_of_arrays_count_in_training(model, x):
    expected = weighted_nats(model, x)
    fitted = model.fit(
        x,
        sample_weight=WEIGHT,
        validation_data=(x, None, WEIGHT),
        verbose=0,
    )
    np.testing.assert_allclose(fitted.history["loss"], [expected], rtol=1e-5)
    after = weighted_nats(model, x)
    np.testing.assert_allclose(fitted.history["val_loss"], [after], rtol=1e-5)


def test_examples_without_weight_change_nothing(model, x):
    before = model.get_weights()
    changed = np.where(WEIGHT[:, None] > 0, x, 1 - x)
    model.fit(x, sample_weight=WEIGHT, verbose=0)
    after = model.get_weights()
    model.set_weights(before)
    model.fit(changed, sample_weight=WEIGHT, verbose=0)
    for one, other in zip(after, model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(
    "form", [tf.constant, lambda x: {"x": x}, lambda x: {"x": tf.constant(x)}]
)
@pytest.mark.parametrize("value", [0.5, 7.0])
def test_bad_values_are_refused_under_xla_too(model, x, form, value):
    bad = x.astype("float32")
    bad[2, 3] = value
    for use in (model.fit, model.evaluate, model.predict):
        with pytest.raises(ValueError, match=r"`x` must hold integers in"):
            use(form(bad), verbose=0)
    with pytest.raises(ValueError, match=r"`x` must hold integers in"):
        model.fit(x, validation_data=(form(bad),), verbose=0)


def test_bad_labels_of_tensors_are_refused_under_xla_too():
    model = CharCNN((4,), num_levels=3, filters=2, num_classes=2)
    model.compile(optimizer="sgd", jit_compile=True)
    with pytest.raises(ValueError, match="`context` must"):
        model.fit(tf.zeros((2, 4), "int32"), tf.constant([0, 5]), verbose=0)


@pytest.mark.parametrize("keys", [["x", "weights"], ["context"], []])
def test_other_keys_are_refused(model, x, keys):
    data = dict.fromkeys(keys, x)
    with pytest.raises(ValueError, match=r"must have the key 'x'.*Received"):
        model.evaluate(data, verbose=0)
    if keys:
        dataset = tf.data.Dataset.from_tensor_slices(data).batch(5)
        with pytest.raises(ValueError, match="must have the key 'x'"):
            model.fit(dataset, verbose=0)


def test_booleans_are_bits_everywhere(model, x):
    bits = x.astype(bool)
    expected = -np.mean(model.log_prob(x))
    np.testing.assert_array_equal(model.log_prob(bits), model.log_prob(x))
    np.testing.assert_allclose(model.predict(bits, verbose=0).mean(), -expected)
    loss, _ = model.evaluate(bits, verbose=0)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


@pytest.mark.parametrize("use", ["fit", "evaluate", "predict", "log_prob"])
def test_masked_values_are_refused(model, x, use):
    with pytest.raises(ValueError, match="`x` must have no masked values"):
        getattr(model, use)(np.ma.masked_equal(x, 1))
