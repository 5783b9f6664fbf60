"""Tiny models as the page shows them."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.datasets import from_table
from tf_autoregressive.models import MADE
from tf_autoregressive.models import RNNNADE
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.models import GatedPixelCNN
from tf_autoregressive.models import Transformer
from tf_autoregressive.models import WaveNet
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
def texts():
    """A model of texts of any length."""
    tf.keras.utils.set_random_seed(0)
    model = CharRNN((12,), vocabulary="ab c", units=8, num_layers=1)
    return as_shown("texts", model)


@pytest.fixture(scope="package")
def labelled_texts():
    """A model of texts of any length, given one of three labels."""
    tf.keras.utils.set_random_seed(0)
    model = CharRNN(
        (12,), vocabulary="ab c", units=8, num_layers=1, num_classes=3
    )
    for variable in model.trainable_variables:
        # A model that was not trained would not see the label.
        variable.assign_add(
            0.5 * tf.random.stateless_normal(variable.shape, [0, 1])
        )
    return as_shown("labelled texts", model)


@pytest.fixture(scope="package")
def short_texts():
    """A model of texts that knows 12 steps and no more."""
    tf.keras.utils.set_random_seed(0)
    model = Transformer(
        (12,),
        vocabulary="ab c",
        num_layers=1,
        units=8,
        num_heads=2,
        positions="learned",
    )
    return as_shown("short texts", model)


@pytest.fixture(scope="package")
def music():
    """A model of the 88 keys of a piano, for 6 steps."""
    tf.keras.utils.set_random_seed(0)
    model = RNNNADE((6, 88), units=4, nade_units=4, variable_length=True)
    return as_shown("music", model)


@pytest.fixture(scope="package")
def sounds():
    """A model of sound of 8 levels, 200 samples a second."""
    tf.keras.utils.set_random_seed(0)
    model = WaveNet((16,), num_levels=8, filters=4, num_stacks=1, num_layers=2)
    return as_shown("sounds", model, rate=200)


@pytest.fixture(scope="package")
def labelled():
    """A model of images of 4 x 5 bits, given one of ten labels."""
    tf.keras.utils.set_random_seed(0)
    model = GatedPixelCNN((4, 5, 1), num_layers=2, filters=4, num_classes=10)
    for variable in model.trainable_variables:
        # A model that was not trained would not see the label.
        variable.assign_add(
            0.3 * tf.random.stateless_normal(variable.shape, [0, 1])
        )
    return as_shown("labelled", model, data_name="cifar10")


@pytest.fixture(scope="package")
def vectors():
    """A model of images of 4 x 5 bits, given three numbers."""
    tf.keras.utils.set_random_seed(0)
    model = GatedPixelCNN(
        (4, 5, 1), num_layers=2, filters=4, context_shape=(3,)
    )
    for variable in model.trainable_variables:
        # A model that was not trained would not see the numbers.
        variable.assign_add(
            0.3 * tf.random.stateless_normal(variable.shape, [0, 1])
        )
    return as_shown("vectors", model)


def of_table(name, constructor):
    """Returns a model of rows of people, who may hide their income."""
    rng = np.random.default_rng(0)
    income = rng.lognormal(3.0, 0.5, 200)
    income[::4] = np.nan
    data = from_table(
        {
            "age": rng.integers(18, 80, 200),
            "job": rng.choice(["baker", "judge", "nurse"], 200),
            "owner": rng.random(200) < 0.5,
            "income": income,
        }
    )
    tf.keras.utils.set_random_seed(0)
    model = constructor(
        data.info.event_shape, units=(8,), distribution=data.info.columns
    )
    return Shown(name, model, load_data=lambda: data, table=data.info.table)


@pytest.fixture(scope="package")
def people():
    """A model of rows of a table, of any order."""
    return of_table("people", DeepNADE)


@pytest.fixture(scope="package")
def ordered_people():
    """A model of rows of a table, in the order of the columns."""
    return of_table("ordered people", MADE)


def images_of(messages):
    """Returns the images of some pieces, and the last message."""
    images = []
    for message in messages:
        assert message["first"] == len(images)
        images += message["images"]
    assert messages[-1]["share"] == 1
    return images, messages[-1]


def samples_of(messages):
    """Returns the samples of some pieces, and their scores."""
    *drawn, scores = messages
    return images_of(drawn)[0], scores["log_prob"]


@pytest.fixture(scope="package")
def ask():
    """Returns the messages of a request, as the page would get them."""
    from trainers.demo import tabs

    def messages(shown, action, **asked):
        module = tabs.ACTIONS[action]
        assert module.offered(shown)
        return list(module.run(shown, module.Asked(**asked)))

    return messages
