"""The arrays that pictures of a trained model show.

Shapes: N events, S positions, K levels, M neighbours, U units, D event
dimensions, P parameters per dimension.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive import orderings
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers import CausalSelfAttention
from tf_autoregressive.layers import MaskedDense
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.types import Array

_BATCH_SIZE = 256


def nearest_neighbours(
    samples: Array, examples: Array, *, num_neighbours: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the examples that are nearest to samples, in Euclidean distance.

    A model that repeats its training examples has good samples and bad test
    scores: the nearest examples show it.

    Args:
        samples: `[N, *event_shape]`.
        examples: An array `[n, *event_shape]`, or batches of them: a
            `tf.data.Dataset` or any iterable. The first of a pair is taken.
        num_neighbours: Number of neighbours, `M`.

    Returns:
        The examples, `[N, M, *event_shape]`, the nearest first, and their
        distances, float64 `[N, M]`.

    Raises:
        ValueError: If there are fewer examples than neighbours, or events
            differ in shape.

    Example:
        >>> examples = np.array([[0, 0], [3, 4], [6, 8]])
        >>> nearest_neighbours(examples[:1], examples, num_neighbours=2)[1]
        array([[0., 5.]])
    """
    num_neighbours = checked_count("num_neighbours", num_neighbours)
    samples = np.asarray(samples)
    shape = (len(samples), 0)
    found = np.zeros((*shape, *samples.shape[1:]), samples.dtype)
    squares = np.zeros(shape)
    for batch in _batches(examples):
        if batch.shape[1:] != samples.shape[1:]:
            raise ValueError(
                "`examples` must have the shape of `samples`. Received: "
                f"{batch.shape[1:]} and {samples.shape[1:]}"
            )
        # Only the nearest of the batch are kept: all of it for every sample
        # would be many times the data.
        of_batch = _squares(samples, batch)
        best = _smallest(of_batch, num_neighbours)
        found = np.concatenate([found, batch[best]], axis=1)
        of_best = np.take_along_axis(of_batch, best, axis=1)
        squares = np.concatenate([squares, of_best], axis=1)
        best = _smallest(squares, num_neighbours)
        found = found[np.arange(len(samples))[:, None], best]
        squares = np.take_along_axis(squares, best, axis=1)
    if squares.shape[1] < num_neighbours:
        raise ValueError(
            "`num_neighbours` must be at most the number of examples, "
            f"{squares.shape[1]}. Received: num_neighbours={num_neighbours}"
        )
    return found, np.sqrt(squares)


def predictive_probabilities(
    model: AutoregressiveModel,
    x: Array,
    positions: Array,
    *,
    context: Array | None = None,
) -> np.ndarray:
    """Returns `p(x[i] = k | x[<i])` of every level `k`, float32 `[S, K]`.

    A position is scored once for every level, so this holds for all outputs
    and ensembles of one ordering, coupled channels included.

    Args:
        model: An `AutoregressiveModel` of discrete events.
        x: One event, `event_shape`.
        positions: int `[S, n]`, coordinates of dimensions in `event_shape`.
        context: The context of `x`, for a conditional model.

    Raises:
        ValueError: If the model's events are real-valued, or a position lies
            outside of the event.

    Example:
        >>> from tf_autoregressive.models import FVSBN
        >>> predictive_probabilities(FVSBN((2,)), [0, 1], [(0,)]).tolist()
        [[0.5, 0.5]]
    """
    if model.num_levels is None:
        raise ValueError(
            "`model` must have discrete events: real values have densities."
        )
    # The dtype must hold any level, and uint8 would not hold those above 255.
    x = model.event.checked(np.asarray(x)[None]).numpy()[0].astype("int32")
    levels = np.arange(model.num_levels)
    shape = model.event_shape
    positions = [tuple(map(int, position)) for position in positions]
    for position in positions:
        inside = all(0 <= i < n for i, n in zip(position, shape, strict=False))
        if len(position) != len(shape) or not inside:
            raise ValueError(
                f"`positions` must lie in {shape}. Received: {position}"
            )
    return np.array(
        [
            np.concatenate(
                [
                    _probabilities(model, x, position, some, context)
                    for some in np.split(
                        levels, range(_BATCH_SIZE, len(levels), _BATCH_SIZE)
                    )
                ]
            )
            for position in positions
        ]
    )


