"""Conditionals of a model, computed without its sampler or its scoring.

Shapes: B batch, D event dimensions, P parameters, K levels, N states.
"""

import numpy as np
import tensorflow as tf


def member_parameters(
    model, x, context=None, *, member=0, training=False, **kwargs
):
    """Returns the parameters `[B, D, P]` of one ensemble member, NumPy."""
    x = np.asarray(x)
    inputs = model.output_distribution.network_input(tf.constant(x))
    if context is not None:
        context = model.context.encoded(tf.constant(context))
    parameters = model.network(
        inputs, context=context, member=member, training=training, **kwargs
    )
    return np.reshape(parameters, (len(x), model.num_dims, -1))


def probabilities(parameters):
    """Returns `[..., K]`, float64, from logits `[..., P]`; P = 1 for K = 2."""
    logits = np.asarray(parameters, "float64")
    if logits.shape[-1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=-1)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def repeated(context, times):
    """Returns one context `times` times, or `None`."""
    return None if context is None else np.stack([context] * times)


def joint_table(case, model, context=None, cut=None):
    """Returns the probabilities `[N]` of all states, float64.

    The product of the conditionals of `network`, averaged over the members.

    Args:
        case: What the model is.
        model: The model.
        context: One context, or `None`.
        cut: Maps probabilities `[..., K]` to those drawn from, or `None`.
    """
    states = case.states()
    total = np.zeros(len(states))
    for member in range(case.ensemble_size):
        parameters = member_parameters(
            model, states, repeated(context, len(states)), member=member
        )
        conditionals = probabilities(parameters)
        if cut is not None:
            conditionals = cut(conditionals)
        chosen = np.take_along_axis(
            conditionals, states.reshape(len(states), -1, 1).astype(int), -1
        )
        total += chosen[..., 0].prod(axis=1) / case.ensemble_size
    return total
