"""Causal attention with explicit loops, the reference of the layers."""

import math

import numpy as np


def rotate(vector, position):
    """Returns one vector, its two halves turned pair by pair."""
    half = len(vector) // 2
    turned = np.empty_like(vector)
    for i in range(half):
        angle = position / 10_000.0 ** (2 * i / len(vector))
        a, b = vector[i], vector[half + i]
        turned[i] = a * math.cos(angle) - b * math.sin(angle)
        turned[half + i] = a * math.sin(angle) + b * math.cos(angle)
    return turned


def attend(x, *, units, num_heads, window, key_units=None, stride=1, rotary=0):
    """Returns the outputs `[B, T, units]` of `CausalSelfAttention`."""
    key_units = key_units or units
    k, v = key_units // num_heads, units // num_heads
    x = np.asarray(x, "float64")
    outputs = np.zeros([*x.shape[:2], units])
    for b, h, t in np.ndindex(x.shape[0], num_heads, x.shape[1]):
        query = x[b, t, h * k : (h + 1) * k]
        query = rotate(query, t) if rotary else query
        logits, values = [], []
        for s in range(t + 1):
            if t - s >= window or (t - s) % stride:
                continue
            key = x[b, s, key_units + h * k : key_units + (h + 1) * k]
            key = rotate(key, s) if rotary else key
            logits.append(query @ key / math.sqrt(k))
            start = 2 * key_units + h * v
            values.append(x[b, s, start : start + v])
        weights = np.exp(np.array(logits) - max(logits))
        weights /= weights.sum()
        outputs[b, t, h * v : (h + 1) * v] = weights @ np.array(values)
    return outputs
