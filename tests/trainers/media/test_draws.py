"""Checks that come before anything is drawn, and draws of any length."""

import numpy as np
import pytest

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.models import MultiScalePixelRNN
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.models import WaveNet
from trainers.errors import UsageError
from trainers.media import draws
from trainers.media.known import known_positions

SMALL = {"filters": 2, "num_blocks": 1, "head_filters": 2}
SHAPE = (4, 4, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top_p": 1.5}, "`top_p` must be a number"),
        ({"min_p": 2.0}, "`min_p` must be a number"),
        ({"temperature": 0.0}, "`temperature` must be a number"),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(UsageError, match=message):
        draws.check_options(FVSBN((3,)), **options)


def test_options_that_outputs_do_not_have_are_named():
    model = FVSBN((3,), distribution="discretized_logistic_mixture")
    draws.check_options(model, temperature=0.5)
    with pytest.raises(
        UsageError, match="`top_k` is not a sampling option of Disc"
    ):
        draws.check_options(model, top_k=2)


@pytest.mark.parametrize(
    ("make", "late"),
    [
        (lambda: PixelCNN(SHAPE, **SMALL), "bottom"),
        (lambda: MADE(SHAPE, units=(4,), ordering="reversed"), "top"),
        (lambda: MADE(SHAPE, units=(4,), ordering="random"), None),
        (lambda: DeepNADE(SHAPE, units=(4,)), None),
        (lambda: MultiScalePixelRNN(SHAPE, units=3, num_layers=1), None),
    ],
    ids=["raster", "reversed", "random", "any order", "multi-scale"],
)
def test_what_is_known_may_come_too_late(make, late):
    model = make()
    for half in ("top", "bottom", "left", "right"):
        known = known_positions(half, SHAPE)
        assert draws.known_too_late(model, known) == (half == late)


def test_sequences_are_drawn_in_any_length():
    sizes = {"filters": 2, "skip_filters": 2, "num_stacks": 1, "num_layers": 2}
    model = WaveNet((6,), num_levels=5, **sizes)
    drawn = draws.draw_samples(model, 2, seed=1, steps=9)
    assert drawn.shape == (2, 9)
    np.testing.assert_array_equal(drawn, model.generate(2, 9, seed=1))
