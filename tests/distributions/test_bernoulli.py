"""The Bernoulli output scores as TFP does, to the last bit."""

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.distributions import BernoulliOutput

LOGITS = np.array([-np.inf, -90.0, -20.0, -1.5, 0.0, 0.3, 20.0, 90.0], "f4")


def log_prob_and_gradient(distribution_of, value):
    logits = tf.constant(LOGITS)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        log_prob = distribution_of(logits).log_prob(value)
    return log_prob.numpy(), tape.gradient(log_prob, logits).numpy()


def test_log_probs_are_those_of_tfp_to_the_last_bit():
    def ours(logits):
        return BernoulliOutput().distribution(logits[:, None], 0)

    def theirs(logits):
        return tfp.distributions.Bernoulli(logits=logits)

    for value in (0, 1):
        log_prob, gradient = log_prob_and_gradient(ours, value)
        expected, expected_gradient = log_prob_and_gradient(theirs, value)
        np.testing.assert_array_equal(log_prob, expected)
        finite = np.isfinite(LOGITS)
        np.testing.assert_array_equal(
            gradient[finite], expected_gradient[finite]
        )
