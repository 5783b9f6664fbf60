"""Scoring of images band by band, for those that are too large for one pass.

Shapes: B batch, H rows, W columns, C channels, n rows of a band.
"""

import functools
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers import ShiftedConv2D
from tf_autoregressive.types import Array


def score_in_bands(
    model: Any, x: tf.Tensor, context: Array | None, num_rows: int
) -> tf.Tensor:
    """Returns `log p(x)`, `[B]` nats, from passes over bands of rows.

    A band is scored together with the rows above it that its pixels see, so
    that the zeros above those rows do not reach it.

    Args:
        model: A `RasterModel` of convolutions.
        x: Event values `[B, H, W, C]`, checked.
        context: Contexts that are not maps, or `None`.
        num_rows: Number of rows of a band.
    """
    above = rows_seen_above(model)
    score = functools.partial(_score_last_rows, model)
    total = tf.zeros([tf.shape(x)[0]])
    for start in range(0, model.event_shape[0], num_rows):
        first = max(0, start - above)
        band = x[:, first : start + num_rows]
        skipped = tf.constant(start - first)
        total += model._run("log_prob in bands", score, band, context, skipped)
    return total


def rows_seen_above(model: Any) -> int:
    """Returns the number of rows above its own that a pixel sees at most.

    Raises:
        ValueError: If a layer sees all of them, or the place of its row, or
            the model is conditioned on maps.
    """
    resolutions = model.raster_stack.resolutions
    found = [layer for r in resolutions for layer in r.layers]
    others = [
        layer.name
        for layer in found
        if not isinstance(layer, ShiftedConv2D) or layer.strides != 1
    ]
    if others:
        raise ValueError(
            "Bands of rows need a model whose layers are convolutions at one "
            "resolution: what sees all rows above cannot leave any out. "
            f"Received: {type(model).__name__} with layers {others}"
        )
    if model.context.encoded_rank == 3:
        raise ValueError(
            "Bands of rows need a context that is the same for all rows, not "
            f"a map. Received: context_shape={model.context.shape}"
        )
    return sum(layer.rows_above for layer in found)


def _score_last_rows(model, x, context, skipped):
    """Returns the log-probability `[B]` of all rows but the first ones."""
    parameters = model._parameters(x, model.context.encoded(context), member=0)
    log_prob = model.output_distribution.log_prob_per_dim(
        parameters[:, skipped:], x[:, skipped:]
    )
    return tf.reduce_sum(log_prob, axis=range(1, log_prob.shape.rank))
