"""One run on one device, on two, and in two processes: the same."""

import json
import pathlib
import socket
import time

import numpy as np
import pytest

import trainers
from tests import processes
from trainers import strategies
from trainers.errors import UsageError
from trainers.training.run_directory import RunDirectory

# Neither 2 replicas nor batches of 16 divide 21 validation and 33 test
# examples.
VECTORS = {
    "dataset": "mushrooms",
    "model": "MADE",
    "batch_size": 14,
    "learning_rate": 0.01,
    "clipnorm": 0.1,
}
IMAGES = {
    "dataset": "mnist",
    "dataset_options": {"binarization": "dynamic", "with_labels": True},
    "model": "GatedPixelCNN",
    "model_options": {
        "filters": 2,
        "num_layers": 1,
        "num_classes": 10,
        "rematerialise": True,
    },
    "batch_size": 14,
    # Unlike Adam, it tells a gradient from its double.
    "optimizer": "sgd",
    "learning_rate": 1e-3,
}
# Its weights are initialised by examples.
NORMED = {
    "dataset": "mnist",
    "dataset_options": {"binarization": "dynamic"},
    "model": "PixelCNNPlusPlus",
    "model_options": {
        "distribution": "bernoulli",
        "filters": 2,
        "num_blocks": 1,
        "num_resolutions": 1,
        "dropout": 0.0,
    },
    "batch_size": 14,
    "learning_rate": 1e-3,
}
# There are 223 validation and 1115 test windows.
SEQUENCES = {
    "dataset": "tiny_shakespeare",
    "dataset_options": {"steps": 100, "stride": 10_000},
    "model": "CharRNN",
    "model_options": {"embedding_size": 4, "units": 4, "dropout": 0.0},
    "batch_size": 18,
    "evaluation_batch_size": 100,
}
SETTINGS = {"epochs": 4, "ema_momentum": 0.9, "weight_decay": 0.01}
CASES = {
    "vector": VECTORS,
    "image": IMAGES,
    "weight norm": NORMED,
    "sequence": SEQUENCES,
}
NUM_TEST = {"vector": 33, "image": 33, "weight norm": 33, "sequence": 1115}

PROGRAM = """
import json
import pathlib
import sys

import keras
import tensorflow as tf

arguments = json.loads(sys.argv[1])
cpu = tf.config.list_physical_devices("CPU")[0]
devices = [tf.config.LogicalDeviceConfiguration()] * arguments["num_devices"]
tf.config.set_logical_device_configuration(cpu, devices)

from trainers.recipe import Recipe
from trainers.training.run import run
from trainers.training.run_directory import RunDirectory


class Losses(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.means = []

    def on_train_batch_end(self, batch, logs=None):
        self.means.append(logs["loss"])


outcomes = {}
for name, recipe in arguments["recipes"].items():
    outcomes[name] = []
    for strategy in arguments["strategies"]:
        losses = Losses()
        result = run(
            Recipe.model_validate_json(recipe),
            RunDirectory(f'{arguments["run_dir"]}-{name}-{strategy}'),
            data_dir=arguments["data_dir"],
            strategy=strategy,
            verbose=0,
            callbacks=lambda _: (losses,),
        )
        outcomes[name].append({"losses": losses.means, "result": result})
pathlib.Path(arguments["outcomes"]).write_text(json.dumps(outcomes))
"""


@pytest.fixture
def start(tmp_path, data_dir):
    """Starts a process that trains each recipe with each of some strategies.

    The run directories are `tmp_path / f"{run}-{recipe's key}-{strategy}"`.
    It returns a process, and the file that losses and results will be in.
    """
    started = []

    def start(run, recipes, strategies, num_devices=1, tf_config=None):
        arguments = {
            "recipes": {k: r.model_dump_json() for k, r in recipes.items()},
            "run_dir": str(tmp_path / run),
            "data_dir": data_dir,
            "strategies": strategies,
            "num_devices": num_devices,
            "outcomes": str(tmp_path / f"{run}-{len(started)}.json"),
        }
        environment = {}
        if tf_config is not None:
            environment["TF_CONFIG"] = json.dumps(tf_config)
        process = processes.start(PROGRAM, json.dumps(arguments), **environment)
        started.append(process)
        return process, arguments["outcomes"]

    yield start
    # A process that is still there waits for one that failed.
    for process in started:
        process.kill()
        process.join()


@pytest.fixture
def start_workers(start):
    """Starts processes on this machine that train together."""

    def start_workers(run, recipes):
        workers = [f"localhost:{port}" for port in free_ports(2)]
        return [
            start(
                run,
                recipes,
                ["multi_worker"],
                tf_config={
                    "cluster": {"worker": workers},
                    "task": {"type": "worker", "index": index},
                },
            )
            for index in range(len(workers))
        ]

    return start_workers


