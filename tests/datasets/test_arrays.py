import hashlib

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.datasets import from_arrays


def bits(*shape):
    return np.arange(np.prod(shape)).reshape(shape) % 2


def examples(dataset):
    return list(dataset.as_numpy_iterator())


def test_splits_hold_the_arrays_in_order_and_know_their_size():
    train, test = bits(5, 3), bits(2, 3)
    data = from_arrays(train, test=test, name="bits", num_levels=2)

    np.testing.assert_array_equal(examples(data.train), train)
    np.testing.assert_array_equal(examples(data.test), test)
    assert data.validation is None
    assert data.train.cardinality() == 5
    assert data.train.element_spec == tf.TensorSpec([3], tf.uint8)


def test_info_describes_the_data():
    data = from_arrays(
        bits(5, 2, 2),
        bits(3, 2, 2),
        name="bits",
        num_levels=2,
        source="here",
        licence="MIT",
        notes="none",
    )
    info = data.info
    assert (info.name, info.source, info.licence) == ("bits", "here", "MIT")
    assert info.event_shape == (2, 2)
    assert info.num_levels == 2
    assert info.split_sizes == {"train": 5, "validation": 3}
    assert info.binarization == "none"


def test_the_hash_is_that_of_the_values_of_all_splits_in_order():
    train, test = bits(4, 3), 1 - bits(2, 3)
    data = from_arrays(train.astype(float), test=test, name="a", num_levels=2)
    content = np.concatenate([train, test]).astype("uint8").tobytes()
    assert data.info.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("num_levels", "dtype"), [(2, "uint8"), (256, "uint8"), (257, "int32")]
)
@pytest.mark.parametrize("given", ["uint16", "int64", "float32"])
def test_integers_come_in_the_smallest_dtype_that_holds_them(
    num_levels, dtype, given
):
    values = np.array([[0, num_levels - 1]], dtype=given)
    data = from_arrays(values, name="a", num_levels=num_levels)
    (example,) = examples(data.train)
    assert example.dtype == dtype
    np.testing.assert_array_equal(example, values[0])


def test_booleans_are_bits():
    data = from_arrays(np.array([[True, False]]), name="a", num_levels=2)
    np.testing.assert_array_equal(examples(data.train), [[1, 0]])


def test_real_values_come_as_float32(rng):
    values = rng.normal(size=(4, 3))
    data = from_arrays(values, name="a", num_levels=None)
    assert data.info.num_levels is None
    np.testing.assert_array_equal(
        examples(data.train), values.astype("float32")
    )


def test_event_shape_reshapes_each_example():
    data = from_arrays(
        bits(3, 4), name="a", num_levels=2, event_shape=(2, 2, 1)
    )
    assert data.info.event_shape == (2, 2, 1)
    np.testing.assert_array_equal(
        examples(data.train), bits(3, 4).reshape(3, 2, 2, 1)
    )


@pytest.mark.parametrize(
    ("labels", "dtype"),
    [([3, 1], "int32"), ([[0.5, 1.0], [2.0, 3.0]], "float32")],
)
def test_labels_come_beside_their_examples(labels, dtype):
    data = from_arrays(
        bits(2, 3), name="a", num_levels=2, labels={"train": labels}
    )
    values, given = zip(*examples(data.train), strict=True)
    np.testing.assert_array_equal(values, bits(2, 3))
    np.testing.assert_array_equal(given, labels)
    assert given[0].dtype == dtype


@pytest.mark.parametrize(
    ("values", "num_levels", "match"),
    [
        ([[0, 2]], 2, r"integers in \[0, 2\).*values from 0 to 2"),
        ([[-1, 0]], 2, "values from -1 to 0"),
        ([[0, 256]], 256, r"integers in \[0, 256\)"),
        ([[0.0, 0.5]], 2, "values from 0.0 to 0.5"),
        ([[0.0, np.nan]], 2, "values from nan to nan"),
        ([[0.0, np.inf]], 2, "to inf"),
        ([[0.0, np.nan]], None, "finite numbers.*values from nan"),
        ([["a", "b"]], 2, "dtype=<U1"),
        ([0, 1], 2, r"shape=\(2,\)"),
        (np.zeros((0, 3)), 2, r"at least one example.*shape=\(0, 3\)"),
        (np.zeros((3, 0)), 2, r"one dimension.*shape=\(3, 0\)"),
    ],
)
def test_values_that_no_model_could_score_are_refused(
    values, num_levels, match
):
    with pytest.raises(ValueError, match=f"`train` must .*{match}"):
        from_arrays(values, name="a", num_levels=num_levels)


def test_the_split_at_fault_is_named():
    with pytest.raises(ValueError, match="`test` must hold integers"):
        from_arrays([[0]], test=[[7]], name="a", num_levels=2)


def test_splits_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"'validation': \(2,\)"):
        from_arrays([[0, 1, 1]], [[0, 1]], name="a", num_levels=2)


def test_an_event_shape_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"event_shape=\(2, 2\)"):
        from_arrays([[0, 1, 1]], name="a", num_levels=2, event_shape=(2, 2))


def test_one_level_is_refused():
    with pytest.raises(ValueError, match="num_levels=1"):
        from_arrays([[0]], name="a", num_levels=1)


def test_labels_of_another_number_are_refused():
    with pytest.raises(ValueError, match=r"labels\['train'\].*shape=\(3,\)"):
        from_arrays(
            [[0], [1]], name="a", num_levels=2, labels={"train": [1, 2, 3]}
        )


def test_labels_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match=r"labels\['train'\].*dtype=<U1"):
        from_arrays(
            [[0], [1]], name="a", num_levels=2, labels={"train": ["a", "b"]}
        )


def test_a_split_without_labels_is_refused():
    with pytest.raises(ValueError, match=r"labels of \['train'\], none of 'te"):
        from_arrays(
            [[0]], test=[[1]], name="a", num_levels=2, labels={"train": [1]}
        )
