"""Checks on arguments."""

import numpy as np
import pytest

from tf_autoregressive import arguments


@pytest.mark.parametrize("value", [0, -1, 1.0, np.nan, "2", None, True])
def test_a_count_is_a_positive_integer(value):
    with pytest.raises(
        ValueError, match="`steps` must be an integer of at least 1"
    ):
        arguments.checked_count("steps", value)
    assert type(arguments.checked_count("steps", np.int64(3))) is int


def test_a_mask_without_masked_values_is_no_matter():
    values = np.ma.masked_equal([1, 2], 3)
    plain = arguments.plain_array("x", values)
    assert type(plain) is np.ndarray
    np.testing.assert_array_equal(plain, [1, 2])


@pytest.mark.parametrize("values", [[[1, 2], [3]], [1, [2]]])
def test_what_forms_no_array_is_refused(values):
    with pytest.raises(ValueError, match="`x` must be an array of numbers"):
        arguments.plain_array("x", values)