def free_ports(count):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def outcomes(process, file):
    """Returns, for each recipe, the losses and the result of each run."""
    process.join(timeout=900)
    assert process.exitcode == 0
    return {
        name: [
            {
                "losses": found["losses"],
                "validation": found["result"]["validation_nats"],
                "nats": found["result"]["test"]["nats"],
                "examples": found["result"]["test"]["examples"],
            }
            for found in runs
        ]
        for name, runs in json.loads(pathlib.Path(file).read_text()).items()
    }


@pytest.mark.parametrize("name", ["default", "mirrored"])
def test_devices_are_named(name):
    assert strategies.devices_text(strategies.strategy(name)) == (
        "devices: found CPU:0; training on CPU:0"
    )


# Each takes a minute of computing, mostly for tracing.
@pytest.mark.slow
@pytest.mark.parametrize(
    "cases",
    [
        ("vector",),
        pytest.param(("image",), marks=pytest.mark.takes_turns),
        pytest.param(
            ("weight norm", "sequence"), marks=pytest.mark.takes_turns
        ),
    ],
    ids=" and ".join,
)
def test_the_number_of_replicas_and_processes_changes_nothing(
    cases, recipe, start, start_workers
):
    settings = {name: recipe(**CASES[name], **SETTINGS) for name in cases}
    one = start("one", settings, ["default", "mirrored"], num_devices=2)
    # They run one after the other, because both would want all cores.
    in_one = outcomes(*one)
    in_two = [outcomes(*worker) for worker in start_workers("two", settings)]

    for case, (single, mirrored) in in_one.items():
        assert len(single["losses"]) == 20
        assert single["examples"] == NUM_TEST[case]
        for another in (mirrored, *(found[case][0] for found in in_two)):
            for name, expected in single.items():
                np.testing.assert_allclose(
                    another[name],
                    expected,
                    rtol=1e-5,
                    err_msg=f"{case}: {name}",
                )


PLAIN = """
import keras
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
devices = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, devices)

import tf_autoregressive as tfar
from trainers import strategy

x = np.random.default_rng(0).integers(0, 2, (65, 6)).astype("uint8")
batches = tf.data.Dataset.from_tensor_slices(x).batch(15)
results = []
for name in ("default", "mirrored"):
    with strategy(name).scope():
        keras.utils.set_random_seed(0)
        model = tfar.models.FVSBN((6,))
        optimizer = keras.optimizers.SGD(0.1, global_clipnorm=0.1)
        model.compile(optimizer, jit_compile=False)
    history = model.fit(batches, epochs=2, verbose=0).history
    scores = model.evaluate(batches, verbose=0)
    log_prob = model.predict(batches, verbose=0)
    results.append([*history["loss"], *scores, *log_prob])
np.testing.assert_allclose(*results, rtol=1e-5)
"""


@pytest.mark.slow
def test_plain_keras_may_have_batches_that_do_not_divide():
    processes.run(PLAIN)


@pytest.mark.slow
@pytest.mark.takes_turns
def test_workers_of_which_one_was_killed_end_as_if_it_had_not_been(
    recipe, start_workers, tmp_path
):
    settings = {"": recipe(**VECTORS | {"learning_rate": 1e-3}, epochs=10)}
    whole = RunDirectory(tmp_path / "whole--multi_worker")
    broken = RunDirectory(tmp_path / "broken--multi_worker")
    for worker in start_workers("whole", settings):
        outcomes(*worker)
    (chief, _), (other, _) = start_workers("broken", settings)
    while chief.exitcode is None and len(broken.checkpoints.epochs()) < 2:
        time.sleep(0.01)
    other.kill()
    # It may wait for the other one for minutes.
    chief.kill()
    chief.join()
    assert not broken.result.exists()

    for worker in start_workers("broken", settings):
        outcomes(*worker)
    assert weights(broken) == weights(whole)


def weights(directory):
    model = directory.load_model()
    return [weight.tobytes() for weight in model.get_weights()]


def test_the_default_strategy_is_no_strategy():
    strategy = trainers.strategy("default")
    assert strategy.num_replicas_in_sync == 1
    assert strategies.is_chief(strategy)
    assert strategies.num_workers(strategy) == 1


def test_mirrored_is_all_of_this_machine():
    strategy = trainers.strategy("mirrored")
    assert strategies.is_chief(strategy)
    assert strategies.num_workers(strategy) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mirorred", "`strategy` must be one of default, mirrored"),
        ("multi_worker", "needs the environment variable TF_CONFIG"),
    ],
)
def test_what_is_not_there_is_an_error_with_a_name(name, message, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(UsageError, match=message):
        trainers.strategy(name)
