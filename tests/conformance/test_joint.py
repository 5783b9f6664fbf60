"""`model.joint()` is a `tfd.Distribution` like others, in TFP's company."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from tests.conformance.chi_squared import assert_follows
from tests.conformance.conditionals import joint_table
from tests.conformance.draws import run_eagerly
from tests.zoo import BY_NAME
from tests.zoo import CONDITIONAL
from tests.zoo import REPRESENTATIVE
from tests.zoo import taking_turns
from tf_autoregressive.distributions import DiscretizedLogisticMixture
from tf_autoregressive.models import MADE

tfd = tfp.distributions

VECTORS = [BY_NAME[n] for n in ("made-one-layer", "nade-relu")]


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_shapes_and_dtype_are_those_of_one_event(case, model, context):
    joint = model.joint(context)
    assert joint.dtype == (tf.int32 if case.is_discrete else tf.float32)
    assert joint.event_shape == case.event_shape
    assert joint.batch_shape == ()
    np.testing.assert_array_equal(joint.event_shape_tensor(), case.event_shape)
    np.testing.assert_array_equal(joint.batch_shape_tensor(), [])


@pytest.mark.parametrize("case", taking_turns(CONDITIONAL), ids=repr)
def test_a_batch_of_contexts_is_the_batch_shape(case, model, rng):
    contexts = case.contexts(rng, 4)
    joint = model.joint(contexts)
    assert joint.batch_shape == (4,)
    np.testing.assert_array_equal(joint.batch_shape_tensor(), [4])
    x = case.events(rng, 3)[:, None]
    with run_eagerly():
        log_prob = joint.log_prob(x)
        assert log_prob.shape == (3, 4)
        for column, context in enumerate(contexts):
            np.testing.assert_allclose(
                log_prob[:, column],
                model.joint(context).log_prob(x[:, 0]),
                rtol=1e-5,
                atol=1e-5,
            )
        drawn = joint.sample(5, seed=3)
        assert drawn.shape == (5, 4, *case.event_shape)


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_log_prob_takes_any_number_of_axes(case, model, rng, context):
    joint = model.joint(context)
    x = case.events(rng, 6)
    repeated = None if context is None else np.stack([context] * 6)
    expected = model.log_prob(x, context=repeated)
    np.testing.assert_allclose(joint.log_prob(x), expected, rtol=1e-5)
    grid = joint.log_prob(x.reshape(2, 3, *case.event_shape))
    assert grid.shape == (2, 3)
    np.testing.assert_allclose(np.ravel(grid), expected, rtol=1e-5)
    one = joint.log_prob(x[0])
    assert one.shape == ()
    np.testing.assert_allclose(one, expected[0], rtol=1e-5)
    np.testing.assert_allclose(
        joint.prob(x), np.exp(expected), rtol=1e-4, atol=1e-9
    )


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_samples_are_the_models(case, model, seed, context):
    joint = model.joint(context)
    with run_eagerly():
        one = joint.sample(seed=seed)
        many = joint.sample((2, 3), seed=seed)
        again = joint.sample(6, seed=seed)
        stateless = [joint.sample(6, seed=(seed, 7)) for _ in range(2)]
        tensor = joint.sample(6, seed=tf.constant([seed, 7], tf.int32))
    assert one.shape == case.event_shape
    assert many.shape == (2, 3, *case.event_shape)
    np.testing.assert_array_equal(
        np.reshape(many, (6, *case.event_shape)), again
    )
    np.testing.assert_array_equal(many[0, 0], one)
    np.testing.assert_array_equal(stateless[0], stateless[1])
    np.testing.assert_array_equal(stateless[0], tensor)
    assert np.any(stateless[0] != again)


@pytest.mark.parametrize("case", REPRESENTATIVE[1:], ids=repr)
def test_samples_follow_the_probabilities(case, model, seed, context):
    joint = model.joint(context)
    with run_eagerly():
        assert_follows(
            lambda seed: joint.sample(20_000, seed=(seed, 1)),
            joint_table(case, model, context),
            case.num_levels,
            seed,
        )


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_values_are_the_same_under_a_function(case, model, seed, context):
    @tf.function
    def run(seed):
        joint = model.joint(context)
        x = joint.sample(4, seed=seed)
        return x, joint.log_prob(x)

    with run_eagerly():
        expected_x = model.joint(context).sample(4, seed=(seed, 5))
        expected = model.joint(context).log_prob(expected_x)
    x, log_prob = run(tf.constant([seed, 5], tf.int32))
    np.testing.assert_array_equal(x, expected_x)
    np.testing.assert_allclose(log_prob, expected, rtol=1e-5)


@pytest.mark.parametrize("case", VECTORS, ids=repr)
def test_it_composes_in_joint_distributions(case, model, seed):
    def likelihood(x):
        weights = tf.cast(tf.range(case.num_dims), tf.float32)
        loc = tf.reduce_sum(tf.cast(x, tf.float32) * weights, axis=-1)
        return tfd.Normal(loc, 1.0)

    sequential = tfd.JointDistributionSequential([model.joint(), likelihood])
    named = tfd.JointDistributionNamed({"x": model.joint(), "y": likelihood})
    x, y = sequential.sample(5, seed=(seed, 1))
    assert x.shape == (5, case.num_dims)
    expected = model.log_prob(x) + likelihood(x).log_prob(y)
    np.testing.assert_allclose(
        sequential.log_prob([x, y]), expected, rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(
        named.log_prob({"x": x, "y": y}), expected, rtol=1e-4, atol=1e-4
    )
    assert named.sample(2, seed=(seed, 1))["y"].shape == (2,)


@pytest.mark.parametrize("case", [BY_NAME["made-one-layer"]], ids=repr)
def test_it_is_a_component_of_a_mixture(case, model, seed, rng):
    noise = tfd.Independent(
        tfd.Bernoulli(probs=tf.fill([case.num_dims], 0.5)), 1
    )
    mixture = tfd.Mixture(
        tfd.Categorical(probs=[0.25, 0.75]), [model.joint(), noise]
    )
    x = case.events(rng, 6).astype("int32")
    np.testing.assert_allclose(
        mixture.prob(x),
        0.25 * np.exp(model.log_prob(x)) + 0.75 * 0.5**case.num_dims,
        rtol=1e-4,
    )
    assert mixture.sample(3, seed=(seed, 1)).shape == (3, case.num_dims)


@pytest.mark.parametrize("case", [BY_NAME["made-labels"]], ids=repr)
def test_a_batch_of_them_is_a_mixture_over_labels(case, model, seed, rng):
    probs = np.array([0.2, 0.3, 0.5], "float32")
    mixture = tfd.MixtureSameFamily(
        tfd.Categorical(probs=probs), model.joint(np.arange(3))
    )
    x = case.events(rng, 6)
    members = [
        np.exp(model.log_prob(x, context=np.full(6, label)))
        for label in range(3)
    ]
    np.testing.assert_allclose(
        mixture.prob(x), probs @ np.array(members), rtol=1e-4
    )
    assert mixture.sample(3, seed=(seed, 1)).shape == (3, case.num_dims)


@pytest.mark.parametrize("case", VECTORS, ids=repr)
def test_monte_carlo_estimates_the_kl_divergence(case, model, seed):
    other = case.build(seed)
    # It is near the first, so that the estimate has a small variance.
    other.set_weights([0.8 * w for w in other.get_weights()])
    p, q = (joint_table(case, m) for m in (model, other))
    with run_eagerly():
        estimate = tfp.monte_carlo.expectation(
            lambda x: model.joint().log_prob(x) - other.joint().log_prob(x),
            samples=model.joint().sample(20_000, seed=(seed, 1)),
            log_prob=model.joint().log_prob,
            use_reparameterization=False,
        )
    ratio = np.log(p / q)
    exact = np.sum(p * ratio)
    deviation = np.sqrt(np.sum(p * (ratio - exact) ** 2) / 20_000)
    assert abs(estimate - exact) < 5.0 * deviation


@pytest.mark.parametrize("case", [BY_NAME["made-vector"]], ids=repr)
def test_gradients_reach_the_weights(case, model, context, rng):
    x = case.events(rng, 4)
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(model.joint(context).log_prob(x))
    gradients = tape.gradient(loss, model.trainable_variables)
    assert all(np.any(gradient != 0.0) for gradient in gradients)


@pytest.mark.parametrize("case", [BY_NAME["made-labels"]], ids=repr)
def test_its_context_is_checked(case, model):
    for context, message in (
        (None, "`context` is missing"),
        (np.array([1, 3]), "integer labels"),
        (np.array(0.5), "integer labels"),
    ):
        with pytest.raises(ValueError, match=message):
            model.joint(context)


@pytest.mark.parametrize("case", [BY_NAME["fvsbn"]], ids=repr)
def test_its_values_are_whole_events(case, model):
    for shape in ((), (1,), (2, 1), (2, case.num_dims + 1)):
        with pytest.raises(ValueError, match="`value` must have shape"):
            model.joint().log_prob(np.zeros(shape, int))


@pytest.mark.parametrize("case", [BY_NAME["fvsbn"]], ids=repr)
def test_an_unexpected_context_is_refused(case, model):
    with pytest.raises(ValueError, match="`context` was given"):
        model.joint(np.array([1]))


@pytest.mark.parametrize("case", [BY_NAME["made-labels"]], ids=repr)
def test_indices_choose_from_a_batch(case, model, rng):
    joint = model.joint([0, 1, 2])
    x = case.events(rng, 1)[0]
    with run_eagerly():
        whole = joint.log_prob(x).numpy()
        for slices in (0, -1, slice(1, None), ..., (..., 1), slice(None, 2)):
            chosen = joint[slices]
            assert chosen.batch_shape == whole[slices].shape
            np.testing.assert_allclose(
                chosen.log_prob(x), whole[slices], rtol=1e-5
            )
        assert model.joint(1)[...].batch_shape == ()
        assert model.joint(1)[None].batch_shape == (1,)
    with pytest.raises(ValueError, match="choose from its batch of contexts"):
        joint[None]


@pytest.mark.parametrize("case", [BY_NAME["fvsbn"]], ids=repr)
def test_without_a_context_there_is_nothing_to_choose(case, model):
    assert model.joint()[...].event_shape == case.event_shape
    with pytest.raises(ValueError, match="choose from its batch of contexts"):
        model.joint()[None]


@pytest.mark.parametrize("case", [BY_NAME["rnade"]], ids=repr)
def test_real_values_that_are_not_finite_have_no_density(case, model, rng):
    x = case.events(rng, 5)
    x[1, 0], x[2, 2], x[3, 1] = np.inf, -np.inf, np.nan
    x[4, :2] = np.inf, np.nan
    joint = model.joint()
    with run_eagerly():
        expected = [model.log_prob(x[:1])[0], -np.inf, -np.inf, np.nan, np.nan]
        np.testing.assert_allclose(joint.log_prob(x), expected, rtol=1e-5)
    np.testing.assert_allclose(
        tf.function(joint.log_prob)(x), expected, rtol=1e-5
    )


@pytest.mark.slow
@pytest.mark.parametrize("case", [BY_NAME["rnade"]], ids=repr)
def test_a_markov_chain_goes_on_after_a_divergence(case, model, seed):
    kernel = tfp.mcmc.HamiltonianMonteCarlo(
        # Steps are so large that every proposal leaves the range of floats.
        model.joint().log_prob,
        step_size=1e30,
        num_leapfrog_steps=3,
    )
    start = tf.constant([0.1, -0.2, 0.3])

    @tf.function
    def run():
        return tfp.mcmc.sample_chain(
            4, start, kernel=kernel, trace_fn=None, seed=(seed, 1)
        )

    np.testing.assert_array_equal(run(), np.tile(start, [4, 1]))


def test_real_values_need_no_bijector():
    real, levels = (BY_NAME[name].build(0) for name in ("rnade", "fvsbn"))
    bijector = real.joint().experimental_default_event_space_bijector()
    assert isinstance(bijector, tfp.bijectors.Identity)
    assert levels.joint().experimental_default_event_space_bijector() is None


def a_pixel():
    parameters = (tf.zeros([3]), tf.zeros([1, 3]), tf.zeros([1, 3]))
    return DiscretizedLogisticMixture(*parameters, num_levels=4)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (lambda model, _: model.joint(), "Joint"),
        (lambda model, x: model(x), "_Independent"),
        (lambda *_: a_pixel(), "DiscretizedLogisticMixture"),
    ],
)
def test_functions_use_it_but_do_not_return_it(made, name):
    model = MADE(
        (1,), distribution="discretized_logistic_mixture", num_levels=4
    )
    x = tf.constant([[0], [3]])

    @tf.function(autograph=False)
    def returned():
        return made(model, x)

    @tf.function(autograph=False)
    def used():
        return made(model, x).log_prob(x)

    with pytest.raises(TypeError, match=f"return value of type {name},"):
        returned()
    np.testing.assert_allclose(used(), made(model, x).log_prob(x), rtol=1e-6)
