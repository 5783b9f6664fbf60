"""Options, seeds, the slow marker and the turns of the whole suite."""

import collections
import datetime
import gc
import os
import pathlib
import zlib

import numpy as np
import pytest

FOLDER = pathlib.Path(__file__).parent

# Tests that take turns run in one of so many runs. It has no factor in common
# with 24: all turns come in as many hours, and in as many nights.
NUM_TURNS = 17

# This comes before TensorFlow is imported, whose start-up notes drown the
# tests' output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# XLA compiles in three quarters of the time. Its code need not be fast here.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 "
    "--xla_llvm_disable_expensive_passes=true",
)


def turn_of_time(now):
    """Returns the turn of an hour: another one every hour, and every night."""
    return (24 * now.toordinal() + now.hour) % NUM_TURNS


def pytest_addoption(parser):
    group = parser.getgroup("tf_autoregressive")
    group.addoption(
        "--run-slow", action="store_true", help="also run tests marked slow"
    )
    group.addoption(
        "--turn",
        type=int,
        choices=range(NUM_TURNS),
        default=turn_of_time(datetime.datetime.now()),
        help="which of the tests that take turns to run (default: the hour's)",
    )
    group.addoption(
        "--all-turns",
        action="store_true",
        help="run all of the tests that take turns",
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
    # The option itself holds it, so that the workers of pytest-xdist get the
    # same.
    if config.option.vary_seed:
        config.option.seed = int.from_bytes(os.urandom(4), "little") >> 1
        config.option.vary_seed = False


def pytest_report_header(config):
    seed, turn = config.option.seed, config.option.turn
    turns = f"{turn} of {NUM_TURNS} (repeat it with --turn)"
    if config.option.all_turns:
        turns = "all"
    return [f"seed: {seed} (repeat it with --seed)", f"turn: {turns}"]


# First, because pytest-xdist reads the groups when its own turn comes.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    skip_what_was_not_asked_for(config, items)
    if not config.option.all_turns:
        leave_out_other_turns(config, items)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    put_long_groups_first(items)


def skip_what_was_not_asked_for(config, items):
    for marker, option in (("slow", "slow"), ("notebook", "notebooks")):
        if config.getoption(f"--run-{option}"):
            continue
        skip = pytest.mark.skip(reason=f"{marker}: run with --run-{option}")
        for item in items:
            if marker in item.keywords:
                item.add_marker(skip)


def leave_out_other_turns(config, items):
    """Deselects the tests that take turns and have another one."""
    mine, others = [], []
    for item in items:
        is_mine = (
            "takes_turns" not in item.keywords
            or turn_of(item) == config.option.turn
        )
        (mine if is_mine else others).append(item)
    items[:] = mine
    config.hook.pytest_deselected(items=others)


def turn_of(item):
    """Returns the turn of a test; neighbours have different ones.

    The tests of a folder of a case of the zoo have the same turn: they share
    its model, its draws and its export.
    """
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return zlib.crc32(item.name.encode()) % NUM_TURNS
    if "case" not in callspec.params:
        begin, place = item.originalname, sum(callspec.indices.values())
    else:
        # Here: to import it takes TensorFlow, which not all tests need.
        from tests.zoo import CASES

        begin = item.path.relative_to(FOLDER).parts[0]
        place = CASES.index(callspec.params["case"])
    return (zlib.crc32(begin.encode()) + place) % NUM_TURNS


def group_of(item):
    """Returns the name of the tests that run in the same process as this.

    They share what is costly: a model of the zoo, its draws and its export, or
    the fixtures of a module. A notebook shares nothing: it has its own kernel.
    """
    if "notebook" in item.keywords:
        return item.name
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return getattr(parameters.get("case"), "name", item.path.stem)


def put_long_groups_first(items):
    """Sorts tests such that no process is left with a long group at the end.

    The number of slow tests tells how long a group takes. The tests of a group
    follow each other, because they share what the next group frees.
    """
    num_slow = collections.Counter(
        group_of(item) for item in items if "slow" in item.keywords
    )
    items.sort(key=lambda item: (-num_slow[group_of(item)], group_of(item)))


# What the tests of the group that runs have made for each other.
SHARED = pytest.StashKey[dict]()
GROUP = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Frees what the group before shared, models and their graphs.

    They are parts of cycles, which Python would let pile up to gigabytes. Here,
    because the last test of the group still held its models when it ended. What
    survives is not looked through again: that would cost seconds each time.
    """
    stash, group = item.session.stash, group_of(item)
    if stash.get(GROUP, None) != group:
        stash[GROUP], stash[SHARED] = group, {}
        gc.collect()
        gc.freeze()


@pytest.fixture
def seed(request):
    """An int: the same in every run, unless --seed or --vary-seed is given."""
    return request.config.option.seed


@pytest.fixture
def rng(seed):
    """A NumPy generator that starts from `seed`."""
    return np.random.default_rng(seed)


@pytest.fixture
def shared(request):
    """A dict that the tests of a group share; the next group's is empty."""
    return request.session.stash[SHARED]


@pytest.fixture(autouse=True)
def seeded_keras(seed):
    """Makes weight initialisers and other unseeded draws repeatable."""
    import keras

    keras.utils.set_random_seed(seed)


@pytest.fixture
def eagerly():
    """Runs what the library compiles op by op: cheap for a few calls."""
    from tests.conformance.draws import run_eagerly

    with run_eagerly():
        yield
