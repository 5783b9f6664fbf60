"""The negative log-likelihood as an anomaly score."""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.types import Array


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Likelihood(Score):
    """The surprise of an event as a whole [1].

        s(x) = -log p(x)

    It detects values that the model holds for improbable: noise, broken
    structure, a novel combination of attributes. It is blind to what is simpler
    than the normal data: smooth or constant images have a high likelihood under
    most models of natural images, and most of it comes from the background [2].
    Units: nats.

    Example:
        >>> import numpy as np
        >>> from tf_autoregressive.models import FVSBN
        >>> x = np.zeros((1, 2), "uint8")
        >>> Likelihood().scores(FVSBN((2,)), x).numpy().round(4)
        array([1.3863], dtype=float32)

    References:
        [1] Bishop, Novelty detection and neural network validation, 1994,
            https://doi.org/10.1049/ip-vis:19941330.
        [2] Nalisnick et al., Do Deep Generative Models Know What They Don't
            Know?, 2019, https://arxiv.org/abs/1810.09136, Fig. 1.
    """

    def scores(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        return -model.log_prob(x, context)
