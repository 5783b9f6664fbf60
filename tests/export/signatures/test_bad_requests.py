"""A bad request ends in an error that names the input, and only that."""

import numpy as np
import pytest
import tensorflow as tf

from tests.zoo import BY_NAME
from tf_autoregressive.sampling_options import OPTIONS

EVENTS = np.zeros((3, 2, 3, 1), "float32")
# The models here have no empty context, so nothing guides their draws.
DRAWN = {
    name: option.off for name, option in OPTIONS.items() if name != "guidance"
}
GOOD = {
    "log_prob": {"events": EVENTS},
    "log_prob_per_dim": {"events": EVENTS},
    "sample": {"num_samples": 3, "seed": 1, "first": 0, **DRAWN},
    "sample_seeds": {"seeds": [1, 2, 3], **DRAWN},
    "complete": {
        "events": EVENTS,
        "known": EVENTS == 0.0,
        "seed": 1,
        "first": 0,
    },
    "info": {"request": [0]},
}
BAD = [
    ("events", EVENTS[:0], "at least one example. Received shape [0, 2, 3, 1]"),
    ("events", EVENTS[0], "Received shape [2, 3, 1]"),
    ("events", EVENTS[:, 0], "Received shape [3, 3, 1]"),
    ("events", EVENTS.reshape(3, 3, 2, 1), "Received shape [3, 3, 2, 1]"),
    ("events", EVENTS + 0.5, "integers in [0, 1]. Received values from 0.5"),
    ("events", EVENTS - 1.0, "integers in [0, 1]. Received values from -1.0"),
    ("events", EVENTS + 2.0, "integers in [0, 1]. Received values from 2.0"),
    ("events", EVENTS + np.nan, "integers in [0, 1]. Received values from nan"),
    ("events", EVENTS + np.inf, "integers in [0, 1]. Received values from inf"),
    ("known", EVENTS[:2] == 0.0, "as many examples as `events`. Received 2"),
    ("known", EVENTS[0] == 0.0, "Received shape [2, 3, 1]"),
    ("seed", [1], "must have shape []. Received shape [1]"),
    ("num_samples", 0, "at least 1 and at most 64. Received 0"),
    ("num_samples", -3, "at least 1 and at most 64. Received -3"),
    ("num_samples", 65, "at least 1 and at most 64. Received 65"),
    ("num_samples", [3, 3], "must have shape []. Received shape [2]"),
    ("first", -1, "at least 0 and at most 1099511627776. Received -1"),
    ("first", 2**41, "at most 1099511627776. Received 2199023255552"),
    ("seeds", 1, "must have shape [batch]"),
    ("seeds", [], "at least one example. Received shape [0]"),
    ("seeds", [1] * 65, "at most 64. Received 65"),
    ("temperature", 0.0, "of at least 1e-06 and at most 1e+30. Received 0.0"),
    ("temperature", 1e-9, "at most 1e+30. Received 0.000"),
    ("temperature", np.nan, "at most 1e+30. Received nan"),
    ("temperature", np.inf, "at most 1e+30. Received inf"),
    ("temperature", [1.0], "must have shape []. Received shape [1]"),
    ("top_k", -1, "at least 1 and at most 2147483647, or 0 to switch it off"),
    ("top_p", 0.0, "a number above 0 and at most 1. Received 0.0"),
    ("top_p", 1.5, "a number above 0 and at most 1. Received 1.5"),
    ("min_p", -0.5, "at most 1, or 0.0 to switch it off. Received -0.5"),
    ("min_p", np.nan, "to switch it off. Received nan"),
    ("request", 0, "must have shape [batch]"),
]


def refused(exported, signature, name, inputs, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        exported.ask(signature, **inputs)
    assert f"`{name}` must" in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_the_error_names_the_input(fvsbn, name, value, message):
    for signature, good in GOOD.items():
        if name in good:
            inputs = {**good, name: value}
            refused(fvsbn, signature, name, inputs, message)
            # The next request is answered.
            assert fvsbn.ask(signature, **good)


CONTEXTS = {
    "fvsbn-labels": [
        ([0, 3, 1], "labels in [0, 2]. Received values from 0 to 3"),
        ([0, -1, 1], "labels in [0, 2]. Received values from -1 to 1"),
        ([0, 1], "Received 2 for 3"),
        (0, "must have shape [batch]"),
    ],
    "fvsbn-map": [
        (np.full((3, 2, 2, 1), np.nan), "finite numbers"),
        (np.zeros((3, 2, 1, 1)), "Received shape [3, 2, 1, 1]"),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("case", [BY_NAME[n] for n in CONTEXTS], ids=repr)
def test_the_error_names_the_context(exported):
    events = np.zeros((3, *exported.case.event_shape), "float32")
    for value, message in CONTEXTS[exported.case.name]:
        for signature, inputs in (
            ("log_prob", {"events": events}),
            ("sample", GOOD["sample"]),
            (
                "complete",
                {**GOOD["complete"], "events": events, "known": events > 0},
            ),
        ):
            inputs = {**inputs, "context": value}
            refused(exported, signature, "context", inputs, message)


@pytest.mark.slow
@pytest.mark.parametrize("case", [BY_NAME["rnade-vector"]], ids=repr)
def test_real_values_must_be_finite(exported):
    events = np.full((3, *exported.case.event_shape), np.inf)
    context = {"context": exported.case.contexts(np.random.default_rng(0), 3)}
    context = context if exported.case.is_conditional else {}
    refused(
        exported,
        "log_prob",
        "events",
        {"events": events, **context},
        "finite numbers. Received values from inf",
    )
