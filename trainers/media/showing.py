"""Summaries of a model's draws for TensorBoard, by kind of event."""

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import plots

from ..data import Data
from ..recipe import Recipe
from . import draws
from . import pictures
from . import sounds
from . import texts
from .known import known_positions

_NUM_SAMPLES = 16
_NUM_COMPLETED = 8
_NUM_TEXTS = 4
_NUM_SOUNDS = 4


def show_draws(model: keras.Model, recipe: Recipe, data: Data, step: int):
    """Writes summaries of draws from one seed: `samples`, and `completions`.

    Images are shown as grids, with completions of test images whose upper half
    is known, the costs of the pixels of test images and, where there are some,
    the features of the first layer. Texts are shown as texts, sound as sound,
    other events not at all. The default summary writer gets them.

    Args:
        model: The model.
        recipe: The recipe that trains it.
        data: Its data.
        step: Step of the summaries.
    """
    if texts.vocabulary(model) is not None:
        _show_texts(model, recipe, step)
    elif plots.is_image_shape(model.event_shape):
        _show_samples(model, recipe, data, step)
        _show_completions(model, recipe, data, step)
        _show_pictures(model, recipe, data, step)
    elif data.info.rate is not None:
        _show_sounds(model, recipe, data, step)


def _drawn(model, recipe, data, num):
    return draws.draw_samples(
        model,
        min(num, int(data.test.cardinality())),
        seed=recipe.seed,
        contexts=data.test if recipe.is_conditional else None,
    )


def _show_samples(model, recipe, data, step):
    grid = plots.image_grid(
        _drawn(model, recipe, data, _NUM_SAMPLES), num_levels=model.num_levels
    )
    tf.summary.image("samples", grid[None], step=step)


def _show_completions(model, recipe, data, step):
    known = known_positions("top", model.event_shape)
    originals, completed = draws.draw_completions(
        model,
        data.test,
        min(_NUM_COMPLETED, int(data.test.cardinality())),
        known,
        seed=recipe.seed,
    )
    picture = plots.picture(
        plots.save_completions,
        originals,
        known,
        completed,
        num_levels=model.num_levels,
    )
    _show_png("completions", picture, step)


def _show_pictures(model, recipe, data, step):
    offered = pictures.offered(model)
    for kind in ("log_prob", "features"):
        if kind in offered:
            picture = pictures.png(kind, model, lambda: data, seed=recipe.seed)
            _show_png(kind, picture, step)


def _show_png(name, picture, step):
    pixels = tf.io.decode_png(picture, channels=3)
    tf.summary.image(name, pixels[None], step=step)


def _show_texts(model, recipe, step):
    drawn = texts.draw_texts(
        model, _NUM_TEXTS, model.event_shape[0], seed=recipe.seed
    )
    # Markdown leaves a line as it is after four blanks.
    shown = ["    " + text.replace("\n", "\n    ") for text in drawn]
    tf.summary.text("samples", shown, step=step)


def _show_sounds(model, recipe, data, step):
    drawn = _drawn(model, recipe, data, _NUM_SOUNDS)
    signal = sounds.signal(drawn, model.num_levels) / 32768.0
    tf.summary.audio(
        "samples",
        signal.astype(np.float32)[..., None],
        data.info.rate,
        step=step,
        max_outputs=_NUM_SOUNDS,
    )
