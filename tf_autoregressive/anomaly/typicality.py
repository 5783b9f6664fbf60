"""The distance of the likelihood from its usual value, as a score.

Shapes: B batch, G events of a group.
"""

import math
import numbers
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.types import Array

# One in so many of the held-out events tells the entropy.
_SHARE = 5
_LEARNED = "entropy"


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Typicality(Score):
    """The distance of the surprise from the entropy [1].

        s(x) = |-log p(x) - H|

    `H` is the mean of `-log p` over held-out normal events. It detects events
    that are too probable, such as constant images, as well as improbable ones.
    It is blind to another kind of event whose surprise happens to be usual, and
    for single events it is weaker than the likelihood against anomalies that
    are improbable. Units: nats.

    Args:
        entropy: `H` in nats; `None` to learn it, when the detector is
            calibrated, from the first fifth of the held-out events, which then
            do not calibrate.
        **kwargs: Passed to `Score`: `name`.

    Raises:
        ValueError: If `entropy` is not a finite number.

    References:
        [1] Nalisnick et al., Detecting Out-of-Distribution Inputs to Deep
            Generative Models Using Typicality, 2019,
            https://arxiv.org/abs/1906.02994, Sec. 3.
    """

    def __init__(self, entropy: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if entropy is not None and not _is_finite(entropy):
            raise ValueError(
                "`entropy` must be None or a finite number of nats. Received: "
                f"entropy={entropy!r}"
            )
        self.entropy = entropy
        self._learned = entropy

    def learn(self, model: Any, x: Array, context: Array | None = None) -> int:
        if self.entropy is not None:
            return 0
        number = math.ceil(len(x) / _SHARE)
        some = None if context is None else context[:number]
        log_prob = model.predict((x[:number], some), verbose=0)
        self._learned = float(-np.mean(log_prob, dtype="float64"))
        return number

    def scores(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        return tf.abs(self._means(-model.log_prob(x, context)) - self._usual())

    def _means(self, surprise):
        """Returns the surprises that are compared with the entropy."""
        return surprise

    def _usual(self):
        if self._learned is None:
            raise ValueError(
                "`entropy` is not known yet: give it, or calibrate the "
                "detector, which learns it from held-out normal events."
            )
        return self._learned

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "entropy": self.entropy}

    def save_own_variables(self, store: Any) -> None:
        if self._learned is not None:
            store[_LEARNED] = np.array(self._learned, "float64")

    def load_own_variables(self, store: Any) -> None:
        if _LEARNED in store.keys():  # noqa: SIM118
            self._learned = float(np.asarray(store[_LEARNED]))


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class BatchTypicality(Typicality):
    """The distance of the mean surprise of several events from the entropy [1].

        s(x_1, ..., x_G) = |-(log p(x_1) + ... + log p(x_G)) / G - H|

    Consecutive events form a group, and a group has one score: `[B]` events
    have `[B // G]` scores. It detects a shift of whole batches that no event
    shows alone; the distance of a shift grows against the noise like the square
    root of `G`. It is blind to a few anomalies in a batch of normal events. The
    paper takes its threshold from bootstrapped groups; here groups are
    disjoint, so that p-values are exact. Units: nats.

    Args:
        num_events: Number of events of a group, `G`.
        entropy: As for `Typicality`.
        **kwargs: Passed to `Score`: `name`.

    Raises:
        ValueError: If `num_events` is not a positive integer, or as
            `Typicality`.

    References:
        [1] Nalisnick et al., Detecting Out-of-Distribution Inputs to Deep
            Generative Models Using Typicality, 2019,
            https://arxiv.org/abs/1906.02994, Sec. 3.
    """

    def __init__(
        self, num_events: int, entropy: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(entropy, **kwargs)
        self.num_events = checked_count("num_events", num_events)

    def _means(self, surprise):
        groups = tf.reshape(surprise, [-1, self.num_events])
        return tf.reduce_mean(groups, axis=1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_events": self.num_events}


def _is_finite(value):
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_number and math.isfinite(value)
