"""Temperature, top_k and top_p, against probabilities computed by hand."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tests.zoo import REAL_VALUED
from tf_autoregressive.distributions import BernoulliOutput
from tf_autoregressive.distributions import CategoricalOutput
from tf_autoregressive.distributions import GaussianMixtureOutput
from tf_autoregressive.models import RNADE
from tf_autoregressive.sampling import SamplingOptions
from tf_autoregressive.sampling import dtype_of
from tf_autoregressive.sampling_options import OPTIONS

PROBABILITIES = [0.1, 0.4, 0.05, 0.25, 0.2]


def tempered(output, parameters, **options):
    """Returns the parameters that a draw with these options is from."""
    options = SamplingOptions.checked(**options)
    return options.tempered(output, parameters)[1]


def categorical(**options):
    """Returns the probabilities that `PROBABILITIES` turn into."""
    output = CategoricalOutput(num_levels=5)
    logits = tf.constant(np.log([PROBABILITIES]), tf.float32)
    return tf.nn.softmax(tempered(output, logits, **options))[0].numpy()


def bernoulli(probability, **options):
    output = BernoulliOutput()
    logit = tf.constant([[np.log(probability / (1.0 - probability))]])
    logit = tempered(output, tf.cast(logit, tf.float32), **options)
    return float(tf.sigmoid(logit)[0, 0])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_temperature_takes_powers_of_probabilities(temperature):
    powers = np.array(PROBABILITIES) ** (1.0 / temperature)
    np.testing.assert_allclose(
        categorical(temperature=temperature), powers / powers.sum(), rtol=1e-5
    )
    powers = np.array([0.7, 0.3]) ** (1.0 / temperature)
    np.testing.assert_allclose(
        bernoulli(0.7, temperature=temperature),
        powers[0] / powers.sum(),
        rtol=1e-5,
    )


@pytest.mark.parametrize(
    ("top_k", "kept"),
    [(1, [1]), (2, [1, 3]), (3, [1, 3, 4]), (5, range(5)), (9, range(5))],
)
def test_top_k_keeps_the_most_probable(top_k, kept):
    assert_only(categorical(top_k=top_k), kept)


@pytest.mark.parametrize(
    ("top_p", "kept"),
    [
        (0.01, [1]),
        (0.39, [1]),
        (0.41, [1, 3]),
        (0.64, [1, 3]),
        (0.66, [1, 3, 4]),
        (0.9, [0, 1, 3, 4]),
        (1.0, range(5)),
    ],
)
def test_top_p_keeps_the_fewest_that_hold_so_much(top_p, kept):
    assert_only(categorical(top_p=top_p), kept)


def test_cuts_take_the_levels_of_an_ensemble_of_images():
    # The axes are examples, members, rows, columns, channels and levels.
    logits = tf.constant(np.log(PROBABILITIES), tf.float32)
    logits = tf.broadcast_to(logits, [2, 2, 1, 2, 1, 5])
    output = CategoricalOutput(num_levels=5)
    for cut in ({"top_k": 2}, {"top_p": 0.6}, {"min_p": 0.6}):
        found = tf.nn.softmax(
            tf.reshape(tempered(output, logits, **cut), [-1, 5])
        )
        for row in found.numpy():
            assert_only(row, [1, 3])


def assert_only(actual, kept):
    expected = np.zeros(5)
    expected[list(kept)] = np.array(PROBABILITIES)[list(kept)]
    np.testing.assert_allclose(
        actual, expected / expected.sum(), rtol=1e-5, atol=1e-7
    )


def test_temperature_comes_before_top_p():
    # Squared, 0.4 alone holds 0.16 / 0.275 = 0.58.
    assert_only(categorical(temperature=0.5, top_p=0.55), [1])


@pytest.mark.parametrize("probability", [0.3, 0.7])
@pytest.mark.parametrize(
    ("options", "is_sure"),
    [
        ({"top_k": 1}, True),
        ({"top_k": 2}, False),
        ({"top_p": 0.69}, True),
        ({"top_p": 0.71}, False),
        ({"top_p": 1.0}, False),
    ],
)
def test_a_bit_is_sure_or_as_it_was(probability, options, is_sure):
    expected = float(probability > 0.5) if is_sure else probability
    np.testing.assert_allclose(
        bernoulli(probability, **options), expected, rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("options", [{"top_k": 1}, {"top_p": 0.5}])
def test_a_sure_bit_scores_zero_nats(options):
    output = BernoulliOutput()
    logits = tempered(output, tf.constant([[0.3], [-0.3]]), **options)
    log_prob = output.log_prob_per_dim(logits, tf.constant([1.0, 0.0]))
    np.testing.assert_array_equal(log_prob, [0.0, 0.0])


@pytest.mark.parametrize("output", [BernoulliOutput(), CategoricalOutput()])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 0.8},
        {"top_k": 1},
        {"top_k": 3},
        {"top_p": 0.6},
        {"min_p": 0.3},
        {"top_k": 300, "top_p": 0.9, "min_p": 0.1},
    ],
)
def test_numbers_may_come_with_a_request(output, options, rng):
    logits = rng.normal(size=(5, output.num_parameters))
    logits = tf.constant(logits, tf.float32)
    # Guidance takes the parameters of two contexts.
    others = {k: v for k, v in OPTIONS.items() if k != "guidance"}
    off = {name: option.off for name, option in others.items()}
    numbers = {
        name: tf.constant(value, dtype_of(OPTIONS[name]))
        for name, value in (off | options).items()
    }
    request = SamplingOptions("full", numbers, may_be_off=True)
    np.testing.assert_allclose(
        request.tempered(output, logits)[1],
        tempered(output, logits, **options),
        rtol=1e-6,
    )


def test_ties_are_kept_together():
    output = CategoricalOutput(num_levels=3)
    logits = tempered(output, tf.constant([[0.0, 0.0, -1.0]]), top_k=1)
    np.testing.assert_allclose(tf.nn.softmax(logits), [[0.5, 0.5, 0.0]])


def test_a_mixture_takes_both_knobs():
    output = GaussianMixtureOutput(num_components=2)
    parameters = tf.constant([[0.0, 1.0, -2.0, 2.0, 0.5, -20.0]])
    expected = [[0.0, 2.0, -2.0, 2.0, 0.5 + np.log(0.5), -7.0 + np.log(0.5)]]
    np.testing.assert_allclose(
        tempered(output, parameters, temperature=0.5), expected, rtol=1e-5
    )


@pytest.mark.parametrize("temperature", [1e6, 1e20, 1e30])
def test_draws_of_real_values_are_finite_at_every_temperature(temperature):
    for case in REAL_VALUED:
        model = case.build(0)
        # Log-scales are near 100, and float32 cannot hold their exponential.
        for variable in model.trainable_variables:
            variable.assign(30.0 * variable)
        context = case.contexts(np.random.default_rng(0), 16)
        with run_eagerly():
            x = model.sample(
                16, seed=0, context=context, temperature=temperature
            )
        assert np.isfinite(x).all()


@pytest.mark.parametrize("value", [1e30, 1e38, -3.4e38])
def test_real_values_far_away_have_no_density(value):
    model = RNADE((3,), units=6, num_components=2)
    x = np.array([[value, 0, 0], [0, 0, value], [value] * 3], "float32")
    with run_eagerly():
        np.testing.assert_array_equal(model.log_prob(x), [-np.inf] * 3)
