"""Pictures of a trained model, by kind, for `tfar show` and TensorBoard."""

from collections.abc import Callable

import numpy as np

from tf_autoregressive import evaluation
from tf_autoregressive import plots
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import DeepNADE

from ..errors import UsageError
from . import draws
from .medium import Medium

_NUM_SAMPLES = 8
_NUM_HISTOGRAMS = 9


def offered(medium: Medium) -> list[str]:
    """Returns the kinds of pictures that there are of a medium's model."""
    return [k for k in medium.pictures if _POSSIBLE[k](medium.model)]


def png(kind: str, medium: Medium, load_data: Callable, *, seed: int) -> bytes:
    """Returns a picture.

    Args:
        kind: `features`: the weights from the event to the first layer.
            `histograms`: the predicted distribution of some values of a test
            example, and the values. `log_prob`: the cost of each pixel of test
            examples. `masks`: the masks of the dense layers. `neighbours`:
            samples, and the training examples nearest to them.
        medium: The medium of the model.
        load_data: Returns the model's `Data`, which not every picture needs.
        seed: Seed of the samples.

    Raises:
        UsageError: If the model has no such picture.
    """
    model, kinds = medium.model, offered(medium)
    if kind not in kinds:
        raise UsageError(
            f"There is no picture of {kind} of this {type(model).__name__}. "
            f"There are: {', '.join(kinds) or 'none'}"
        )
    return plots.picture(_SAVERS[kind], model, load_data, seed)


def _save_features(file, model, load_data, seed):
    plots.save_features(file, evaluation.first_layer_features(model))


def _save_histograms(file, model, load_data, seed):
    (x,), context = draws.spread(load_data().test, 1)
    dims = np.linspace(0, model.num_dims - 1, _NUM_HISTOGRAMS).astype(int)
    positions = np.stack(
        np.unravel_index(np.unique(dims), model.event_shape), axis=1
    )
    probabilities = evaluation.predictive_probabilities(
        model, x, positions, context=None if context is None else context[0]
    )
    plots.save_predictive_histograms(
        file,
        probabilities,
        values=[x[tuple(position)] for position in positions],
        titles=[",".join(map(str, position)) for position in positions],
    )


def _save_log_prob(file, model, load_data, seed):
    test = load_data().test
    x, context = draws.spread(test, _few(test))
    plots.save_log_prob_maps(
        file,
        x,
        model.log_prob_per_dim(x, context),
        num_levels=model.num_levels,
    )


def _save_masks(file, model, load_data, seed):
    plots.save_masks(file, evaluation.mask_matrices(model))


def _save_neighbours(file, model, load_data, seed):
    data = load_data()
    contexts = data.test if model.context.expected else None
    samples = draws.draw_samples(
        model, _few(data.test), seed=seed, contexts=contexts
    )
    neighbours, _ = evaluation.nearest_neighbours(
        samples, data.train.batch(1000)
    )
    plots.save_neighbours(
        file, samples, neighbours, num_levels=model.num_levels
    )


def _few(examples):
    return min(_NUM_SAMPLES, int(examples.cardinality()))


def _is_discrete(model):
    return model.num_levels is not None


def _has_one_order(model):
    return _is_discrete(model) and not model.has_many_orderings


_POSSIBLE = {
    "features": lambda model: isinstance(model, (MADE, NADE, DeepNADE)),
    "histograms": _has_one_order,
    "log_prob": _has_one_order,
    "masks": lambda model: isinstance(model, MADE),
    "neighbours": _is_discrete,
}
_SAVERS = {
    "features": _save_features,
    "histograms": _save_histograms,
    "log_prob": _save_log_prob,
    "masks": _save_masks,
    "neighbours": _save_neighbours,
}
