"""A folder of tiny data files, and recipes that train on it in a second."""

import numpy as np
import pytest

from trainers.recipe import Recipe
from trainers.training.run_directory import RunDirectory

SIZES = {"train": 70, "valid": 21, "test": 33}


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    """A folder with a tiny `mushrooms.npz` and a tiny `mnist.npz`."""
    folder = tmp_path_factory.mktemp("data")
    generator = np.random.default_rng(0)
    np.savez(
        folder / "mushrooms.npz",
        **{s: generator.integers(0, 2, (n, 112)) for s, n in SIZES.items()},
    )
    images = {
        f"x_{s}": generator.integers(0, 256, (n, 28, 28))
        for s, n in SIZES.items()
    }
    labels = {f"y_{s}": np.arange(n) % 10 for s, n in SIZES.items()}
    np.savez(folder / "mnist.npz", **images, **labels)
    return str(folder)


@pytest.fixture(scope="session")
def recipe():
    """Builds a recipe of few steps; takes the fields to change."""

    def build(**changes):
        fields = {
            "name": "tiny",
            "paper": "none",
            "published": "77.63 nats, a fair coin",
            "dataset": "mushrooms",
            "model": "FVSBN",
            "batch_size": 16,
            "evaluation_batch_size": 16,
            "epochs": 2,
        }
        return Recipe(**(fields | changes))

    return build


@pytest.fixture
def directory(tmp_path):
    """A run directory that does not exist yet."""
    return RunDirectory(tmp_path / "run")
