"""What a context adds to the channels of layers."""

import keras


def context_layers(context, widths):
    """Returns layers from contexts to what they add, by name.

    Args:
        context: The model's `Context`; without one there are no layers.
        widths: By the name of what is added to, its number of channels.
    """
    if not context.expected:
        return {}
    return {
        name: keras.layers.Dense(
            width, use_bias=False, dtype="float32", name=f"{name}_context"
        )
        for name, width in widths.items()
    }
