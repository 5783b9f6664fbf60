"""The methods of Keras and TensorFlow for any model work, or are refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.zoo import BY_NAME
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.models import MultiScalePixelRNN
from tf_autoregressive.models import PixelRNN
from tf_autoregressive.models.structure import without_structure

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
    x, context = case.batch(rng, 5)
    # A graph that was traced before is not a part of what is exported.
    expected = model.log_prob(x, context)
    model.stepwise()
    model.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    batch = [tf.cast(x, model.event.dtype)]
    if context is not None:
        batch.append(context)
    np.testing.assert_allclose(exported.serve(*batch), expected, rtol=1e-5)


def test_other_formats_are_refused(model, tmp_path):
    with pytest.raises(ValueError, match=r"`format`.*export\.export_model"):
        model.export(tmp_path / "exported", format="onnx")


@pytest.mark.slow
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


@pytest.mark.parametrize("name", ["made-orders-labels", "char-cnn", "rnade"])
def test_functional_models_over_parameters_are_saved(name, rng, tmp_path):
    case = BY_NAME[name]
    model = case.build(0)
    x, context = case.batch(rng, 3)
    inputs = [keras.Input(case.event_shape, dtype=model.event.dtype)]
    if context is not None:
        inputs.append(keras.Input((), dtype="int32"))
    functional = keras.Model(inputs, model.parameters_for(*inputs))
    functional.save(tmp_path / "functional.keras")
    again = keras.saving.load_model(tmp_path / "functional.keras")
    batch = [x] if context is None else [x, context]
    expected = model.parameters_for(*batch)
    np.testing.assert_allclose(functional(batch), expected, rtol=1e-5)
    np.testing.assert_array_equal(again(batch), functional(batch))


def test_graphs_that_were_kept_follow_lora(rng):
    model = BY_NAME["char-rnn"].build(0)
    x = rng.integers(3, size=(2, 6))
    before = model.log_prob(x), model.walk(2).observe([0, 1]).parameters
    model.embedding.enable_lora(2)
    for variable in model.embedding.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    after = model.log_prob(x)
    assert np.all(after != before[0])
    np.testing.assert_allclose(after, model(x).log_prob(x), rtol=1e-5)
    assert np.any(model.walk(2).observe([0, 1]).parameters != before[1])


def test_layers_that_were_quantized_are_refused(rng):
    model = BY_NAME["deep-nade"].build(0)
    model.hidden_layers[0].quantize("int8")
    for use in (
        lambda: model.log_prob(rng.integers(2, size=(2, 6))),
        lambda: model.sample(2, seed=0),
        lambda: model.walk(2),
    ):
        with pytest.raises(ValueError, match="must not be quantized"):
            use()


@pytest.mark.parametrize(
    ("saved", "loaded", "what"),
    [
        (
            lambda: FVSBN((4,), name="m"),
            lambda: FVSBN((4,), ordering="reversed", name="m"),
            "ordering",
        ),
        (
            lambda: MADE((4,), units=(5,), name="m"),
            lambda: MADE((4,), units=(5,), mask_seed=1, name="m"),
            "degrees_0",
        ),
    ],
)
def test_weights_of_another_structure_are_refused(
    saved, loaded, what, tmp_path
):
    path = tmp_path / "m.weights.h5"
    saved().save_weights(path)
    saved().load_weights(path)
    with pytest.raises(ValueError, match=rf"those of another `{what}`"):
        loaded().load_weights(path)


def test_files_from_before_the_structure_was_stored_are_taken():
    stored = without_structure({"0": 1.0}, ordering=np.arange(3))
    assert stored == {"0": 1.0}


def test_one_network_for_all_orderings_takes_its_weights_for_each(tmp_path):
    path = tmp_path / "m.weights.h5"
    options = {"units": (3,), "name": "m"}
    DeepNADE((4,), **options).save_weights(path)
    DeepNADE((4,), ordering="reversed", **options).load_weights(path)


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "float16"])
@pytest.mark.parametrize("constructor", [PixelRNN, MultiScalePixelRNN])
def test_recurrent_image_models_say_which_dtypes_they_take(constructor, dtype):
    with pytest.raises(ValueError, match=r"`dtype` of recurrent.*dtype="):
        constructor((4, 4, 1), units=2, dtype=dtype)


def test_scores_are_float32_under_a_policy_of_float64():
    model = FVSBN((4,), dtype="float64")
    assert model.log_prob(np.zeros((1, 4), int)).dtype == tf.float32


@pytest.mark.parametrize("name", ["made-labels", "wavenet", "nade-sigmoid"])
def test_a_summary_shows_what_layers_return(name):
    lines = []
    BY_NAME[name].build(0).summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "(None, " in text
    assert " ? " not in text
