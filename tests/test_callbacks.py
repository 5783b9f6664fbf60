import time

import keras
import numpy as np
import pytest
from PIL import Image

import tf_autoregressive as tfar
from tf_autoregressive.callbacks import SampleGrid
from tf_autoregressive.callbacks import TimeLimit


@pytest.fixture
def model():
    """A compiled model of tiny images."""
    model = tfar.models.FVSBN((3, 4, 1))
    model.compile(optimizer="sgd")
    return model


@pytest.fixture
def fit(model):
    """Trains for three epochs of four steps; returns the steps taken."""

    def fit(*callbacks):
        x = np.zeros((8, 3, 4, 1), "uint8")
        model.fit(
            x, batch_size=2, epochs=3, verbose=0, callbacks=list(callbacks)
        )
        return int(model.optimizer.iterations)

    return fit


class Sleep(keras.callbacks.Callback):
    """Makes a part of training take longer."""

    def __init__(self, point, seconds):
        super().__init__()
        setattr(self, point, lambda *args, **kwargs: time.sleep(seconds))


def test_a_time_limit_stops_after_the_step_that_crosses_it(fit):
    limit = TimeLimit(seconds=1e-6)
    assert fit(limit) == 1
    assert limit.reached
    assert limit.spent > 0


def test_an_infinite_limit_only_measures(fit):
    limit = TimeLimit(seconds=float("inf"))
    assert fit(Sleep("on_train_batch_begin", 0.05), limit) == 12
    assert not limit.reached
    assert limit.spent >= 12 * 0.05


def test_time_between_epochs_does_not_count(fit):
    limit = TimeLimit(seconds=float("inf"))
    start = time.perf_counter()
    fit(limit, Sleep("on_epoch_end", 0.3))
    assert limit.spent <= time.perf_counter() - start - 3 * 0.3


def test_time_spent_earlier_counts(fit):
    limit = TimeLimit(seconds=3600.0, spent=3600.0)
    assert fit(limit) == 1


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_limit_must_be_positive(seconds):
    with pytest.raises(ValueError, match=f"Received: seconds={seconds}"):
        TimeLimit(seconds)


def test_samples_are_drawn_after_every_so_many_epochs(fit, tmp_path):
    fit(SampleGrid(tmp_path / "grids", num_samples=4, every=2))
    (path,) = (tmp_path / "grids").iterdir()
    assert path.name == "samples-epoch-0002.png"
    # Two rows and columns of 3 x 4 pixels, two screen pixels each.
    with Image.open(path) as picture:
        assert picture.size == (2 * 11, 2 * 9)


def test_events_that_are_no_images_are_refused(tmp_path):
    model = tfar.models.FVSBN((5,))
    model.compile(optimizer="sgd")
    with pytest.raises(ValueError, match=r"event_shape=\(5,\)"):
        model.fit(
            np.zeros((2, 5), "uint8"),
            verbose=0,
            callbacks=[SampleGrid(tmp_path / "grids")],
        )
    assert not (tmp_path / "grids").exists()


@pytest.mark.parametrize("options", [{"num_samples": 0}, {"every": 0}])
def test_counts_must_be_positive(options, tmp_path):
    with pytest.raises(ValueError, match="must be an integer of at least 1"):
        SampleGrid(tmp_path, **options)
