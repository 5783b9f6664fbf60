"""`tfar train --profile` leaves a trace of some steps."""

import types

import pytest
import tensorflow as tf

from trainers import cli
from trainers.training.profiling import Profile


@pytest.mark.slow
def test_a_trace_lies_in_the_runs_directory(directory, data_dir):
    options = ["--data-dir", data_dir, "--run-dir", str(directory.path)]
    settings = ["--set", "batch_size=16", "--set", "epochs=5", "--profile"]
    assert cli.main(["train", "fvsbn_mushrooms", *options, *settings]) == 0
    folder = directory.path / "tensorboard" / "plugins" / "profile"
    assert len(list(folder.glob("*/*.xplane.pb"))) == 1


@pytest.mark.parametrize(
    ("first", "steps_per_execution", "expected"),
    [(2, 1, [2, 3, 4]), (3, 2, [4]), (3, 4, [4]), (6, 1, [6, 7]), (8, 1, [])],
)
def test_so_many_steps_are_traced(
    monkeypatch, tmp_path, first, steps_per_execution, expected
):
    calls = []

    class Trace:
        def __init__(self, name, step_num, _r):
            self.step = step_num

        def __enter__(self):
            calls.append(self.step)

        def __exit__(self, *_):
            calls.append("end")

    profiler = tf.profiler.experimental
    monkeypatch.setattr(profiler, "start", lambda path: calls.append("start"))
    monkeypatch.setattr(profiler, "stop", lambda: calls.append("stop"))
    monkeypatch.setattr(profiler, "Trace", Trace)
    callback = Profile(tmp_path, first=first, count=3)
    callback.set_model(
        types.SimpleNamespace(
            steps_per_execution=steps_per_execution,
            distribute_strategy=tf.distribute.get_strategy(),
        )
    )
    # Eight steps, in two epochs.
    for _ in range(2):
        for batch in range(0, 4, steps_per_execution):
            callback.on_train_batch_begin(batch)
            callback.on_train_batch_end(batch + steps_per_execution - 1)
    callback.on_train_end()
    steps = [call for step in expected for call in (step, "end")]
    assert calls == (["start", *steps, "stop"] if expected else [])
