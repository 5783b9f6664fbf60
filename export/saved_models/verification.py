"""Checks of a SavedModel in a process without the library."""

import os
import pathlib
import subprocess
import sys

from .. import fingerprints
from .checker import RECORD
from .versions import newest_version


def verify(path: str | pathlib.Path) -> bool:
    """Returns whether a SavedModel answers as the model did.

    It is loaded in a process in which neither `tf_autoregressive` nor Keras can
    be imported, and gets the recorded requests. A report on the answers is
    printed: scores must be within 1e-5 of their size, and draws identical, but
    for an example's values from one on at which a uniform lies within rounding
    of a threshold. The record says which those are.

    Args:
        path: A version, as in `models/made/1`, or the directory of a model,
            for its newest version.

    Raises:
        ValueError: If `path` holds no SavedModel with recorded answers, or its
            graph or weights are not those that were exported.
    """
    path = newest_version(pathlib.Path(path))
    if not (path / RECORD).exists():
        raise ValueError(
            "`path` must be a SavedModel with recorded answers, as "
            f"`export_model` writes it: {path} has no {RECORD}."
        )
    fingerprints.check_sums(path)
    checker = pathlib.Path(__file__).with_name("checker.py")
    environment = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}
    # Python is isolated, so that no path of this process leads to the library.
    command = [sys.executable, "-I", str(checker), str(path.resolve())]
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    print(finished.stdout, end="")
    if finished.returncode not in (0, 1) or not finished.stdout:
        print(finished.stderr, file=sys.stderr)
        print(
            "FAILED: the process that loads it ended with status "
            f"{finished.returncode}"
        )
    return finished.returncode == 0
