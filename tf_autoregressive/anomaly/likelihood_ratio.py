"""The likelihood ratio of two models as an anomaly score."""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.types import Array


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class LikelihoodRatio(Score):
    """The log-likelihood ratio to a model of the background [1].

        s(x) = log p_0(x) - log p(x)

    `p_0`, the background model, has learned from normal events with mutated
    values (`MutatedInputs`), which keep the statistics of the background and
    lose the meaning. What both models explain alike cancels out. It detects
    events that are simple and yet of another kind, which the likelihood alone
    holds for normal. It is blind where the background model is as good as the
    model: a mutation rate that is too low leaves no signal. It can lose to the
    likelihood on noise. Units: nats.

    A single model of another kind of data, or one of much lower capacity, may
    be the background, too.

    Args:
        background: An `AutoregressiveModel` of the same events.
        **kwargs: Passed to `Score`: `name`.

    Raises:
        ValueError: If `background` is not such a model. A detector checks that
            its events are those of the other model.

    References:
        [1] Ren et al., Likelihood Ratios for Out-of-Distribution Detection,
            2019, https://arxiv.org/abs/1906.02845, Sec. 3.
    """

    def __init__(self, background: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(background, AutoregressiveModel):
            raise ValueError(
                "`background` must be an AutoregressiveModel. Received: "
                f"{type(background).__name__}"
            )
        self.background = background

    def check(self, model: Any) -> None:
        for name in ("event_shape", "num_levels"):
            here, there = getattr(model, name), getattr(self.background, name)
            if here != there:
                raise ValueError(
                    f"`background` must have the {name} of the model, {here}. "
                    f"Received: {name}={there}"
                )
        here, there = (
            {"num_classes": m.context.num_classes, "shape": m.context.shape}
            for m in (model, self.background)
        )
        if self.background.context.expected and here != there:
            raise ValueError(
                f"`background` must have the contexts of the model, {here}, or "
                f"none. Received: {there}"
            )

    def scores(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        background = self.background.log_prob(x, self._of_background(context))
        return background - model.log_prob(x, context)

    def surprise(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        """Returns `log p_0 - log p` of each conditional; the sum is the score.

        Shape and units: `[B, *event_shape]` nats.
        """
        background = self.background.log_prob_per_dim(
            x, self._of_background(context)
        )
        return background - model.log_prob_per_dim(x, context)

    def _of_background(self, context):
        return context if self.background.context.expected else None

    def get_config(self) -> dict[str, Any]:
        background = keras.saving.serialize_keras_object(self.background)
        return {**super().get_config(), "background": background}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LikelihoodRatio":
        background = keras.saving.deserialize_keras_object(config["background"])
        return cls(**{**config, "background": background})
