"""The platform that computed: versions and devices that may change the bits."""

import os
import platform
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def description() -> dict[str, Any]:
    """Returns what computes here, as a header records it."""
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "device": "GPU" if tf.config.list_logical_devices("GPU") else "CPU",
        "machine": platform.machine(),
        "instructions": _instructions(),
        "threads": threads or os.cpu_count(),
    }


def differences(recorded: dict[str, Any]) -> str:
    """Returns in words how this platform differs from a recorded one."""
    here = description()
    different = [
        f"{name}: {recorded.get(name)} there, {here[name]} here"
        for name in here
        if recorded.get(name) != here[name]
    ]
    return "; ".join(different) or "none that a header records"


def _instructions():
    """Returns the widest vector instructions that NumPy found, or nothing."""
    features = np._core._multiarray_umath.__cpu_features__
    known = ("AVX512_SKX", "AVX512F", "AVX2", "SSE42", "NEON")
    return next((name for name in known if features.get(name)), "")
