"""The logistic mixture as an output: layout, sites, draws, the first bias."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from tests.conformance.chi_squared import assert_follows
from tf_autoregressive.distributions import CategoricalOutput
from tf_autoregressive.distributions import DiscretizedLogisticMixture
from tf_autoregressive.distributions import DiscretizedLogisticMixtureOutput
from tf_autoregressive.distributions import output_distribution
from tf_autoregressive.sampling import SamplingOptions

tfd = tfp.distributions

NAME = "discretized_logistic_mixture"
TINY = 2.0**-24


def make(num_channels=None, num_levels=6, num_components=2):
    return DiscretizedLogisticMixtureOutput(
        num_levels=num_levels,
        num_components=num_components,
        num_channels=num_channels,
    )


def random_parameters(output, rng, *leading):
    shape = (*leading, output.num_parameters)
    return rng.normal(size=shape).astype("float32")


def random_uniforms(output, rng, *leading):
    uniforms = rng.random((*leading, output.num_uniforms)).astype("float32")
    return tf.constant(uniforms.clip(TINY, 1.0 - TINY))


# Sizes and layout.


@pytest.mark.parametrize("num_levels", [256, 65536])
def test_xla_rounds_the_inputs_as_a_graph_does(num_levels):
    # A prediction of sound that is fitted to such inputs moved by hundreds of
    # levels where they were rounded in another way.
    output, levels = make(num_levels=num_levels), tf.range(num_levels)
    compiled = tf.function(output.network_input, jit_compile=True)
    inputs = output.network_input(levels)
    np.testing.assert_array_equal(compiled(levels), inputs)
    exact = 2.0 * np.arange(num_levels) / (num_levels - 1) - 1.0
    np.testing.assert_allclose(inputs, exact, rtol=0.0, atol=1e-7)


@pytest.mark.parametrize(
    ("num_channels", "num_components", "num_parameters"),
    [(None, 10, 30), (1, 10, 30), (2, 5, 30), (3, 10, 100), (4, 1, 15)],
)
def test_sizes(num_channels, num_components, num_parameters):
    output = make(num_channels, num_components=num_components)
    assert output.site_ndims == (num_channels is not None)
    assert output.num_parameters == num_parameters
    assert output.num_dims == (num_channels or 1)
    assert output.num_uniforms == 2 * output.num_dims
    assert output.num_levels == 6


def test_sites_are_dimensions_or_pixels():
    assert make().site_shape((4, 5, 3)) == (4, 5, 3)
    assert make(3).site_shape((4, 5, 3)) == (4, 5)
    assert make(1).site_shape([4, 5, 1]) == (4, 5)


def test_it_is_made_by_name():
    output = output_distribution(NAME)
    assert type(output) is DiscretizedLogisticMixtureOutput
    assert output.site_ndims == 0
    assert (output.num_levels, output.num_parameters) == (256, 30)
    output = output_distribution(NAME, num_levels=32, num_components=5)
    assert (output.num_levels, output.num_parameters) == (32, 15)


def test_a_coupled_one_has_the_same_levels_and_components():
    output = output_distribution(NAME, num_levels=32, num_components=5)
    assert output.couples_dims
    pixels = output.coupled(3)
    assert (pixels.site_ndims, pixels.num_dims) == (1, 3)
    assert (pixels.num_levels, pixels.num_parameters) == (32, 50)


@pytest.mark.parametrize("num_channels", [None, 1, 2, 3])
def test_parameters_are_laid_out_as_documented(num_channels, rng):
    channels, components = num_channels or 1, 2
    pairs = channels * (channels - 1) // 2
    logits = rng.normal(size=(5, components))
    loc = rng.normal(size=(5, channels, components))
    log_scale = rng.normal(size=(5, channels, components))
    coeffs = rng.normal(size=(5, pairs, components))
    parts = (logits, loc, log_scale, coeffs)
    parameters = np.concatenate([part.reshape(5, -1) for part in parts], -1)
    output = make(num_channels)
    assert output.num_parameters == parameters.shape[-1]
    pixel = DiscretizedLogisticMixture(
        *(part.astype("float32") for part in parts), num_levels=6
    )
    values = rng.integers(6, size=(5, channels))
    np.testing.assert_allclose(
        output.site_log_prob(parameters.astype("float32"), values),
        pixel.log_prob(values),
        rtol=1e-5,
    )


@pytest.mark.parametrize("num_levels", [2, 256])
def test_the_network_sees_what_it_does_of_a_categorical(num_levels):
    values = np.arange(num_levels, dtype="uint8")
    actual = make(num_levels=num_levels).network_input(values)
    assert actual.dtype == tf.float32
    np.testing.assert_array_equal(
        actual, CategoricalOutput(num_levels=num_levels).network_input(values)
    )


# Distributions over events.


@pytest.mark.parametrize(
    ("num_channels", "site_shape"), [(None, (2, 4, 3)), (3, (2, 4))]
)
def test_a_distribution_over_events(num_channels, site_shape, rng):
    output = make(num_channels)
    event_shape = (2, 4, 3)
    parameters = random_parameters(output, rng, 5, *site_shape)
    distribution = output.distribution(parameters, event_ndims=3)
    assert distribution.dtype == tf.int32
    assert distribution.batch_shape == (5,)
    assert distribution.event_shape == event_shape
    np.testing.assert_array_equal(distribution.event_shape_tensor(), [2, 4, 3])
    x = distribution.sample(7, seed=0)
    assert x.shape == (7, 5, *event_shape)
    for dtype in ("uint8", "int32", "float32"):
        values = tf.cast(x, dtype)
        log_prob = distribution.log_prob(values)
        per_dim = output.log_prob_per_dim(parameters, values)
        assert per_dim.shape == (7, 5, *event_shape)
        np.testing.assert_allclose(
            tf.reduce_sum(per_dim, axis=[2, 3, 4]), log_prob, rtol=1e-5
        )
    assert distribution[1:3].batch_shape == (2,)
    np.testing.assert_allclose(
        distribution[2].log_prob(x[:, 2]), log_prob[:, 2], rtol=1e-5
    )


def test_scalar_sites_have_the_statistics_of_one_channel(rng):
    output = make()
    parameters = random_parameters(output, rng, 5, 4)
    scalars = output.distribution(parameters, 0)
    assert scalars.batch_shape == (5, 4)
    assert scalars.event_shape == ()
    mass = np.stack([scalars.prob(level) for level in range(6)], axis=-1)
    np.testing.assert_allclose(mass.sum(-1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(scalars.mean(), mass @ np.arange(6), rtol=1e-5)
    np.testing.assert_array_equal(scalars.mode(), mass.argmax(-1))
    np.testing.assert_allclose(scalars.cdf(2), mass[..., :3].sum(-1), rtol=1e-5)
    vectors = output.distribution(parameters, 1)
    np.testing.assert_array_equal(vectors.mode(), scalars.mode())
    np.testing.assert_array_equal(vectors.mean(), scalars.mean())


@pytest.mark.parametrize(
    ("num_channels", "site_shape"), [(None, (4, 3)), (3, (4,))]
)
def test_mixtures_of_ensembles_take_it(num_channels, site_shape, rng):
    output = make(num_channels)
    parameters = random_parameters(output, rng, 5, 2, *site_shape)
    members = output.distribution(parameters, 2)
    ensemble = tfd.MixtureSameFamily(
        tfd.Categorical(logits=tf.zeros([2])), members
    )
    x = rng.integers(6, size=(5, 4, 3)).astype("uint8")
    assert ensemble.sample(seed=0).shape == (5, 4, 3)
    np.testing.assert_allclose(
        ensemble.log_prob(x),
        tf.reduce_logsumexp(members.log_prob(x[:, None]), axis=1) - np.log(2),
        rtol=1e-5,
    )
    assert output.log_prob_per_dim(parameters, x[:, None]).shape == (5, 2, 4, 3)


@pytest.mark.parametrize("num_channels", [None, 3])
@pytest.mark.parametrize("jit_compile", [False, True])
def test_distributions_work_in_graphs_and_under_xla(
    num_channels, jit_compile, rng
):
    output = make(num_channels)
    sites = (5, 3) if num_channels is None else (5,)
    parameters = tf.constant(random_parameters(output, rng, *sites))
    x = tf.constant(rng.integers(6, size=(5, 3)), tf.uint8)

    def score_and_sample(parameters, x):
        distribution = output.distribution(parameters, 1)
        return distribution.log_prob(x), distribution.sample(2, seed=(0, 1))

    compiled = tf.function(score_and_sample, jit_compile=jit_compile)
    log_prob, sample = compiled(parameters, x)
    expected_log_prob, expected_sample = score_and_sample(parameters, x)
    np.testing.assert_allclose(log_prob, expected_log_prob, rtol=1e-5)
    np.testing.assert_array_equal(sample, expected_sample)


@pytest.mark.parametrize("num_channels", [None, 3])
def test_a_batch_of_unknown_size(num_channels, rng):
    output = make(num_channels)
    sites = (3,) if num_channels is None else ()
    parameters = random_parameters(output, rng, 5, *sites)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, *sites, output.num_parameters]),
            tf.TensorSpec([None, 3], tf.int32),
        ]
    )
    def score(parameters, x):
        distribution = output.distribution(parameters, 1)
        assert distribution.event_shape == (3,)
        return distribution.log_prob(x)

    x = rng.integers(6, size=(5, 3))
    np.testing.assert_allclose(
        score(parameters, x),
        output.distribution(parameters, 1).log_prob(x),
        rtol=1e-5,
    )


# Draws.


@pytest.mark.parametrize("num_channels", [None, 1, 3])
def test_draws_follow_the_probabilities(num_channels, rng, seed):
    output = make(num_channels, num_levels=3)
    parameters = random_parameters(output, rng)
    levels = np.indices([3] * output.num_dims).reshape(output.num_dims, -1).T

    def draw(seed):
        uniforms = random_uniforms(output, np.random.default_rng(seed), 20_000)
        return output.draw(parameters, output.noise(uniforms))

    probabilities = np.exp(output.site_log_prob(parameters, levels))
    assert_follows(draw, probabilities, 3, seed)


@pytest.mark.parametrize("num_channels", [None, 1, 3])
def test_shapes_of_draws(num_channels, rng):
    output = make(num_channels)
    parameters = random_parameters(output, rng, 4, 7)
    noise = output.noise(random_uniforms(output, rng, 4, 7))
    assert noise.shape == (4, 7, output.num_uniforms)
    values = output.draw(parameters, noise)
    assert values.shape == (4, 7, output.num_dims)
    assert values.dtype == tf.float32
    assert output.site_log_prob(parameters, values).shape == (4, 7)


@pytest.mark.parametrize("num_channels", [None, 3])
def test_draws_are_those_of_the_distribution(num_channels, rng):
    output = make(num_channels)
    parameters = random_parameters(output, rng, 50)
    uniforms = random_uniforms(output, rng, 50)
    shape = (50, output.num_dims)
    known = rng.random(shape) < 0.5
    values = rng.integers(6, size=shape).astype("float32")
    ends = np.cumsum([2, 2 * output.num_dims, 2 * output.num_dims])
    logits, *parts = np.split(parameters, ends, axis=-1)
    pixel = DiscretizedLogisticMixture(
        logits, *(part.reshape(50, -1, 2) for part in parts), num_levels=6
    )
    noise = output.noise(uniforms)
    np.testing.assert_array_equal(
        output.draw(parameters, noise), pixel.from_uniforms(uniforms)
    )
    np.testing.assert_array_equal(
        output.draw_given(parameters, noise, known, values),
        pixel.from_uniforms(uniforms, known, values),
    )


def test_a_draw_keeps_what_is_known_and_is_conditioned_on_it(rng):
    # Green and blue follow red sharply.
    output = make(3, num_components=1)
    parameters = np.zeros((40, output.num_parameters), "float32")
    parameters[:, 4:7] = -7.0
    parameters[:, 7:9] = 20.0
    noise = output.noise(random_uniforms(output, rng, 40))
    known = np.tile([True, False, False], (40, 1))
    values = rng.integers(6, size=(40, 3)).astype("float32")
    drawn = output.draw_given(parameters, noise, known, values)
    np.testing.assert_array_equal(drawn, np.repeat(values[:, :1], 3, axis=1))
    none = np.zeros_like(known)
    np.testing.assert_array_equal(
        output.draw_given(parameters, noise, none, values),
        output.draw(parameters, noise),
    )
    np.testing.assert_array_equal(
        output.draw_given(parameters, noise, ~none, values), values
    )


@pytest.mark.parametrize("num_channels", [None, 3])
def test_uniforms_at_the_ends_draw_levels_in_range(num_channels, rng):
    output = make(num_channels)
    parameters = 50.0 * random_parameters(output, rng, 100)
    ends = rng.integers(2, size=(100, output.num_uniforms))
    ends = tf.constant(ends * (1.0 - 2 * TINY) + TINY, tf.float32)
    values = output.draw(parameters, output.noise(ends)).numpy()
    assert np.all((values >= 0) & (values <= 5) & (values == values.round()))
    values = output.draw(0.0 * parameters, output.noise(ends)).numpy()
    assert set(values.ravel()) == {0.0, 5.0}


@pytest.mark.parametrize("num_channels", [None, 3])
def test_eager_graph_and_xla_draws_are_equal(num_channels, rng):
    output = make(num_channels, num_components=10)
    parameters = tf.constant(random_parameters(output, rng, 500))
    uniforms = random_uniforms(output, rng, 500)

    def draw(parameters, uniforms):
        return output.draw(parameters, output.noise(uniforms))

    expected = draw(parameters, uniforms)
    for jit_compile in (False, True):
        compiled = tf.function(draw, jit_compile=jit_compile, autograph=False)
        np.testing.assert_array_equal(compiled(parameters, uniforms), expected)


# Tempering.


def tempered(output, parameters, **options):
    options = SamplingOptions.checked(**options)
    same, parameters = options.tempered(output, parameters)
    assert same is output
    return parameters


def test_temperature_turns_both_knobs():
    output = make(2, num_components=1)
    # These are logits, loc of two channels, log-scales of two channels and a
    # coefficient.
    parameters = tf.constant([[3.0, 0.1, 0.2, -1.0, -20.0, 0.5]])
    np.testing.assert_allclose(
        tempered(output, parameters, temperature=2.0),
        [[1.5, 0.1, 0.2, -1.0 + np.log(2), -7.0 + np.log(2), 0.5]],
        rtol=1e-6,
    )


@pytest.mark.parametrize("num_channels", [None, 3])
def test_temperature_sharpens_and_flattens(num_channels, rng):
    output = make(num_channels, num_components=3)
    parameters = random_parameters(output, rng)
    noise = output.noise(random_uniforms(output, rng, 2000))
    spread = [
        output.draw(tempered(output, parameters, temperature=t), noise)
        .numpy()
        .std(axis=0)
        for t in (0.3, 1.0, 3.0)
    ]
    assert np.all(np.diff(spread, axis=0) > 0.0)


# The first bias.


@pytest.mark.parametrize("num_channels", [None, 3])
@pytest.mark.parametrize("num_components", [1, 2, 10, 30])
def test_the_first_bias_spreads_the_components(num_channels, num_components):
    output = make(num_channels, 256, num_components)
    size = output.num_parameters
    bias = output.bias_initializer((size,), "float32").numpy()
    channels, ends = output.num_dims, num_components
    np.testing.assert_array_equal(bias[:ends], 0.0)
    loc = bias[ends : ends * (1 + channels)].reshape(channels, -1)
    gaps = np.diff(loc, axis=-1)
    np.testing.assert_allclose(gaps, 2.0 / num_components, rtol=1e-5)
    np.testing.assert_allclose(loc.mean(axis=-1), 0.0, atol=1e-6)
    assert np.all(np.abs(loc) < 1.0)
    # All levels are then about as probable.
    levels = np.repeat(np.arange(256)[:, None], channels, axis=1)
    log_prob = output.log_prob_per_dim(
        bias, levels if output.site_ndims else levels[:, 0]
    )
    assert np.all(log_prob[5:-5] > -np.log(256.0) - 1.5)


def test_the_first_bias_of_several_sites():
    output = make(3)
    size = output.num_parameters
    site = output.bias_initializer((size,)).numpy()
    flat = output.bias_initializer((4 * size,), dtype="float32")
    np.testing.assert_array_equal(flat, np.tile(site, 4))
    rows = output.bias_initializer((4, size), dtype="float32")
    np.testing.assert_array_equal(rows, np.tile(site, (4, 1)))


def test_the_first_bias_is_saved_with_its_layer():
    layer = keras.layers.Dense(
        30, bias_initializer=make(3, num_components=3).bias_initializer
    )
    again = keras.layers.Dense.from_config(layer.get_config())
    for dense in (layer, again):
        dense.build((None, 2))
    np.testing.assert_array_equal(again.bias, layer.bias)
    assert np.ptp(layer.bias) > 1.0
    name = keras.saving.get_registered_name(type(layer.bias_initializer))
    assert name == "tf_autoregressive>LogisticMixtureBias"


# Errors.


def test_a_bias_of_a_part_of_a_site_is_refused():
    with pytest.raises(ValueError, match=r"multiple of 20,.*shape=\(30,\)"):
        make(3).bias_initializer((30,))


@pytest.mark.parametrize(
    "options", [{"num_levels": 1}, {"num_components": 0}, {"num_channels": 0}]
)
def test_arguments_are_checked(options):
    [(name, value)] = options.items()
    with pytest.raises(
        ValueError, match=f"`{name}` must be .*Received: {name}={value}"
    ):
        DiscretizedLogisticMixtureOutput(**options)
