"""Tiny instances of every model, for the tests that run over all of them.

One `Case` in the list of its kind adds a model: `vectors`, `images`,
`sequences`, or `users` for models that a user could have written.
"""

import pytest

from tests.zoo import images
from tests.zoo import sequences
from tests.zoo import users
from tests.zoo import vectors

CASES = [*vectors.CASES, *images.CASES, *sequences.CASES, *users.CASES]

BY_NAME = {case.name: case for case in CASES}
DISCRETE = [case for case in CASES if case.is_discrete]
REAL_VALUED = [case for case in CASES if not case.is_discrete]
CONDITIONAL = [case for case in CASES if case.is_conditional]

# There is one of each way of computing, where running all costs too much.
REPRESENTATIVE = [
    BY_NAME[name]
    for name in ("made-two-layers", "made-orders-labels", "nade-categorical")
]
# It has most to get wrong.
HARDEST = [BY_NAME["made-orders-labels"]]
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
        "image-transformer-colours",
        "pixel-snail-logistics",
        "order-agnostic-cnn-colours",
    )
]
SEQUENCE_FAMILIES = [
    BY_NAME[name]
    for name in (
        "ngram-mlp-labels",
        "char-rnn",
        "char-cnn-sequence",
        "wavenet-logistics",
        "wavenet-adaptive",
        "rnn-nade-lengths",
        "transformer",
    )
]
# These cases are exported, and loaded again in a process of their own.
SERVED = [
    BY_NAME[name]
    for name in (
        "fvsbn",
        "made-orders-labels",
        "nade-categorical",
        "deep-nade-columns",
        "rnade-vector",
        "gated-pixel-cnn-logistics",
        "multi-scale-labels",
        "char-rnn",
        "rnn-nade-lengths",
        "wavenet-adaptive",
        "transformer",
    )
]
# These cases are compiled by XLA, which takes seconds for a large graph.
COMPILED = [
    case
    for case in CASES
    if case.kind == "vectors" or case in [*IMAGE_FAMILIES, *SEQUENCE_FAMILIES]
]


# A run before a commit tries these: one of each way of computing with vectors,
# one of images and one of sequences.
QUICK = [
    *REPRESENTATIVE,
    *(BY_NAME[name] for name in ("fvsbn", "pixel-cnn-colours", "char-rnn")),
]

# No turn leaves out one of each family, and of each way of computing.
LEADING = [
    *FAMILIES,
    *IMAGE_FAMILIES,
    *SEQUENCE_FAMILIES,
    *(
        BY_NAME[name]
        for name in (
            "made-masks",
            "made-no-direct",
            "user-attention",
        )
    ),
]
# One of each kind of event leads where a test takes seconds, because it
# compiles, exports or starts a process. All others take turns there.
LEADING_DEAR = [
    BY_NAME[name]
    for name in (
        "made-orders-labels",
        "gated-pixel-cnn-logistics",
        "rnn-nade-lengths",
    )
]


def taking_turns(cases=CASES):
    """Returns test parameters of cases; those that do not lead take turns.

    All but the quick ones are slow.
    """
    return all_but(QUICK, cases)


def all_but(fast, cases=CASES):
    """The same, where other cases than the quick ones are not slow."""
    return _parameters(cases, fast, _leading(cases))


def dear(fast, cases=CASES):
    """Returns test parameters of cases for a test that takes seconds.

    All but the fast ones are slow, and more take turns than by `all_but`.
    """
    return _parameters(cases, fast, [*fast, *LEADING_DEAR])


def dearest(cases, fast=()):
    """The same for a test that takes ten seconds or more.

    One case leads, beside those that are fast.
    """
    return _parameters(cases, fast, [*fast, *HARDEST])


def _parameters(cases, fast, leading):
    return [
        pytest.param(
            case,
            marks=[
                *([] if case in fast else [pytest.mark.slow]),
                *([] if case in leading else [pytest.mark.takes_turns]),
            ],
        )
        for case in cases
    ]


def _leading(cases):
    """Returns those of the cases that lead, and at least one of each family."""
    leading = [case for case in cases if case in LEADING]
    families = {case.constructor for case in leading}
    for case in cases:
        if case.constructor not in families:
            leading.append(case)
            families.add(case.constructor)
    return leading
