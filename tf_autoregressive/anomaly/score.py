"""The contract of an anomaly score.

Shapes: B batch, G events that share one score.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.types import Array


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Score(keras.Layer):
    """A number for each example of a model: the larger, the more anomalous.

        s(x) = scores(model, x)

    Subclasses override `scores`, and `get_config` if they have arguments. They
    are Keras layers, so that a model or a number which they hold is saved with
    them.

    Args:
        name: Name of the layer.

    Attributes:
        num_events: Number `G` of consecutive events that share one score.
        in_graphs: Whether `scores` can be a part of a TensorFlow graph, as the
            export of a detector needs it.
    """

    num_events = 1
    in_graphs = True

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name, autocast=False)
        self.built = True

    def check(self, model: Any) -> None:
        """Raises a `ValueError` if the score does not go with a model."""

    def learn(self, model: Any, x: Array, context: Array | None = None) -> int:
        """Learns what the score needs from held-out normal events.

        Args:
            model: An `AutoregressiveModel`.
            x: Events `[N, *event_shape]`.
            context: Contexts `[N, ...]`, or `None`.

        Returns:
            The number of first events that it has learned from. They must not
            calibrate the score, which they would make look too normal.
        """
        return 0

    def scores(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        """Returns the scores of events, float32 `[B // G]`.

        Args:
            model: An `AutoregressiveModel`.
            x: Events `[B, *event_shape]`, with `G` a divisor of `B`.
            context: Contexts `[B, ...]`, or `None`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `scores`")

    def surprise(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        """Returns the part of each dimension, `[B, *event_shape]` nats.

        It is `-log p(x[i] | x[<i])` unless the score says otherwise.

        Raises:
            ValueError: For an ensemble over several orderings, which has no
                conditionals.
        """
        return -model.log_prob_per_dim(x, context)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}
