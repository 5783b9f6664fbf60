"""The settings with which each model is trained on each medium.

Gated PixelCNN's kernel and learning rate and Char-RNN's units were compared by
validation scores of short trainings on two CPU cores; the others were not.
"""

import math
from typing import Any

from ..errors import UsageError
from .medium import medium

# Pixels of all images in a step, so that one takes as long for every size.
_PIXELS_OF_A_STEP = 16 * 32 * 32
# If a pass has fewer steps, the batches are made smaller.
_FEWEST_STEPS = 8
# With more levels, their order counts for more than each of them.
_MOST_CATEGORIES = {"images": 8, "vectors": 32}
_MIXTURE = "discretized_logistic_mixture"

_VECTORS = {
    "FVSBN": {
        "model_options": {"ordering": "random"},
        "learning_rate": 2e-2,
        "passes": 100,
    },
    "NADE": {
        "model_options": {"units": 300, "ordering": "random"},
        "learning_rate": 5e-3,
        "passes": 50,
    },
    "DeepNADE": {
        "model_options": {"units": (300, 300), "ordering": "random"},
        "learning_rate": 2e-3,
        "passes": 300,
    },
    "MADE": {
        "model_options": {"units": (500,), "ordering": "random"},
        "learning_rate": 5e-3,
        "passes": 60,
    },
}
_EVERY_VECTOR = {
    "batch_size": 100,
    "steps_per_epoch": 200,
    "steps_per_execution": 20,
    "ema_momentum": 0.995,
    "weight_decay": 0.02,
    "jit_compile": True,
}
_IMAGES = {
    "PixelCNN": {
        "model_options": {"filters": 32, "num_blocks": 5, "head_filters": 64},
        "learning_rate": 6e-3,
        "precision": "mixed_bfloat16",
    },
    "GatedPixelCNN": {
        "model_options": {
            "filters": 32,
            "num_layers": 5,
            "kernel_size": 3,
            "head_filters": 64,
        },
        "learning_rate": 6e-3,
        "precision": "mixed_bfloat16",
    },
    "PixelRNN": {
        "model_options": {
            "recurrence": "row_lstm",
            "units": 32,
            "num_layers": 2,
            "head_filters": 64,
        },
        "jit_compile": True,
    },
    "MultiScalePixelRNN": {
        "model_options": {
            "recurrence": "row_lstm",
            "units": 32,
            "num_layers": 2,
            "head_filters": 64,
        },
        "jit_compile": True,
    },
    "PixelSNAIL": {
        "model_options": {"filters": 32, "num_blocks": 4, "num_layers": 1},
        "precision": "mixed_bfloat16",
    },
    "ImageTransformer": {
        "model_options": {"units": 64, "num_layers": 4, "dropout": 0.1},
        "learning_rate": 1e-3,
        "precision": "mixed_bfloat16",
    },
    "PixelCNNPlusPlus": {
        "model_options": {"filters": 32, "num_blocks": 1, "dropout": 0.1},
        "precision": "mixed_bfloat16",
    },
}
_EVERY_IMAGE = {
    "learning_rate": 3e-3,
    "warmup_steps": 20,
    "steps_per_epoch": 100,
    "ema_momentum": 0.99,
    "weight_decay": 0.05,
    "clipnorm": 1.0,
    "passes": 200,
}
_TEXTS = {
    "NGramMLP": {
        "model_options": {"embedding_size": 32, "order": 12, "units": 512},
        "batch_size": 32,
        "ema_momentum": 0.99,
    },
    "CharRNN": {
        "model_options": {
            "embedding_size": 64,
            "units": 256,
            "num_layers": 1,
            "dropout": 0.1,
        },
        "batch_size": 16,
    },
    "CharCNN": {
        "model_options": {
            "embedding_size": 64,
            "filters": 192,
            "dilations": (1, 2, 4, 8, 16),
            "dropout": 0.1,
        },
        "batch_size": 16,
    },
    "Transformer": {
        "model_options": {"units": 128, "num_layers": 4, "dropout": 0.1},
        "batch_size": 16,
        "learning_rate": 1e-3,
    },
    "WaveNet": {
        "model_options": {
            "embedding_size": 64,
            "filters": 96,
            "skip_filters": 192,
            "num_stacks": 1,
            "num_layers": 7,
        },
        "batch_size": 16,
    },
}
_EVERY_TEXT = {
    "learning_rate": 3e-3,
    "warmup_steps": 50,
    "steps_per_epoch": 100,
    "ema_momentum": 0.99,
    "weight_decay": 0.02,
    "clipnorm": 1.0,
    "precision": "mixed_bfloat16",
    "passes": 30,
}
_SOUNDS = {
    "WaveNet": {
        "model_options": {
            "filters": 32,
            "skip_filters": 64,
            "num_stacks": 2,
            "num_layers": 8,
        },
    },
    "CharCNN": {
        "model_options": {
            "filters": 96,
            "dilations": (1, 2, 4, 8, 16, 32, 64),
            "dropout": 0.1,
        },
    },
    "CharRNN": {
        "model_options": {"units": 256, "num_layers": 1, "dropout": 0.1},
    },
    "NGramMLP": {
        "model_options": {"order": 16, "units": 256},
    },
    "Transformer": {
        "model_options": {"units": 64, "num_layers": 4, "dropout": 0.1},
        "learning_rate": 1e-3,
    },
}
_EVERY_SOUND = {
    "batch_size": 16,
    "learning_rate": 2e-3,
    "warmup_steps": 50,
    "steps_per_epoch": 100,
    "ema_momentum": 0.99,
    "clipnorm": 1.0,
    "passes": 100,
}
_SONGS = {
    "RNNNADE": {
        "model_options": {"units": 200, "nade_units": 150, "dropout": 0.5},
        "weight_decay": 0.02,
    },
    "CharRNN": {
        "model_options": {
            "distribution": "bernoulli",
            "units": 200,
            "num_layers": 1,
            "dropout": 0.5,
        },
    },
    "CharCNN": {
        "model_options": {
            "distribution": "bernoulli",
            "filters": 150,
            "dilations": (1, 2, 4),
            "dropout": 0.5,
        },
    },
    "Transformer": {
        "model_options": {
            "distribution": "bernoulli",
            "units": 128,
            "num_layers": 2,
            "dropout": 0.3,
        },
        "learning_rate": 1e-3,
    },
    "WaveNet": {
        "model_options": {
            "distribution": "bernoulli",
            "filters": 64,
            "skip_filters": 128,
            "num_stacks": 1,
            "num_layers": 4,
        },
    },
}
_EVERY_SONG = {
    "batch_size": 16,
    "learning_rate": 5e-3,
    "clipnorm": 1.0,
    "weight_decay": 0.01,
    "ema_momentum": 0.99,
    "passes": 150,
}
_REAL = {
    "RNADE": {
        "model_options": {"units": 50, "num_components": 10},
        "learning_rate": 2e-3,
        "passes": 200,
    },
    **_VECTORS,
}


