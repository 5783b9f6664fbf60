"""Folders of trained models, of which one file is damaged."""

import dataclasses
import functools
import json
import pathlib
import shutil
from unittest import mock

import numpy as np

from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated
from tf_autoregressive import models
from tf_autoregressive import trained

_STORED = pathlib.Path(__file__).parent.parent / "stored_trained"
_FILES = (*trained.MODEL_FILES, "card.json", "run/result.json")


@dataclasses.dataclass
class Given:
    """A folder, and whether its card describes the files as they are."""

    path: pathlib.Path
    hashes_fit: bool


class TrainedModels(Door):
    """The reader of trained models."""

    name = "trained"

    @functools.cached_property
    def weights(self):
        """The weights of the folder that is not damaged."""
        with mock.patch.object(trained, "_HERE", _STORED):
            return models.load(f"format_{trained.FORMAT}").get_weights()

    def make(self, rng, folder):
        path = folder / "model"
        shutil.copytree(_STORED / f"format_{trained.FORMAT}", path)
        damaged = path / _FILES[rng.integers(len(_FILES))]
        damaged.write_bytes(mutated(rng, damaged.read_bytes()))
        hashes_fit = damaged.name in trained.MODEL_FILES and rng.random() < 0.5
        if hashes_fit:
            card = json.loads((path / "card.json").read_text())
            card["sha256"] = trained.sha256(path)
            (path / "card.json").write_text(json.dumps(card))
        return Given(path, hashes_fit)

    def enter(self, given):
        with mock.patch.object(trained, "_HERE", given.path.parent):
            return models.load(given.path.name)

    def check(self, given, taken):
        # Nobody can tell a weight from another that was put in its place.
        if given.hashes_fit:
            return
        for found, expected in zip(
            taken.get_weights(), self.weights, strict=True
        ):
            np.testing.assert_array_equal(found, expected)