def attention_weights(
    model: AutoregressiveModel,
    x: Array,
    *,
    layer: int = 0,
    context: Array | None = None,
) -> np.ndarray:
    """Returns the weights of a layer of attention, float32 `[B, h, N, N]`.

    Entry `[b, h, t, s]` is the weight of step `s` in what head `h` returns for
    step `t`: 0 for later steps, and in sum over `s` 1. A step is a site of the
    event in the order of drawing, such as a pixel in raster order or a symbol.
    No value of a site, nor of a later one, has been seen at its step: the value
    that a step `s` has seen last is the one of site `s - 1`.

    Args:
        model: A model with layers of `CausalSelfAttention`.
        x: Events `[B, *event_shape]`.
        layer: Index of the layer among those of attention, the first being 0.
        context: Contexts `[B, ...]`, for a conditional model.

    Raises:
        ValueError: If the model has no such layer.

    Example:
        >>> from tf_autoregressive.models import Transformer
        >>> model = Transformer(
        ...     (3,), num_levels=2, units=4, num_heads=1, num_layers=1
        ... )
        >>> weights = attention_weights(model, [[0, 1, 1]])
        >>> weights[0, 0].sum(axis=-1).round(3).tolist()
        [1.0, 1.0, 1.0]
    """
    layers = [
        candidate
        for candidate in model._flatten_layers()
        if isinstance(candidate, CausalSelfAttention)
    ]
    if checked_count("layer", layer, at_least=0) >= len(layers):
        raise ValueError(
            "`layer` must be below the number of layers of attention, which is "
            f"{len(layers)} in this {type(model).__name__}. "
            f"Received: layer={layer}"
        )
    with _inputs_of(layers[layer]) as inputs:
        model.parameters_for(x, context)
    return layers[layer].attention_weights(inputs[0]).numpy().astype("float32")


@contextlib.contextmanager
def _inputs_of(layer: Any) -> Iterator[list]:
    """Gives a list of the inputs that a layer gets within."""
    call, inputs = layer.call, []

    def recorded(x, **options):
        inputs.append(x)
        return call(x, **options)

    layer.call = recorded
    try:
        yield inputs
    finally:
        # The method of the class is seen again.
        del layer.call


def first_layer_features(
    model: AutoregressiveModel, *, member: int = 0
) -> np.ndarray:
    """Returns the weights from the event to each unit of the first layer.

    The units of `NADE` (and `RNADE`), `MADE` and `DeepNADE` are the hidden
    ones; those of `FVSBN` are the parameters of every dimension. Weights that a
    mask hides are 0.

    Args:
        model: One of these models.
        member: The ensemble member whose masks count.

    Returns:
        float32 `[U, *event_shape]`; `U` is `D * P` for `FVSBN`.

    Raises:
        ValueError: If `model` is another one.

    Example:
        >>> from tf_autoregressive.models import MADE
        >>> first_layer_features(MADE((4, 4, 1), units=(6,))).shape
        (6, 4, 4, 1)
    """
    if isinstance(model, MADE):
        first = [*model.hidden_layers, model.output_layer][0]
        kernel = first.masked_kernel(member)
    elif isinstance(model, NADE):
        # The layer has its weights in the order of generation.
        ranks = orderings.ranks(model.ordering[0])
        kernel = tf.gather(model.conditionals.encoder, ranks)
    elif isinstance(model, DeepNADE):
        # The other half says which values are known.
        kernel = model.hidden_layers[0].kernel[: model.num_dims]
    else:
        raise ValueError(
            "`model` must be FVSBN, NADE, RNADE, DeepNADE or MADE. Received: "
            f"{type(model).__name__}"
        )
    kernel = tf.cast(kernel, tf.float32).numpy()
    return kernel.T.reshape(-1, *model.event_shape)


def mask_matrices(
    model: AutoregressiveModel, *, member: int = 0
) -> dict[str, np.ndarray]:
    """Returns the masks of a model's dense layers by their names.

    Args:
        model: A `MADE` or `FVSBN`.
        member: The ensemble member.

    Returns:
        A dict of bool `[inputs, outputs]`: True where a weight is used.

    Raises:
        ValueError: If the model has no masked dense layers.

    Example:
        >>> from tf_autoregressive.models import FVSBN
        >>> mask_matrices(FVSBN((3,)))["outputs"].astype(int)
        array([[0, 1, 1],
               [0, 0, 1],
               [0, 0, 0]])
    """
    if not isinstance(model, MADE):
        raise ValueError(
            "`model` must have masked dense layers: MADE or FVSBN. Received: "
            f"{type(model).__name__}"
        )
    named: dict[str, Any] = {
        f"hidden layer {index + 1}": layer
        for index, layer in enumerate(model.hidden_layers)
    }
    named["outputs"] = model.output_layer
    named["direct connections"] = model.direct_layer
    return {
        name: layer.mask(member)
        for name, layer in named.items()
        if isinstance(layer, MaskedDense)
    }


def _batches(examples):
    if isinstance(examples, np.ndarray):
        examples = [examples]
    for batch in examples:
        first = batch[0] if isinstance(batch, (tuple, list)) else batch
        yield np.asarray(first)


def _smallest(squares, number):
    """Returns the indices `[N, number]` of the smallest of `[N, M]`."""
    # The sort is stable: among equal ones the first are taken, however they
    # came.
    return np.argsort(squares, axis=1, kind="stable")[:, : max(number, 0)]


def _squares(samples, examples):
    """Returns squared distances `[N, examples]`, exact for 8-bit images."""
    a, b = (
        events.reshape(len(events), -1).astype("float64")
        for events in (samples, examples)
    )
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    # Rounding can leave a number below 0 for real values.
    return np.maximum(squares, 0.0)


def _probabilities(model, x, position, levels, context):
    events = np.repeat(x[None], len(levels), axis=0)
    events[(slice(None), *position)] = levels
    if context is not None:
        context = np.repeat(np.asarray(context)[None], len(levels), axis=0)
    log_prob = model.log_prob_per_dim(events, context)
    return np.exp(log_prob.numpy()[(slice(None), *position)])
