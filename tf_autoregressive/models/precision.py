"""Copies of models that compute in float32, whatever they were trained in."""

import keras

_ROUNDED = ("bfloat16", "float16")


def in_float32(model: keras.Model) -> keras.Model:
    """Returns the model, or one with its weights that computes in float32.

    bfloat16 keeps three digits of what every layer computes. Graphs of the
    same function sum and fuse in other ways, so that they part at a draw in a
    few dozen, and a request has no answer that holds for all machines. Float32
    takes the same weights to seven digits.

    Args:
        model: An `AutoregressiveModel`.
    """
    if model.compute_dtype not in _ROUNDED:
        return model
    config = {**model.get_config(), "dtype": "float32"}
    exact = type(model).from_config(config)
    exact.set_weights(model.get_weights())
    return exact
