"""What Keras and TensorFlow offer for any model works, or is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.zoo import BY_NAME
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE

# Layers in lists, in dictionaries, in other models, and weights of its own.
LISTS = [
    BY_NAME[name]
    for name in (
        "made-labels",
        "gated-pixel-cnn-map",
        "char-rnn-labels",
        "pixel-cnn-pp-logistics",
        "multi-scale-labels",
    )
]


@pytest.fixture(scope="module")
def model():
    return FVSBN((4,))


@pytest.mark.parametrize(
    "options",
    [
        {"loss": "mse"},
        {"loss": lambda x, distribution: -distribution.log_prob(x)},
        {"metrics": ["accuracy"]},
        {"weighted_metrics": ["accuracy"]},
        {"loss_weights": [2.0]},
    ],
)
def test_other_losses_and_metrics_are_refused(model, options):
    [name] = options
    message = rf"`{name}` must be None: the loss is -log_prob"
    with pytest.raises(ValueError, match=message):
        model.compile("adam", **options)


@pytest.mark.parametrize("name", ["model.h5", "model.hdf5"])
def test_hdf5_is_refused(model, name, tmp_path):
    with pytest.raises(ValueError, match=r"`filepath` must end in \.keras"):
        model.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_quantization_by_keras_is_refused(model):
    with pytest.raises(ValueError, match="`quantize` is not available"):
        model.quantize("int8")


@pytest.mark.parametrize("name", ["fvsbn", "made-labels", "rnade-vector"])
def test_keras_exports_log_prob(name, rng, tmp_path):
    case = BY_NAME[name]
    model = case.build(0)
    model.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    x, context = case.batch(rng, 5)
    batch = [tf.cast(x, model.event.dtype)]
    if context is not None:
        batch.append(context)
    np.testing.assert_allclose(
        exported.serve(*batch), model.log_prob(x, context), rtol=1e-5
    )


def test_other_formats_are_refused(model, tmp_path):
    with pytest.raises(ValueError, match=r"`format`.*export\.export_model"):
        model.export(tmp_path / "exported", format="onnx")


@pytest.mark.parametrize("case", LISTS, ids=repr)
def test_checkpoints_of_tensorflow_hold_all_weights(case, tmp_path):
    model, other = case.build(0), case.build(1)
    path = tf.train.Checkpoint(model=model).save(tmp_path / "checkpoint")
    status = tf.train.Checkpoint(model=other).restore(path)
    status.assert_consumed()
    for one, restored in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(one, restored)


def test_checkpoints_hold_the_optimizer_too(rng, tmp_path):
    x = rng.integers(2, size=(8, 4))
    models = [MADE((4,), units=(3,)) for _ in range(2)]
    for model in models:
        model.compile(keras.optimizers.Adam(0.1), run_eagerly=True)
    models[0].fit(x, verbose=0)
    models[1].optimizer.build(models[1].trainable_variables)
    path = tf.train.Checkpoint(model=models[0]).save(tmp_path / "checkpoint")
    tf.train.Checkpoint(model=models[1]).restore(path).assert_consumed()
    for model in models:
        model.fit(x, verbose=0)
    for one, other in zip(*(m.get_weights() for m in models), strict=True):
        np.testing.assert_array_equal(one, other)
