"""The signatures that a served detector of anomalies has beside its model's.

Shapes: B batch, n calibration scores.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.types import Array

from . import checks
from .model_signatures import Signatures


class AnomalySignatures:
    """The signatures of a calibrated `anomaly.Detector`.

    - `anomaly`: `events [B, *event_shape]` and `false_alarm_rate`, a number, to
      `score [B]`, conformal `p_value [B]`, and `prediction [B]`: -1 where the
      p-value is at most the rate, an alarm, else 1;
    - `surprise`: `events` to `surprise [B, *event_shape]` nats, the part of
      each dimension. Ensembles over several orderings have none.

    Conditional models take a `context` as well. Answers are those of the
    detector's methods `score`, `p_value`, `predict` and `explain`.

    Args:
        signatures: The `Signatures` of the detector's model.
        model: The model itself.
        detector: The detector.

    Raises:
        ValueError: If the detector is not calibrated, or its score cannot be a
            part of a graph, or is one of several events.
    """

    def __init__(
        self,
        signatures: Signatures,
        model: AutoregressiveModel,
        detector: Any,
    ) -> None:
        scoring = detector.scoring
        if not scoring.in_graphs or scoring.num_events > 1:
            raise ValueError(
                "`detector` must have a score that a graph computes for each "
                f"event. Received: {type(scoring).__name__}"
            )
        self._signatures = signatures
        self._model = model
        self._scoring = scoring
        self._held_out = tf.constant(detector.calibration.scores)
        # A graph that divides could differ in the last digit, and so decide
        # otherwise at a rate that a p-value meets exactly.
        n = len(detector.calibration.scores)
        self._p_values = tf.constant((1 + n - np.arange(n + 1)) / (n + 1))

    def concrete_functions(self) -> dict[str, Callable]:
        """Returns a `tf.function` graph for each name of a signature."""
        scored = self._signatures.scored_specs()
        rate = {"false_alarm_rate": tf.TensorSpec([], tf.float64)}
        functions = {
            "anomaly": self._signatures.graph(self.anomaly, {**scored, **rate})
        }
        if not self._model.has_many_orderings:
            functions["surprise"] = self._signatures.graph(
                self.surprise, scored
            )
        return functions

    def anomaly(
        self,
        events: tf.Tensor,
        false_alarm_rate: tf.Tensor,
        context: Array = None,
    ) -> dict[str, tf.Tensor]:
        """Answers with the score, the p-value and the decision of each."""
        events, context = self._signatures.checked(events, context)
        scores = self._scoring.scores(self._model, events, context)
        n = len(self._held_out)
        below = tf.searchsorted(self._held_out, scores)
        p_values = tf.gather(self._p_values, below)
        rate = checks.shaped("false_alarm_rate", false_alarm_rate, [])
        rate = checks.require(
            rate,
            (rate < 1.0) & (rate >= 1.0 / (n + 1)),
            f"`false_alarm_rate` must be below 1 and at least 1 / {n + 1}, as "
            f"{n} events calibrate.",
            tf.strings.as_string(rate),
        )
        return {
            "score": scores,
            "p_value": p_values,
            "prediction": tf.where(p_values <= rate, -1, 1),
        }

    def surprise(
        self, events: tf.Tensor, context: Array = None
    ) -> dict[str, tf.Tensor]:
        """Answers with the part of each dimension of each example."""
        events, context = self._signatures.checked(events, context)
        surprise = self._scoring.surprise(self._model, events, context)
        return {"surprise": surprise}


def weights_of(detector: Any) -> list[tf.Variable]:
    """Returns the variables that the score has beside the model."""
    return [weight.value for weight in detector.scoring.weights]


def answers(
    detector: Any,
    model: AutoregressiveModel,
    scored: dict[str, np.ndarray],
    rate: float,
) -> dict[str, dict[str, np.ndarray]]:
    """Returns what Python answers, arrays by name, for each signature.

    Args:
        detector: The detector.
        model: Its model.
        scored: The inputs `events` and, of conditional models, `context`.
        rate: The false-alarm rate.
    """
    events = scored["events"].astype(model.event.dtype.as_numpy_dtype)
    context = scored.get("context")
    score = np.asarray(detector.scoring.scores(model, events, context))
    p_value = detector.calibration.p_values(score)
    prediction = np.where(p_value <= rate, -1, 1).astype("int32")
    found = {
        "anomaly": {
            "score": score,
            "p_value": p_value,
            "prediction": prediction,
        }
    }
    if not model.has_many_orderings:
        surprise = detector.scoring.surprise(model, events, context)
        found["surprise"] = {"surprise": np.asarray(surprise)}
    return found
