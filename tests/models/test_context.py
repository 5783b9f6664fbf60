"""The contexts of models, and the checks on them."""

import numpy as np
import pytest
import tensorflow as tf

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
