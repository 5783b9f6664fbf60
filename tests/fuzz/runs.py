"""Doors of runs: checkpoints, the files beside them, and all commands."""

import contextlib
import copy
import dataclasses
import functools
import io
import json
import pathlib
import tempfile
from unittest import mock

import numpy as np

from tests.fuzz.commands import RefusedError
from tests.fuzz.commands import printed
from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated
from tests.trainers.results import result
from tf_autoregressive.models import FVSBN
from trainers import recipes
from trainers.errors import UsageError
from trainers.reports import comparison
from trainers.training import checkpoints
from trainers.training import history
from trainers.training.run_directory import RunDirectory

_JUNK = (
    *(None, True, -1, 0, 7, 2**31, 2**70, 1.5, "", "x", "7", [], [1], {}),
    *({"a": 1}, [[[[1]]]], "\0", "\ud800", "9" * 5000, float("nan")),
)


def rows(num_epochs):
    """Returns the rows of so many epochs."""
    return [
        dict.fromkeys(history.COLUMNS, 0.5) | {"epoch": e, "step": 4 * e}
        for e in range(1, num_epochs + 1)
    ]


def with_junk(rng, value):
    """Returns JSON values with one of them replaced or left out."""
    value = copy.deepcopy(value)
    inside = value
    while True:
        keys = list(inside) if isinstance(inside, dict) else range(len(inside))
        if not keys:
            return value
        key = keys[rng.integers(len(keys))]
        if not isinstance(inside[key], dict | list) or rng.random() < 0.2:
            break
        inside = inside[key]
    if rng.random() < 0.2:
        del inside[key]
    else:
        inside[key] = _JUNK[rng.integers(len(_JUNK))]
    return value


@dataclasses.dataclass
class Stored:
    """A variable of numbers."""

    value: np.ndarray

    @property
    def shape(self):
        """The shape of the variable."""
        return self.value.shape

    def __array__(self, dtype=None, copy=None):
        return self.value

    def assign(self, value):
        """Sets the value."""
        self.value = value


@dataclasses.dataclass
class Begun:
    """A directory of checkpoints, and whether its progress was rewritten."""

    folder: pathlib.Path
    is_rewritten: bool


class Checkpoints(Door):
    """Two checkpoints, of which one or both are damaged."""

    name = "checkpoints"
    errors = (UsageError,)
    names_file = False

    def make(self, rng, folder):
        kept = checkpoints.Checkpoints(folder)
        for epoch in (1, 2):
            values = [np.full(3, epoch, "float32"), np.int64(epoch)]
            kept.save(values, checkpoints.Progress(rows(epoch), 1.5))
        is_rewritten = rng.random() < 0.4
        if is_rewritten:
            with np.load(kept.path(2)) as file:
                arrays = dict(file)
            progress = json.loads(arrays["progress"].item())
            progress = json.dumps(with_junk(rng, progress))
            if rng.random() < 0.3:
                progress = "[" * int(rng.integers(1, 10**5))
            np.savez(kept.path(2), **arrays | {"progress": progress})
        else:
            for path in (kept.path(2), kept.path(1))[: rng.choice([1, 1, 2])]:
                path.write_bytes(mutated(rng, path.read_bytes()))
        if rng.random() < 0.1:
            kept.path(9999).write_bytes(kept.path(2).read_bytes())
        return Begun(folder, is_rewritten)

    def enter(self, given):
        kept = checkpoints.Checkpoints(given.folder)
        stored = [Stored(np.zeros(3, "float32")), Stored(np.zeros((), int))]
        with contextlib.redirect_stdout(io.StringIO()):
            progress = kept.restore_first(kept.epochs()[::-1], stored)
        return progress, stored

    def check(self, given, taken):
        progress, stored = taken
        assert progress.epoch in (1, 2)
        for variable in stored:
            np.testing.assert_array_equal(variable.value, progress.epoch)
        # Nobody can tell a number from another that was put in its place.
        if not given.is_rewritten:
            assert progress.rows == rows(progress.epoch)
            assert (progress.train_seconds, progress.stopped) == (1.5, None)


_RECIPE = "fvsbn_mushrooms"