def _all_with(every: dict, models: dict) -> dict:
    return {name: every | settings for name, settings in models.items()}


# The keys are medium and model.
_SETTINGS = {
    "vectors": _all_with(_EVERY_VECTOR, _VECTORS),
    "real vectors": _all_with(_EVERY_VECTOR, _REAL),
    "images": _all_with(_EVERY_IMAGE, _IMAGES)
    | _all_with(_EVERY_VECTOR, _VECTORS),
    "text": _all_with(_EVERY_TEXT, _TEXTS),
    "sound": _all_with(_EVERY_SOUND, _SOUNDS),
    "music": _all_with(_EVERY_SONG, _SONGS),
}
MODELS = sorted({name for models in _SETTINGS.values() for name in models})


def check_fits(model: str, info):
    """Checks that a model is for data of this medium.

    Raises:
        UsageError: If it is not; the message names those that are.
    """
    of = medium(info)
    if model not in _SETTINGS[of]:
        raise UsageError(
            f"{model} is not for {of}. Models for {of}: "
            f"{', '.join(_SETTINGS[of])}"
        )


def settings(model: str, info, num_examples: int) -> dict[str, Any]:
    """Returns fields of a `Recipe` for a model on a user's data.

    Args:
        model: One of `MODELS` that fits the data.
        info: The data's `DatasetInfo`.
        num_examples: Size of the training split.
    """
    of = medium(info)
    fields = dict(_SETTINGS[of][model])
    batch_size = fields.pop("batch_size", None) or _num_images(info)
    batch_size = max(1, min(batch_size, num_examples // _FEWEST_STEPS))
    steps = num_examples // batch_size * fields.pop("passes")
    steps_per_epoch = min(fields.setdefault("steps_per_epoch", 50), steps)
    return fields | {
        "model_options": fields["model_options"] | output_options(model, info),
        "batch_size": batch_size,
        "evaluation_batch_size": 2 * batch_size,
        "steps_per_epoch": steps_per_epoch,
        "epochs": math.ceil(steps / steps_per_epoch),
    }


def _num_images(info) -> int:
    height, width, _ = info.event_shape
    return max(4, min(32, _PIXELS_OF_A_STEP // (height * width)))


def output_options(model: str, info) -> dict[str, Any]:
    """Returns the options that choose what a model's outputs are."""
    of = medium(info)
    if of == "music":
        return {"variable_length": True}
    if of == "text" or info.num_levels == 2:
        return {}
    if of == "real vectors":
        return {"distribution": "gaussian_mixture"}
    if of == "sound":
        is_many = info.num_levels > 256
        return {"distribution": _MIXTURE} if is_many else {}
    couples = model == "PixelCNNPlusPlus" and info.event_shape[-1] == 3
    if info.num_levels <= _MOST_CATEGORIES[of] and not couples:
        return {"distribution": "categorical"}
    return {"distribution": _MIXTURE, "num_components": 5}
