"""A measurement of the signatures that XLA makes faster."""

import time
from collections.abc import Callable
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from .reference import Exchange

_REPEATS = 5
# The least share of time that a compiled signature must save.
_WORTH = 0.9
_MOST_TIMES = 16


def faster_under_xla(
    plain: Mapping[str, Callable],
    compiled: Mapping[str, Callable],
    found: list[Exchange],
    max_num_samples: int,
) -> set[str]:
    """Returns the names of the signatures that XLA makes faster here.

    It prints the times: the fastest of five answers to requests of up to
    sixteen times the size of the recorded ones, compilation not counted.

    Args:
        plain: The signatures, graphs by name.
        compiled: The same under XLA; those that differ are measured.
        found: A request for each signature.
        max_num_samples: The largest `num_samples` of a request.
    """
    chosen = set()
    requests = {exchange.signature: exchange.inputs for exchange in found}
    for name in compiled:
        request = _enlarged(requests[name], plain[name], max_num_samples)
        before, after = (
            _seconds(functions[name], request)
            for functions in (plain, compiled)
        )
        is_worth_it = after < _WORTH * before
        if is_worth_it:
            chosen.add(name)
        print(
            f"{name}: {1e3 * before:.1f} ms, under XLA {1e3 * after:.1f} ms: "
            + ("compiled" if is_worth_it else "left plain")
        )
    return chosen


def _enlarged(inputs, function, max_num_samples):
    """Returns a request of more examples, tensors by name."""
    times = _MOST_TIMES
    if "num_samples" in inputs:
        count = inputs["num_samples"]
        times = min(times, max_num_samples // count)
        inputs = {**inputs, "num_samples": times * count}
    _, specs = function.structured_input_signature
    return {
        name: tf.constant(
            np.repeat(value, times, axis=0) if np.ndim(value) else value,
            specs[name].dtype,
        )
        for name, value in inputs.items()
    }


def _seconds(function, request):
    taken = []
    for _ in range(_REPEATS + 1):
        start = time.perf_counter()
        answer = function(**request)
        # A call may return before its answer is computed.
        [tensor.numpy() for tensor in answer.values()]
        taken.append(time.perf_counter() - start)
    # The first answer waits for the compilation.
    return min(taken[1:])
