"""Values that are drawn in one go: what holds of one holds of each."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.distributions import BernoulliOutput
from tf_autoregressive.distributions import CategoricalOutput
from tf_autoregressive.distributions import GaussianMixtureOutput
from tf_autoregressive.distributions import VectorOutput
from tf_autoregressive.sampling import SamplingOptions


@pytest.mark.parametrize(
    "one", [BernoulliOutput(), CategoricalOutput(num_levels=4)]
)
def test_each_value_is_what_it_is_alone(one, rng):
    output, count = VectorOutput(one, 3), one.num_parameters
    parameters = tf.constant(rng.normal(size=(5, 3 * count)), tf.float32)
    noise = output.noise(tf.constant(rng.random((5, 3)), tf.float32))
    drawn = output.draw(parameters, noise)
    values = rng.integers(one.num_levels, size=(5, 3))
    per_dim = output.log_prob_per_dim(parameters, values)
    options = SamplingOptions.checked(temperature=0.5, top_p=0.9)
    _, tempered = output.tempered(parameters, options)
    for n in range(3):
        mine = parameters[:, n * count : (n + 1) * count]
        np.testing.assert_array_equal(
            drawn[:, n : n + 1], one.draw(mine, noise[:, n : n + 1])
        )
        np.testing.assert_allclose(
            per_dim[:, n], one.log_prob_per_dim(mine, values[:, n]), 1e-5
        )
        np.testing.assert_array_equal(
            tempered[:, n * count : (n + 1) * count],
            one.tempered(mine, options)[1],
        )
    np.testing.assert_allclose(
        output.site_log_prob(parameters, values), np.sum(per_dim, 1), 1e-6
    )
    np.testing.assert_allclose(
        output.distribution(parameters, 1).log_prob(values),
        np.sum(per_dim, 1),
        1e-6,
    )
    assert output.site_shape((7, 3)) == (7,)


@pytest.mark.parametrize(
    "one", [BernoulliOutput(), CategoricalOutput(num_levels=4)]
)
def test_zero_can_be_made_certain(one, rng):
    output = VectorOutput(one, 3)
    parameters = rng.normal(size=(5, 3 * one.num_parameters)) * 10.0
    certain = (parameters + output.zero_shift).astype("float32")
    zeros = np.zeros((5, 3))
    np.testing.assert_array_equal(output.site_log_prob(certain, zeros), 0.0)
    noise = output.noise(np.full((5, 3), 1.0 - 1e-6, "float32"))
    np.testing.assert_array_equal(output.draw(certain, noise), zeros)
    zeros[:, 1] = 1
    np.testing.assert_array_equal(output.site_log_prob(certain, zeros), -np.inf)


def test_it_starts_where_its_values_start():
    one = GaussianMixtureOutput(num_components=2)
    output = VectorOutput(one, 3)
    assert output.bias_initializer is one.bias_initializer
    assert (output.has_temperature, output.has_cuts) == (True, False)
