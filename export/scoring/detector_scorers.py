"""Scores events by asking a SavedModel that was exported with a detector.

Shapes: B batch.
"""

import pathlib

import numpy as np
import tensorflow as tf

from tf_autoregressive.anomaly.calibration import checked_false_alarm_rate

from .saved_model_scorer import SavedModelScorer


class AnomalyScorer(SavedModelScorer):
    """The scores, p-values and alarms that a served detector gives.

    The columns are those of `tfar detect`: `score`, `p_value` and `alarm`.

    Args:
        path: A version that `export_model` wrote with a detector.
        false_alarm_rate: Largest p-value that alarms.

    Raises:
        ValueError: If the rate is not between 0 and 1, there is no such
            version, or it is damaged or without a detector.
    """

    signature = "anomaly"
    gives = "prediction"
    dtype = np.dtype(
        [("score", "float32"), ("p_value", "float64"), ("alarm", "bool")]
    )

    def __init__(
        self, path: str | pathlib.Path, false_alarm_rate: float
    ) -> None:
        self._rate = checked_false_alarm_rate(false_alarm_rate)
        super().__init__(path)
        self.about |= {
            "signature": self.signature,
            "false_alarm_rate": self._rate,
        }

    def _numbers(self):
        return {"false_alarm_rate": tf.constant(self._rate, tf.float64)}

    def _scores(self, answer):
        found = np.empty(len(answer["score"]), self.dtype)
        found["score"], found["p_value"] = answer["score"], answer["p_value"]
        found["alarm"] = answer["prediction"] < 0
        return found


class SurpriseScorer(SavedModelScorer):
    """The surprise of each dimension that a served detector gives, in nats.

    The column `surprise` has a list for each event.

    Args:
        path: A version that `export_model` wrote with a detector.

    Raises:
        ValueError: If there is no such version, or it is damaged or without a
            detector.
    """

    signature = "surprise"
    gives = "surprise"

    def __init__(self, path: str | pathlib.Path) -> None:
        super().__init__(path)
        self.about |= {"signature": self.signature}

    @property
    def dtype(self) -> np.dtype:
        return np.dtype([("surprise", "float32", self.event_shape)])

    def _scores(self, answer):
        found = np.empty(len(answer["surprise"]), self.dtype)
        found["surprise"] = answer["surprise"]
        return found
