"""Cases of the models of images."""

import functools

import keras
import numpy as np

from tests.zoo import case
from tests.zoo.case import NEVER
from tests.zoo.case import logistics
from tests.zoo.case import three_levels
from tf_autoregressive.models import GatedPixelCNN
from tf_autoregressive.models import ImageTransformer
from tf_autoregressive.models import MultiScalePixelRNN
from tf_autoregressive.models import OrderAgnosticCNN
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.models import PixelCNNPlusPlus
from tf_autoregressive.models import PixelRNN
from tf_autoregressive.models import PixelSNAIL

Case = functools.partial(case.Case, kind="images")

# Three colours do not divide these numbers of filters.
_CONVOLUTIONS = {
    "filters": 10,
    "first_kernel_size": 3,
    "head_filters": 17,
    "weight_scale": 0.3,
}

# Three colours do not divide this number of units.
_LSTM = {
    "units": 5,
    "first_kernel_size": 3,
    "head_filters": 7,
    "weight_scale": 0.5,
}
_ROW_LSTM = {
    **_LSTM,
    "recurrence": "row_lstm",
    # There are enough that the units of no colour are all dead at random
    # weights.
    "head_filters": 17,
}
_TRANSFORMER = {
    "units": 8,
    "num_heads": 2,
    "num_layers": 2,
    "mlp_units": 9,
    "first_kernel_size": 3,
    "weight_scale": 0.5,
}
_SNAIL = {
    "filters": 4,
    "num_blocks": 1,
    "num_layers": 1,
    "attention_every": 1,
    "key_units": 3,
    "first_kernel_size": 3,
    "weight_scale": 0.4,
}
_MULTI_SCALE = {
    "units": 4,
    "upsampling_filters": 3,
    "head_filters": 5,
    "weight_scale": 0.5,
}
_ANY_ORDER = {
    "filters": (6, 5),
    "num_blocks": 1,
    "weight_scale": 0.5,
}


def _context_network():
    """Returns a network as a file has it: each model makes its own of it."""
    layer = keras.layers.Dense(3, activation="tanh")
    layer.build((None, 2))
    return keras.saving.serialize_keras_object(layer)


def _small_image_first(event_shape):
    """Returns `[D]`: every second pixel of every second row, then the rest."""
    rows, columns, _ = np.indices(event_shape).reshape(3, -1)
    is_small = (rows % 2 == 0) & (columns % 2 == 0)
    return [*np.flatnonzero(is_small), *np.flatnonzero(~is_small)]


