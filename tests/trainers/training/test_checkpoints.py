import dataclasses
import json
import os
import shutil

import keras
import numpy as np
import pytest

from trainers.errors import UsageError
from trainers.files import replacing
from trainers.training.checkpoints import Checkpoints
from trainers.training.checkpoints import Progress
from trainers.training.history import COLUMNS
from trainers.training.history import as_csv
from trainers.training.history import best_epoch
from trainers.training.history import is_stale


def rows(*validation_nats):
    return [
        dict.fromkeys(COLUMNS, 0.5)
        | {"epoch": epoch, "step": epoch, "validation_nats": nats}
        for epoch, nats in enumerate(validation_nats, start=1)
    ]


@pytest.fixture
def variables():
    return [
        keras.Variable(np.zeros((2, 3), "float32")),
        keras.Variable(np.zeros((2,), "uint32"), dtype="uint32"),
    ]


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "checkpoints")


def save(checkpoints, variables, *validation_nats):
    for variable in variables:
        variable.assign(np.full(variable.shape, len(validation_nats)))
    checkpoints.save(variables, Progress(rows(*validation_nats), 1.5, None))


def damage(checkpoints, epoch):
    path = checkpoints.directory / f"epoch-{epoch:04d}.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_variables_and_progress_come_back(checkpoints, variables):
    save(checkpoints, variables, 3.0)
    for variable in variables:
        variable.assign(np.full(variable.shape, 7))

    progress = checkpoints.restore(1, variables)

    assert progress == Progress(rows(3.0), 1.5, None)
    assert progress.epoch == 1
    assert all(np.all(np.asarray(v) == 1) for v in variables)


def test_the_last_two_and_the_best_are_kept(checkpoints, variables):
    nats = [4.0, 2.0, 3.0, 3.0, 3.0]
    for epoch in range(1, 6):
        save(checkpoints, variables, *nats[:epoch])
    assert checkpoints.epochs() == [2, 4, 5]


def test_there_are_none_before_the_first(checkpoints):
    assert checkpoints.epochs() == []


@pytest.mark.parametrize("harm", ["flip", "truncate", "empty"])
def test_a_damaged_one_is_named_and_the_one_before_it_is_used(
    checkpoints, variables, harm, capsys
):
    save(checkpoints, variables, 3.0)
    save(checkpoints, variables, 3.0, 2.0)
    path = checkpoints.directory / "epoch-0002.npz"
    if harm == "flip":
        damage(checkpoints, 2)
    else:
        os.truncate(path, 0 if harm == "empty" else 300)

    progress = checkpoints.restore_first([2, 1], variables)

    assert progress.epoch == 1
    assert all(np.all(np.asarray(v) == 1) for v in variables)
    assert f"{path} is damaged" in capsys.readouterr().out
    assert checkpoints.epochs() == [1]
    assert path.with_suffix(".damaged").exists()


def test_all_damaged_is_an_error_that_loses_nothing(checkpoints, variables):
    save(checkpoints, variables, 3.0)
    damage(checkpoints, 1)
    with pytest.raises(UsageError, match=r"Every checkpoint .* is damaged"):
        checkpoints.restore_first([1], variables)
    assert (checkpoints.directory / "epoch-0001.damaged").exists()
    assert np.all(np.asarray(variables[0]) == 1)


@dataclasses.dataclass
class Stored:
    """A variable, without the time that those of Keras take."""

    value: np.ndarray

    @property
    def shape(self):
        return self.value.shape

    def __array__(self, dtype=None, copy=None):
        return self.value

    def assign(self, value):
        self.value = value


@pytest.fixture
def two(checkpoints):
    """Two checkpoints, and the variables in them, which hold the epoch."""
    stored = [Stored(np.zeros(2, "float32")), Stored(np.zeros((), "int64"))]
    save(checkpoints, stored, 3.0)
    save(checkpoints, stored, 3.0, 2.0)
    return checkpoints, stored


def check_fallback(checkpoints, stored):
    """Restores, and checks that all there is comes from one whole epoch.

    Returns:
        That epoch.
    """
    progress = checkpoints.restore_first([2, 1], stored)
    assert progress == Progress(rows(3.0, 2.0)[: progress.epoch], 1.5, None)
    for variable in stored:
        np.testing.assert_array_equal(variable.value, progress.epoch)
    return progress.epoch


