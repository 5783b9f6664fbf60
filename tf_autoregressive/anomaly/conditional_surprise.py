"""The most surprising place of an event, as a score.

Shapes: B batch.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.types import Array


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class ConditionalSurprise(Score):
    """The largest surprise of a place, or of a window of places [1].

        s(x) = max over windows w of mean over i in w of -log p(x[i] | x[<i])

    A place is a step of a sequence, a dimension of a vector or a pixel of an
    image; its surprise is the sum over its values (notes, channels). It detects
    a defect that is small against the event: a broken part of an image, a burst
    in a log. It is blind to weak evidence everywhere, which the likelihood adds
    up, and to what is too regular. Units: nats per place.

    Args:
        window: Sides of the window: `(steps,)` or an int for sequences and
            vectors, `(height, width)` for images, whose events have three axes;
            an int stands for a square there. 1, the default, is one place.
        **kwargs: Passed to `Score`: `name`.

    Raises:
        ValueError: If `window` does not hold positive integers. A detector
            checks that a window fits the events.

    References:
        [1] Du et al., DeepLog: Anomaly Detection and Diagnosis from System Logs
            through Deep Learning, 2017,
            https://doi.org/10.1145/3133956.3134015, Sec. 3.1.
    """

    def __init__(
        self, window: int | tuple[int, ...] = 1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.window = checked_counts("window", window)

    def check(self, model: Any) -> None:
        if model.has_many_orderings:
            raise ValueError(
                "`score` must not be ConditionalSurprise for an ensemble over "
                "several orderings: it has no conditionals."
            )
        places = _places(model.event_shape)
        sides = self._sides(places)
        fits = len(sides) == len(places) and all(
            side <= size for side, size in zip(sides, places, strict=True)
        )
        if not fits:
            raise ValueError(
                f"`window` must fit the places of an event, {places}. "
                f"Received: window={self.window}"
            )

    def scores(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        surprise = self.surprise(model, x, context)
        places = _places(model.event_shape)
        by_place = tf.reshape(surprise, [tf.shape(surprise)[0], *places, -1])
        means = tf.nn.avg_pool(
            tf.reduce_sum(by_place, axis=-1, keepdims=True),
            self._sides(places),
            strides=1,
            padding="VALID",
        )
        return tf.reduce_max(means, axis=range(1, means.shape.rank))

    def _sides(self, places):
        return (
            self.window * len(places) if len(self.window) == 1 else self.window
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "window": list(self.window)}


def _places(event_shape):
    """Returns the shape of the places: without notes or channels."""
    return event_shape[:2] if len(event_shape) == 3 else event_shape[:1]
