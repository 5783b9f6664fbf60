"""The settings with which each model is trained on each medium.

What PixelCNN, CharRNN, WaveNet on sound and MADE reach with them in minutes is
measured in docs/guides/own_data.md. Nothing was measured of the others, and no
settings were searched for: they are those of similar recipes, for less time.
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
_MOST_CATEGORIES = {"images": 8, "vectors": 32, "sound": 8}
_MIXTURE = "discretized_logistic_mixture"

# Settings of every model on a medium, unless its own say something else.
_OF_EVERY_VECTOR = {
    "batch_size": 100,
    "steps_per_epoch": 200,
    "steps_per_execution": 20,
    "ema_momentum": 0.995,
    "weight_decay": 0.02,
    "jit_compile": True,
}
_OF_EVERY_IMAGE = {
    "learning_rate": 3e-3,
    "warmup_steps": 20,
    "steps_per_epoch": 100,
    "ema_momentum": 0.99,
    "weight_decay": 0.05,
    "clipnorm": 1.0,
    "passes": 200,
}
_OF_EVERY_TEXT = {
    "batch_size": 16,
    "learning_rate": 3e-3,
    "warmup_steps": 50,
    "steps_per_epoch": 100,
    "ema_momentum": 0.99,
    "weight_decay": 0.02,
    "clipnorm": 1.0,
    "precision": "mixed_bfloat16",
    "passes": 30,
}
_OF_EVERY_SOUND = {
    "batch_size": 8,
    "learning_rate": 4e-3,
    "warmup_steps": 50,
    "steps_per_epoch": 100,
    "ema_momentum": 0.99,
    "clipnorm": 1.0,
    "passes": 100,
}
_OF_EVERY_SONG = {
    "batch_size": 16,
    "learning_rate": 5e-3,
    "ema_momentum": 0.99,
    "weight_decay": 0.01,
    "clipnorm": 1.0,
    "passes": 150,
}


def _with(common: dict, settings: dict | None = None, **model_options) -> dict:
    return common | (settings or {}) | {"model_options": model_options}


_VECTORS = {
    "FVSBN": _with(
        _OF_EVERY_VECTOR,
        {"learning_rate": 2e-2, "passes": 100},
        ordering="random",
    ),
    "NADE": _with(
        _OF_EVERY_VECTOR,
        {"learning_rate": 5e-3, "passes": 50},
        units=300,
        ordering="random",
    ),
    "DeepNADE": _with(
        _OF_EVERY_VECTOR,
        {"learning_rate": 2e-3, "passes": 300},
        units=(300, 300),
        ordering="random",
    ),
    "MADE": _with(
        _OF_EVERY_VECTOR,
        {"learning_rate": 5e-3, "passes": 60},
        units=(500,),
        ordering="random",
    ),
}
_ROW_LSTM = _with(
    _OF_EVERY_IMAGE,
    {"jit_compile": True},
    recurrence="row_lstm",
    units=32,
    num_layers=2,
    head_filters=64,
)
# The keys are medium and model.
_SETTINGS = {
    "vectors": _VECTORS,
    "real vectors": _VECTORS
    | {
        "RNADE": _with(
            _OF_EVERY_VECTOR,
            {"learning_rate": 2e-3, "passes": 200},
            units=50,
            num_components=10,
        ),
    },
    "images": {
        "PixelCNN": _with(
            _OF_EVERY_IMAGE,
            {"learning_rate": 6e-3, "precision": "mixed_bfloat16"},
            filters=32,
            num_blocks=5,
            head_filters=64,
        ),
        "GatedPixelCNN": _with(
            _OF_EVERY_IMAGE,
            {"learning_rate": 6e-3, "precision": "mixed_bfloat16"},
            filters=32,
            num_layers=5,
            kernel_size=3,
            head_filters=64,
        ),
        "PixelRNN": _ROW_LSTM,
        "MultiScalePixelRNN": _ROW_LSTM,
        "PixelSNAIL": _with(
            _OF_EVERY_IMAGE,
            {"precision": "mixed_bfloat16"},
            filters=32,
            num_blocks=4,
            num_layers=1,
        ),
        "ImageTransformer": _with(
            _OF_EVERY_IMAGE,
            {"learning_rate": 1e-3, "precision": "mixed_bfloat16"},
            units=64,
            num_layers=4,
            dropout=0.1,
        ),
        "OrderAgnosticCNN": _with(
            _OF_EVERY_IMAGE,
            {
                "precision": "mixed_bfloat16",
                # Validation takes a pass for each dimension.
                "steps_per_epoch": 1000,
                "validation_examples": 20,
                "test_examples": 100,
            },
            filters=(64, 96),
            num_blocks=2,
            patch_size=2,
        ),
        "PixelCNNPlusPlus": _with(
            _OF_EVERY_IMAGE,
            {"precision": "mixed_bfloat16"},
            filters=32,
            num_blocks=1,
            dropout=0.1,
        ),
    }
    | _VECTORS,
    "tables": _VECTORS,
    "text": {
        "NGramMLP": _with(
            _OF_EVERY_TEXT,
            {"batch_size": 32},
            embedding_size=32,
            order=12,
            units=512,
        ),
        "CharRNN": _with(
            _OF_EVERY_TEXT,
            embedding_size=64,
            units=256,
            num_layers=1,
            dropout=0.1,
        ),
        "CharCNN": _with(
            _OF_EVERY_TEXT,
            embedding_size=64,
            filters=192,
            dilations=(1, 2, 4, 8, 16),
            dropout=0.1,
        ),
        "Transformer": _with(
            _OF_EVERY_TEXT,
            {"learning_rate": 1e-3},
            units=128,
            num_layers=4,
            dropout=0.1,
        ),
        "WaveNet": _with(
            _OF_EVERY_TEXT,
            embedding_size=64,
            filters=96,
            skip_filters=192,
            num_stacks=1,
            num_layers=7,
        ),
    },
    "sound": {
        "WaveNet": _with(
            _OF_EVERY_SOUND,
            filters=32,
            skip_filters=64,
            num_stacks=2,
            num_layers=8,
        ),
        "CharCNN": _with(
            _OF_EVERY_SOUND,
            filters=96,
            dilations=(1, 2, 4, 8, 16, 32, 64),
            dropout=0.1,
        ),
        "CharRNN": _with(_OF_EVERY_SOUND, units=256, num_layers=1, dropout=0.1),
        "NGramMLP": _with(_OF_EVERY_SOUND, order=16, units=256),
        "Transformer": _with(
            _OF_EVERY_SOUND,
            {"learning_rate": 1e-3},
            units=64,
            num_layers=4,
            dropout=0.1,
        ),
    },
    "music": {
        "RNNNADE": _with(
            _OF_EVERY_SONG,
            {"weight_decay": 0.02},
            units=200,
            nade_units=150,
            dropout=0.5,
        ),
        "CharRNN": _with(
            _OF_EVERY_SONG,
            distribution="bernoulli",
            units=200,
            num_layers=1,
            dropout=0.5,
        ),
        "CharCNN": _with(
            _OF_EVERY_SONG,
            distribution="bernoulli",
            filters=150,
            dilations=(1, 2, 4),
            dropout=0.5,
        ),
        "Transformer": _with(
            _OF_EVERY_SONG,
            {"learning_rate": 1e-3},
            distribution="bernoulli",
            units=128,
            num_layers=2,
            dropout=0.3,
        ),
        "WaveNet": _with(
            _OF_EVERY_SONG,
            distribution="bernoulli",
            filters=64,
            skip_filters=128,
            num_stacks=1,
            num_layers=4,
        ),
    },
}
# The models of data for which none is named.
_BY_DEFAULT = {
    "vectors": "MADE",
    "real vectors": "MADE",
    "images": "PixelCNN",
    # It fills in what is missing, whichever columns are known.
    "tables": "DeepNADE",
    "text": "CharRNN",
    "sound": "WaveNet",
    "music": "RNNNADE",
}
MODELS = sorted({name for models in _SETTINGS.values() for name in models})


def model_for(info: Any) -> str:
    """Returns the name of the model of data for which none is named."""
    return _BY_DEFAULT[medium(info)]


def check_fits(model: str, info: Any) -> None:
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


def settings(model: str, info: Any, num_examples: int) -> dict[str, Any]:
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


def output_options(model: str, info: Any) -> dict[str, Any]:
    """Returns the options that choose the distribution of a model."""
    of = medium(info)
    if of == "music":
        return {"variable_length": True}
    # The distribution of a table follows from its columns.
    if of == "tables":
        return {}
    # An n-gram model embeds its values, which then have no order.
    if of == "text" or info.num_levels == 2 or model == "NGramMLP":
        return {}
    if of == "real vectors":
        return {"distribution": "gaussian_mixture"}
    couples = model == "PixelCNNPlusPlus" and info.event_shape[-1] == 3
    if info.num_levels <= _MOST_CATEGORIES[of] and not couples:
        return {"distribution": "categorical"}
    return {"distribution": _MIXTURE, "num_components": 5}
