"""All output distributions: names, shapes, draws by inverse CDF."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.chi_squared import p_value
from tf_autoregressive import distributions
from tf_autoregressive.distributions import SHORTHANDS
from tf_autoregressive.distributions import CategoricalOutput
from tf_autoregressive.distributions import ColumnsOutput
from tf_autoregressive.distributions import GaussianMixtureOutput
from tf_autoregressive.distributions import LevelsOutput
from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.distributions import VectorOutput
from tf_autoregressive.distributions import output_distribution
from tf_autoregressive.models import MADE

SIZES = {"num_levels": 5, "num_components": 3}


def small(cls):
    """Returns an instance with fewer levels and components than by default."""
    takes = inspect.signature(cls).parameters
    return cls(
        **{
            name: size
            for name, size in SIZES.items()
            if name in takes and size < takes[name].default
        }
    )


ALL = {name: small(cls) for name, cls in SHORTHANDS.items()}
IDS = [name for name, output in ALL.items() if output.has_cuts]
DISCRETE = [ALL[name] for name in IDS]


def test_every_public_distribution_has_a_shorthand():
    # A name that is inherited would hide the class that has it.
    public = {
        value
        for value in vars(distributions).values()
        if inspect.isclass(value) and issubclass(value, OutputDistribution)
    }
    bases = {OutputDistribution, LevelsOutput, VectorOutput}
    # This one is made for a table, whose columns no word can name.
    bases.add(ColumnsOutput)
    assert public - bases == set(SHORTHANDS.values())


def test_every_output_distribution_has_its_name():
    for name, output in ALL.items():
        assert isinstance(output, OutputDistribution)
        assert output.name == name


@pytest.mark.parametrize(
    ("name", "num_levels", "expected"),
    [
        ("bernoulli", None, 2),
        ("bernoulli", 2, 2),
        ("categorical", None, 256),
        ("categorical", 3, 3),
        ("gaussian_mixture", None, None),
    ],
)
def test_names_and_levels(name, num_levels, expected):
    output = output_distribution(name, num_levels=num_levels)
    assert output.num_levels == expected


@pytest.mark.parametrize("name", sorted(ALL))
def test_parameters_make_a_distribution_over_events(name, rng):
    output = ALL[name]
    event_shape = (2, 3)
    parameters = rng.normal(size=(4, *event_shape, output.num_parameters))
    parameters = parameters.astype("float32")
    distribution = output.distribution(parameters, event_ndims=2)
    assert distribution.batch_shape == (4,)
    assert distribution.event_shape == event_shape
    values = distribution.sample(seed=(0, 1))
    per_dim = output.log_prob_per_dim(parameters, values)
    assert per_dim.shape == (4, *event_shape)
    np.testing.assert_allclose(
        tf.reduce_sum(per_dim, axis=[1, 2]),
        distribution.log_prob(values),
        rtol=1e-5,
    )


@pytest.mark.parametrize("output", DISCRETE, ids=IDS)
def test_any_dtype_of_levels_is_scored(output, rng):
    parameters = rng.normal(size=(6, 2, output.num_parameters))
    parameters = parameters.astype("float32")
    values = rng.integers(output.num_levels, size=(6, 2))
    expected = output.distribution(parameters, 1).log_prob(
        values.astype("int32")
    )
    for dtype in ("uint8", "int64", "float32"):
        same = values.astype(dtype)
        np.testing.assert_array_equal(
            output.distribution(parameters, 1).log_prob(same), expected
        )


@pytest.mark.parametrize("name", sorted(ALL))
def test_shapes_of_a_draw(name, rng):
    output = ALL[name]
    parameters = rng.normal(size=(4, 7, output.num_parameters))
    uniforms = rng.random((4, 7, output.num_uniforms))
    values = output.draw(
        parameters.astype("float32"),
        output.noise(tf.constant(uniforms, tf.float32)),
    )
    assert values.shape == (4, 7, output.num_dims)
    assert values.dtype == tf.float32
    assert output.network_input(values).dtype == tf.float32


def levels_of_grid(output, parameters, num_cells):
    """Returns the values at the centres of equal cells of (0, 1)."""
    grid = (np.arange(num_cells) + 0.5) / num_cells
    noise = output.noise(tf.constant(grid[:, None], tf.float32))
    rows = tf.repeat(tf.constant(parameters)[None], num_cells, axis=0)
    return output.draw(rows, noise)[:, 0].numpy()


@pytest.mark.parametrize("output", DISCRETE, ids=IDS)
def test_a_draw_inverts_the_cumulative_probabilities(output, rng):
    num_cells = 20_000
    for scale in (0.1, 1.0, 5.0):
        parameters = rng.normal(0.0, scale, output.num_parameters)
        parameters = parameters.astype("float32")
        values = levels_of_grid(output, parameters, num_cells)
        assert np.all(np.diff(values) >= 0)
        shares = (
            np.bincount(values.astype(int), minlength=output.num_levels)
            / num_cells
        )
        levels = np.arange(output.num_levels)
        expected = output.distribution(
            tf.repeat(parameters[None], output.num_levels, axis=0), 0
        ).prob(levels)
        np.testing.assert_allclose(shares, expected, atol=1.01 / num_cells)


TINY = 2.0**-24


@pytest.mark.parametrize("output", DISCRETE, ids=IDS)
def test_uniforms_at_the_ends_draw_the_ends(output):
    parameters = tf.zeros([2, output.num_parameters])
    noise = output.noise(tf.constant([[TINY], [1.0 - TINY]]))
    values = output.draw(parameters, noise)
    np.testing.assert_array_equal(values[:, 0], [0, output.num_levels - 1])


@pytest.mark.parametrize("uniform", [TINY, 0.3, 0.5, 1.0 - TINY])
@pytest.mark.parametrize("level", range(5))
def test_impossible_levels_are_never_drawn(level, uniform):
    output = ALL["categorical"]
    logits = np.full((1, 5), np.finfo("float32").min, "float32")
    logits[0, level] = 3.0
    noise = output.noise(tf.constant([[uniform]]))
    assert output.draw(tf.constant(logits), noise).numpy() == level


@pytest.mark.parametrize("logit", [-200.0, 200.0])
@pytest.mark.parametrize("uniform", [TINY, 0.5, 1.0 - TINY])
def test_a_sure_bit_is_sure(logit, uniform):
    output = ALL["bernoulli"]
    value = output.draw(
        tf.constant([[logit]]), output.noise(tf.constant([[uniform]]))
    )
    assert value.numpy() == (logit > 0)


@pytest.mark.parametrize("output", DISCRETE, ids=IDS)
def test_a_uniform_on_a_threshold_of_a_fair_draw(output):
    # Whatever side it falls on, it draws one of the two levels beside it.
    levels = output.num_levels
    thresholds = np.arange(1, levels) / levels
    noise = output.noise(tf.constant(thresholds[:, None], tf.float32))
    parameters = tf.zeros([levels - 1, output.num_parameters])
    values = output.draw(parameters, noise)[:, 0]
    beside = np.arange(1, levels)
    assert np.all((values == beside) | (values == beside - 1))


@pytest.mark.parametrize("name", sorted(ALL))
def test_extreme_parameters_give_finite_values_and_gradients(name):
    output = ALL[name]
    signs = np.sign(np.arange(output.num_parameters) % 2 - 0.5)
    # The exponential of a log-scale has to stay finite.
    size = 60.0 if name == "gaussian_mixture" else 1e4
    parameters = tf.constant(size * signs[None], tf.float32)
    values = tf.zeros([1])
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        log_prob = output.log_prob_per_dim(parameters, values)
    assert np.isfinite(log_prob).all()
    assert np.isfinite(tape.gradient(log_prob, parameters)).all()


def test_mixture_draws_follow_their_cdf(rng):
    output = ALL["gaussian_mixture"]
    parameters = rng.normal(size=9).astype("float32")
    logits, loc, log_scale = np.split(parameters.astype("float64"), 3)
    weights = np.exp(logits) / np.exp(logits).sum()
    uniforms = rng.random((20_000, 2)).astype("float32").clip(TINY, 1 - TINY)
    values = output.draw(
        tf.repeat(parameters[None], 20_000, axis=0),
        output.noise(tf.constant(uniforms)),
    ).numpy()
    standard = (values - loc) / np.exp(log_scale)
    below = 0.5 * (1.0 + tf.math.erf(standard / np.sqrt(2.0)).numpy())
    quantiles = below @ weights
    counts = np.histogram(quantiles, bins=20, range=(0.0, 1.0))[0]
    assert p_value(counts, np.ones(20)) > 1e-5


def test_mixture_draws_use_one_uniform_for_the_component_and_one_within():
    output = ALL["gaussian_mixture"]
    # The weights are 0.25, 0.5 and 0.25, and sharp components are at 0, 10 and
    # 20.
    parameters = np.concatenate(
        [np.log([0.25, 0.5, 0.25]), [0, 10, 20], np.log([1.0, 2.0, 3.0])]
    ).astype("float32")
    uniforms = np.array(
        [[0.1, 0.5], [0.3, 0.5], [0.7, 0.8413447], [0.9, 0.5]], "float32"
    )
    values = output.draw(
        tf.repeat(parameters[None], 4, axis=0),
        output.noise(tf.constant(uniforms)),
    )
    np.testing.assert_allclose(values[:, 0], [0.0, 10.0, 12.0, 20.0], atol=1e-3)


def test_mixtures_are_densities_of_the_data():
    output = GaussianMixtureOutput(num_components=1)
    parameters = tf.constant([0.0, 2.0, np.log(3.0)], tf.float32)
    log_prob = output.log_prob_per_dim(parameters, tf.constant(5.0))
    expected = -0.5 - np.log(3.0) - 0.5 * np.log(2.0 * np.pi)
    np.testing.assert_allclose(log_prob, expected, rtol=1e-5)


def test_scales_have_a_floor():
    output = GaussianMixtureOutput(num_components=1)
    parameters = tf.constant([0.0, 0.0, -50.0], tf.float32)
    log_prob = output.log_prob_per_dim(parameters, tf.constant(0.0))
    np.testing.assert_allclose(
        log_prob, 7.0 - 0.5 * np.log(2.0 * np.pi), rtol=1e-5
    )


def test_the_network_sees_levels_on_a_fixed_scale():
    np.testing.assert_array_equal(
        ALL["bernoulli"].network_input(np.array([0, 1], "uint8")), [0.0, 1.0]
    )
    np.testing.assert_allclose(
        ALL["categorical"].network_input(np.array([0, 2, 4], "uint8")),
        [-1.0, 0.0, 1.0],
    )
    np.testing.assert_array_equal(
        ALL["gaussian_mixture"].network_input(np.array([-3.5])), [-3.5]
    )
    np.testing.assert_allclose(
        CategoricalOutput().network_input(np.arange(256, dtype="uint8")),
        np.linspace(-1.0, 1.0, 256),
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("gauss", {}, r"one of \['bernoulli', 'categorical'.*'gauss'"),
        ("bernoulli", {"num_levels": 3}, "num_levels=3"),
        ("categorical", {"num_levels": 1}, "num_levels=1"),
        ("gaussian_mixture", {"num_levels": 2}, "num_levels=2"),
        ("gaussian_mixture", {"num_components": 0}, "num_components=0"),
    ],
)
def test_arguments_are_checked(name, options, message):
    with pytest.raises(ValueError, match=message):
        output_distribution(name, **options)


def test_configurations_hold_the_number_of_components_that_is_the_default():
    model = MADE((3,), units=(), distribution="gaussian_mixture")
    config = model.get_config()
    assert config["num_components"] == 10
    # Files were written that leave it to the default, or hold a number for a
    # distribution that has no components.
    for old in (
        config | {"num_components": None},
        config | {"num_components": 4, "distribution": "bernoulli"},
    ):
        loaded = MADE.from_config(old)
        expected = 10 if old["num_components"] is None else None
        assert loaded.get_config()["num_components"] == expected


def test_a_seed_decides_the_first_components_of_a_mixture():
    def bias(seed):
        keras.utils.set_random_seed(seed)
        model = MADE((2,), units=(), distribution="gaussian_mixture")
        return model.output_layer.bias.numpy()

    np.testing.assert_array_equal(bias(1), bias(1))
    assert np.any(bias(1) != bias(2))
