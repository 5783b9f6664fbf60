"""Deep autoregressive generative models for TensorFlow.

Every model is a Keras model of p(x) = prod_i p(x[i] | x[<i]) whose output is
a TFP distribution: exact likelihoods, ancestral sampling.
"""

from tf_autoregressive import callbacks
from tf_autoregressive import datasets
from tf_autoregressive import dependencies
from tf_autoregressive import distributions
from tf_autoregressive import evaluation
from tf_autoregressive import layers
from tf_autoregressive import masks
from tf_autoregressive import metrics
from tf_autoregressive import models
from tf_autoregressive import orderings
from tf_autoregressive import plots
from tf_autoregressive import sampling

__version__ = "0.1.0"

__all__ = [
    "callbacks",
    "datasets",
    "dependencies",
    "distributions",
    "evaluation",
    "layers",
    "masks",
    "metrics",
    "models",
    "orderings",
    "plots",
    "sampling",
]