@pytest.mark.slow
def test_no_flipped_bit_is_taken_for_what_was_written(two, capsys):
    path = two[0].path(2)
    whole = path.read_bytes()
    found = []
    # What the checksums do not cover comes last.
    contents = whole.index(b"PK\x01\x02")
    for at in (*range(0, contents, 5), *range(contents, len(whole))):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        path.write_bytes(flipped)
        found.append(check_fallback(*two))
        said = capsys.readouterr().out
        assert ("using another one" in said) == (found[-1] == 1)
    # Some bytes of an archive, such as dates, say nothing of its contents.
    assert found.count(1) > 0.5 * len(found)


def test_the_mark_of_a_compression_that_nobody_has_is_damage(two):
    path = two[0].path(2)
    content = bytearray(path.read_bytes())
    content[content.find(b"PK\x01\x02") + 10] = 10
    path.write_bytes(content)
    assert check_fallback(*two) == 1


PROGRESS = {"rows": rows(3.0, 2.0), "train_seconds": 1.5, "stopped": None}
FIRST, SECOND = PROGRESS["rows"]


@pytest.mark.parametrize(
    "progress",
    [
        *([1], None, "x", {}, PROGRESS | {"more": 1}),
        *(PROGRESS | {"rows": "ab"}, PROGRESS | {"rows": [FIRST]}),
        PROGRESS | {"rows": [FIRST, {}]},
        PROGRESS | {"rows": [FIRST, SECOND | {"epoch": 3}]},
        PROGRESS | {"rows": [FIRST, SECOND | {"validation_nats": None}]},
        PROGRESS | {"rows": [FIRST, SECOND | {"train_nats": "1"}]},
        *(PROGRESS | {"train_seconds": None}, PROGRESS | {"stopped": 1}),
    ],
    ids=range(13),
)
def test_a_field_that_is_not_as_it_was_written_is_damage(two, progress):
    checkpoints, stored = two
    arrays = {f"variable_{i:04d}": v.value for i, v in enumerate(stored)}
    np.savez(checkpoints.path(2), progress=json.dumps(progress), **arrays)
    assert check_fallback(checkpoints, stored) == 1


def test_brackets_without_end_are_damage(two):
    np.savez(two[0].path(2), progress="[" * 100_000)
    assert check_fallback(*two) == 1


def test_the_checkpoint_of_another_epoch_is_damage(two):
    checkpoints, stored = two
    shutil.copy(checkpoints.path(1), checkpoints.path(9999))
    progress = checkpoints.restore_first(checkpoints.epochs()[::-1], stored)
    assert progress.epoch == 2
    assert checkpoints.epochs() == [1, 2]


def test_a_checkpoint_of_another_model_is_refused(checkpoints, variables):
    save(checkpoints, variables, 3.0)
    with pytest.raises(UsageError, match="belongs to another model"):
        checkpoints.restore_first([1], variables[:1])
    assert checkpoints.epochs() == [1]


def write_half(path):
    with replacing(path) as temporary:
        temporary.write_text("half of the ne")
        raise RuntimeError


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        write_half(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_the_system_refuses_names_the_file(tmp_path):
    path = tmp_path / "missing" / "file.txt"
    with (
        pytest.raises(
            UsageError, match=r"file.txt cannot be written \(No such"
        ),
        replacing(path) as temporary,
    ):
        temporary.write_text("new")


def test_the_best_epoch_is_the_first_of_the_lowest():
    assert best_epoch(rows(3.0, 1.0, 2.0, 1.0)) == 2


def test_patience_counts_epochs_since_the_best():
    assert not is_stale(rows(1.0, 2.0), None)
    assert not is_stale(rows(1.0, 2.0), 2)
    assert is_stale(rows(1.0, 2.0, 2.0), 2)


def test_metrics_are_written_at_full_precision():
    row = dict.fromkeys(
        ("step", "train_nats", "learning_rate", "train_seconds"), 0.1 + 0.2
    )
    row |= {"validation_nats": 1.0, "validation_bits_per_dim": None}
    lines = as_csv([{"epoch": 1, **row}]).splitlines()
    assert lines[0].startswith("epoch,step,train_nats,validation_nats")
    assert lines[1].split(",")[1] == "0.30000000000000004"
    assert lines[1].split(",")[4] == ""
