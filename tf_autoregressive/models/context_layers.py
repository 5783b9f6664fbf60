"""Layers that make the shifts of other layers from a context."""

from collections.abc import Mapping
from typing import Any

import keras

from tf_autoregressive.models.context import Context


def context_layers(context: Context, widths: Mapping[str, int]) -> Any:
    """Returns layers by name, each from contexts to a shift.

    Args:
        context: The model's `Context`; without one there are no layers.
        widths: By the name of what is shifted, its number of channels.
    """
    if not context.expected:
        return {}
    return {
        name: keras.layers.Dense(
            width, use_bias=False, dtype="float32", name=f"{name}_context"
        )
        for name, width in widths.items()
    }