CASES = [
    Case("pixel-cnn", PixelCNN, (3, 3, 1), **_CONVOLUTIONS, num_blocks=2),
    Case(
        "pixel-cnn-colours",
        PixelCNN,
        (1, 2, 3),
        **_CONVOLUTIONS,
        num_blocks=2,
        **three_levels(),
    ),
    Case(
        "pixel-cnn-labels",
        PixelCNN,
        (2, 3, 1),
        **_CONVOLUTIONS,
        num_blocks=1,
        num_classes=3,
        context_dropout=NEVER,
    ),
    Case(
        "pixel-cnn-map",
        PixelCNN,
        (2, 4, 1),
        **_CONVOLUTIONS,
        num_blocks=2,
        context_shape=(1, 2, 2),
    ),
    Case(
        "gated-pixel-cnn",
        GatedPixelCNN,
        (3, 3, 1),
        **_CONVOLUTIONS,
        num_layers=3,
    ),
    Case(
        "gated-pixel-cnn-colours",
        GatedPixelCNN,
        (2, 1, 3),
        **_CONVOLUTIONS,
        num_layers=3,
        **three_levels(),
    ),
    Case(
        "gated-pixel-cnn-vector",
        GatedPixelCNN,
        (2, 3, 1),
        **_CONVOLUTIONS,
        num_layers=2,
        context_shape=(2,),
        context_network=_context_network(),
    ),
    Case(
        "gated-pixel-cnn-map",
        GatedPixelCNN,
        (2, 2, 2),
        **_CONVOLUTIONS,
        num_layers=2,
        context_shape=(2, 1, 2),
        context_dropout=NEVER,
    ),
    Case(
        "pixel-cnn-logistics",
        PixelCNN,
        (2, 1, 3),
        **_CONVOLUTIONS,
        num_blocks=2,
        **logistics(),
        site_size=3,
    ),
    Case(
        "gated-pixel-cnn-logistics",
        GatedPixelCNN,
        (2, 2, 2),
        **_CONVOLUTIONS,
        num_layers=2,
        num_classes=2,
        **logistics(num_levels=2),
        site_size=2,
    ),
    Case(
        "pixel-cnn-pp",
        PixelCNNPlusPlus,
        (2, 4, 1),
        distribution="bernoulli",
        filters=4,
        num_blocks=1,
        num_resolutions=2,
        dropout=0.0,
    ),
    Case(
        "pixel-cnn-pp-logistics",
        PixelCNNPlusPlus,
        (2, 2, 2),
        filters=4,
        num_blocks=1,
        num_resolutions=2,
        dropout=0.0,
        num_levels=3,
        num_components=2,
        num_classes=2,
        weight_scale=0.5,
        outputs="logistics",
        site_size=2,
    ),
    Case(
        "pixel-cnn-pp-vector",
        PixelCNNPlusPlus,
        (3, 2, 1),
        distribution="categorical",
        filters=3,
        num_blocks=2,
        num_resolutions=1,
        dropout=0.0,
        num_levels=3,
        context_shape=(2,),
        weight_scale=0.5,
    ),
    Case("row-lstm", PixelRNN, (3, 3, 1), **_ROW_LSTM, num_layers=2),
    Case(
        "row-lstm-labels",
        PixelRNN,
        (2, 2, 3),
        **_ROW_LSTM,
        num_classes=2,
        skip_connections=True,
    ),
    Case(
        "row-lstm-map",
        PixelRNN,
        (2, 4, 1),
        **_ROW_LSTM,
        context_shape=(1, 2, 2),
    ),
    Case("diagonal-bilstm", PixelRNN, (3, 3, 1), **_LSTM, num_layers=2),
    Case("diagonal-bilstm-colours", PixelRNN, (2, 2, 3), **_LSTM),
    Case(
        "diagonal-bilstm-logistics",
        PixelRNN,
        (2, 2, 2),
        **_LSTM,
        **logistics(),
        context_shape=(2,),
        site_size=2,
    ),
    Case(
        "multi-scale-labels",
        MultiScalePixelRNN,
        (4, 2, 1),
        rank_order=_small_image_first((4, 2, 1)),
        **_MULTI_SCALE,
        num_classes=2,
        context_dropout=NEVER,
    ),
    Case(
        "multi-scale-logistics",
        MultiScalePixelRNN,
        (2, 2, 2),
        rank_order=_small_image_first((2, 2, 2)),
        **_MULTI_SCALE,
        **logistics(),
        recurrence="row_lstm",
        site_size=2,
    ),
    Case("image-transformer", ImageTransformer, (2, 3, 1), **_TRANSFORMER),
    Case(
        "image-transformer-colours",
        ImageTransformer,
        (2, 1, 3),
        **_TRANSFORMER,
        stride=2,
        num_classes=2,
        **three_levels(),
    ),
    Case(
        "image-transformer-logistics",
        ImageTransformer,
        (2, 2, 2),
        **_TRANSFORMER,
        context_shape=(2, 1, 2),
        **logistics(),
        site_size=2,
    ),
    Case("pixel-snail", PixelSNAIL, (3, 3, 1), **_SNAIL),
    Case(
        "pixel-snail-colours",
        PixelSNAIL,
        (2, 1, 3),
        **_SNAIL,
        num_classes=2,
        **three_levels(),
    ),
    Case(
        "pixel-snail-logistics",
        PixelSNAIL,
        (2, 2, 2),
        **_SNAIL,
        context_shape=(2, 1, 2),
        **logistics(),
        site_size=2,
    ),
    Case(
        "order-agnostic-cnn",
        OrderAgnosticCNN,
        (3, 2, 1),
        **_ANY_ORDER,
        ordering="reversed",
        patch_size=2,
    ),
    Case(
        "order-agnostic-cnn-colours",
        OrderAgnosticCNN,
        (2, 1, 3),
        **_ANY_ORDER,
        **three_levels(),
        num_orderings=2,
        num_classes=2,
        context_dropout=NEVER,
    ),
]
