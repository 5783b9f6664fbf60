"""Tiny models as the page shows them."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.models import GatedPixelCNN
from trainers.demo.shown import Shown


class TinyData:
    """Data with a test split alone, as the page uses it."""

    def __init__(self, model):
        levels = np.random.default_rng(0).integers(
            0, model.num_levels, (20, *model.event_shape)
        )
        self.test = tf.data.Dataset.from_tensor_slices(levels)


def as_shown(name, model, **options):
    return Shown(name, model, load_data=lambda: TinyData(model), **options)


@pytest.fixture(scope="package")
def images():
    """A model of images of 4 x 5 bits."""
    tf.keras.utils.set_random_seed(0)
    model = GatedPixelCNN((4, 5, 1), num_layers=2, filters=4)
    return as_shown("images", model)


@pytest.fixture(scope="package")
def colours():
    """A model of colour images of 4 levels."""
    tf.keras.utils.set_random_seed(0)
    model = GatedPixelCNN(
        (3, 3, 3),
        num_layers=2,
        filters=6,
        distribution="categorical",
        num_levels=4,
    )
    return as_shown("colours", model)


@pytest.fixture(scope="package")
def ask():
    """Returns the messages of a request, as the page would get them."""
    from trainers.demo import tabs

    def messages(shown, action, **asked):
        module = tabs.ACTIONS[action]
        assert module.offered(shown)
        return list(module.run(shown, module.Asked(**asked)))

    return messages
