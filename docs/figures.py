"""Figures of the pages, drawn from the models themselves.

`FIGURES[NAME]` draws `figures/NAME.png` while the site is built.
"""

import math

import numpy as np

from docs import diagrams
from docs import guide_figures
from docs import roofline_figure
from docs import stack_figures
from tf_autoregressive import dependencies
from tf_autoregressive import evaluation
from tf_autoregressive import layers
from tf_autoregressive import models
from tf_autoregressive import plots


def _with_weights(model):
    """Returns the model with random weights: new ones may hide connections."""
    rng = np.random.default_rng(0)
    for weight in model.trainable_variables:
        fan_in = max(math.prod(weight.shape[:-1]), 1)
        weight.assign(rng.normal(0.0, fan_in**-0.5, weight.shape))
    return model


def _masks(model, **options):
    found = evaluation.mask_matrices(model, **options)
    return plots.picture(plots.save_masks, found)


def _dependencies(model, positions=None):
    if positions is None:
        positions = list(np.ndindex(*model.site_shape))
    found = dependencies.find_dependencies(_with_weights(model), positions)
    return plots.picture(plots.save_dependencies, found)


def _colours():
    """Returns the masks of a pixel's own features, 2 of each colour."""
    colours = [0, 0, 1, 1, 2, 2]
    kinds = {"mask A": ([0, 1, 2], True), "mask B": (colours, False)}
    named = {
        name: layers.MaskedConv2D(
            inputs, colours, (1, 1), exclusive=exclusive
        ).mask()[0, 0]
        for name, (inputs, exclusive) in kinds.items()
    }
    return plots.picture(plots.save_masks, named)


_PIXELS = [(7, 7, 0), (10, 3, 0)]
_STEPS = [(0,), (15,), (31,)]
FIGURES = {
    "image_runs": stack_figures.image_runs,
    "ordering_paths": guide_figures.ordering_paths,
    "distribution_shapes": guide_figures.distribution_shapes,
    "guidance_weights": guide_figures.guidance_weights,
    "p_value": guide_figures.p_value,
    "code_intervals": guide_figures.code_intervals,
    "first_models": diagrams.first_models,
    "beam_tree": diagrams.beam_tree,
    "replicas": diagrams.replicas,
    "way_to_a_client": diagrams.way_to_a_client,
    "units_of_scores": guide_figures.units_of_scores,
    "beta_binomials": guide_figures.beta_binomials,
    "moving_average": guide_figures.moving_average,
    "last_two": guide_figures.last_two,
    "joints_at_work": guide_figures.joints_at_work,
    "keras_calls": diagrams.keras_calls,
    "packages_of_tensorflow": diagrams.packages_of_tensorflow,
    "trained_samples": guide_figures.trained_samples,
    "measured_and_published": guide_figures.measured_and_published,
    "sequence_runs": stack_figures.sequence_runs,
    "roofline": roofline_figure.roofline,
    "fvsbn": lambda: _masks(models.FVSBN((12,))),
    "made": lambda: _masks(models.MADE((12,), units=(24, 24))),
    "made_random": lambda: _masks(
        models.MADE((12,), units=(24, 24), ordering="random")
    ),
    "nade": lambda: _dependencies(
        models.NADE((12,), units=24, ordering="random")
    ),
    "rnade": lambda: _dependencies(models.RNADE((12,), units=24)),
    "deep_nade": lambda: _dependencies(
        models.DeepNADE((12,), units=(24,), num_orderings=2), [(3,), (8,)]
    ),
    "pixel_cnn": lambda: _dependencies(
        models.PixelCNN((15, 15, 1), filters=4, num_blocks=3), _PIXELS
    ),
    "pixel_cnn_colours": _colours,
    "gated_pixel_cnn": lambda: _dependencies(
        models.GatedPixelCNN((15, 15, 1), filters=4, num_layers=4), _PIXELS
    ),
    "row_lstm": lambda: _dependencies(
        models.PixelRNN((15, 15, 1), units=4, num_layers=2), _PIXELS
    ),
    "diagonal_bilstm": lambda: _dependencies(
        models.PixelRNN(
            (15, 15, 1),
            recurrence="diagonal_bilstm",
            units=4,
            num_layers=1,
            first_kernel_size=3,
        ),
        _PIXELS,
    ),
    "multi_scale_pixel_rnn": lambda: _dependencies(
        models.MultiScalePixelRNN((8, 8, 1), scale=4, units=4),
        [(0, 4, 0), (4, 4, 0), (3, 3, 0), (5, 2, 0)],
    ),
    "pixel_cnn_plus_plus": lambda: _dependencies(
        models.PixelCNNPlusPlus(
            (16, 16, 1), filters=4, num_blocks=1, distribution="bernoulli"
        ),
        _PIXELS,
    ),
    "order_agnostic_cnn": lambda: _dependencies(
        models.OrderAgnosticCNN(
            (8, 8, 1), filters=(8, 8), num_blocks=1, num_orderings=2
        ),
        [(2, 5, 0), (6, 3, 0)],
    ),
    "pixel_snail": lambda: _dependencies(
        models.PixelSNAIL(
            (15, 15, 1),
            filters=4,
            num_blocks=1,
            num_layers=1,
            attention_every=1,
        ),
        _PIXELS,
    ),
    "image_transformer": lambda: _dependencies(
        models.ImageTransformer(
            (15, 15, 1), units=8, num_heads=2, num_layers=1
        ),
        _PIXELS,
    ),
    "ngram_mlp": lambda: _dependencies(
        models.NGramMLP((32,), order=5, units=8, num_levels=4), _STEPS
    ),
    "char_rnn": lambda: _dependencies(
        models.CharRNN((32,), units=8, num_layers=1, num_levels=4), _STEPS
    ),
    "char_cnn": lambda: _dependencies(
        models.CharCNN(
            (32,), filters=8, kernel_size=3, dilations=(1, 2, 4), num_levels=4
        ),
        _STEPS,
    ),
    "rnn_nade": lambda: _dependencies(
        models.RNNNADE((4, 5), units=8, nade_units=8)
    ),
    "transformer": lambda: _dependencies(
        models.Transformer(
            (32,), units=8, num_heads=2, num_layers=1, num_levels=4
        ),
        _STEPS,
    ),
    "wavenet": lambda: _dependencies(
        models.WaveNet(
            (32,), filters=8, num_stacks=1, num_layers=4, num_levels=4
        ),
        _STEPS,
    ),
}
