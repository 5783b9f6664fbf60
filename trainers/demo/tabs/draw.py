"""An image that is drawn pixel by pixel, with what the model expected."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from ..drawing import Drawing as Asked
from ..events import listed
from ..shown import Shown
from .kinds import draws_images
from .kinds import has_conditionals

__all__ = ["Asked", "offered", "run"]

tfd = tfp.distributions

# Messages are as long as a row of a digit: the first comes at once, and a
# person who waits has a turn after each.
_STEPS = 28
# More bars than these are too thin to see.
_BARS = 32


def offered(shown: Shown) -> bool:
    """Returns whether it is a model of images with one order."""
    return draws_images(shown) and has_conditionals(shown)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the positions in the order of the model.

    The image is the first that `model.sample` returns; a walk through it has
    the conditionals of the model, before temperature and top-p.
    """
    model = shown.model
    (image,) = model.sample(1, **asked.options()).numpy()
    yield {"num_steps": model.num_sites}
    places = _places(model, image)
    while some := list(itertools.islice(places, _STEPS)):
        yield {"steps": _steps(model, *zip(*some, strict=True))}
    yield {"image": listed(image[None])[0]}


def _places(model, image) -> Iterator[tuple]:
    """Yields the index, the value, parameters and weights of each position."""
    walk = model.walk(1)
    while not walk.is_finished:
        value = image[walk.index]
        yield walk.index, value, walk.parameters[0], walk.log_weights
        walk = walk.observe(value[None])


def _steps(model, indices, values, parameters, log_weights):
    """Returns what the page shows of some positions, computed at once."""
    values = np.stack(values)
    conditional = model.output_distribution.distribution(
        tf.stack(parameters), event_ndims=values.ndim - 1
    )
    if log_weights[0] is not None:
        members = tfd.Categorical(logits=tf.concat(log_weights, axis=0))
        conditional = tfd.MixtureSameFamily(members, conditional)
    log_prob = conditional.log_prob(values).numpy()
    levels = [None] * len(values)
    if values.ndim == 1:
        levels = _levels(model, conditional)
    return [
        {
            "index": list(index),
            "values": np.atleast_1d(value).tolist(),
            "nats": round(-float(of_value), 5),
            "levels": of_levels,
        }
        for index, value, of_value, of_levels in zip(
            indices, values, log_prob, levels, strict=True
        )
    ]


def _levels(model, conditional) -> list[list[float]]:
    """Returns the probabilities of all levels, of many together."""
    levels = tf.range(model.num_levels)[:, None]
    probabilities = np.exp(conditional.log_prob(levels).numpy())
    bars = np.array_split(probabilities, min(_BARS, len(probabilities)))
    return np.round([bar.sum(axis=0) for bar in bars], 5).T.tolist()
