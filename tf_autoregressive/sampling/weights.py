"""Weights that the loop of a draw reads once."""

from collections.abc import Iterable

import keras
import tensorflow as tf


def weights_read_once(
    weights: Iterable[keras.Variable],
) -> keras.StatelessScope:
    """Returns a scope in which layers see their weights as they are now.

    A graph reads a variable wherever a layer asks for its value. In a loop
    that is one operation for each weight at every position: 128 of the 841
    operations of a step of WaveNet.

    Args:
        weights: The variables that the loop may ask for.
    """
    values = [(weight, tf.convert_to_tensor(weight)) for weight in weights]
    return keras.StatelessScope(state_mapping=values)
