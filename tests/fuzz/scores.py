"""Doors of `tfar score`: its output directory, and its arguments."""

import contextlib
import dataclasses
import io
import json
import pathlib
import shutil

import numpy as np
import pyarrow.parquet
import tensorflow as tf

import export
from export.scoring.saved_model_scorer import SavedModelScorer
from export.signatures.model_signatures import Signatures
from tests.fuzz.commands import RefusedError
from tests.fuzz.commands import printed
from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated
from tests.zoo import BY_NAME

_ROWS = np.arange(25 * 3, dtype="uint8").reshape(25, 3)
_OPTIONS = {"batch_size": 4, "part_size": 10}


class Directories(Door):
    """The directory of scores that were begun, and damaged since."""

    name = "score-directories"
    errors = (ValueError, OSError)
    names_file = False

    def make(self, rng, folder):
        np.save(folder / "x.npy", _ROWS)
        output = folder / "scores"
        _score(folder)
        names = sorted(path.name for path in output.iterdir())
        for _ in range(rng.integers(1, 3)):
            path = output / names[rng.integers(len(names))]
            if path.exists() and rng.random() < 0.8:
                path.write_bytes(mutated(rng, path.read_bytes()))
            elif path.exists() and path.is_file():
                path.unlink()
            else:
                path.mkdir(exist_ok=True)
        if rng.random() < 0.2:
            number = int(rng.choice([1, 3, 99]))
            name = f"part-{number:08d}.parquet"
            shutil.copytree(output, folder / "copy")
            with contextlib.suppress(OSError):
                shutil.copy(
                    folder / "copy" / "part-00000002.parquet", output / name
                )
        return folder

    def enter(self, given):
        with contextlib.redirect_stderr(io.StringIO()):
            mean = _score(given)
        return mean, pyarrow.parquet.read_table(given / "scores")

    def check(self, given, taken):
        mean, table = taken
        np.testing.assert_array_equal(table["row"], np.arange(25))
        np.testing.assert_array_equal(table["log_prob"], _ROWS.sum(axis=1))
        assert mean == _ROWS.sum(axis=1).mean()


def _score(folder):
    with export.open_rows(folder / "x.npy", "x", (3,)) as rows:
        return export.score_rows(
            lambda x, _: x.sum(axis=1, dtype="float32"),
            rows,
            folder / "scores",
            **_OPTIONS,
        )


@dataclasses.dataclass
class Command:
    """The arguments of `tfar score` and the array that they name."""

    folder: pathlib.Path
    words: list
    x: np.ndarray
    labels: np.ndarray


class Scorer(SavedModelScorer):
    """A `SavedModelScorer` of a model that was not written to a disk."""

    def __init__(self, model):
        signatures = Signatures(model, max_num_samples=4)
        specs = {
            "events": tf.TensorSpec([None, *model.event_shape]),
            "context": tf.TensorSpec([None], tf.int32),
        }
        self._function = signatures.graph(signatures.log_prob, specs)
        _, self._specs = self._function.structured_input_signature
        self.num_levels = model.num_levels
        self.event_shape = self._shape("events")
        self.context_shape = self._shape("context")
        self.about = {"model": "in memory"}


_EVENTS_OF = (
    *(
        lambda x: x.astype("float64"),
        lambda x: x + 0.5,
        lambda x: x + 1.0 - 1e-12,
        lambda x: x * 1e300,
    ),
    *(lambda x: x + 1j, lambda x: x.astype(bool), lambda x: x.astype("<U3")),
    *(lambda x: x[:0], lambda x: x[..., None], lambda x: x.ravel()),
    *(lambda x: x.astype("int64") + 2**32, lambda x: x.astype("float16")),
    *(lambda x: x * np.nan, lambda x: -x.astype("int8"), lambda x: x[0, 0]),
    lambda x: x.astype([("a", "int8")]),
)
_LABELS_OF = (
    lambda y: y.astype("uint8"),
    *(lambda y: y + 0.9, lambda y: y + np.int64(2**32), lambda y: y - 1),
    *(lambda y: y[:3], lambda y: y[:, None], lambda y: y * 1.0),
    *(lambda y: y.astype("<U3"), lambda y: y + 3),
)


class Arguments(Door):
    """The command, with a model, arrays and options that need not fit."""

    name = "score-arguments"
    errors = (RefusedError,)
    names_file = False

    def __init__(self):
        self._model = self._scorer = None

    def make(self, rng, folder):
        x, labels = BY_NAME["fvsbn-labels"].batch(rng, 9)
        if rng.random() < 0.5:
            x = _EVENTS_OF[rng.integers(len(_EVENTS_OF))](x)
        if rng.random() < 0.5:
            labels = _LABELS_OF[rng.integers(len(_LABELS_OF))](labels)
        np.savez(folder / "a.npz", x=x, y=labels)
        # What stands for a model is replaced where the command loads it.
        words = ["score", str(folder), "--input", str(folder / "a.npz")]
        words += ["--output", str(folder / "scores")]
        if rng.random() < 0.8:
            words += ["--context-key", "y"]
        odd = ["0", "-1", "x", "nan", "1e9", "", "\0", "a" * 300, "9" * 30]
        if rng.random() < 0.3:
            option = ("--key", "--context-key", "--batch-size", "--input")
            words += [
                option[rng.integers(len(option))],
                odd[rng.integers(len(odd))],
            ]
        return Command(folder, words, x, labels)

    def enter(self, given):
        if self._scorer is None:
            self._model = BY_NAME["fvsbn-labels"].build(0)
            self._scorer = Scorer(self._model)
        export.SavedModelScorer = lambda path: self._scorer
        try:
            printed(given.words)
        finally:
            export.SavedModelScorer = SavedModelScorer
        return pyarrow.parquet.read_table(given.folder / "scores")

    def check(self, given, taken):
        x, labels = np.asarray(given.x), np.asarray(given.labels)
        assert x.shape == (9, 5)
        assert labels.shape == (9,)
        assert np.isin(x, [0, 1]).all()
        assert np.isin(labels, [0, 1, 2]).all()
        expected = self._model.log_prob(
            x.astype("int32"), labels.astype("int32")
        )
        np.testing.assert_allclose(taken["log_prob"], expected, rtol=1e-5)
        settings = given.folder / "scores" / "_settings.json"
        assert json.loads(settings.read_text())["model"] == "in memory"
