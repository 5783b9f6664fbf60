"""Options, seeds and the slow marker of the whole suite."""

import gc
import os

import numpy as np
import pytest

# Before TensorFlow is imported: its start-up notes drown the tests' output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def pytest_addoption(parser):
    group = parser.getgroup("tf_autoregressive")
    group.addoption(
        "--run-slow", action="store_true", help="also run tests marked slow"
    )
    group.addoption(
        "--run-notebooks",
        action="store_true",
        help="also execute the notebooks in colab/",
    )
    group.addoption(
        "--seed", type=int, default=0, help="what the `seed` fixture returns"
    )
    group.addoption(
        "--vary-seed",
        action="store_true",
        help="draw the seed anew, to measure how flaky the tests are",
    )


def pytest_configure(config):
    # Keras 3.15 converts variables in a way that NumPy 2 warns about.
    config.addinivalue_line(
        "filterwarnings", "ignore:__array__ implementation:DeprecationWarning"
    )
    # Into the option itself, so that the workers of pytest-xdist get the same.
    if config.option.vary_seed:
        config.option.seed = int.from_bytes(os.urandom(4), "little") >> 1
        config.option.vary_seed = False


def pytest_report_header(config):
    return f"seed: {config.option.seed} (repeat it with --seed)"


def pytest_collection_modifyitems(config, items):
    for marker, option in (("slow", "slow"), ("notebook", "notebooks")):
        if config.getoption(f"--run-{option}"):
            continue
        skip = pytest.mark.skip(reason=f"{marker}: run with --run-{option}")
        for item in items:
            if marker in item.keywords:
                item.add_marker(skip)


@pytest.fixture
def seed(request):
    """An int: the same in every run, unless --seed or --vary-seed is given."""
    return request.config.option.seed


@pytest.fixture
def rng(seed):
    """A NumPy generator that starts from `seed`."""
    return np.random.default_rng(seed)


@pytest.fixture(scope="module", autouse=True)
def collected():
    """Frees graphs that are parts of cycles; Python would let them pile up.

    What survives a module is shared by later ones. It is not looked through
    again: that would cost seconds after every module.
    """
    gc.freeze()
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def seeded_keras(seed):
    """Makes weight initialisers and other unseeded draws repeatable."""
    import keras

    keras.utils.set_random_seed(seed)
