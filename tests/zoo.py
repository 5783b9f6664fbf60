"""Tiny instances of every model, for the tests that run over all of them.

One line in `CASES` adds a model. What a case knows of it comes from the
arguments alone, not from the model: its alphabet, its order, its contexts.

Shapes: B batch, D event dimensions, E ensemble members, K levels.
"""

import itertools
import math
import zlib

import numpy as np
import pytest

from tests.models.user_attention import AttentionModel
from tests.models.user_models import RunningSum
from tests.models.user_models import SteppedRunningSum
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import RNADE
from tf_autoregressive.models import RNNNADE
from tf_autoregressive.models import CharCNN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.models import GatedPixelCNN
from tf_autoregressive.models import MultiScalePixelRNN
from tf_autoregressive.models import NGramMLP
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.models import PixelCNNPlusPlus
from tf_autoregressive.models import PixelRNN
from tf_autoregressive.models import RasterModel
from tf_autoregressive.models import SequenceModel
from tf_autoregressive.models import WaveNet

# Permutations that are not their own inverse.
ORDER_4 = (2, 0, 3, 1)
ORDER_6 = (4, 0, 3, 5, 2, 1)

IMAGE_MODELS = (RasterModel, MultiScalePixelRNN)


class Case:
    """A model and what is known of it beforehand.

    Args:
        name: What the test's id says.
        constructor: The class, or a function that returns a model.
        event_shape: Shape of one event, few enough states to enumerate.
        block_size: Positions per block of models that work in blocks: no
            divisor of the number of dimensions, or 1 for several groups.
        weight_scale: Standard deviation of random weights.
        outputs: What its output distribution gives: "levels" by logits,
            "symbols" by logits that the network embeds, "logistics" for a
            discretized logistic mixture, "reals".
        site_size: Number of dimensions that are drawn in one go.
        **options: Arguments of the constructor.
    """

    def __init__(
        self,
        name,
        constructor,
        event_shape,
        *,
        block_size=4,
        weight_scale=1.0,
        outputs="levels",
        site_size=1,
        **options,
    ):
        self.name = name
        self.constructor = constructor
        self.event_shape = event_shape
        self.block_size = block_size
        self.weight_scale = weight_scale
        self.outputs = outputs
        self.site_size = site_size
        self.options = options

    def __repr__(self):
        return self.name

    @property
    def num_dims(self):
        return math.prod(self.event_shape)

    @property
    def num_levels(self):
        """Number of values of a dimension, `None` if real-valued."""
        if not self.is_discrete:
            return None
        return self.options.get("num_levels", 2)

    @property
    def is_discrete(self):
        return self.outputs != "reals"

    @property
    def ensemble_size(self):
        options = self.options
        return options.get("num_masks", options.get("num_orderings", 1))

    @property
    def has_many_orderings(self):
        options = self.options
        return options.get("order_agnostic", False) or (
            options.get("num_orderings", 1) > 1
        )

    @property
    def has_local_context(self):
        """Whether a context is seen pixel by pixel, or step by step."""
        rank = len(self.options.get("context_shape", ()))
        is_raster = issubclass(self.constructor, RasterModel)
        is_sequence = issubclass(self.constructor, SequenceModel)
        return (is_raster and rank == 3) or (is_sequence and rank == 2)

    @property
    def is_conditional(self):
        names = {"num_classes", "context_shape", "variable_length"}
        return bool(names & set(self.options))

    def make(self, **overrides):
        """Returns a new model, with the weights that Keras gives it."""
        model = self.constructor(
            self.event_shape, **{**self.options, **overrides}
        )
        if self.constructor.block_size is not None:
            model.block_size = self.block_size
        return model

    def build(self, seed, **overrides):
        """Returns a model with large random weights, biases included."""
        model = self.make(**overrides)
        rng = self.generator(seed)
        for variable in model.trainable_variables:
            shape = variable.shape
            variable.assign(
                rng.normal(0.0, self.weight_scale, shape).astype("float32")
            )
        return model

    def generator(self, seed):
        """Returns a NumPy generator of this case alone."""
        return np.random.default_rng([seed, zlib.crc32(self.name.encode())])

    def ordering(self, model, member=0):
        """Returns `[D]`: the dimension generated at each rank.

        Read from the arguments; where those say "random", from the model.
        """
        if self.constructor is MultiScalePixelRNN:
            return self._small_image_first()
        ordering = self.options.get("ordering", "natural")
        is_drawn = self.has_many_orderings and member > 0
        if is_drawn or ordering == "random":
            return np.asarray(model.ordering[member])
        if ordering == "natural":
            return np.arange(self.num_dims)
        if ordering == "reversed":
            return np.arange(self.num_dims)[::-1]
        return np.asarray(ordering)

    def _small_image_first(self):
        rows, columns, _ = np.indices(self.event_shape).reshape(3, -1)
        scale = self.options.get("scale", 2)
        is_small = (rows % scale == 0) & (columns % scale == 0)
        return np.concatenate(
            [np.flatnonzero(is_small), np.flatnonzero(~is_small)]
        )

    @property
    def has_logistics(self):
        """Whether the output is a discretized logistic mixture."""
        return self.outputs == "logistics"

    @property
    def has_symbols(self):
        """Whether the network embeds its inputs."""
        return self.outputs == "symbols"

    @property
    def has_vector_steps(self):
        """Whether it is a sequence whose steps have several values."""
        is_sequence = issubclass(self.constructor, SequenceModel)
        return is_sequence and len(self.event_shape) == 2

    @property
    def has_whole_steps(self):
        """Whether a site is a step of several values."""
        return self.has_vector_steps and self.site_size > 1

    def sites(self, model, member=0):
        """Returns `[S]`: the site that is drawn at each rank."""
        return self.ordering(model, member)[:: self.site_size] // self.site_size

    def ranks(self, model, member=0):
        """Returns `[D]`: the rank of each dimension."""
        ranks = np.empty(self.num_dims, int)
        for rank, dim in enumerate(self.ordering(model, member)):
            ranks[dim] = rank
        return ranks

    def states(self):
        """Returns all `K^D` events, uint8."""
        states = itertools.product(range(self.num_levels), repeat=self.num_dims)
        return np.array(list(states), "uint8").reshape(-1, *self.event_shape)

    def events(self, rng, num_events):
        """Returns random events."""
        shape = (num_events, *self.event_shape)
        if self.is_discrete:
            return rng.integers(self.num_levels, size=shape).astype("uint8")
        return rng.normal(size=shape).astype("float32")

    def contexts(self, rng, num_contexts):
        """Returns random contexts `[num_contexts, ...]`, or `None`."""
        if not self.is_conditional:
            return None
        if "variable_length" in self.options:
            steps = self.event_shape[0]
            return (steps - np.arange(num_contexts) % (steps + 1)).astype(
                "int32"
            )
        if "num_classes" in self.options:
            labels = np.arange(num_contexts) % self.options["num_classes"]
            return labels.astype("int32")
        shape = self.options["context_shape"]
        return rng.normal(size=(num_contexts, *shape)).astype("float32")

    def all_contexts(self, rng):
        """Returns the contexts to try, one by one; `[None]` without."""
        if not self.is_conditional:
            return [None]
        return list(self.contexts(rng, self.options.get("num_classes", 3)))

    def batch(self, rng, num_events):
        """Returns `(events, contexts)`."""
        x, context = (
            self.events(rng, num_events),
            self.contexts(rng, num_events),
        )
        if "variable_length" in self.options:
            steps = np.arange(self.event_shape[0])
            is_part = steps < context[:, None]
            x *= is_part.reshape(*is_part.shape, *[1] * (x.ndim - 2))
        return x, context


