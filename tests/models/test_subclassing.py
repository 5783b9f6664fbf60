"""A model that a user writes from the guide in `AutoregressiveModel`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.models.user_models import RunningSum
from tests.models.user_models import SteppedRunningSum
from tf_autoregressive.models import AutoregressiveModel


class Independent(AutoregressiveModel):
    """The example of the guide, word for word."""

    def __init__(self, event_shape, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.logits = keras.layers.Dense(1)
        self.build()

    def network(self, inputs, *, context, member, training):
        return self.logits(keras.ops.zeros_like(inputs)[..., None])


@pytest.mark.slow
def test_the_example_of_the_guide_is_a_model(rng):
    model = Independent((4,))
    x = (rng.random((200, 4)) < 0.9).astype("uint8")
    assert model.log_prob(x).shape == (200,)
    model.compile(optimizer=keras.optimizers.Adam(0.3), jit_compile=False)
    model.fit(np.tile(x, (60, 1)), batch_size=200, shuffle=False, verbose=0)
    share = np.mean(x)
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    loss = model.evaluate(x, batch_size=200, verbose=0)[0]
    np.testing.assert_allclose(loss, 4 * entropy, atol=0.02)


@pytest.mark.slow
def test_a_model_samples_without_any_sampling_code(rng, seed):
    model = RunningSum((2, 3), num_classes=2)
    labels = rng.integers(2, size=5)
    x = model.sample(5, seed=seed, context=labels).numpy()
    assert x.shape == (5, 2, 3)
    assert x.dtype == "int32"
    known = rng.random((2, 3)) < 0.5
    completed = model.complete(x, known, seed=seed + 1, context=labels)
    np.testing.assert_array_equal(completed.numpy()[:, known], x[:, known])


def test_steps_make_a_model_incremental():
    assert not RunningSum.incremental
    assert SteppedRunningSum.incremental


@pytest.mark.slow
def test_a_user_may_choose_any_output_distribution(rng):
    model = RunningSum((3,), distribution="gaussian_mixture", num_components=2)
    x = rng.normal(size=(4, 3)).astype("float32")
    assert model.log_prob(x).shape == (4,)
    assert model.sample(2, seed=0).dtype == tf.float32


class Nothing(AutoregressiveModel):
    """A model whose author has not come far."""


def test_what_is_not_written_says_so():
    model = Nothing((2,))
    arguments = {"context": None, "member": 0}
    with pytest.raises(NotImplementedError, match="Nothing has no `network`"):
        model.network(np.zeros((1, 2)), training=False, **arguments)
    for use, name in (
        (lambda: model.init_cache(1, **arguments), "init_cache"),
        (lambda: model.step(None, None), "step"),
        (lambda: model.observe(None, None, None), "observe"),
    ):
        with pytest.raises(NotImplementedError, match=f"no `{name}`"):
            use()


class Penalised(RunningSum):
    """Two members of one ordering, told apart by a shift of the outputs."""

    def __init__(self, event_shape, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.ensemble_size = 2

    def network(self, inputs, *, context, member, training):
        parameters = super().network(
            inputs, context=context, member=member, training=training
        )
        return parameters + 2.0 * tf.cast(member, tf.float32)


@pytest.mark.slow
def test_a_user_may_write_an_ensemble(seed):
    model = Penalised((3,))
    states = np.indices((2, 2, 2)).reshape(3, -1).T.astype("uint8")
    log_prob = model.log_prob(states)
    np.testing.assert_allclose(np.sum(np.exp(log_prob)), 1.0, rtol=1e-5)
    # Cells of the two members differ, so the mixture is neither.
    first = model.output_distribution.distribution(
        model.parameters_for(states)[:, 0], 1
    )
    assert np.any(np.abs(first.log_prob(states) - log_prob) > 0.1)
    x, drawn_log_prob = model.sample(50, seed=seed, return_log_prob=True)
    np.testing.assert_allclose(drawn_log_prob, model.log_prob(x), rtol=1e-4)


class Regularised(RunningSum):
    """A layer with a loss of its own."""

    regularizer = keras.regularizers.L2(1.0)


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True], ids=["plain", "xla"])
def test_losses_of_layers_are_trained_on(jit_compile, rng):
    x = rng.integers(2, size=(8, 3)).astype("uint8")
    norms = []
    for constructor in (RunningSum, Regularised):
        model = constructor((3,))
        model.compile(
            optimizer=keras.optimizers.SGD(0.05), jit_compile=jit_compile
        )
        model.fit(x, batch_size=8, epochs=20, verbose=0)
        norms.append(np.linalg.norm(model.hidden.kernel))
    assert norms[1] < 0.5 * norms[0]
