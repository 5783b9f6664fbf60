"""Files of models: damaged, or with another configuration."""

import dataclasses
import functools
import json
import pathlib
import tempfile
import zipfile

import numpy as np

from tests.fuzz.door import Door
from tests.fuzz.mutations import INTERESTING
from tests.fuzz.mutations import mutated
from tests.fuzz.runs import with_junk
from tests.zoo import BY_NAME
from tf_autoregressive.models.loading import load_model

_CASES = (
    "made-orders-labels",
    "nade-categorical",
    "pixel-cnn-colours",
    "pixel-snail-logistics",
    "char-cnn-sequence",
    "ngram-mlp-labels",
)


@dataclasses.dataclass
class Given:
    """A file, and the model that must come out if it is taken."""

    path: pathlib.Path
    model: object = None


class Models(Door):
    """The reader of `.keras` files."""

    name = "keras"

    @functools.cached_property
    def models(self):
        """Models and the bytes of their files."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.keras")
            stored = []
            for name in _CASES:
                model = BY_NAME[name].build(0)
                model.save(path)
                stored.append((model, path.read_bytes()))
            return stored

    def make(self, rng, folder):
        model, contents = self.models[rng.integers(len(self.models))]
        path = folder / "a.keras"
        path.write_bytes(contents)
        if rng.random() < 0.4:
            path.write_bytes(mutated(rng, contents))
            return Given(path, model)
        _change_configuration(rng, path)
        return Given(path)

    def enter(self, given):
        return load_model(given.path)

    def check(self, given, taken):
        # Nobody can tell a number from another that was put in its place.
        if given.model is None:
            return
        for found, expected in zip(
            taken.get_weights(), given.model.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def _change_configuration(rng, path):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    for _ in range(rng.integers(1, 3)):
        if rng.random() < 0.5:
            config = with_junk(rng, config)
        elif isinstance(config, dict):
            _enlarge(rng, config.get("config"))
    members["config.json"] = json.dumps(config)
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in members.items():
            archive.writestr(name, contents)


def _enlarge(rng, config):
    """Puts a large number in the place of a size."""
    if not isinstance(config, dict):
        return
    sizes = [key for key, value in config.items() if type(value) in (int, list)]
    if not sizes:
        return
    key = sizes[rng.integers(len(sizes))]
    number = int(rng.choice([10**3, 10**4, 10**6, 10**9]))
    if rng.random() < 0.2:
        number = INTERESTING[rng.integers(len(INTERESTING))]
    is_list = isinstance(config[key], list)
    config[key] = [number] * max(len(config[key]), 1) if is_list else number
