"""The result and the pictures of a finished run."""

import importlib
import math
import os
import platform
from typing import Any

import tf_autoregressive as tfar
from tf_autoregressive import plots

from ..files import replacing
from ..media import medium_of
from .scores import score

_PACKAGES = (
    "tensorflow",
    "keras",
    "tensorflow_probability",
    "numpy",
)


def result(run: Any, *, best_epoch: int) -> dict[str, Any]:
    """Scores the test examples, and returns the contents of result.json.

    Args:
        run: The `Run`, with the weights of its best epoch.
        best_epoch: The number of that epoch.
    """
    recipe, model, info = run.recipe, run.model, run.data.info
    rows = run.progress.rows
    last, best = rows[-1], rows[best_epoch - 1]
    averaged = recipe.ema_momentum is not None
    return {
        "recipe": recipe.name,
        "test": score(model, run.data.test, recipe.evaluation_batch_size),
        "published": str(recipe.published),
        "validation_nats": best["validation_nats"],
        "best_epoch": best_epoch,
        "epochs": last["epoch"],
        "steps": last["step"],
        "train_seconds": last["train_seconds"],
        "stopped_by": run.progress.stopped,
        "learning_curve": rows,
        "weights": "exponential moving average" if averaged else "as trained",
        "num_parameters": sum(
            math.prod(variable.shape) for variable in model.trainable_variables
        ),
        "seed": recipe.seed,
        "replicas": run.devices.num_replicas_in_sync,
        "data": {
            "name": info.name,
            "source": info.source,
            "binarization": info.binarization,
            "split_sizes": info.split_sizes,
            "sha256": info.sha256,
            "rate": info.rate,
            "table": info.table and info.table.get_config(),
        },
        "versions": {
            "python": platform.python_version(),
            "tf_autoregressive": tfar.__version__,
            **{name: _version(name) for name in _PACKAGES},
        },
        "machine": {"cores": _cores(), "platform": platform.platform()},
    }


def _version(module: str) -> str:
    """Returns the version that a module says it has.

    The package of a module may have another name: `tensorflow` is the module of
    `tensorflow-tpu`, `tensorflow-cpu` and `tf-nightly` too.
    """
    return importlib.import_module(module).__version__


def _cores() -> int | None:
    """Returns the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def save_pictures(run: Any) -> None:
    """Saves the learning curve, and draws that people can look at."""
    directory, rows = run.directory, run.progress.rows
    epochs = [row["epoch"] for row in rows]
    curves = {
        name: (epochs, [row[f"{name}_nats"] for row in rows])
        for name in ("train", "validation")
    }
    with replacing(directory.learning_curve) as temporary:
        plots.save_learning_curves(temporary, curves)
    medium = medium_of(run.model, run.data.info.rate, run.data.info.table)
    medium.save_draws(directory, run.data, run.recipe.seed)
