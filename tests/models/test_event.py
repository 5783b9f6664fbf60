"""Events, and the checks on them."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.arguments import MAX_LEVELS
from tf_autoregressive.models import MADE
from tf_autoregressive.models.event import Event


@pytest.mark.parametrize(
    "shape", [(2, 3), [2, 3], tf.TensorShape([2, 3]), np.array([2, 3])]
)
def test_a_shape_is_a_tuple_of_ints(shape):
    event = Event(shape, 2)
    assert event.shape == (2, 3)
    assert event.num_dims == 6


def test_an_int_is_a_vector():
    assert Event(4, 2).shape == (4,)


@pytest.mark.parametrize(
    ("num_levels", "dtype"),
    [(2, tf.int32), (256, tf.int32), (None, tf.float32)],
)
def test_samples_are_integers_or_floats(num_levels, dtype):
    assert Event((2,), num_levels).dtype == dtype


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64"])
@pytest.mark.parametrize("kind", [np.array, tf.constant])
def test_integers_of_any_width_pass_as_they_are(dtype, kind):
    x = kind(np.array([[0, 1, 4]], dtype))
    checked = Event((3,), 5).checked(x)
    assert checked.dtype == dtype
    np.testing.assert_array_equal(checked, x)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_whole_floats_pass_as_they_are(dtype):
    x = tf.cast([[0, 1, 4]], dtype)
    checked = Event((3,), 5).checked(x)
    assert checked.dtype == dtype


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("value", [300.0, 4096.0, np.inf])
def test_narrow_floats_are_compared_with_the_levels_themselves(dtype, value):
    with pytest.raises(ValueError, match=r"`x` must hold integers in \[0, "):
        Event((1,), int(min(value, 4096.0))).checked(tf.cast([[value]], dtype))


@pytest.mark.parametrize("shape", [np.int64(6), (np.int64(6),)])
def test_axes_may_be_integers_of_numpy(shape):
    (axis,) = Event(shape, 2).shape
    assert type(axis) is int


@pytest.mark.parametrize("shape", [None, 6.0, "ab", (2, 0), ()])
def test_axes_are_positive_integers(shape):
    with pytest.raises(ValueError, match="`event_shape` must hold one or more"):
        Event(shape, 2)


def test_lists_pass():
    np.testing.assert_array_equal(Event((2,), 3).checked([[0, 2]]), [[0, 2]])


@pytest.mark.parametrize(
    ("num_levels", "value", "is_valid"),
    [(256, 255, True), (255, 255, False), (300, 255, True)],
)
def test_the_top_of_a_narrow_dtype(num_levels, value, is_valid):
    event, x = Event((1,), num_levels), np.array([[value]], "uint8")
    if is_valid:
        event.checked(x)
        return
    with pytest.raises(ValueError, match=r"\[0, 254\].*255"):
        event.checked(x)


def test_int8_cannot_wrap_around():
    # A careless cast would make 255 of -1.
    with pytest.raises(ValueError, match=r"\[0, 255\].*-1"):
        Event((1,), 256).checked(np.array([[-1]], "int8"))


@pytest.mark.parametrize("num_levels", [None, 2])
def test_an_unknown_batch_size_passes_in_graphs(num_levels):
    event = Event((2,), num_levels)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def check(x):
        return event.checked(x)

    np.testing.assert_array_equal(check(tf.ones([3, 2])), np.ones((3, 2)))
    with pytest.raises(tf.errors.InvalidArgumentError, match="`x` must hold"):
        check(tf.fill([3, 2], np.nan))


def test_real_values_are_any_finite_numbers():
    event = Event((2,), None)
    event.checked(np.array([[-1e30, 1e-30]]))
    event.checked(np.array([[1, 2]]))


@pytest.mark.parametrize("kind", [np.array, tf.constant, list])
def test_booleans_are_bits(kind):
    checked = Event((2,), 2).checked(kind([[True, False]]))
    assert checked.dtype.is_integer
    np.testing.assert_array_equal(checked, [[1, 0]])


@pytest.mark.parametrize("num_levels", [None, 2])
def test_masked_values_are_refused(num_levels):
    x = np.ma.masked_equal([[0, -999, 1]], -999)
    event = Event((3,), num_levels)
    with pytest.raises(ValueError, match=r"`x` must have no masked.*1 of 3"):
        event.checked(x)
    event.checked(np.ma.masked_equal([[0, 1, 1]], -999))


@pytest.mark.parametrize(
    "x", [[["a", "b"]], np.array([[None, 1]]), np.zeros((1, 2), "complex64")]
)
def test_what_is_not_a_number_is_refused(x):
    with pytest.raises(ValueError, match="`x` must hold"):
        Event((2,), 2).checked(x)


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="`x` must be an array of numbers"):
        Event((2,), 2).checked([[0, 1], [0]])


@pytest.mark.parametrize("value", [2**32, 2**32 + 1, 2**63, -1])
def test_wide_integers_are_compared_before_they_are_narrowed(value):
    x = np.array([[value]], "uint64" if value == 2**63 else "int64")
    with pytest.raises(ValueError, match=rf"\[0, 1\].*{value}"):
        Event((1,), 2).checked(x)


@pytest.mark.parametrize("num_levels", [1, 2**20 + 1, 2.5, "2", True])
def test_levels_are_as_many_as_float32_tells_apart(num_levels):
    with pytest.raises(ValueError, match=r"`num_levels` must be.*1048576"):
        Event((1,), num_levels)
    assert Event((1,), np.int64(2**20)).num_levels == 2**20


def test_draws_and_scores_agree_at_the_limit_of_levels():
    options = {"distribution": "discretized_logistic_mixture"}
    model = MADE((2,), units=(2,), num_levels=MAX_LEVELS, **options)
    x = model.sample(2000, seed=0).numpy()
    assert x.max() == MAX_LEVELS - 1
    assert np.isfinite(model.log_prob(x)).all()
    ends = np.array([[0, MAX_LEVELS - 1], [0, MAX_LEVELS - 2], [0, 0], [0, 1]])
    scores = model.log_prob(ends).numpy()
    # The outer levels hold all mass beyond them.
    assert scores[0] > scores[1] + 5
    assert scores[2] > scores[3] + 5
    with pytest.raises(ValueError, match="`x` must hold integers in"):
        model.log_prob(ends + 1)
