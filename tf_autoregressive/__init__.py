"""Deep autoregressive generative models for TensorFlow.

Every model is a Keras model of p(x) = prod_i p(x[i] | x[<i]) whose output is
a TFP distribution: exact likelihoods, ancestral sampling.

A module is imported when it is first used, so that importing the package does
not wait for TensorFlow.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    # Editors read these imports, because they do not run `__getattr__`.
    from tf_autoregressive import anomaly
    from tf_autoregressive import callbacks
    from tf_autoregressive import compression
    from tf_autoregressive import datasets
    from tf_autoregressive import dependencies
    from tf_autoregressive import distributions
    from tf_autoregressive import evaluation
    from tf_autoregressive import layers
    from tf_autoregressive import masks
    from tf_autoregressive import metrics
    from tf_autoregressive import models
    from tf_autoregressive import optimizers
    from tf_autoregressive import orderings
    from tf_autoregressive import plots
    from tf_autoregressive import sampling

__version__ = "0.2.0"

__all__ = [
    "anomaly",
    "callbacks",
    "compression",
    "datasets",
    "dependencies",
    "distributions",
    "evaluation",
    "layers",
    "masks",
    "metrics",
    "models",
    "optimizers",
    "orderings",
    "plots",
    "sampling",
]


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
