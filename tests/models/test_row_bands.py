"""Images scored band by band, as in one pass."""

import numpy as np
import pytest

from tf_autoregressive import models

COLOURS = (9, 5, 3)
MODELS = {
    "colours one by one": lambda: models.PixelCNN(
        COLOURS,
        filters=6,
        num_blocks=2,
        num_levels=4,
        distribution="categorical",
    ),
    "coupled colours": lambda: models.PixelCNN(
        COLOURS,
        filters=6,
        num_blocks=1,
        num_components=2,
        distribution="discretized_logistic_mixture",
    ),
    "two stacks and labels": lambda: models.GatedPixelCNN(
        (9, 5, 1), filters=4, num_layers=2, num_classes=3
    ),
}


def with_random_weights(model, rng):
    for weight in model.trainable_variables:
        weight.assign(rng.normal(0.0, 0.3, weight.shape))
    return model


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("num_rows", [1, 4, 20])
def test_bands_add_up_to_the_whole_image(name, num_rows, rng):
    model = with_random_weights(MODELS[name](), rng)
    x = rng.integers(model.num_levels, size=(2, *model.event_shape))
    context = [0, 2] if model.context.expected else None
    np.testing.assert_allclose(
        model.log_prob_in_bands(x, context, num_rows=num_rows),
        model.log_prob(x, context),
        rtol=1e-5,
    )


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (models.PixelRNN, {"units": 4, "num_layers": 1}),
        (models.PixelCNNPlusPlus, {"filters": 4, "num_blocks": 1}),
        (models.ImageTransformer, {"units": 4, "num_layers": 1}),
    ],
)
def test_what_sees_all_rows_above_is_refused(cls, options):
    distribution = "bernoulli"
    model = cls((4, 4, 1), distribution=distribution, **options)
    with pytest.raises(ValueError, match="need a model whose layers are"):
        model.log_prob_in_bands(np.zeros((1, 4, 4, 1), int))


def test_maps_and_bands_without_rows_are_refused():
    options = {"filters": 4, "num_blocks": 1}
    x = np.zeros((1, 4, 4, 1), int)
    model = models.PixelCNN((4, 4, 1), context_shape=(2, 2, 1), **options)
    with pytest.raises(ValueError, match="the same for all rows, not a map"):
        model.log_prob_in_bands(x, np.zeros((1, 2, 2, 1)))
    model = models.PixelCNN((4, 4, 1), **options)
    with pytest.raises(ValueError, match="`num_rows` must be"):
        model.log_prob_in_bands(x, num_rows=0)
