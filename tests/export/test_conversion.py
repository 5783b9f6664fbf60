"""No number becomes another one on the way into a signature."""

import numpy as np
import pytest

from export.conversion import converted

KEPT = [
    ([0, 1], "float32"),
    (np.array([0, 255], "uint8"), "float32"),
    ([True, False], "float32"),
    ([0.0, 2.0], "int32"),
    (np.array([-(2**62)]), "int64"),
    (np.array([0, 1], "uint8"), "bool"),
    (np.array([0.5, -0.1], "float16"), "float32"),
]


@pytest.mark.parametrize(("value", "dtype"), KEPT)
def test_values_are_kept(value, dtype):
    array = converted("x", value, dtype, is_discrete=True)
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, value)


def test_real_numbers_are_rounded():
    value = np.array([0.1, 1.0 - 1e-12, 1e-60])
    np.testing.assert_array_equal(
        converted("x", value, "float32"), value.astype("float32")
    )


CHANGED = [
    ([0.9], "int32"),
    ([2**32 + 1], "int32"),
    ([np.nan], "int32"),
    ([1e300], "int64"),
    (np.array([2**64 - 1], "uint64"), "int64"),
    ([2], "bool"),
    ([0.5], "bool"),
]
ROUNDED = [([1.0 - 1e-12, 0.1], "float32"), ([2**24 + 1], "float32")]


@pytest.mark.parametrize(("value", "dtype"), CHANGED + ROUNDED)
def test_a_value_that_would_change_is_refused(value, dtype):
    with pytest.raises(ValueError, match=f"`x` must hold values of {dtype}"):
        converted("x", value, dtype, is_discrete=True)


def test_what_stays_no_integer_is_left_to_the_model():
    assert converted("x", [0.1], "float32", is_discrete=True) == np.float32(0.1)


@pytest.mark.parametrize(
    "value",
    [
        [1j],
        ["1"],
        [None],
        [[1], [1, 2]],
        np.zeros(2, [("a", "int32")]),
        np.zeros(2, "datetime64[s]"),
        [2**64],
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
def test_other_than_numbers_are_refused(value, dtype):
    with pytest.raises(ValueError, match=f"`x` must be {dtype}"):
        converted("x", value, dtype)


def test_masked_values_are_refused():
    masked = np.ma.masked_equal([0.5, -999.0], -999.0)
    with pytest.raises(ValueError, match="`x` must have no masked values"):
        converted("x", masked, "float32")
