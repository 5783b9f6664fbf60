"""Metrics with their unit in the name."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.metrics import BitsPerChar
from tf_autoregressive.metrics import BitsPerDim
from tf_autoregressive.metrics import NatsPerStep
from tf_autoregressive.metrics import Perplexity


def test_a_uniform_model_of_8_bit_data_scores_eight_bits():
    metric = BitsPerDim(num_dims=3072)
    metric.update_state(np.full(7, -3072 * math.log(256.0), "float32"))
    assert f"{float(metric.result()):.3f}" == "8.000"


def test_a_uniform_model_of_binary_data_scores_one_bit():
    metric = BitsPerDim(num_dims=784)
    metric.update_state([-543.4274])
    np.testing.assert_allclose(metric.result(), 1.0, rtol=1e-6)


def test_a_short_last_batch_weighs_what_it_holds(rng):
    log_prob = rng.normal(-10.0, 3.0, size=10).astype("float32")
    metric = BitsPerDim(num_dims=5)
    for batch in (log_prob[:4], log_prob[4:8], log_prob[8:]):
        metric.update_state(batch)
    expected = -np.mean(log_prob) / (5 * math.log(2.0))
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-6)


def test_it_starts_anew_after_a_reset():
    metric = BitsPerDim(num_dims=1)
    metric.update_state([-1.0])
    metric.reset_state()
    metric.update_state([-math.log(2.0)])
    np.testing.assert_allclose(metric.result(), 1.0, rtol=1e-6)


def test_examples_may_have_weights():
    metric = BitsPerDim(num_dims=1)
    metric.update_state(
        [-math.log(2.0), -math.log(4.0)], sample_weight=[1.0, 3.0]
    )
    np.testing.assert_allclose(metric.result(), 1.75, rtol=1e-6)


@pytest.mark.parametrize(
    "log_prob",
    [[-1.0], np.array([-1.0]), tf.constant([-1.0], tf.float64)],
    ids=["list", "array", "tensor"],
)
def test_any_tensor_like_will_do(log_prob):
    metric = BitsPerDim(num_dims=2)
    metric.update_state(log_prob)
    np.testing.assert_allclose(metric.result(), 0.5 / math.log(2.0), rtol=1e-6)


def test_its_unit_is_its_name_and_it_survives_its_configuration():
    metric = BitsPerDim(num_dims=2)
    assert metric.name == "bits_per_dim"
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert isinstance(again, BitsPerDim)
    assert again.num_dims == 2


def test_steps_are_counted_not_sequences(rng):
    lengths = np.array([1, 9, 30, 0, 4])
    log_prob = -rng.random(5) * 10.0 * lengths
    metric = NatsPerStep(num_steps=30)
    for rows in (slice(0, 2), slice(2, 4), slice(4, 5)):
        metric.update_state(log_prob[rows], lengths=lengths[rows])
    expected = -log_prob.sum() / lengths.sum()
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-6)


def test_steps_of_examples_without_weight_do_not_count():
    metric = NatsPerStep(num_steps=5)
    metric.update_state([-4.0, -9.0], sample_weight=[1.0, 0.0], lengths=[2, 3])
    np.testing.assert_allclose(metric.result(), 2.0, rtol=1e-6)


def test_many_steps_are_counted_exactly():
    metric = NatsPerStep(num_steps=2**20)
    for _ in range(40):
        metric.update_state([-(2.0**20)])
    assert float(metric.result()) == 1.0


def test_a_uniform_model_of_characters_is_known_in_all_units():
    log_prob = np.full(3, -20 * math.log(65.0), "float32")
    for metric, expected in (
        (NatsPerStep(20), math.log(65.0)),
        (BitsPerChar(20), math.log2(65.0)),
        (Perplexity(20), 65.0),
    ):
        metric.update_state(log_prob[:2])
        metric.update_state(log_prob[2:])
        np.testing.assert_allclose(metric.result(), expected, rtol=1e-5)
        again = keras.metrics.deserialize(keras.metrics.serialize(metric))
        assert type(again) is type(metric)
        assert (again.num_steps, again.name) == (20, metric.name)