class FinishedRun:
    """A finished run of a tiny model, of which a door gets a copy."""

    def __init__(self):
        self.model = FVSBN((112,))
        self._data = tempfile.TemporaryDirectory()
        generator = np.random.default_rng(0)
        np.savez(
            pathlib.Path(self._data.name) / "mushrooms.npz",
            train=generator.integers(0, 2, (40, 112)),
            valid=generator.integers(0, 2, (9, 112)),
            test=generator.integers(0, 2, (9, 112)),
        )
        self._sha256 = None

    def write(self, folder):
        """Writes the run into a folder and returns its `RunDirectory`."""
        from trainers import data

        (recipe,) = recipes.find(_RECIPE)
        if self._sha256 is None:
            info = data.load(recipe, self._data.name).info
            self._sha256 = info.sha256
        directory = RunDirectory(folder / "run")
        with directory.begun(recipe, self._sha256, self._data.name):
            directory.metrics.write_text(history.as_csv(rows(2)))
            directory.result.write_text(json.dumps(result()))
        return directory

    def printed(self, words):
        """Returns what a command prints, without long computations."""
        with (
            mock.patch.object(
                RunDirectory, "load_model", return_value=self.model
            ),
            mock.patch.object(comparison, "save_curves"),
            mock.patch("trainers.commands.train._watching", self._stop),
        ):
            return printed(words)

    def _stop(self, *_):
        raise UsageError("Here the run would begin.")


class RunDoor(Door):
    """A door of commands, which it enters with a finished run."""

    errors = (RefusedError,)
    names_file = False

    @functools.cached_property
    def run(self):
        """The run, which is made when it is first needed."""
        return FinishedRun()

    def enter(self, given):
        return self.run.printed(given)

    def check(self, given, taken):
        assert taken


class RunFiles(RunDoor):
    """A finished run, one or two files of which are damaged."""

    name = "run-files"

    def make(self, rng, folder):
        directory = self.run.write(folder)
        files = (directory.config, directory.metrics, directory.result)
        for _ in range(rng.integers(1, 3)):
            path = files[rng.integers(3)]
            if path.suffix == ".json" and rng.random() < 0.6:
                with contextlib.suppress(ValueError):
                    value = with_junk(rng, json.loads(path.read_bytes()))
                    path.write_text(json.dumps(value))
            else:
                path.write_bytes(mutated(rng, path.read_bytes()))
        run = str(directory.path)
        return (
            ["compare", run, "--out", str(folder / "a.png")],
            ["train", _RECIPE, "--run-dir", run],
            ["sample", run, "--num", "1"],
        )[rng.integers(3)]


_ODD = (
    *("0", "-1", "1", "2", "x", "nan", "inf", "1e9", "1e-400", "", "\0", " "),
    *("a" * 300, "9" * 30, "[" * 3000, "\udcff", "é", "1,1", "top", "a.npz"),
)
_OPTIONS = {
    "sample": (
        *("--num", "--seed", "--out", "--temperature", "--top-k", "--top-p"),
        *("--min-p", "--prime", "--steps", "--stream", "--data-dir"),
    ),
    "complete": ("--num", "--seed", "--out", "--known", "--data-dir"),
    "evaluate": ("--split", "--data-dir", "--test"),
    "inspect": ("--position", "--out", "--seed"),
    "show": ("--out", "--seed", "--data-dir"),
    "compare": ("--out",),
    "folds": ("--out",),
    "export": (
        *("--to", "--version", "--max-num-samples", "--quantize"),
        "--quantize-tolerance",
    ),
    "train": (
        *("--set", "--minutes", "--run-dir", "--strategy", "--data-dir"),
        *("--data", "--levels", "--steps", "--image-size", "--split-seed"),
    ),
    "client": ("--npz", "--timeout", "--ca", "--token-file", "--header"),
    "verify": (),
}
_SETTINGS = (
    *("epochs", "batch_size", "seed", "learning_rate", "paced", "model"),
    *("model_options", "model_options.units", "dataset_options.steps", "", "a"),
    *("optimizer_options", "ema_momentum", "jit_compile", "max_seconds"),
)


class Commands(RunDoor):
    """Subcommands with arguments that need not fit."""

    name = "commands"

    def make(self, rng, folder):
        run = str(self.run.write(folder).path)
        command = list(_OPTIONS)[rng.integers(len(_OPTIONS))]
        first = {"train": _RECIPE, "client": "score"}.get(command, run)
        if rng.random() < 0.1:
            first = _ODD[rng.integers(len(_ODD))]
        words = [command, first]
        if command == "show":
            words.append("histograms" if rng.random() < 0.5 else "masks")
        if command == "train":
            words += ["--run-dir", str(folder / "new")]
        if command == "export":
            words += ["--to", "\0"]
        for _ in range(rng.integers(3)):
            if not _OPTIONS[command]:
                break
            option = _OPTIONS[command][rng.integers(len(_OPTIONS[command]))]
            value = _ODD[rng.integers(len(_ODD))]
            if option == "--set":
                setting = _SETTINGS[rng.integers(len(_SETTINGS))]
                value = f"{setting}={value}"
            words += [option] if option == "--stream" else [option, value]
        return words

    def enter(self, given):
        with contextlib.chdir(tempfile.gettempdir()):
            return super().enter(given)