def _three_levels(num_levels=3):
    return {"distribution": "categorical", "num_levels": num_levels}


def _logistics(num_levels=3):
    return {
        "distribution": "discretized_logistic_mixture",
        "outputs": "logistics",
        "num_levels": num_levels,
        "num_components": 2,
    }


# Filters that three colours do not divide.
_CONVOLUTIONS = {
    "filters": 10,
    "first_kernel_size": 3,
    "head_filters": 17,
    "weight_scale": 0.3,
}

# Units that three colours do not divide.
_LSTM = {
    "units": 5,
    "first_kernel_size": 3,
    "head_filters": 7,
    "weight_scale": 0.5,
}
_ROW_LSTM = {
    **_LSTM,
    "recurrence": "row_lstm",
    # Enough that no colour's are all dead at random weights.
    "head_filters": 17,
}
_MULTI_SCALE = {
    "units": 4,
    "upsampling_filters": 3,
    "head_filters": 5,
    "weight_scale": 0.5,
}

_BITS = {"distribution": "bernoulli"}
_SYMBOLS = {"outputs": "symbols", "embedding_size": 3, "num_levels": 3}

CASES = [
    Case("fvsbn", FVSBN, (2, 3, 1), block_size=1),
    Case("fvsbn-given-order", FVSBN, (6,), ordering=ORDER_6),
    Case("fvsbn-categorical", FVSBN, (4,), **_three_levels(), block_size=3),
    Case("fvsbn-labels", FVSBN, (5,), num_classes=3, ordering="reversed"),
    Case("fvsbn-map", FVSBN, (2, 3, 1), context_shape=(2, 2, 1)),
    Case("nade-sigmoid", NADE, (2, 3, 1), units=9, activation="sigmoid"),
    Case("nade-relu", NADE, (7,), units=24, ordering="random"),
    Case(
        "nade-categorical",
        NADE,
        (2, 2, 1),
        units=8,
        activation="tanh",
        ordering=ORDER_4,
        **_three_levels(),
    ),
    Case("nade-labels", NADE, (6,), units=12, num_classes=3, activation="elu"),
    Case(
        "nade-vector",
        NADE,
        (5,),
        units=8,
        activation="sigmoid",
        context_shape=(2,),
        ordering="reversed",
    ),
    Case("made-no-hidden", MADE, (2, 3, 1), units=()),
    Case(
        "made-one-layer",
        MADE,
        (7,),
        units=(11,),
        activation="tanh",
        block_size=1,
    ),
    Case(
        "made-no-direct",
        MADE,
        (6,),
        units=(9,),
        direct=False,
        activation="elu",
        ordering=ORDER_6,
    ),
    Case(
        "made-narrow",
        MADE,
        (7,),
        units=(3, 2),
        direct=False,
        activation="tanh",
        ordering="reversed",
    ),
    Case(
        "made-two-layers",
        MADE,
        (2, 3, 1),
        units=(8, 9),
        activation="softplus",
        ordering="reversed",
    ),
    Case(
        "made-three-layers",
        MADE,
        (7,),
        units=(9, 8, 7),
        activation="tanh",
        ordering="random",
        block_size=1,
    ),
    Case("made-relu", MADE, (6,), units=(16, 16), ordering=ORDER_6),
    Case(
        "made-masks",
        MADE,
        (6,),
        units=(8,),
        activation="elu",
        num_masks=3,
        direct=False,
        mask_seed=1,
    ),
    Case(
        "made-orders",
        MADE,
        (6,),
        units=(8, 7),
        activation="tanh",
        num_masks=3,
        order_agnostic=True,
        block_size=1,
    ),
    Case(
        "made-categorical",
        MADE,
        (2, 2, 1),
        units=(9,),
        activation="tanh",
        ordering=ORDER_4,
        block_size=3,
        **_three_levels(),
    ),
    Case(
        "made-categorical-masks",
        MADE,
        (4,),
        units=(9, 8),
        activation="elu",
        num_masks=2,
        block_size=3,
        **_three_levels(),
    ),
    Case(
        "made-labels",
        MADE,
        (6,),
        units=(9, 8),
        activation="tanh",
        num_classes=3,
        ordering="random",
    ),
    Case(
        "made-vector",
        MADE,
        (5,),
        units=(9,),
        activation="tanh",
        context_shape=(2,),
        direct=False,
    ),
    Case(
        "made-map",
        MADE,
        (2, 3, 1),
        units=(9,),
        activation="elu",
        context_shape=(2, 2, 1),
        block_size=1,
    ),
    Case(
        "made-orders-labels",
        MADE,
        (5,),
        units=(9,),
        activation="tanh",
        num_masks=3,
        order_agnostic=True,
        num_classes=2,
    ),
    Case(
        "made-gaussians",
        MADE,
        (3,),
        units=(8,),
        activation="tanh",
        distribution="gaussian_mixture",
        outputs="reals",
        num_components=2,
        ordering="reversed",
        block_size=2,
        weight_scale=0.4,
    ),
    Case("deep-nade", DeepNADE, (6,), units=(9,), activation="tanh"),
    Case(
        "deep-nade-two-layers",
        DeepNADE,
        (2, 3, 1),
        units=(9, 8),
        activation="elu",
        ordering=ORDER_6,
    ),
    Case(
        "deep-nade-orders",
        DeepNADE,
        (5,),
        units=(9,),
        activation="tanh",
        num_orderings=3,
        ordering_seed=1,
        num_classes=2,
    ),
    Case(
        "deep-nade-categorical",
        DeepNADE,
        (4,),
        units=(8, 8),
        activation="tanh",
        ordering="random",
        context_shape=(2,),
        **_three_levels(),
    ),
    Case(
        "rnade",
        RNADE,
        (3,),
        units=6,
        num_components=2,
        ordering=(1, 2, 0),
        weight_scale=0.4,
        outputs="reals",
    ),
    Case(
        "rnade-vector",
        RNADE,
        (3,),
        units=6,
        activation="sigmoid",
        num_components=3,
        context_shape=(2,),
        weight_scale=0.4,
        outputs="reals",
    ),
    Case("pixel-cnn", PixelCNN, (3, 3, 1), **_CONVOLUTIONS, num_blocks=2),
    Case(
        "pixel-cnn-colours",
        PixelCNN,
        (1, 2, 3),
        **_CONVOLUTIONS,
        num_blocks=2,
        **_three_levels(),
    ),
    Case(
        "pixel-cnn-labels",
        PixelCNN,
        (2, 3, 1),
        **_CONVOLUTIONS,
        num_blocks=1,
        num_classes=3,
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
        **_three_levels(),
    ),
    Case(
        "gated-pixel-cnn-vector",
        GatedPixelCNN,
        (2, 3, 1),
        **_CONVOLUTIONS,
        num_layers=2,
        context_shape=(2,),
    ),
    Case(
        "gated-pixel-cnn-map",
        GatedPixelCNN,
        (2, 2, 2),
        **_CONVOLUTIONS,
        num_layers=2,
        context_shape=(2, 1, 2),
    ),
    Case(
        "pixel-cnn-logistics",
        PixelCNN,
        (2, 1, 3),
        **_CONVOLUTIONS,
        num_blocks=2,
        **_logistics(),
        site_size=3,
    ),
    Case(
        "gated-pixel-cnn-logistics",
        GatedPixelCNN,
        (2, 2, 2),
        **_CONVOLUTIONS,
        num_layers=2,
        num_classes=2,
        **_logistics(num_levels=2),
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
        **_logistics(),
        context_shape=(2,),
        site_size=2,
    ),
    Case(
        "multi-scale-labels",
        MultiScalePixelRNN,
        (4, 2, 1),
        **_MULTI_SCALE,
        num_classes=2,
    ),
    Case(
        "multi-scale-logistics",
        MultiScalePixelRNN,
        (2, 2, 2),
        **_MULTI_SCALE,
        **_logistics(),
        recurrence="row_lstm",
        site_size=2,
    ),
    Case("ngram-mlp", NGramMLP, (6,), order=4, units=7, **_SYMBOLS),
    Case(
        "ngram-mlp-labels",
        NGramMLP,
        (5,),
        order=3,
        units=7,
        direct=False,
        num_classes=2,
        **_SYMBOLS,
    ),
    Case("char-rnn", CharRNN, (6,), units=6, **_SYMBOLS),
    Case(
        "char-rnn-labels",
        CharRNN,
        (5,),
        cell="gru",
        units=6,
        num_layers=1,
        num_classes=2,
        **_SYMBOLS,
    ),
    Case(
        "char-cnn",
        CharCNN,
        (6,),
        filters=7,
        kernel_size=2,
        dilations=(1, 2),
        **_SYMBOLS,
    ),
    Case(
        "char-cnn-sequence",
        CharCNN,
        (6,),
        filters=7,
        dilations=(1, 1),
        gated=False,
        context_shape=(3, 2),
        weight_scale=0.5,
        **_SYMBOLS,
    ),
    Case(
        "wavenet",
        WaveNet,
        (6,),
        filters=5,
        skip_filters=6,
        num_stacks=2,
        num_layers=1,
        weight_scale=0.5,
        **_three_levels(),
    ),
    Case(
        "wavenet-logistics",
        WaveNet,
        (6,),
        filters=5,
        skip_filters=6,
        num_stacks=1,
        num_layers=2,
        context_shape=(2,),
        weight_scale=0.4,
        **_logistics(),
    ),
    Case("char-rnn-vectors", CharRNN, (2, 3), units=6, **_BITS, site_size=3),
    Case(
        "char-cnn-lengths",
        CharCNN,
        (4, 2),
        filters=7,
        kernel_size=2,
        dilations=(1,),
        variable_length=True,
        **_BITS,
        site_size=2,
    ),
    Case(
        "rnn-nade-labels",
        RNNNADE,
        (2, 2),
        cell="gru",
        units=5,
        nade_units=6,
        activation="tanh",
        num_classes=2,
        **_three_levels(),
    ),
    Case(
        "rnn-nade-lengths",
        RNNNADE,
        (3, 2),
        units=5,
        nade_units=6,
        num_layers=2,
        variable_length=True,
    ),
    Case(
        "made-logistics",
        MADE,
        (2, 3),
        units=(9,),
        activation="tanh",
        ordering=ORDER_6,
        weight_scale=0.5,
        **_logistics(),
    ),
    Case(
        "user-attention",
        AttentionModel,
        (6,),
        num_levels=3,
        num_classes=2,
        weight_scale=0.7,
        outputs="symbols",
    ),
    Case("user-model", RunningSum, (2, 3, 1)),
    Case(
        "user-model-stepped",
        SteppedRunningSum,
        (4,),
        context_shape=(2,),
        **_three_levels(),
    ),
]

