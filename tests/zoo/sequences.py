"""Cases of the models of sequences."""

import functools

from tests.zoo import case
from tests.zoo.case import NEVER
from tests.zoo.case import logistics
from tests.zoo.case import three_levels
from tf_autoregressive.models import RNNNADE
from tf_autoregressive.models import CharCNN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import NGramMLP
from tf_autoregressive.models import Transformer
from tf_autoregressive.models import WaveNet

Case = functools.partial(case.Case, kind="sequences")

_BITS = {"distribution": "bernoulli"}
_SYMBOLS = {"outputs": "symbols", "embedding_size": 3, "num_levels": 3}

CASES = [
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
        context_dropout=NEVER,
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
        **three_levels(),
    ),
    Case(
        "wavenet-logistics",
        WaveNet,
        (6,),
        filters=5,
        skip_filters=6,
        num_stacks=1,
        num_layers=2,
        direct_steps=3,
        companded_inputs=True,
        context_shape=(2,),
        weight_scale=0.4,
        **logistics(),
    ),
    Case(
        "wavenet-adaptive",
        WaveNet,
        (6,),
        filters=5,
        skip_filters=6,
        num_stacks=1,
        num_layers=1,
        adaptive_order=2,
        weight_scale=0.4,
        **logistics(),
    ),
    Case(
        "transformer",
        Transformer,
        (6,),
        units=8,
        num_heads=2,
        num_layers=2,
        mlp_units=9,
        dropout=0.0,
        stride=2,
        num_classes=2,
        context_dropout=NEVER,
        weight_scale=0.5,
        **_SYMBOLS,
    ),
    Case(
        "transformer-logistics",
        Transformer,
        (6,),
        units=8,
        num_heads=1,
        num_layers=1,
        dropout=0.0,
        context_shape=(3, 2),
        weight_scale=0.4,
        **logistics(),
    ),
    Case(
        "transformer-lengths",
        Transformer,
        (4, 2),
        units=6,
        num_heads=3,
        num_layers=1,
        dropout=0.0,
        positions="learned",
        variable_length=True,
        weight_scale=0.5,
        **_BITS,
        site_size=2,
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
        context_dropout=NEVER,
        **three_levels(),
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
]
