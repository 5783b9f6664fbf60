"""Conditionals of a model, computed without its sampler or its scoring.

Shapes: B batch, D event dimensions, S sites, C channels of a site, P
parameters, K levels, M mixture components, N states.
"""

import numpy as np
import tensorflow as tf


def member_parameters(
    model, x, context=None, *, member=0, training=False, encoded=None, **kwargs
):
    """Returns the parameters `[B, S, P]` of one ensemble member, NumPy.

    A context may come `encoded`, as the network sees it.
    """
    x = np.asarray(x)
    inputs = model.output_distribution.network_input(tf.constant(x))
    if context is not None:
        encoded = model.context.encoded(tf.constant(context))
    parameters = model.network(
        inputs, context=encoded, member=member, training=training, **kwargs
    )
    return np.reshape(parameters, (len(x), model.num_sites, -1))


def conditionals(case, model, x, context=None, **kwargs):
    """Returns the probabilities `[B, D, K]` of all levels, given `x[<i]`."""
    if case.outputs not in _CONDITIONALS:
        raise ValueError(
            f"`outputs` of the case {case} must be one of "
            f"{', '.join(_CONDITIONALS)}, or what computes its conditionals "
            f"must be added to them here. Received: {case.outputs!r}"
        )
    parameters = member_parameters(model, x, context, **kwargs)
    return _CONDITIONALS[case.outputs](case, parameters, x)


def logit_conditionals(case, parameters, x):
    """Returns `[B, D, K]` of logits `[B, S, P]` for every level."""
    if case.has_whole_steps:
        parameters = parameters.reshape(len(x), case.num_dims, -1)
    return probabilities(parameters)


def column_conditionals(case, parameters, x):
    """Returns `[B, D, K]` of logits `[B, D, K]`, of each dimension's levels."""
    logits = np.full(parameters.shape, -np.inf)
    for dim, of_dim in enumerate(map(list, case.levels)):
        logits[:, dim, of_dim] = parameters[:, dim, of_dim]
    return probabilities(logits)


def logistic_conditionals(case, parameters, x):
    """Returns `[B, D, K]` of a discretized logistic mixture, by enumeration.

    From differences of the logistic function in float64, whose arguments are
    the parameters `[B, S, P]` in the order logits, means, log-scales,
    coefficients.
    """
    components, channels = case.options["num_components"], case.site_size
    shape = (*parameters.shape[:2], -1, components)
    rows = parameters.astype("float64").reshape(shape).transpose(2, 0, 1, 3)
    logits, means = rows[0], rows[1 : 1 + channels]
    scales = np.exp(np.maximum(rows[1 + channels : 1 + 2 * channels], -7.0))
    coeffs = list(np.tanh(rows[1 + 2 * channels :]))
    levels = 2.0 * np.arange(case.num_levels) / (case.num_levels - 1) - 1.0
    x = x.reshape(*parameters.shape[:2], channels).astype(int)
    weights, result = np.exp(logits), []
    for channel in range(channels):
        mean = means[channel]
        for earlier in range(channel):
            mean = mean + coeffs.pop(0) * levels[x[..., earlier, None]]
        masses = level_masses(levels, mean, scales[channel])
        joint = (weights[..., None] * masses).sum(axis=-2)
        result.append(joint / joint.sum(axis=-1, keepdims=True))
        chosen = x[..., channel, None, None]
        weights = weights * np.take_along_axis(masses, chosen, -1)[..., 0]
    result = np.stack(result, axis=2)
    return result.reshape(len(x), -1, case.num_levels)


# Functions of a case, its parameters and events, by the outputs of cases.
_CONDITIONALS = {
    "levels": logit_conditionals,
    "symbols": logit_conditionals,
    "columns": column_conditionals,
    "logistics": logistic_conditionals,
}


def _sigmoid(x):
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def level_masses(levels, mean, scale):
    """Returns `[..., M, K]`: what each logistic gives to each level's bin."""
    ends = (levels[1:] + levels[:-1]) / 2.0
    below = _sigmoid((ends - mean[..., None]) / scale[..., None])
    zero, one = np.zeros_like(below[..., :1]), np.ones_like(below[..., :1])
    return np.diff(np.concatenate([zero, below, one], axis=-1), axis=-1)


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
        case: The model's `Case`.
        model: The model.
        context: One context, or `None`.
        cut: Maps probabilities `[..., K]` to those drawn from, or `None`.
    """
    states = case.states()
    total = np.zeros(len(states))
    for member in range(case.ensemble_size):
        table = conditionals(
            case, model, states, repeated(context, len(states)), member=member
        )
        if cut is not None:
            table = cut(table)
        chosen = np.take_along_axis(
            table, states.reshape(len(states), -1, 1).astype(int), -1
        )
        total += chosen[..., 0].prod(axis=1) / case.ensemble_size
    return total
