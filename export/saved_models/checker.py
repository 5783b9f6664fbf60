"""Compares the answers of a SavedModel with those recorded in it.

This is a program that needs NumPy and TensorFlow alone. It is run in a process
in which the library, Keras and TFP cannot be imported.

    python -I checker.py models/made/1
"""

import importlib.machinery
import pathlib
import sys
import time
from typing import Any

NOT_NEEDED = {
    "keras",
    "tensorflow_probability",
    "tf_autoregressive",
    "tf_keras",
}
RECORD = pathlib.Path("assets.extra", "reference_answers.npz")

# Another machine may add up float32 sums in another order.
RELATIVE, ABSOLUTE = 1e-5, 1e-5


class WithoutLibraries(importlib.machinery.PathFinder):
    """A finder of modules that refuses those which serving must not need."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Any = None, target: Any = None
    ) -> Any:
        if fullname.split(".")[0] in NOT_NEEDED:
            return None
        return super().find_spec(fullname, path, target)


def main(path: str) -> int:
    """Prints a line for each request and a verdict.

    Returns:
        0 if all answers agree, 1 if one does not.
    """
    plain = importlib.machinery.PathFinder
    sys.meta_path[:] = [
        WithoutLibraries if finder is plain else finder
        for finder in sys.meta_path
    ]
    import numpy as np
    import tensorflow as tf

    start = time.perf_counter()
    try:
        with np.load(pathlib.Path(path) / RECORD) as record:
            exchanges = _exchanges(record)
        signatures = tf.saved_model.load(path).signatures
    # Damaged files can make NumPy and TensorFlow raise anything.
    except Exception as error:
        print(f"FAILED: {path} cannot be loaded: {error!r}")
        return 1
    print(f"{path}: loaded in {time.perf_counter() - start:.1f} s")
    failures = 0
    for exchange in exchanges:
        agrees, text = _compared(tf, np, signatures, *exchange)
        failures += not agrees
        print(f"  {exchange[0]:18s}{text}")
    if failures:
        print(f"FAILED: {failures} of {len(exchanges)} answers differ")
    else:
        print(f"verified: {len(exchanges)} answers are the recorded ones")
    return int(failures > 0)


def _exchanges(record):
    """Returns `[(signature, inputs, outputs, doubt)]` of recorded arrays."""
    found = {}
    for key in record.files:
        number, signature, kind, name = key.split("/")
        exchange = found.setdefault(
            int(number), (signature, {"inputs": {}, "outputs": {}, "doubt": {}})
        )
        exchange[1][kind][name] = record[key]
    return [
        (signature, *arrays.values())
        for _, (signature, arrays) in sorted(found.items())
    ]


def _compared(tf, np, signatures, signature, inputs, outputs, doubt):
    """Returns whether the answer to a request agrees, and a text on it."""
    if signature not in signatures:
        return False, "is missing"
    try:
        answer = signatures[signature](
            **{name: tf.constant(value) for name, value in inputs.items()}
        )
    except tf.errors.OpError as error:
        return False, f"ends in an error: {error.message}"
    if set(answer) != set(outputs):
        return (
            False,
            f"has the outputs {sorted(answer)}, not {sorted(outputs)}",
        )
    answer = {name: tensor.numpy() for name, tensor in answer.items()}
    rounded = np.zeros(1, bool)
    if doubt and answer["events"].shape == outputs["events"].shape:
        rounded = _rounded(np, answer["events"], outputs["events"], **doubt)
    different = [
        _difference(np, name, answer[name], expected, rounded)
        for name, expected in outputs.items()
    ]
    if any(different):
        return False, ", ".join(filter(None, different))
    if not rounded.any():
        return True, "agrees"
    return True, (
        f"agrees, in {rounded.sum()} of {len(rounded)} examples up to a value "
        "that rounding decides"
    )


def _rounded(np, actual, expected, undecided, ranks):
    """Returns whether examples part where rounding decides, bool `[B]`.

    Whether the first value that differs, in the order in which they are drawn,
    is an undecided one. The others follow from it.
    """
    different, undecided, ranks = (
        array.reshape(len(expected), -1)
        for array in (actual != expected, undecided, ranks)
    )
    first = np.where(different, ranks, ranks.size).argmin(axis=1)
    return different.any(axis=1) & undecided[np.arange(len(first)), first]


def _difference(np, name, actual, expected, rounded):
    """Returns the difference of an output in text, without rounded examples."""
    if actual.shape != expected.shape:
        return f"`{name}` has shape {actual.shape}, not {expected.shape}"
    if rounded.any():
        actual, expected = actual[~rounded], expected[~rounded]
    if expected.dtype.kind == "f":
        if np.allclose(actual, expected, rtol=RELATIVE, atol=ABSOLUTE):
            return None
        largest = np.abs(actual - expected).max()
        return f"`{name}` differs by up to {largest:.3g}"
    if expected.dtype.kind == "S":
        actual = actual.astype(expected.dtype)
    count = np.count_nonzero(actual != expected)
    return f"{count} values of `{name}` differ" if count else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
