"""A check of TensorFlow and Keras, which comes before anything needs them.

Packages of the library that need them import this module first. A machine that
lacks something then says in one sentence what to do.
"""

import importlib.util
import os

# TensorFlow is not among the requirements that pip installs: it comes as
# several packages, and pip would write one over the other.
OLDEST_TENSORFLOW = "2.20"


def check() -> None:
    """Checks that TensorFlow and Keras can be used.

    Raises:
        ImportError: If TensorFlow is missing or too old, if `tf_keras`, which
            TensorFlow Probability imports, is missing, or if Keras runs on
            another backend than TensorFlow.
    """
    _check_tensorflow()
    _check_keras()


def _check_tensorflow():
    if importlib.util.find_spec("tensorflow") is None:
        raise ImportError(
            "tf_autoregressive needs TensorFlow, which is not installed: "
            'pip install "tf_autoregressive[tensorflow]"'
        )
    import tensorflow as tf

    if _release(tf.__version__) < _release(OLDEST_TENSORFLOW):
        raise ImportError(
            f"tf_autoregressive needs TensorFlow {OLDEST_TENSORFLOW} or newer. "
            f"Received: {tf.__version__}"
        )
    if importlib.util.find_spec("tf_keras") is None:
        release = ".".join(map(str, _release(tf.__version__)))
        raise ImportError(
            "TensorFlow Probability needs tf_keras, which is not installed: "
            f'pip install --no-deps "tf_keras~={release}.0"'
        )


def _check_keras():
    backend = os.environ.get("KERAS_BACKEND") or _configured_backend()
    if backend != "tensorflow":
        raise ImportError(
            "tf_autoregressive needs Keras on the backend 'tensorflow': set "
            "the environment variable KERAS_BACKEND=tensorflow. Received: "
            f"{backend!r}"
        )


def _configured_backend() -> str:
    # Importing Keras fails if its backend is not installed.
    import keras

    return keras.backend.backend()


def _release(version: str) -> tuple[int, ...]:
    """Returns the numbers of a release, `(2, 20)` of "2.20.0"."""
    return tuple(map(int, version.split(".")[:2]))


check()
