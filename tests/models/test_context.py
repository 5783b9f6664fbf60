"""The contexts of models, and the checks on them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import GatedPixelCNN
from tf_autoregressive.models import PixelCNNPlusPlus
from tf_autoregressive.models.context import Context


def test_nothing_is_expected_by_default():
    context = Context()
    assert not context.expected
    assert context.encoded_shape is None
    assert context.checked(None) is None
    assert context.encoded(None) is None


def test_labels_are_encoded_as_one_hot():
    context = Context(num_classes=3)
    assert context.expected
    assert context.encoded_shape == (3,)
    encoded = context.encoded(context.checked(np.array([2, 0]), 2))
    np.testing.assert_array_equal(encoded, [[0, 0, 1], [1, 0, 0]])
    assert encoded.dtype == tf.float32


@pytest.mark.parametrize(
    "dtype", ["uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
)
def test_labels_of_any_integer_dtype_pass(dtype):
    context = Context(num_classes=300)
    labels = context.checked(
        np.array([0, 255 if dtype == "uint8" else 299], dtype)
    )
    assert context.encoded(labels).shape == (2, 300)


@pytest.mark.parametrize("shape", [(2,), (2, 3, 1), 4, [5]])
def test_vectors_and_maps_pass_as_floats(shape):
    context = Context(shape=shape)
    expected = (shape,) if isinstance(shape, int) else tuple(shape)
    assert context.encoded_shape == expected
    values = np.ones((6, *expected), "float64")
    encoded = context.encoded(context.checked(values, 6))
    assert encoded.dtype == tf.float32
    np.testing.assert_array_equal(encoded, values)


def test_one_context_is_repeated_for_all_examples():
    labels = Context(num_classes=3).batched(2, 4)
    np.testing.assert_array_equal(labels, [2, 2, 2, 2])
    vectors = Context(shape=(2,)).batched(np.array([0.5, 1.0]), 3)
    np.testing.assert_array_equal(vectors, [[0.5, 1.0]] * 3)
    given = np.array([[0.0, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(Context(shape=(2,)).batched(given, 2), given)


@pytest.mark.parametrize("shape", [(0,), (2, -1), ()])
def test_shapes_are_checked(shape):
    with pytest.raises(ValueError, match="`context_shape`"):
        Context(shape=shape)


@pytest.mark.parametrize(
    ("options", "context", "message"),
    [
        ({"num_classes": 2}, np.array([2]), "Received: 2"),
        ({"num_classes": 2}, np.array([True]), "dtype bool"),
        ({"shape": (1,)}, np.array([[np.inf]]), "Received: inf"),
    ],
)
def test_values_are_checked(options, context, message):
    with pytest.raises(ValueError, match=message):
        Context(**options).checked(context, 1)


def test_values_are_checked_in_graphs():
    check = tf.function(Context(num_classes=2).checked)
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="`context` must be"
    ):
        check(tf.constant([0, 2]))


@pytest.mark.parametrize(
    ("options", "context"),
    [
        ({"num_classes": 3}, [2, 0]),
        ({"shape": (2,)}, [[0.5, 1.0], [0.0, 0.0]]),
        ({"shape": (2, 1, 2)}, np.ones((2, 2, 1, 2))),
    ],
)
def test_a_last_feature_tells_the_empty_context(options, context):
    context = np.asarray(context)
    plain = Context(**options).encoded(context)
    dropping = Context(**options, dropout=0.2)
    encoded = dropping.encoded(context)
    np.testing.assert_array_equal(encoded[..., :-1], plain)
    np.testing.assert_array_equal(encoded[..., -1], np.zeros(plain.shape[:-1]))
    empty = dropping.empty(2)
    np.testing.assert_array_equal(empty[..., :-1], np.zeros(plain.shape))
    np.testing.assert_array_equal(empty[..., -1], np.ones(plain.shape[:-1]))
    assert dropping.encoded_shape == tuple(encoded.shape[1:])


def test_training_drops_whole_contexts_at_the_rate():
    context = Context(shape=(3,), dropout=0.2)
    vectors = np.random.default_rng(0).normal(size=(5_000, 3))
    encoded = context.encoded(vectors, training=True).numpy()
    is_empty = encoded[:, -1] == 1.0
    # Five standard deviations.
    assert abs(is_empty.mean() - 0.2) < 5 * (0.2 * 0.8 / 5_000) ** 0.5
    np.testing.assert_array_equal(
        encoded[is_empty], context.empty(is_empty.sum())
    )
    np.testing.assert_array_equal(
        encoded[~is_empty], context.encoded(vectors[~is_empty])
    )
    again = context.encoded(vectors, training=True)
    assert (again != encoded).numpy().any()


@pytest.mark.parametrize(
    ("constructor", "options", "message"),
    [
        (FVSBN, {"context_dropout": 0.1}, "need a context"),
        (FVSBN, {"context_dropout": 1.0, "num_classes": 2}, "below 1"),
        (FVSBN, {"context_dropout": True, "num_classes": 2}, "below 1"),
        (FVSBN, {"context_network": keras.layers.Dense(2)}, "need a context"),
        (FVSBN, {"context_network": "x", "num_classes": 2}, "Keras model"),
        (
            FVSBN,
            {
                "context_network": keras.layers.Embedding(2, 3),
                "context_shape": (2, 2, 0),
            },
            "`context_shape`",
        ),
        (
            FVSBN,
            {
                "context_network": keras.layers.Conv2D(2, 3),
                "context_shape": (4,),
            },
            r"must take contexts of shape \(None, 4\)",
        ),
        (
            FVSBN,
            {"context_network": keras.layers.Identity(), "num_classes": 2},
            "of known sides",
        ),
        (
            GatedPixelCNN,
            {
                "event_shape": (4, 4, 1),
                "context_network": keras.layers.Dense(3),
                "context_shape": (5, 2),
            },
            r"must be \(n,\), or \(height",
        ),
        (
            PixelCNNPlusPlus,
            {
                "event_shape": (4, 4, 1),
                "context_network": keras.layers.Dense(3),
                "context_shape": (4, 4, 2),
            },
            "every resolution",
        ),
        (
            CharRNN,
            {"variable_length": True, "context_dropout": 0.1, "num_levels": 3},
            "`variable_length`",
        ),
    ],
)
def test_what_does_not_fit_a_context_is_refused(constructor, options, message):
    with pytest.raises(ValueError, match=message):
        constructor(**{"event_shape": (4,), **options})


def test_guidance_without_an_empty_context_is_refused():
    model = FVSBN((4,), num_classes=2)
    with pytest.raises(ValueError, match="`guidance` needs an empty context"):
        model.sample(2, context=0, guidance=2.0)
    # There is nothing to combine for the model's own distribution.
    model.sample(2, context=0, guidance=1.0)


def _taught(model):
    """Returns events that equal their labels, after training on them."""
    labels = np.arange(64) % 2
    x = np.repeat(labels[:, None], 4, axis=1).astype("uint8")
    model.compile(keras.optimizers.Adam(0.3), run_eagerly=True)
    model.fit(x, labels, batch_size=32, epochs=10, verbose=0)
    return x, labels


def test_a_model_learns_the_empty_context_beside_the_others():
    model = FVSBN((4,), num_classes=2, context_dropout=0.3)
    x, labels = _taught(model)
    # The first value is certain given the label, and open without.
    of_labels = model.log_prob_per_dim(x[:2], labels[:2])[:, 0]
    assert (of_labels > np.log(0.9)).numpy().all()
    drawn = model.sample(500, seed=0, context=0, guidance=0.0)
    assert 0.3 < drawn.numpy()[:, 0].mean() < 0.7


def encoder():
    """Returns a network that acts otherwise in training."""
    return keras.Sequential(
        [keras.layers.Embedding(2, 3), keras.layers.Dropout(0.5)]
    )


def test_the_network_of_a_context_is_trained_and_saved(tmp_path):
    model = FVSBN(
        (4,), num_classes=2, context_network=encoder(), context_dropout=0.2
    )
    assert model.context.encoded_shape == (4,)
    embedding = model.context_network.layers[0].embeddings
    before = embedding.numpy()
    x, labels = _taught(model)
    assert (embedding.numpy() != before).all()
    features = model.context.encoded(labels[:2]).numpy()
    np.testing.assert_array_equal(features[:, :3], embedding.numpy())
    # Dropout is active in training alone.
    dropped = model.context.encoded(np.zeros(100, int), training=True)
    assert (dropped.numpy()[:, :3] == 0.0).any()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        loaded.log_prob(x, labels), model.log_prob(x, labels)
    )
    drawn = (m.sample(9, seed=0, context=1) for m in (model, loaded))
    np.testing.assert_array_equal(*drawn)


def test_a_network_may_make_a_vector_of_a_sequence():
    model = CharRNN(
        (4,),
        num_levels=3,
        units=2,
        context_shape=(7, 2),
        context_network=keras.layers.GlobalAveragePooling1D(),
    )
    contexts = np.random.default_rng(0).normal(size=(2, 7, 2))
    assert model.generate(2, 9, seed=0, context=contexts).shape == (2, 9)
