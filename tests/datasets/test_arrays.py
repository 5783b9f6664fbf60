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
    [
        ([3, 1], "int32"),
        ([2**31 - 1, -(2**31)], "int32"),
        ([True, False], "int32"),
        ([[0.5, 1.0], [2.0, 3.0]], "float32"),
    ],
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
        ([[1j]], 2, "dtype=complex128"),
        ([[1j]], None, "dtype=complex128"),
        ([[1e300]], None, "finite numbers, as float32 too.*1e[+]300"),
        ([[-1e39]], None, "finite numbers, as float32 too"),
        ([[2**32 + 1]], 2, "to 4294967297"),
        ([[2**64 - 1]], 2, "to 18446744073709551615"),
        ([[2**100]], 2, "dtype=object"),
        ([[1, 2], [3]], 4, "an array of numbers"),
        (np.ma.masked_equal([[0, -1]], -1), 2, "no masked values.*1 of 2"),
        (np.ma.masked_equal([[0.0, -999.0]], -999), None, "no masked values"),
        (None, 2, r"shape=\(\)"),
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


@pytest.mark.parametrize("shape", [(2, 2), (-3, -1), (-1,), (1.5, 2)])
def test_an_event_shape_of_another_size_is_refused(shape):
    with pytest.raises(ValueError, match="`event_shape` must"):
        from_arrays([[0, 1, 1]], name="a", num_levels=2, event_shape=shape)


@pytest.mark.parametrize("num_levels", [1, 2**20 + 1, 2**32, 2.0, "2", True])
def test_numbers_of_levels_that_models_have_not_are_refused(num_levels):
    with pytest.raises(ValueError, match=f"num_levels={num_levels!r}"):
        from_arrays([[0]], name="a", num_levels=num_levels)


def test_the_most_levels_are_taken():
    data = from_arrays([[2**20 - 1]], name="a", num_levels=2**20)
    np.testing.assert_array_equal(examples(data.train), [[1048575]])


def test_fractions_are_found_wherever_they_are():
    values = np.zeros((3, 2**19))
    values[-1, -1] = 0.5
    with pytest.raises(ValueError, match=r"from 0\.0 to 0\.5"):
        from_arrays(values, name="a", num_levels=2)


def test_labels_of_another_number_are_refused():
    with pytest.raises(ValueError, match=r"labels\['train'\].*shape=\(3,\)"):
        from_arrays(
            [[0], [1]], name="a", num_levels=2, labels={"train": [1, 2, 3]}
        )


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", "b"], "dtype=<U1"),
        ([1j, 0], "dtype=complex128"),
        ([2**32 + 1, 0], "int32.*to 4294967297"),
        (np.array([2**64 - 1, 0], "uint64"), "int32.*to 18446744073709551615"),
        ([-(2**31) - 1, 0], "int32.*from -2147483649"),
        ([1e300, 0.0], "float32.*to 1e[+]300"),
        ([np.nan, 0.0], "float32.*nan"),
        ([np.inf, 0.0], "float32.*inf"),
        (np.ma.masked_equal([1, 0], 1), "no masked values"),
        (np.zeros((2, 0)), "must not be empty"),
    ],
)
def test_labels_that_would_become_others_are_refused(labels, message):
    with pytest.raises(ValueError, match=rf"labels\['train'\].*{message}"):
        from_arrays(
            [[0], [1]], name="a", num_levels=2, labels={"train": labels}
        )


@pytest.mark.parametrize("labels", [[1], None])
def test_labels_are_a_dict(labels):
    if labels is None:
        labels = "train"
    with pytest.raises(ValueError, match="`labels` must hold the labels"):
        from_arrays([[0]], name="a", num_levels=2, labels=labels)


def test_a_split_without_labels_is_refused():
    with pytest.raises(ValueError, match=r"labels of \['train'\], none of 'te"):
        from_arrays(
            [[0]], test=[[1]], name="a", num_levels=2, labels={"train": [1]}
        )
