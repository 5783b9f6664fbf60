"""What a terminal and a file show of a training."""

import io
import itertools
import math
import re

import pytest
from rich.console import Console

from trainers.training import display
from trainers.training.display import EpochBar
from trainers.training.display import Pace
from trainers.training.pacing import clock_of
from trainers.training.run import run


@pytest.fixture
def train(recipe, data_dir, directory, monkeypatch):
    """Trains with a display; returns what is shown on a console."""

    def shown(*, terminal, verbose, **changes):
        file = io.StringIO()
        monkeypatch.setattr(
            display,
            "Console",
            lambda **options: Console(
                **options,
                file=file,
                width=80,
                force_terminal=terminal,
                color_system="standard" if terminal else None,
                _environ={},
            ),
        )
        run(recipe(**changes), directory, data_dir=data_dir, verbose=verbose)
        return file.getvalue()

    return shown


def plain(text):
    """Returns the lines of a text without colours and moves of the cursor."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return re.split(r"[\r\n]+", text)


def test_a_file_has_a_plain_line_for_every_epoch(train):
    printed = train(terminal=False, verbose=1, epochs=2)
    assert "\x1b" not in printed
    first, second = printed.splitlines()
    number = r"\d+\.\d+"
    expected = (
        rf"epoch 1 of 2: 4 steps, {number} nats in training, {number} in "
        rf"validation \({number} bits/dim\), [\d,.]+ steps/s, about 0:\d\d left"
    )
    assert re.fullmatch(expected, first)
    assert second.startswith("epoch 2 of 2: 8 steps, ")
    assert second.endswith(" steps/s")


def test_a_terminal_has_a_bar_that_goes_and_coloured_lines(train):
    printed = train(terminal=True, verbose=1, epochs=2)
    assert "━" in printed
    # The cursor comes back, and the last line is no bar.
    assert "\x1b[?25h" in printed
    assert "\x1b[1;36m" in printed
    lines = [line for line in plain(printed) if line.strip()]
    assert max(len(line) for line in lines if "━" in line) <= 80
    epochs = [line for line in lines if ": " in line]
    assert [line[:12] for line in epochs] == ["epoch 1 of 2", "epoch 2 of 2"]


def test_silence_is_silent(train, capsys):
    assert train(terminal=True, verbose=0) == ""


def test_an_error_gives_the_cursor_back():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, _environ={})
    with (
        pytest.raises(InterruptedError),
        EpochBar(Pace(None, None, 1), console),
    ):
        raise InterruptedError
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert file.getvalue().rfind(shown) > file.getvalue().rfind(hidden) >= 0


@pytest.fixture
def pace(recipe, monkeypatch):
    """Makes a pace on a clock that ticks at every look."""

    def build(num_steps, **changes):
        ticks = itertools.count()
        monkeypatch.setattr("time.monotonic", lambda: float(next(ticks)))
        made = recipe(**changes)
        return Pace(made, clock_of(made, 0.0), num_steps)

    return build


def test_the_speed_leaves_out_the_step_that_compiles(pace):
    pace = pace(num_steps=10)
    pace.on_epoch_begin(0)
    pace.on_train_batch_end(0)
    assert pace.speed is None
    assert (pace.steps_per_second, pace.left) == ("", "")
    # Four steps in a second: several are one call of the compiled function.
    pace.on_train_batch_end(4)
    assert pace.speed == 4.0
    assert pace.share == 0.5
    assert pace.left == "0:01 left"


def test_an_epoch_of_one_call_has_a_speed(pace):
    pace = pace(num_steps=10)
    pace.on_epoch_begin(0)
    pace.on_train_batch_end(9)
    assert pace.speed == 10.0


def test_what_is_left_follows_the_epochs(pace):
    pace = pace(num_steps=1, epochs=100)
    for epoch in range(3):
        pace.on_epoch_begin(epoch)
        pace.on_train_batch_end(0)
    # Six looks are six seconds, of three epochs; the next look is the seventh.
    assert pace.left_of_all == "about 3:14 left"


def test_a_limit_of_time_bounds_what_is_left(pace):
    pace = pace(num_steps=1, epochs=100, max_seconds=60.0)
    pace.on_epoch_begin(0)
    pace.on_train_batch_end(0)
    assert pace.left_of_all == "about 1:00 left"


def test_a_paced_training_counts_its_time(pace):
    pace = pace(num_steps=10, max_seconds=120.0, paced=True)
    pace.clock.spent = 30.0
    pace.on_epoch_begin(0)
    pace.on_train_batch_end(0)
    assert pace.title == "0:30 of 2:00 minutes"
    assert math.isclose(pace.share, 0.25)
    assert pace.left == "1:30 left"
    assert pace.left_of_all == ""
