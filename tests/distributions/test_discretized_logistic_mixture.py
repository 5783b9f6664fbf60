"""The mixture against its definition: probabilities, gradients and draws."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from tests.conformance.chi_squared import assert_follows
from tf_autoregressive.arguments import MAX_LEVELS
from tf_autoregressive.distributions import DiscretizedLogisticMixture

tfd = tfp.distributions

NUM_DRAWS = 20_000
TINY = 2.0**-24


def random_parameters(rng, channels=3, components=2, batch=(), spread=1.0):
    """Returns `logits`, `loc`, `log_scale` and `coeffs`, float32."""
    pairs = channels * (channels - 1) // 2
    parameters = {
        "logits": rng.normal(size=(*batch, components)),
        "loc": rng.normal(0.0, spread, (*batch, channels, components)),
        "log_scale": rng.normal(-1.0, 0.7, (*batch, channels, components)),
        "coeffs": rng.normal(size=(*batch, pairs, components)),
    }
    return {key: value.astype("float32") for key, value in parameters.items()}


def single(loc, log_scale, num_levels=256):
    """Returns a distribution of one component for each channel."""
    loc, log_scale = np.asarray(loc), np.asarray(log_scale)
    return DiscretizedLogisticMixture(
        tf.zeros([1]),
        tf.constant(loc[..., None], tf.float32),
        tf.constant(log_scale[..., None], tf.float32),
        num_levels=num_levels,
    )


def all_values(num_levels, channels):
    """Returns int32 `[num_levels ** C, C]`, the last channel fastest."""
    levels = itertools.product(range(num_levels), repeat=channels)
    return np.array(list(levels), "int32")


def sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def by_definition(parameters, num_levels):
    """Returns the probabilities of `all_values`, in float64."""
    logits, loc, log_scale, coeffs = (
        parameters[key].astype("float64")
        for key in ("logits", "loc", "log_scale", "coeffs")
    )
    weights = np.exp(logits) / np.exp(logits).sum()
    half = 1.0 / (num_levels - 1)
    mass = []
    for value in all_values(num_levels, len(loc)):
        x = 2.0 * value / (num_levels - 1) - 1.0
        by_component = weights
        for c, level in enumerate(value):
            mean = loc[c].copy()
            for j in range(c):
                mean += np.tanh(coeffs[c * (c - 1) // 2 + j]) * x[j]
            scale = np.exp(log_scale[c])
            above = sigmoid((x[c] + half - mean) / scale)
            below = sigmoid((x[c] - half - mean) / scale)
            above = 1.0 if level == num_levels - 1 else above
            below = 0.0 if level == 0 else below
            by_component = by_component * (above - below)
        mass.append(by_component.sum())
    return np.array(mass)


# Probabilities.


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 6, 7, 8, 16])
def test_probabilities_sum_to_one(bits):
    num_levels = 2**bits
    loc = [-30.0, -3.0, -1.0, -0.3137, 0.0, 0.123, 0.9961, 1.0, 1.7]
    log_scale = [-7.0, -5.0, -2.0, 0.0, 3.0, 7.0]
    grid = np.meshgrid(loc, log_scale, indexing="ij")
    pixel = single(*(axis[..., None] for axis in grid), num_levels)
    levels = np.arange(num_levels)[:, None, None, None]
    mass = np.exp(pixel.log_prob(levels).numpy().astype("float64"))
    np.testing.assert_allclose(mass.sum(axis=0), 1.0, atol=1e-5)


@pytest.mark.parametrize("num_levels", [2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_probabilities_are_those_of_the_definition(channels, num_levels, rng):
    for components in (1, 3):
        parameters = random_parameters(rng, channels, components)
        pixel = DiscretizedLogisticMixture(**parameters, num_levels=num_levels)
        mass = pixel.prob(all_values(num_levels, channels)).numpy()
        np.testing.assert_allclose(mass.sum(), 1.0, atol=1e-5)
        np.testing.assert_allclose(
            mass, by_definition(parameters, num_levels), rtol=1e-4, atol=1e-7
        )


@pytest.mark.parametrize("num_levels", [2, 5, 256])
def test_one_channel_is_a_quantized_mixture_of_tfp(num_levels, rng):
    parameters = random_parameters(rng, 1, 4)
    parameters = {key: np.float64(value) for key, value in parameters.items()}
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=num_levels)
    # The bins of TFP are (y - 1, y], which is half a level lower.
    scale = (num_levels - 1) / 2.0
    continuous = tfd.MixtureSameFamily(
        tfd.Categorical(logits=parameters["logits"]),
        tfd.Logistic(
            (parameters["loc"][0] + 1.0) * scale - 0.5,
            np.exp(parameters["log_scale"][0]) * scale,
        ),
    )
    oracle = tfd.QuantizedDistribution(continuous, 0, num_levels - 1)
    levels = np.arange(num_levels)
    np.testing.assert_allclose(
        pixel.log_prob(levels[:, None]),
        oracle.log_prob(levels.astype("float64")),
        rtol=1e-8,
        atol=1e-8,
    )
    np.testing.assert_allclose(
        pixel.cdf(levels[:, None]),
        oracle.cdf(levels.astype("float64")),
        rtol=1e-8,
    )


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_tails_are_exact(sign):
    # Far from the mean the mass of a bin is exp(-a) - exp(-b), and that of the
    # last bin exp(-a), with a and b its ends in units of the scale.
    scale, half = np.exp(-7.0), 1.0 / 255.0
    distances = np.array([10, 100, 254, 255])
    near = (2.0 * distances - 1.0) * half / scale
    far = np.where(distances == 255, np.inf, near + 2.0 * half / scale)
    expected = -near + np.log1p(-np.exp(near - far))
    levels = distances if sign < 0 else 255 - distances
    actual = single([sign], [-7.0]).log_prob(levels[:, None])
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


def test_outer_levels_take_all_mass_beyond():
    for loc, level in ((-40.0, 0), (40.0, 255)):
        pixel = single([loc], [0.0])
        np.testing.assert_allclose(pixel.log_prob([level]), 0.0, atol=1e-6)


def test_the_levels_next_to_the_outer_ones_are_ordinary():
    # At 16 bits 33 levels a side are within 0.001 of an end.
    pixel = single([0.0], [0.0], 2**16)
    levels = np.array([1, 20, 2**15, 2**16 - 20, 2**16 - 2])
    x = 2.0 * levels / (2**16 - 1) - 1.0
    density = sigmoid(x) * sigmoid(-x)
    np.testing.assert_allclose(
        pixel.prob(levels[:, None]), density * 2.0 / (2**16 - 1), rtol=1e-5
    )


def test_one_component_is_shared_by_all_channels():
    # Two sharp components are at the two ends, so no pixel is mixed.
    pixel = DiscretizedLogisticMixture(
        tf.zeros([2]),
        tf.constant([[-1.0, 1.0]] * 3),
        tf.fill([3, 2], -3.0),
        num_levels=2,
    )
    mass = pixel.prob(all_values(2, 3)).numpy()
    np.testing.assert_allclose(mass[[0, 7]], 0.5, atol=1e-6)
    np.testing.assert_allclose(mass[1:7], 0.0, atol=1e-6)


def test_coefficients_are_in_the_order_of_pairs():
    # Coefficients are for channel 1 on 0, 2 on 0 and 2 on 1.
    for pair, (c, j) in enumerate([(1, 0), (2, 0), (2, 1)]):
        coeffs = np.zeros((3, 1), "float32")
        coeffs[pair] = 10.0
        pixel = DiscretizedLogisticMixture(
            tf.zeros([1]),
            tf.zeros([3, 1]),
            tf.fill([3, 1], -5.0),
            coeffs,
            num_levels=3,
        )
        value = np.array([1, 1, 1])
        value[j] = 2
        assert pixel.prob(value) < 1e-3
        value[c] = 2
        per_channel = pixel.log_prob_per_channel(value).numpy()
        np.testing.assert_allclose(per_channel[c], 0.0, atol=1e-3)


def test_no_coefficients_are_zeros(rng):
    parameters = random_parameters(rng)
    parameters["coeffs"] *= 0.0
    coupled = DiscretizedLogisticMixture(**parameters, num_levels=4)
    del parameters["coeffs"]
    free = DiscretizedLogisticMixture(**parameters, num_levels=4)
    values = all_values(4, 3)
    np.testing.assert_allclose(
        free.log_prob(values), coupled.log_prob(values), rtol=1e-6
    )


def test_log_scales_are_bounded_in_the_loss():
    levels = np.arange(256)[:, None]
    for given, bound in ((-50.0, -7.0), (1e4, 20.0)):
        np.testing.assert_array_equal(
            single([0.1], [given]).log_prob(levels),
            single([0.1], [bound]).log_prob(levels),
        )


@pytest.mark.parametrize("num_levels", [256, 2**10, 2**16])
def test_the_least_scale_is_the_same_share_of_a_level(num_levels):
    # A value that is sure costs 0.03 nats, however many levels there are.
    level = num_levels // 3
    loc = 2.0 * level / (num_levels - 1) - 1.0
    certain = single([loc], [-50.0], num_levels)
    np.testing.assert_allclose(certain.log_prob([level]), -0.027, atol=2e-3)
    noise = uniforms(0, 1, 1000)
    drawn = certain.from_uniforms(noise).numpy()
    assert np.mean(drawn == level) > 0.95


@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_outside_the_levels_is_possible(channels, rng):
    pixel = DiscretizedLogisticMixture(
        **random_parameters(rng, channels), num_levels=4
    )
    inside = np.full(channels, 3)
    assert np.isfinite(pixel.log_prob(inside))
    for channel in range(channels):
        for outside in (-1, 4, 1000):
            value = inside.copy()
            value[channel] = outside
            assert pixel.log_prob(value) == -np.inf
            per_channel = pixel.log_prob_per_channel(value)
            assert per_channel[channel] == -np.inf
            assert np.isfinite(np.delete(per_channel, channel)).all()


def conditionals(mass, num_levels, channels):
    """Returns `p(v[c] | v[<c])` for each channel, of the shape of `mass`."""
    mass = mass.reshape([num_levels] * channels)
    prefixes = [
        mass.sum(axis=tuple(range(c, channels)), keepdims=True)
        for c in range(channels + 1)
    ]
    return [
        np.broadcast_to(after / before, mass.shape)
        for before, after in itertools.pairwise(prefixes)
    ]


def test_log_probabilities_by_channel_are_conditionals(rng):
    parameters = random_parameters(rng)
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=4)
    values = all_values(4, 3)
    per_channel = pixel.log_prob_per_channel(values)
    expected = conditionals(by_definition(parameters, 4), 4, 3)
    expected = np.stack([p.ravel() for p in expected], axis=-1)
    np.testing.assert_allclose(np.exp(per_channel), expected, rtol=1e-3)
    np.testing.assert_allclose(
        tf.reduce_sum(per_channel, axis=-1),
        pixel.log_prob(values),
        rtol=1e-5,
        atol=1e-5,
    )


@pytest.mark.parametrize("make", [np.asarray, tf.constant])
def test_whole_numbers_of_any_dtype_are_scored(make, rng):
    pixel = DiscretizedLogisticMixture(**random_parameters(rng, batch=(6,)))
    values = rng.integers(256, size=(6, 3))
    expected = pixel.log_prob(values.astype("int32"))
    for dtype in ("uint8", "uint16", "int64", "float32", "float64"):
        same = make(values.astype(dtype))
        np.testing.assert_array_equal(pixel.log_prob(same), expected)
        np.testing.assert_allclose(
            tf.reduce_sum(pixel.log_prob_per_channel(same), axis=-1),
            expected,
            rtol=1e-5,
        )


# Gradients.


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("size", [1.0, 30.0, 1e4])
def test_gradients_are_finite_at_extreme_parameters(size, jit_compile):
    loc = tf.constant([-size, -1.0, 0.0, 1 / 255.0, 1.0, size])
    log_scale = tf.constant([-1e4, -7.0, 0.0, 7.0, 20.0, 1e4])
    levels = tf.constant([0, 1, 127, 254, 255])
    grid = tf.meshgrid(loc, log_scale, indexing="ij")
    loc, log_scale = (axis[..., None, None] for axis in grid)

    @tf.function(jit_compile=jit_compile, autograph=False)
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch([loc, log_scale])
            pixel = DiscretizedLogisticMixture(tf.zeros([1]), loc, log_scale)
            log_prob = pixel.log_prob(levels[:, None, None, None])
        return log_prob, tape.gradient(log_prob, [loc, log_scale])

    for tensor in tf.nest.flatten(gradients()):
        assert np.isfinite(tensor).all()


@pytest.mark.parametrize("key", ["logits", "loc", "log_scale", "coeffs"])
@pytest.mark.parametrize("level", range(4))
def test_gradients_are_those_of_the_definition(key, level, rng):
    parameters = random_parameters(rng, channels=2)
    # The mean is on the border of two bins, where the slope has to be right
    # too.
    parameters["loc"][0] = 0.0
    value = [[level, 1]]
    with tf.GradientTape() as tape:
        tensor = tf.constant(parameters[key], tf.float32)
        tape.watch(tensor)
        pixel = DiscretizedLogisticMixture(
            **{**parameters, key: tensor}, num_levels=4
        )
        log_prob = pixel.log_prob(value)
    actual = tape.gradient(log_prob, tensor).numpy()
    state = level * 4 + 1
    for index in np.ndindex(actual.shape):
        slope = 0.0
        for sign in (-1.0, 1.0):
            moved = {k: v.astype("float64") for k, v in parameters.items()}
            moved[key][index] += sign * 1e-5
            slope += sign * np.log(by_definition(moved, 4)[state]) / 2e-5
        np.testing.assert_allclose(actual[index], slope, rtol=1e-3, atol=1e-5)


def test_variables_are_read_when_used(rng):
    loc = tf.Variable(tf.zeros([1, 2]))
    pixel = DiscretizedLogisticMixture(tf.zeros([2]), loc, tf.zeros([1, 2]))
    with tf.GradientTape() as tape:
        log_prob = pixel.log_prob([200])
    assert np.all(tape.gradient(log_prob, loc) > 0.0)
    loc.assign_add(tf.ones([1, 2]))
    assert pixel.log_prob([255]) > log_prob


# Draws.


def uniforms(seed, channels, number=NUM_DRAWS):
    generator = np.random.default_rng(seed)
    values = generator.random((number, 2 * channels)).astype("float32")
    return tf.constant(values.clip(TINY, 1.0 - TINY))


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_draws_from_uniforms_follow_the_probabilities(channels, rng, seed):
    parameters = random_parameters(rng, channels, 3)
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=4)
    assert_follows(
        lambda seed: pixel.from_uniforms(uniforms(seed, channels)),
        by_definition(parameters, 4),
        4,
        seed,
    )


def test_samples_follow_the_probabilities(rng, seed):
    parameters = random_parameters(rng, 3, 3)
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=4)
    assert_follows(
        lambda seed: pixel.sample(NUM_DRAWS, seed=seed),
        by_definition(parameters, 4),
        4,
        seed,
    )


@pytest.mark.parametrize("known", all_values(2, 3).astype(bool).tolist())
def test_draws_are_conditioned_on_known_channels(known, rng, seed):
    parameters = random_parameters(rng, 3, 3)
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=3)
    given = np.array([2, 0, 1])
    expected = np.ones([3, 3, 3])
    by_channel = conditionals(by_definition(parameters, 3), 3, 3)
    for c, conditional in enumerate(by_channel):
        at_given = np.zeros(3)
        at_given[given[c]] = 1.0
        at_given = np.moveaxis(at_given[:, None, None], 0, c)
        expected = expected * (at_given if known[c] else conditional)
    values = np.where(known, given, 77).astype("float32")
    assert_follows(
        lambda seed: pixel.from_uniforms(uniforms(seed, 3), known, values),
        expected.ravel(),
        3,
        seed,
    )


def test_later_channels_see_levels_and_not_what_was_rounded():
    # Channel 1 follows channel 0 sharply, a bit above: had it seen a value
    # that is not rounded, it would now and then be a level higher.
    pixel = DiscretizedLogisticMixture(
        tf.zeros([1]),
        tf.constant([[0.0], [0.2]]),
        tf.constant([[2.0], [-7.0]]),
        tf.constant([[10.0]]),
        num_levels=4,
    )
    levels = pixel.from_uniforms(uniforms(0, 2, 1000)).numpy()
    np.testing.assert_array_equal(levels[:, 0], levels[:, 1])


@pytest.mark.parametrize("num_levels", [2, 7, 256])
def test_a_draw_inverts_the_cumulative_probabilities(num_levels):
    num_cells = 20_000
    grid = (np.arange(num_cells) + 0.5) / num_cells
    noise = np.stack([np.full(num_cells, 0.5), grid], axis=-1)
    for loc, log_scale in ((0.1, -1.0), (1.5, -2.0), (-0.4, -7.0)):
        pixel = single([loc], [log_scale], num_levels)
        levels = pixel.from_uniforms(tf.constant(noise, tf.float32))[:, 0]
        assert np.all(np.diff(levels) >= 0)
        counts = np.bincount(levels.numpy().astype(int), minlength=num_levels)
        np.testing.assert_allclose(
            counts / num_cells,
            pixel.prob(np.arange(num_levels)[:, None]),
            atol=1.1 / num_cells,
        )


@pytest.mark.parametrize("loc", [-1e3, 0.0, 1e3])
@pytest.mark.parametrize("log_scale", [-50.0, 0.0, 7.0, 1e4])
def test_uniforms_at_the_ends_draw_levels_in_range(loc, log_scale):
    pixel = DiscretizedLogisticMixture(
        tf.constant([0.0, -1e4, 1e4]),
        tf.fill([3, 3], loc),
        tf.fill([3, 3], log_scale),
        tf.fill([3, 3], 5.0),
    )
    ends = all_values(2, 6) * (1.0 - 2 * TINY) + TINY
    levels = pixel.from_uniforms(tf.constant(ends, tf.float32)).numpy()
    assert np.all((levels >= 0) & (levels <= 255) & (levels == levels.round()))
    if loc == 0.0 and log_scale == 7.0:
        assert set(levels[:, 0]) == {0, 255}


def test_a_component_of_positive_probability_is_always_chosen(rng):
    # Cumulative weights end a little below or above 1, and the last is 0.
    logits = rng.normal(size=(1000, 10)).astype("float32")
    logits[:, -1] = -1e9
    loc = np.zeros((1, 10), "float32")
    loc[:, -1] = 1.0
    pixel = DiscretizedLogisticMixture(
        logits, loc, np.full_like(loc, -7.0), num_levels=3
    )
    levels = pixel.from_uniforms(tf.constant([1.0 - TINY, 0.5]))
    np.testing.assert_array_equal(levels, 1.0)


def test_draws_take_the_scales_of_the_loss():
    noise = uniforms(0, 1, 1000)
    for given, bound in ((-50.0, -7.0), (1e4, 20.0)):
        np.testing.assert_array_equal(
            single([0.1], [given]).from_uniforms(noise),
            single([0.1], [bound]).from_uniforms(noise),
        )


def test_eager_graph_and_xla_draws_are_equal(rng):
    parameters = random_parameters(rng, 3, 10, batch=(1000,))
    known = rng.random((1000, 3)) < 0.3
    values = rng.integers(8, size=(1000, 3)).astype("float32")
    noise = uniforms(0, 3, 1000)

    def draw():
        # There are few levels, because at 256 rounding decides one draw in some
        # ten thousand.
        pixel = DiscretizedLogisticMixture(**parameters, num_levels=8)
        return (
            pixel.from_uniforms(noise),
            pixel.from_uniforms(noise, known, values),
            pixel.sample(3, seed=(1, 2)),
        )

    eager = draw()
    assert [tensor.dtype for tensor in eager] == [tf.float32] * 2 + [tf.int32]
    for jit_compile in (False, True):
        compiled = tf.function(draw, jit_compile=jit_compile, autograph=False)
        for actual, expected in zip(compiled(), eager, strict=True):
            np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("num_levels", [4, 256])
def test_eager_graph_and_xla_scores_agree(num_levels, rng):
    # Graphs are rewritten, sums among them, where ends of bins are missing too.
    parameters = random_parameters(rng, 3, 10, batch=(100,), spread=3.0)
    parameters = {k: tf.constant(value) for k, value in parameters.items()}
    values = tf.constant(rng.integers(num_levels, size=(100, 3)))

    def score(parameters=parameters, values=values):
        pixel = DiscretizedLogisticMixture(**parameters, num_levels=num_levels)
        return pixel.log_prob(values), pixel.log_prob_per_channel(values)

    for jit_compile in (False, True):
        compiled = tf.function(score, jit_compile=jit_compile, autograph=False)
        outputs = compiled(parameters, values)
        for actual, expected in zip(outputs, score(), strict=True):
            np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)


# As a distribution of TFP.


def test_shapes(rng):
    pixel = DiscretizedLogisticMixture(
        **random_parameters(rng, 3, 2, batch=(4, 5)), num_levels=16
    )
    assert isinstance(pixel, tfd.Distribution)
    assert pixel.dtype == tf.int32
    assert pixel.batch_shape == (4, 5)
    assert pixel.event_shape == (3,)
    np.testing.assert_array_equal(pixel.batch_shape_tensor(), [4, 5])
    np.testing.assert_array_equal(pixel.event_shape_tensor(), [3])
    sample = pixel.sample((6, 7), seed=0)
    assert sample.shape == (6, 7, 4, 5, 3)
    assert pixel.log_prob(sample).shape == (6, 7, 4, 5)
    assert pixel.log_prob_per_channel(sample).shape == (6, 7, 4, 5, 3)


def test_parameters_broadcast(rng):
    logits = rng.normal(size=(4, 1, 2)).astype("float32")
    parameters = random_parameters(rng, 3, 2)
    loc = rng.normal(size=(5, 3, 2)).astype("float32")
    parameters.update(logits=logits, loc=loc)
    pixel = DiscretizedLogisticMixture(**parameters)
    assert pixel.batch_shape == (4, 5)
    sample = pixel.sample(2, seed=0)
    assert sample.shape == (2, 4, 5, 3)
    one = DiscretizedLogisticMixture(
        **{**parameters, "logits": logits[1, 0], "loc": loc[2]}
    )
    np.testing.assert_allclose(
        pixel.log_prob(sample)[:, 1, 2],
        one.log_prob(sample[:, 1, 2]),
        rtol=1e-5,
    )


def test_slices(rng):
    parameters = random_parameters(rng, 3, 2, batch=(4, 5))
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=16)
    part = pixel[1:3, 2]
    assert part.batch_shape == (2,)
    assert part.num_levels == 16
    np.testing.assert_allclose(
        part.log_prob([3, 4, 5]), pixel.log_prob([3, 4, 5])[1:3, 2], rtol=1e-6
    )
    del parameters["coeffs"]
    assert DiscretizedLogisticMixture(**parameters)[0].batch_shape == (5,)


def test_independent_and_mixtures_take_it(rng):
    parameters = random_parameters(rng, 3, 2, batch=(4, 2, 6))
    pixels = DiscretizedLogisticMixture(**parameters, num_levels=16)
    images = tfd.Independent(pixels, 1)
    mixture = tfd.MixtureSameFamily(
        tfd.Categorical(logits=tf.zeros([2])), images
    )
    assert mixture.batch_shape == (4,)
    assert mixture.event_shape == (6, 3)
    x = mixture.sample(seed=0)
    assert x.shape == (4, 6, 3)
    members = tf.reduce_sum(pixels.log_prob(x[:, None]), axis=-1)
    np.testing.assert_allclose(
        mixture.log_prob(x),
        tf.reduce_logsumexp(members, axis=1) - np.log(2.0),
        rtol=1e-5,
    )


def test_a_batch_of_unknown_size(rng):
    parameters = random_parameters(rng, 3, 2, batch=(4,))
    specs = {
        key: tf.TensorSpec([None, *value.shape[1:]])
        for key, value in parameters.items()
    }

    @tf.function(input_signature=[specs])
    def score(parameters):
        pixel = DiscretizedLogisticMixture(**parameters)
        assert pixel.batch_shape == (None,)
        sample = pixel.sample(2, seed=(0, 1))
        return sample, pixel.log_prob(sample)

    sample, log_prob = score(parameters)
    np.testing.assert_allclose(
        log_prob,
        DiscretizedLogisticMixture(**parameters).log_prob(sample),
        rtol=1e-5,
    )


def test_float64_parameters_are_scored_in_float64(rng):
    parameters = random_parameters(rng)
    parameters = {key: np.float64(value) for key, value in parameters.items()}
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=4)
    mass = pixel.prob(all_values(4, 3))
    assert mass.dtype == tf.float64
    np.testing.assert_allclose(mass, by_definition(parameters, 4), rtol=1e-9)
    assert pixel.from_uniforms(np.full(6, 0.5)).dtype == tf.float64


@pytest.mark.parametrize("num_levels", [2, 5, 256])
def test_statistics_of_one_channel(num_levels, rng):
    parameters = random_parameters(rng, 1, 3)
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=num_levels)
    mass = by_definition(parameters, num_levels)
    levels = np.arange(num_levels)
    np.testing.assert_allclose(pixel.mean(), [mass @ levels], rtol=1e-5)
    np.testing.assert_array_equal(pixel.mode(), [mass.argmax()])
    np.testing.assert_allclose(
        pixel.cdf(levels[:, None]), mass.cumsum(), rtol=1e-4, atol=1e-7
    )
    between = tf.constant([[-1.0], [-0.5], [0.5], [num_levels - 0.5]])
    np.testing.assert_allclose(
        pixel.cdf(between), [0.0, 0.0, mass[0], 1.0], atol=1e-6
    )


def test_statistics_have_batches(rng):
    parameters = random_parameters(rng, 1, 3, batch=(2, 4))
    pixel = DiscretizedLogisticMixture(**parameters, num_levels=5)
    for statistic in (pixel.mean(), pixel.mode()):
        assert statistic.shape == (2, 4, 1)
    assert pixel.mode().dtype == tf.int32
    np.testing.assert_allclose(
        pixel.mean()[1, 2], pixel[1, 2].mean(), rtol=1e-5
    )


def test_statistics_of_one_channel_are_those_of_its_table(rng):
    logits = rng.normal(size=(2, 3)).astype("float32")
    loc, log_scale = rng.normal(size=(2, 2, 1, 3)).astype("float32")
    # It is all but certain, and its other levels have no mass left.
    loc[1], log_scale[1] = 0.0, -7.0
    pixel = DiscretizedLogisticMixture(logits, loc, log_scale, num_levels=5)
    levels = np.arange(5)
    table = np.exp(pixel.log_prob(levels[:, None, None]), dtype="float64")
    mean = levels @ table
    variance = ((levels[:, None] - mean) ** 2 * table).sum(axis=0)
    np.testing.assert_allclose(
        pixel.variance()[..., 0], variance, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        pixel.stddev()[..., 0], np.sqrt(variance), rtol=1e-4, atol=1e-3
    )
    safe = np.where(table > 0.0, table, 1.0)
    np.testing.assert_allclose(
        pixel.entropy(), -(table * np.log(safe)).sum(0), rtol=1e-4, atol=1e-6
    )
    shares = np.array([0.0, 0.1, 0.5, 0.77, 1.0], "float32")
    expected = [
        [
            min(np.searchsorted(np.cumsum(column), share), 4)
            for column in table.T
        ]
        for share in shares
    ]
    drawn = pixel.quantile(shares[:, None, None])
    assert drawn.dtype == tf.int32
    # Where rounding leaves less than 1, the highest level has what is missing.
    np.testing.assert_array_equal(drawn[:-1, :, 0], expected[:-1])
    np.testing.assert_array_equal(pixel.quantile([0.5])[:, 0], expected[2])


@pytest.mark.parametrize(
    "method",
    ["mean", "mode", "cdf", "variance", "stddev", "entropy", "quantile"],
)
def test_several_channels_have_no_statistics(method, rng):
    pixel = DiscretizedLogisticMixture(**random_parameters(rng))
    arguments = {"cdf": [[0, 0, 0]], "quantile": [[0.5] * 3]}.get(method, [])
    method = "variance" if method == "stddev" else method
    with pytest.raises(NotImplementedError, match=f"`{method}` of 3 channels"):
        getattr(pixel, method)(*arguments)


# Errors.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_levels": 1}, "`num_levels` must be .* at least 2.*num_levels=1"),
        ({"num_levels": 2.5}, "`num_levels` must be an integer of at least 2"),
        ({"logits": np.zeros(3)}, r"`logits`, `loc`.*\(3,\), \(3, 2\)"),
        ({"logits": 0.0}, r"`logits`, `loc`.*\(\), \(3, 2\)"),
        ({"loc": np.zeros((2, 2))}, r"`log_scale` must.*\(2, 2\) and \(3, 2\)"),
        ({"loc": np.zeros(2)}, r"`logits`, `loc`.*\(2,\) and \(3, 2\)"),
        ({"log_scale": np.zeros((3, 1))}, r"`log_scale` must.*and \(3, 1\)"),
        ({"coeffs": np.zeros((2, 2))}, r"`coeffs` must.*\(3, 2\)\. .*\(2, 2\)"),
        ({"coeffs": np.zeros((3, 1))}, r"`coeffs` must.*\(3, 2\)\. .*\(3, 1\)"),
    ],
)
def test_arguments_are_checked(changes, message, rng):
    arguments = {**random_parameters(rng), **changes}
    arguments = {
        key: np.float32(value) if key != "num_levels" else value
        for key, value in arguments.items()
    }
    with pytest.raises(ValueError, match=message):
        DiscretizedLogisticMixture(**arguments)


def test_half_precision_is_refused(rng):
    parameters = random_parameters(rng)
    for name in ("logits", "loc", "log_scale", "coeffs"):
        parameters[name] = np.float16(parameters[name])
    with pytest.raises(ValueError, match=r"must be float32.*float16"):
        DiscretizedLogisticMixture(**parameters)


@pytest.mark.parametrize("num_values", [1, 2, 4])
def test_values_have_all_channels(rng, num_values):
    pixel = DiscretizedLogisticMixture(**random_parameters(rng))
    value = np.zeros((5, num_values), "int32")
    for score in (pixel.log_prob, pixel.log_prob_per_channel):
        with pytest.raises(ValueError, match=rf"C=3.*\(5, {num_values}\)"):
            score(value)


def test_batch_axes_of_channels_broadcast(rng):
    logits = rng.normal(size=(2,)).astype("float32")
    loc, log_scale = rng.normal(size=(2, 4, 2, 2)).astype("float32")
    coeffs = rng.normal(size=(5, 1, 1, 2)).astype("float32")
    pixel = DiscretizedLogisticMixture(logits, loc, log_scale, coeffs)
    value = np.array([100, 150])
    np.testing.assert_allclose(
        tf.reduce_sum(pixel.log_prob_per_channel(value), -1),
        pixel.log_prob(value),
        rtol=1e-5,
    )


def test_noise_is_checked(rng):
    pixel = DiscretizedLogisticMixture(**random_parameters(rng))
    with pytest.raises(ValueError, match=r"\[..., 2 \* C\], with C=3.*\(4,\)"):
        pixel.from_uniforms(tf.fill([4], 0.5))
    with pytest.raises(ValueError, match="`known` and `values` go together"):
        pixel.from_uniforms(tf.fill([6], 0.5), known=[True, False, False])


@pytest.mark.parametrize("convert", [tf.constant, np.array])
@pytest.mark.parametrize("value", [[0, 0, 256], [-1, 0, 0], [0.0, 0.5, 0.0]])
def test_validation_asserts_levels(value, convert, rng):
    value = convert(value)
    parameters = random_parameters(rng)
    DiscretizedLogisticMixture(**parameters).log_prob(value)
    pixel = DiscretizedLogisticMixture(**parameters, validate_args=True)
    pixel.log_prob(pixel.sample(4, seed=0))
    for method in (pixel.log_prob, pixel.prob, pixel.log_prob_per_channel):
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"integers in \[0, 255\]"
        ):
            method(value)


@pytest.mark.parametrize(
    ("num_levels", "keeps"), [(MAX_LEVELS, True), (16 * MAX_LEVELS, False)]
)
def test_as_many_levels_as_float32_keeps(rng, monkeypatch, num_levels, keeps):
    """Float64 references of the narrowest components, at the highest level."""
    monkeypatch.setattr(
        "tf_autoregressive.arguments.MAX_LEVELS", 16 * MAX_LEVELS
    )
    levels = num_levels - 1 - rng.integers(num_levels // 8, size=(1000, 1))
    loc = (2.0 * levels / (num_levels - 1) - 1.0)[..., None].astype("float32")
    uniforms = rng.integers(2**23, size=(1000, 2)) * 2.0**-23 + 2.0**-24
    drawn, log_prob = [], []
    for dtype in ("float32", "float64"):
        narrowest = DiscretizedLogisticMixture(
            np.zeros((1, 1), dtype),
            loc.astype(dtype),
            np.full_like(loc, -50.0, dtype),
            num_levels=num_levels,
        )
        drawn.append(narrowest.from_uniforms(uniforms.astype(dtype)).numpy())
        log_prob.append(narrowest.log_prob(levels).numpy())
    moved = np.abs(drawn[0] - drawn[1])
    worst = np.abs(log_prob[0] - log_prob[1]).max()
    assert (moved.max() <= 1 and moved.mean() < 0.06 and worst < 0.1) == keeps
