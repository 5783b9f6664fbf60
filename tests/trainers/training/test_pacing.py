"""Runs that last for a time, on a clock that ticks once a step."""

import itertools
import math

import pytest

from tests.trainers.final_state import final_state
from tests.trainers.training.test_run import Interrupt
from trainers.training.pacing import scheduled
from trainers.training.run import run
from trainers.training.run_directory import RunDirectory


@pytest.fixture
def timed(recipe, data_dir, monkeypatch):
    """Trains for nine seconds, in epochs of three steps.

    A step and a validation take a second each.
    """
    settings = {
        "epochs": 9,
        "paced": True,
        "max_seconds": 9.0,
        "steps_per_epoch": 3,
        "warmup_steps": 2,
        "learning_rate": 0.5,
    }

    def train(directory, *callbacks, verbose=0, **changes):
        ticks = itertools.count()
        monkeypatch.setattr("time.perf_counter", lambda: float(next(ticks)))
        return run(
            recipe(**settings | changes),
            directory,
            data_dir=data_dir,
            callbacks=lambda _: callbacks,
            verbose=verbose,
        )

    return train


def test_the_schedule_ends_when_the_time_does(timed, directory, capsys):
    result = timed(directory, verbose=2)
    rows = result["learning_curve"]
    assert result["stopped_by"] == "max_seconds"
    assert [row["step"] for row in rows] == [3, 6, 7]
    # These are the rates of the last step of each epoch, before which 2, 6 and
    # 8 seconds passed. The ninth second is for the last validation.
    expected = [0.25 * (1 + math.cos(math.pi * s / 9)) for s in (2, 6, 8)]
    assert [row["learning_rate"] for row in rows] == pytest.approx(expected)
    printed = capsys.readouterr().out
    assert "0:08 of 0:09 minutes: 6 steps, " in printed
    assert "Epoch" not in printed


def test_the_schedule_ends_when_the_epochs_do(timed, directory):
    result = timed(directory, epochs=2, max_seconds=100.0)
    assert result["stopped_by"] == "epochs"
    rates = [row["learning_rate"] for row in result["learning_curve"]]
    expected = [0.25 * (1 + math.cos(math.pi * s / 6)) for s in (2, 5)]
    assert rates == pytest.approx(expected)


def test_an_interrupted_run_ends_like_one_that_was_not(timed, tmp_path):
    whole, broken = (RunDirectory(tmp_path / name) for name in "ab")
    timed(whole)
    with pytest.raises(InterruptedError):
        timed(broken, Interrupt("on_train_batch_end", 5))
    timed(broken)
    assert final_state(broken) == final_state(whole)


@pytest.mark.parametrize(
    ("schedule", "shares"),
    [
        ("constant", [1.0, 1.0, 1.0]),
        ("cosine", [1.0, 0.505, 0.01]),
        ("exponential", [1.0, 0.1, 0.01]),
    ],
)
def test_schedules_fall_to_their_last_rate(recipe, schedule, shares):
    settings = recipe(schedule=schedule, final_learning_rate_fraction=0.01)
    found = [scheduled(settings, spent) for spent in (0.0, 0.5, 1.0)]
    assert found == pytest.approx(shares)


def test_a_pace_needs_a_limit(recipe):
    with pytest.raises(ValueError, match="`paced` needs `max_seconds`"):
        recipe(paced=True)
