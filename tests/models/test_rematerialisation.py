"""Segments computed twice: the same gradients, with dropout and contexts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests import zoo
from tf_autoregressive.models import CharCNN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import ImageTransformer
from tf_autoregressive.models import PixelCNNPlusPlus
from tf_autoregressive.models import PixelRNN
from tf_autoregressive.models import Transformer
from tf_autoregressive.models import WaveNet

# There is one case of every model, and one that is conditioned.
CASES = {
    (case.constructor, case.is_conditional): case
    for case in zoo.CASES
    if case.kind != "vectors"
    and not case.options.get("carried_rows")
    # Their network is no stack of segments.
    and not case.constructor.any_order
}.values()


def gradients(model, x, context, jit_compile=False):
    """Returns the loss of training and its gradients."""

    @tf.function(jit_compile=jit_compile, autograph=False)
    def run(x, context):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_sum(model.training_log_prob(x, context))
        found = tape.gradient(
            loss,
            model.trainable_variables,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return loss, [tf.convert_to_tensor(gradient) for gradient in found]

    return run(x, context)


def without_recomputation(monkeypatch):
    monkeypatch.setattr(tf, "recompute_grad", lambda function: function)


def assert_alike(results, others):
    for one, other in zip(
        tf.nest.flatten(results), tf.nest.flatten(others), strict=True
    ):
        scale = max(np.abs(other).max(), 1e-3)
        np.testing.assert_allclose(one, other, atol=1e-4 * scale)


# Graphs and XLA are tried below: here they would take most of the time.
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", zoo.taking_turns(CASES), ids=repr)
def test_gradients_are_the_same(case, seed, rng):
    options = {"dropout": 0.0} if "dropout" in case.options else {}
    plain = case.build(seed, **options)
    again = case.build(seed, rematerialise=True, **options)
    x, context = case.events(rng, 3), case.contexts(rng, 3)
    assert_alike(gradients(again, x, context), gradients(plain, x, context))


def randomised(model):
    """Gives a model weights with which it knows something."""
    rng = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    return model


def with_dropout(cls, rematerialise=True):
    keras.utils.set_random_seed(1)
    options = {"dropout": 0.5, "rematerialise": rematerialise}
    if cls is PixelCNNPlusPlus:
        small = {"num_levels": 4, "filters": 5, "num_blocks": 2}
        return cls((4, 4, 1), num_resolutions=2, **small, **options)
    if cls is CharRNN:
        return cls((9,), num_levels=5, units=6, num_layers=3, **options)
    if issubclass(cls, Transformer | ImageTransformer):
        options |= {"dropout": 0.0, "attention_dropout": 0.5}
        options |= {"num_layers": 1, "num_heads": 2}
        if cls is ImageTransformer:
            return randomised(cls((3, 3, 1), units=6, **options))
        return randomised(cls((9,), num_levels=5, units=8, **options))
    return cls((9,), num_levels=5, filters=6, dilations=(1, 2, 4), **options)


@pytest.mark.parametrize(
    ("cls", "jit_compile"),
    [
        (PixelCNNPlusPlus, False),
        (CharRNN, False),
        (CharCNN, True),
        (Transformer, False),
        (ImageTransformer, False),
    ],
)
def test_both_runs_drop_the_same(cls, jit_compile, rng, monkeypatch):
    model = with_dropout(cls)
    num_levels = min(4, model.num_levels)
    x = rng.integers(num_levels, size=(6, *model.event_shape)).astype("int32")
    loss, found = gradients(model, x, None, jit_compile)
    without_recomputation(monkeypatch)
    once = with_dropout(cls)
    assert_alike((loss, found), gradients(once, x, None, jit_compile))
    # Another step drops other units.
    other, _ = gradients(once, x, None, jit_compile)
    assert abs(float(other - loss)) > 1e-3


@pytest.mark.parametrize(
    ("cls", "shape", "options", "precision"),
    [
        (PixelRNN, (5, 4, 1), {"units": 6}, "float32"),
        (WaveNet, (9,), {"num_layers": 2, "num_levels": 4}, "mixed_bfloat16"),
    ],
)
def test_fit_ends_alike(cls, shape, options, precision, rng):
    x = rng.integers(2, size=(8, *shape)).astype("int32")
    labels = rng.integers(3, size=8)
    weights, ends = None, []
    for rematerialise in (False, True):
        model = cls(
            shape,
            num_classes=3,
            rematerialise=rematerialise,
            dtype=precision,
            **options,
        )
        weights = weights or [np.array(w) for w in model.trainable_variables]
        for variable, weight in zip(
            model.trainable_variables, weights, strict=True
        ):
            variable.assign(weight)
        model.compile(keras.optimizers.SGD(1e-3), jit_compile=True)
        history = model.fit(
            x, labels, batch_size=4, epochs=3, shuffle=False, verbose=0
        )
        ends.append(history.history["loss"])
    rtol = 1e-5 if precision == "float32" else 1e-2
    np.testing.assert_allclose(*ends, rtol=rtol)


def test_saved_models_keep_the_choice(tmp_path):
    model = with_dropout(CharCNN)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.rematerialise
    assert not with_dropout(CharCNN, rematerialise=False).rematerialise


def test_carried_states_are_kept():
    with pytest.raises(ValueError, match="`rematerialise` must be False"):
        CharRNN((4,), num_levels=3, carried_rows=2, rematerialise=True)