BY_NAME = {case.name: case for case in CASES}
DISCRETE = [case for case in CASES if case.is_discrete]
REAL_VALUED = [case for case in CASES if not case.is_discrete]
CONDITIONAL = [case for case in CASES if case.is_conditional]

# One of each way of computing, where running all costs too much.
REPRESENTATIVE = [
    BY_NAME[name]
    for name in ("made-two-layers", "made-orders-labels", "nade-categorical")
]
# The cheapest to compile, and the one with most to get wrong.
SIMPLEST, HARDEST = [BY_NAME["fvsbn"]], [BY_NAME["made-orders-labels"]]
FAMILIES = [
    *REPRESENTATIVE,
    *(
        BY_NAME[name]
        for name in (
            "fvsbn",
            "deep-nade-two-layers",
            "rnade-vector",
            "user-model",
        )
    ),
]
IMAGE_FAMILIES = [
    BY_NAME[name]
    for name in (
        "pixel-cnn-colours",
        "gated-pixel-cnn-logistics",
        "pixel-cnn-pp-logistics",
        "row-lstm-labels",
        "diagonal-bilstm-logistics",
        "multi-scale-labels",
    )
]
SEQUENCE_FAMILIES = [
    BY_NAME[name]
    for name in (
        "ngram-mlp-labels",
        "char-rnn",
        "char-cnn-sequence",
        "wavenet-logistics",
        "rnn-nade-lengths",
    )
]
# Where every case is exported, and loaded again in a process of its own.
SERVED = [
    BY_NAME[name]
    for name in (
        "fvsbn",
        "made-orders-labels",
        "nade-categorical",
        "rnade-vector",
        "gated-pixel-cnn-logistics",
        "multi-scale-labels",
        "char-rnn",
        "rnn-nade-lengths",
    )
]
# Where every case costs a compilation by XLA: a large graph takes seconds.
COMPILED = [
    case
    for case in CASES
    if case in [*IMAGE_FAMILIES, *SEQUENCE_FAMILIES]
    or not issubclass(case.constructor, (*IMAGE_MODELS, SequenceModel))
]


def all_but(fast, cases=CASES):
    """Returns test parameters of all cases; others are slow and take turns."""
    marks = [pytest.mark.slow, pytest.mark.takes_turns]
    return [
        case if case in fast else pytest.param(case, marks=marks)
        for case in cases
    ]
