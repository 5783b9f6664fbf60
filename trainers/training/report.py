"""The result and the pictures of a finished run."""

import importlib
import math
import os
import platform
from typing import Any

import tf_autoregressive as tfar
from tf_autoregressive import plots

from ..data import Data
from ..files import replacing
from ..media import draws
from ..media import texts
from ..media.known import known_positions
from ..recipe import Recipe
from .checkpoints import Progress
from .history import Row
from .run_directory import RunDirectory
from .scores import score

_NUM_SAMPLES = 64
_NUM_COMPLETED = 16
_NUM_TEXTS, _TEXT_STEPS = 4, 1000
_PACKAGES = (
    "tensorflow",
    "keras",
    "tensorflow_probability",
    "numpy",
)


def result(
    model, recipe: Recipe, data: Data, progress: Progress, *, best_epoch: int
) -> dict[str, Any]:
    """Scores the test examples, and returns the contents of result.json."""
    last = progress.rows[-1]
    best = progress.rows[best_epoch - 1]
    averaged = recipe.ema_momentum is not None
    return {
        "recipe": recipe.name,
        "test": score(model, data.test, recipe.evaluation_batch_size),
        "published": recipe.published,
        "validation_nats": best["validation_nats"],
        "best_epoch": best_epoch,
        "epochs": last["epoch"],
        "steps": last["step"],
        "train_seconds": last["train_seconds"],
        "stopped_by": progress.stopped,
        "learning_curve": progress.rows,
        "weights": "exponential moving average" if averaged else "as trained",
        "num_parameters": sum(
            math.prod(variable.shape) for variable in model.trainable_variables
        ),
        "seed": recipe.seed,
        "replicas": model.distribute_strategy.num_replicas_in_sync,
        "data": {
            "name": data.info.name,
            "source": data.info.source,
            "binarization": data.info.binarization,
            "split_sizes": data.info.split_sizes,
            "sha256": data.info.sha256,
            "rate": data.info.rate,
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


def write_pictures(
    directory: RunDirectory, model, recipe: Recipe, data: Data, rows: list[Row]
):
    """Writes the learning curve and, for images, samples and completions."""
    epochs = [row["epoch"] for row in rows]
    curves = {
        name: (epochs, [row[f"{name}_nats"] for row in rows])
        for name in ("train", "validation")
    }
    with replacing(directory.learning_curve) as temporary:
        plots.save_learning_curves(temporary, curves)
    if texts.vocabulary(model) is not None:
        texts.save_texts(
            directory.texts,
            texts.draw_texts(model, _NUM_TEXTS, _TEXT_STEPS, seed=recipe.seed),
        )
    if not plots.is_image_shape(model.event_shape):
        return
    available = int(data.test.cardinality())
    samples = draws.draw_samples(
        model,
        min(_NUM_SAMPLES, available),
        seed=recipe.seed,
        contexts=data.test if recipe.is_conditional else None,
    )
    draws.save_samples(directory.samples, samples, model.num_levels)
    known = known_positions("top", model.event_shape)
    originals, completed = draws.draw_completions(
        model,
        data.test,
        min(_NUM_COMPLETED, available),
        known,
        seed=recipe.seed,
    )
    draws.save_completions(
        directory.completions, originals, known, completed, model
    )
