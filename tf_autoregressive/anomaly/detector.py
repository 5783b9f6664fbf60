"""A model, a score and its calibration: a detector of anomalies.

Shapes: N events, G events that share one score (1 for most scores).
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tf_autoregressive.anomaly.calibration import Calibration
from tf_autoregressive.anomaly.calibration import checked_false_alarm_rate
from tf_autoregressive.anomaly.named import score_of
from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.types import Array
from tf_autoregressive.types import Path

_SCORES = "calibration"


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Detector(keras.Layer):
    """Says how unusual events are, with p-values that hold for finite samples.

        p(x) = (1 + #{i: s(x_i) >= s(x)}) / (n + 1)

    over `n` held-out normal events `x_i`. If a normal `x` is exchangeable with
    them, `P(p(x) <= a) <= a` for every `a`, whatever the model and the score:
    alarms at `p(x) <= a` are false at a rate of at most `a`. The events must be
    held out: a model has seen its training data, and scores them too low.

    `fit`, `score_samples`, `decision_function` and `predict` follow the
    conventions of scikit-learn's outlier detectors, where a larger number is
    more normal. `fit` calibrates; it does not train the model.

    Args:
        model: A trained `AutoregressiveModel` of normal data.
        score: A `Score`, or the name of one: `"likelihood"`,
            `"likelihood_ratio"`, `"input_complexity"`, `"typicality"`,
            `"batch_typicality"` or `"conditional_surprise"`.
        false_alarm_rate: Rate of `predict` and `decision_function`.
        batch_size: Number of events that are scored together.
        name: Name of the layer.
        **options: Arguments of a score that is named, such as `background`.

    Raises:
        ValueError: If an argument is out of range, there is no such score, or
            the score does not go with the model.

    Example:
        >>> import numpy as np
        >>> from tf_autoregressive.models import FVSBN
        >>> held_out = np.random.default_rng(0).integers(0, 2, (99, 4))
        >>> detector = Detector(FVSBN((4,))).calibrate(held_out)
        >>> detector.p_value(held_out[:2])
        array([1., 1.])
    """

    def __init__(
        self,
        model: Any,
        score: str | Score = "likelihood",
        *,
        false_alarm_rate: float = 0.01,
        batch_size: int = 256,
        name: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name, autocast=False)
        if not isinstance(model, AutoregressiveModel):
            raise ValueError(
                "`model` must be an AutoregressiveModel. Received: "
                f"{type(model).__name__}"
            )
        self.model = model
        self.scoring = score_of(score, options)
        self.scoring.check(model)
        self.false_alarm_rate = checked_false_alarm_rate(false_alarm_rate)
        self.batch_size = checked_count("batch_size", batch_size)
        self._arguments = {"score": score, **options}
        self._calibration: Calibration | None = None
        self.built = True

    @property
    def calibration(self) -> Calibration:
        """The scores of held-out normal data.

        Raises:
            ValueError: If the detector is not calibrated.
        """
        if self._calibration is None:
            raise ValueError(
                "The detector is not calibrated: call `calibrate(held_out)` "
                "with normal events that the model was not trained on."
            )
        return self._calibration

    def calibrate(
        self, held_out: Array, context: Array | None = None
    ) -> "Detector":
        """Stores the scores of held-out normal events, and returns itself.

        A score that learns from them, as `Typicality` does, takes the first
        ones, and the others calibrate.

        Args:
            held_out: Events `[N, *event_shape]` that the model was not trained
                on.
            context: Contexts `[N, ...]`, for a conditional model.

        Raises:
            ValueError: If values are not those of events, or a score is NaN,
                or none are left to calibrate.
        """
        held_out, context = _arrays("held_out", held_out, context)
        first = self.scoring.learn(self.model, held_out, context)
        size = self.scoring.num_events
        stop = first + (len(held_out) - first) // size * size
        if stop <= first:
            raise ValueError(
                f"`held_out` must hold more than {first + size - 1} events for "
                f"{type(self.scoring).__name__}. Received: {len(held_out)}"
            )
        rows = slice(first, stop)
        some = None if context is None else context[rows]
        self._calibration = Calibration(self.score(held_out[rows], some))
        return self

    def score(self, x: Array, context: Array | None = None) -> np.ndarray:
        """Returns the scores of events, float32 `[N // G]`.

        The larger, the more anomalous.

        Args:
            x: Events `[N, *event_shape]`, with `G` a divisor of `N`.
            context: Contexts `[N, ...]`, for a conditional model.

        Raises:
            ValueError: If values are not those of events, or a score is NaN.
        """
        x, context = _arrays("x", x, context)
        size = self.scoring.num_events
        if len(x) % size:
            raise ValueError(
                f"`x` must hold groups of {size} events, which share a score. "
                f"Received: {len(x)} events"
            )
        scores = np.concatenate(
            [
                self.scoring.scores(self.model, *batch)
                for batch in self._batches(x, context)
            ]
        )
        if np.isnan(scores).any():
            (row, *_) = np.flatnonzero(np.isnan(scores))
            raise ValueError(
                "A score must be a number. The model gives NaN for example "
                f"{row * size}."
            )
        return scores

    def p_value(self, x: Array, context: Array | None = None) -> np.ndarray:
        """Returns the conformal p-values of events, float64 `[N // G]`.

        Arguments and errors are those of `score`.

        Raises:
            ValueError: If the detector is not calibrated, or as `score`.
        """
        calibration = self.calibration
        return calibration.p_values(self.score(x, context))

    def explain(self, x: Array, context: Array | None = None) -> np.ndarray:
        """Returns where the surprise is, float32 `[N, *event_shape]` nats.

        It is `-log p(x[i] | x[<i])` of each dimension, for `LikelihoodRatio`
        the difference to the background. `plots.save_surprise_curves` draws
        it for sequences and vectors, `plots.save_log_prob_maps` takes its
        negative for images.

        Raises:
            ValueError: For an ensemble over several orderings, which has no
                conditionals, or as `score`.
        """
        x, context = _arrays("x", x, context)
        return np.concatenate(
            [
                self.scoring.surprise(self.model, *batch)
                for batch in self._batches(x, context)
            ]
        )

    # The conventions of scikit-learn.

    def fit(self, x: Array, y: Array | None = None) -> "Detector":
        """Calibrates, as `calibrate(x, y)` does: `y` is the context."""
        return self.calibrate(x, y if self.model.context.expected else None)

    def score_samples(
        self, x: Array, context: Array | None = None
    ) -> np.ndarray:
        """Returns `-score(x)`: the larger, the more normal."""
        return -self.score(x, context)

    def decision_function(
        self, x: Array, context: Array | None = None
    ) -> np.ndarray:
        """Returns how far events are from an alarm, `[N // G]`.

        It is below 0 exactly where `p_value(x) <= false_alarm_rate`.

        Raises:
            ValueError: If the detector is not calibrated, or with too few
                events for the rate, or as `score`.
        """
        threshold = self.calibration.threshold(self.false_alarm_rate)
        return np.float32(threshold) - self.score(x, context)

    def predict(
        self,
        x: Array,
        context: Array | None = None,
        *,
        false_alarm_rate: float | None = None,
    ) -> np.ndarray:
        """Returns -1 for events that alarm and 1 for others, int `[N // G]`.

        Args:
            x: Events `[N, *event_shape]`.
            context: Contexts `[N, ...]`, for a conditional model.
            false_alarm_rate: Largest p-value that alarms; `None` for that of
                the detector.

        Raises:
            ValueError: If the detector is not calibrated, or with fewer than
                `1 / false_alarm_rate - 1` events, or as `score`.
        """
        rate = false_alarm_rate
        rate = self.false_alarm_rate if rate is None else rate
        threshold = self.calibration.threshold(rate)
        return np.where(self.score(x, context) > np.float32(threshold), -1, 1)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001
        """Returns the arguments of the constructor by name.

        Args:
            deep: Not used: a model has no parameters of this kind.
        """
        return {
            "model": self.model,
            "false_alarm_rate": self.false_alarm_rate,
            "batch_size": self.batch_size,
            **self._arguments,
        }

    def set_params(self, **params: Any) -> "Detector":
        """Sets arguments of the constructor, and returns the detector.

        Another model or score is not calibrated any more.

        Raises:
            ValueError: As the constructor.
        """
        changed = Detector(**{**self.get_params(), **params})
        self.model, self.scoring = changed.model, changed.scoring
        self._arguments = changed._arguments
        self.false_alarm_rate = changed.false_alarm_rate
        self.batch_size = changed.batch_size
        if params.keys() - {"false_alarm_rate", "batch_size"}:
            self._calibration = None
        return self

    def __sklearn_clone__(self):
        # scikit-learn copies arguments, and models are too large for that.
        return Detector(**self.get_params())

    def __sklearn_is_fitted__(self):
        return self._calibration is not None

    def __sklearn_tags__(self):
        # It is scikit-learn that asks.
        from sklearn import utils

        return utils.Tags(
            estimator_type="outlier_detector",
            target_tags=utils.TargetTags(required=False),
        )

    # Files.

    def save(self, filepath: Path, **options: Any) -> None:
        """Writes the detector, its models and its calibration to a file.

        `keras.saving.load_model` reads it in safe mode.

        Args:
            filepath: A file that ends in `.keras`.
            **options: Passed to `keras.saving.save_model`: `overwrite`.

        Raises:
            ValueError: If the file does not end in `.keras`, or the score has a
                compressor that is not registered with Keras.
        """
        if not str(filepath).endswith(".keras"):
            raise ValueError(
                f"`filepath` must end in .keras. Received: {filepath}"
            )
        keras.saving.save_model(self, filepath, **options)

    def get_config(self) -> dict[str, Any]:
        return {
            "model": keras.saving.serialize_keras_object(self.model),
            "score": keras.saving.serialize_keras_object(self.scoring),
            "false_alarm_rate": self.false_alarm_rate,
            "batch_size": self.batch_size,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Detector":
        parts = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in ("model", "score")
        }
        return cls(**{**config, **parts})

    def save_own_variables(self, store: Any) -> None:
        if self._calibration is not None:
            store[_SCORES] = self._calibration.scores

    def load_own_variables(self, store: Any) -> None:
        if _SCORES in store.keys():  # noqa: SIM118
            self._calibration = Calibration(np.asarray(store[_SCORES]))

    def _batches(self, x: Any, context: Any) -> Iterator[Any]:
        """Yields events and contexts, whole groups at a time."""
        size = self.scoring.num_events
        step = max(self.batch_size // size, 1) * size
        # One of no events lets the model say what is wrong with them.
        for start in range(0, max(len(x), 1), step):
            rows = slice(start, start + step)
            yield x[rows], None if context is None else context[rows]


def _arrays(name, x, context):
    """Returns events and contexts as arrays, as many of both."""
    x = plain_array(name, x)
    if not x.ndim:
        raise ValueError(f"`{name}` must hold events. Received a single value.")
    if context is None:
        return x, None
    context = plain_array("context", context)
    if not context.ndim or len(context) != len(x):
        raise ValueError(
            f"`context` must hold one context for each of {len(x)} events. "
            f"Received: shape {context.shape}"
        )
    return x, context
