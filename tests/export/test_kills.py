"""A short form of `kills`, of forked processes instead of commands."""

import os
import random
import signal
import time

import numpy as np
import pyarrow.parquet
import pytest

from export.saved_models.versions import new_version
from export.saved_models.versions import versions
from export.scoring.resumable import score_rows
from export.scoring.rows import Rows

# Python warns of a fork of a process with threads, as TensorFlow has. The child
# does not use TensorFlow.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def kill_while(work, seconds):
    """Kills a process that does some work so long after it began."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_scoring_that_is_killed_ends_as_if_it_had_not_been(tmp_path, seed):
    x = np.random.default_rng(seed).normal(size=(1000, 3)).astype("float32")
    np.save(tmp_path / "x.npy", x)

    def score():
        with Rows(tmp_path / "x.npy", "x") as rows:
            score_rows(
                lambda x, _: x.sum(axis=-1),
                rows,
                tmp_path / "scores",
                part_size=10,
            )

    moments = random.Random(seed)
    for _ in range(4):
        kill_while(score, moments.uniform(0.0, 0.1))
    score()
    table = pyarrow.parquet.read_table(tmp_path / "scores")
    np.testing.assert_array_equal(table["row"], np.arange(1000))
    np.testing.assert_array_equal(table["log_prob"], x.sum(axis=-1))
    names = {f"part-{number:08d}.parquet" for number in range(100)}
    assert set(os.listdir(tmp_path / "scores")) == names | {"_settings.json"}


def publish_once(base):
    with new_version(base) as (directory, publish):
        for name in ("a", "b", "c"):
            (directory / name).write_text(name)
            time.sleep(0.002)
        publish()


def test_exports_that_are_killed_leave_no_half_version(tmp_path, seed):
    def export():
        while True:
            publish_once(tmp_path)

    moments = random.Random(seed)
    for _ in range(6):
        kill_while(export, moments.uniform(0.0, 0.05))
    publish_once(tmp_path)
    numbers = versions(tmp_path)
    assert numbers == list(range(1, len(numbers) + 1))
    assert sorted(os.listdir(tmp_path)) == sorted(map(str, numbers))
    for number in numbers:
        assert sorted(os.listdir(tmp_path / str(number))) == ["a", "b", "c"]
