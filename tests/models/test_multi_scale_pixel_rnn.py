"""Multi-scale PixelRNN: one density made of two networks."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance import receptive_fields
from tests.layers.convolutions import randomise
from tests.models.probes import check_dependencies
from tests.zoo.case import Case
from tf_autoregressive.models import MultiScalePixelRNN

SIZES = {"units": 6, "head_filters": 9, "upsampling_filters": 5}


def small(event_shape, rng, **options):
    model = MultiScalePixelRNN(event_shape, **SIZES, **options)
    randomise([model], rng, scale=0.5)
    return model


@pytest.mark.slow
def test_log_prob_is_that_of_both_parts(rng):
    model = small((4, 6, 1), rng)
    x = rng.integers(2, size=(5, 4, 6, 1)).astype("uint8")
    small_image = x[:, ::2, ::2]
    of_small = model.small.log_prob_per_dim(small_image, context=None)
    bias = model._bias_map(tf.constant(small_image, tf.float32), None)
    of_large = model.large.log_prob_per_dim(x, context=bias).numpy()
    of_large[:, ::2, ::2] = 0.0
    expected = np.sum(of_small, axis=(1, 2, 3)) + of_large.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(model.log_prob(x), expected, rtol=1e-5)


@pytest.mark.slow
def test_every_layer_of_the_large_network_is_biased(rng):
    model = small((4, 4, 1), rng, num_layers=2)
    assert set(model.large.context_layers) == {
        "first",
        "lstm_0",
        "lstm_1",
    }


@pytest.mark.slow
@pytest.mark.parametrize("scale", [2, 3])
@pytest.mark.parametrize("recurrence", ["row_lstm", "diagonal_bilstm"])
def test_dependencies(recurrence, scale, seed):
    shape = (2 * scale, 3 * scale, 1)
    sizes = {"scale": scale, "recurrence": recurrence}
    case = Case(
        "sizes", MultiScalePixelRNN, shape, **SIZES, **sizes, weight_scale=1.0
    )
    expected = receptive_fields.multi_scale_pixel_rnn(shape, **sizes)
    check_dependencies(case, expected, seed)


@pytest.mark.slow
def test_a_known_small_image_is_kept(rng):
    model = small((4, 4, 1), rng)
    x = rng.integers(2, size=(3, 4, 4, 1)).astype("uint8")
    drawn = model.complete(x, model.is_small, seed=0).numpy()
    np.testing.assert_array_equal(drawn[:, ::2, ::2], x[:, ::2, ::2])
    assert (drawn != x).any()


@pytest.mark.parametrize(
    ("event_shape", "options", "message"),
    [
        ((4, 4, 1), {"scale": 3}, "`scale` must divide"),
        ((4, 4, 1), {"scale": 1}, "`scale` must be an integer of at least 2"),
        ((4, 4), {}, r"must be \(height, width, channels\)"),
        ((4, 4, 1), {"recurrence": "rnn"}, "`recurrence` must be one of"),
    ],
)
def test_arguments_are_checked(event_shape, options, message):
    with pytest.raises(ValueError, match=message):
        MultiScalePixelRNN(event_shape, **options)
