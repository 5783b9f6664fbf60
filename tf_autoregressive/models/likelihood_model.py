"""Maximum likelihood in Keras: `fit`, `evaluate` and `predict` on log_prob.

Shapes: B batch, D event dimensions.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import metrics

# Files of models that it trained name its optimizer: Keras has to know it.
from tf_autoregressive import optimizers  # noqa: F401
from tf_autoregressive.models import replicas
from tf_autoregressive.models.context import Context
from tf_autoregressive.models.event import Event
from tf_autoregressive.models.keras_model import KerasModel
from tf_autoregressive.models.training_data import EMPTY
from tf_autoregressive.models.training_data import arrays
from tf_autoregressive.models.training_data import check_class_weight
from tf_autoregressive.models.training_data import checked_source
from tf_autoregressive.models.training_data import checked_weight
from tf_autoregressive.models.training_data import packed
from tf_autoregressive.models.training_data import unpacked
from tf_autoregressive.types import Array


class LikelihoodModel(KerasModel):
    """A Keras model that is trained on mean nats per example.

    Subclasses provide `score(x, context)` and `training_log_prob(x, context)`,
    both `[B]` nats. Data are datasets of batches of `x`, of `(x, context)`, of
    `(x, context, weight)` or of dictionaries with these keys; or arrays. A
    weight, `[B]`, is how much an example counts in a mean.

    Args:
        event: The `Event` that one example is.
        context: The `Context` that examples are conditioned on.
        **kwargs: Passed to `keras.Model`.

    Attributes:
        logs_gradient_norm: Whether training logs `gradient_norm`, the norm of
            the gradient of the last step before it is clipped. Set it before
            `fit`.
    """

    logs_gradient_norm = False

    def __init__(self, event: Event, context: Context, **kwargs: Any) -> None:
        # Targets must not be rounded to the compute dtype of a mixed policy.
        super().__init__(autocast=False, **kwargs)
        self.event = event
        self.context = context
        self.unit_metrics = []

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one event, a tuple."""
        return self.event.shape

    @property
    def num_dims(self) -> int:
        """Number of dimensions `D` of an event."""
        return self.event.num_dims

    @property
    def num_levels(self) -> int | None:
        """Number of values of one dimension, `None` if real-valued."""
        return self.event.num_levels

    def make_unit_metrics(self) -> list[Any]:
        """Returns new metrics of `log p(x)` in the units of these events."""
        if self.num_levels is None:
            return []
        return [metrics.BitsPerDim(self.num_dims)]

    def update_unit_metrics(
        self,
        metrics: Any,
        log_prob: tf.Tensor,
        context: Array | None,
        weight: Array | None = None,
    ) -> None:
        """Adds examples to metrics that `make_unit_metrics` made.

        Args:
            metrics: The metrics.
            log_prob: `[B]` nats.
            context: The contexts of the examples, or `None`.
            weight: `[B]`, how much an example counts; `None` for 1.
        """
        for metric in metrics:
            metric.update_state(log_prob, sample_weight=weight)

    def checked(
        self, x: Array, context: Array | None = None
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Returns `x` and the context as tensors, or raises a `ValueError`."""
        x = self.event.checked(x)
        return x, self.context.checked(context, x.shape[0])

    def fit(
        self,
        x: Array = None,
        y: Any = None,
        *args: Any,
        validation_data: Any = None,
        sample_weight: Array | None = None,
        class_weight: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Trains on mean nats per example, as `keras.Model.fit` does.

        `x` is a dataset of batches of events or of `(events, context)`, or
        another source of such batches that Keras takes; or an array of events,
        and `y` one of contexts. Values are checked on their way in, whatever
        the compiler.

        Raises:
            ValueError: If there is no example, or an array holds a value that
                is not one of events, contexts or weights. A dataset that does
                so ends in a `tf.errors.InvalidArgumentError`.
        """
        check_class_weight(class_weight)
        if isinstance(x, tf.data.Dataset):
            # Without this Keras warns of its own default.
            kwargs.setdefault("shuffle", False)
        if validation_data is not None:
            is_parts = isinstance(validation_data, (tuple, list))
            parts = unpacked(validation_data) if is_parts else [validation_data]
            validation_data = self._checked_data(*parts)
        x, y, weight = self._checked_data(
            x,
            y,
            sample_weight,
            class_weight=class_weight,
            # Keras has this default, and only such sources can use it.
            shuffle=kwargs.get("shuffle", isinstance(x, keras.utils.PyDataset)),
        )
        return super().fit(
            x,
            y,
            *args,
            validation_data=validation_data,
            sample_weight=weight,
            class_weight=class_weight,
            **kwargs,
        )

    def evaluate(
        self,
        x: Array = None,
        y: Any = None,
        *args: Any,
        sample_weight: Array | None = None,
        **kwargs: Any,
    ) -> Any:
        """Returns `loss` in nats per example and `bits_per_dim`.

        Sequence models return the units of sequences instead; see
        `SequenceModel`.

        Data as `fit` takes them.
        """
        # `fit` passes validation data that it has checked already.
        if not kwargs.get("_use_cached_eval_dataset"):
            x, y, sample_weight = self._checked_data(x, y, sample_weight)
        return super().evaluate(
            x, y, *args, sample_weight=sample_weight, **kwargs
        )

    def predict(self, x: Array, *args: Any, **kwargs: Any) -> np.ndarray:
        """Returns `log p(x)` of every example, NumPy `[N]` nats.

        Data as `fit` takes them; contexts of arrays in a tuple `(x, context)`,
        as `predict` has no `y`.
        """
        x, context, _ = self._checked_data(x)
        if context is not None:
            x = {"x": x, "context": context}
        try:
            return super().predict(x, *args, **kwargs)
        except UnboundLocalError as error:
            # Keras looks at the outputs of a last batch, and there was no
            # batch.
            raise ValueError(EMPTY) from error

    def train_on_batch(
        self,
        x: Array,
        y: Any = None,
        sample_weight: Array | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Makes one update, as `keras.Model.train_on_batch` does."""
        data = self._checked_data(x, y, sample_weight)
        return super().train_on_batch(*data, *args, **kwargs)

    def test_on_batch(
        self,
        x: Array,
        y: Any = None,
        sample_weight: Array | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Returns the logs of one batch, as `evaluate` does of all."""
        data = self._checked_data(x, y, sample_weight)
        return super().test_on_batch(*data, *args, **kwargs)

    def predict_on_batch(self, x: Array) -> np.ndarray:
        """Returns `log p(x)` of one batch, as `predict` does of all."""
        x, context, _ = self._checked_data(x)
        if context is not None:
            x = {"x": x, "context": context}
        return super().predict_on_batch(x)

    def _checked_data(self, x, y=None, weight=None, **options):
        """Returns `x`, `y` and weights as Keras takes them, checked."""
        parts = arrays(x, y, weight)
        if parts is None:
            options |= {"y": y, "sample_weight": weight}
            return checked_source(x, self._checked_batch, **options), y, weight
        x, y, weight = parts
        self._checked_parts(parts)
        if weight is not None and y is None:
            # Keras would drop the weights of data without targets.
            return {"x": x, "weight": weight}, None, None
        return x, y, weight

    def _checked_batch(self, batch):
        return packed(*self._checked_parts(batch))

    def _checked_parts(self, batch):
        """Returns events, contexts and weights of a batch as tensors."""
        x, context, weight = unpacked(batch)
        x, context = self.checked(x, context)
        return x, context, checked_weight(weight, x.shape[0])

    def _get_metrics_result_or_logs(self, logs):
        if not logs:
            # No step has returned any result.
            raise ValueError(EMPTY)
        return super()._get_metrics_result_or_logs(logs)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras would average a batch over the replicas to learn its shape,
        # which fails for bytes and for unequal shares. Weights are here
        # already; the optimizer's cannot be made in a replica.
        if self._distribute_strategy is None:
            return
        with self.distribute_strategy.scope():
            if self.optimizer is not None and not self.optimizer.built:
                self.optimizer.build(self.trainable_variables)

    @property
    def num_updates(self) -> tf.Tensor:
        """Number of updates so far, an int32 scalar; 0 before `compile`."""
        if not self.compiled:
            return tf.constant(0)
        return tf.cast(self.optimizer.iterations, tf.int32)

    def train_step(self, data: Any) -> dict[str, Any]:
        x, context, weight = self._checked_parts(data)
        with tf.GradientTape() as tape:
            log_prob = self.training_log_prob(x, context)
            loss = self.compute_loss(
                x=x, y_pred=log_prob, sample_weight=weight, training=True
            )
            scaled = self.optimizer.scale_loss(loss)
        variables = self.trainable_weights
        gradients = tape.gradient(scaled, variables)
        logs = {}
        # Else Keras adds the gradients up by itself while it applies them.
        if self.logs_gradient_norm or _clips(self.optimizer):
            gradients = replicas.added_up(gradients)
        if self.logs_gradient_norm:
            logs["gradient_norm"] = replicas.norm_over_replicas(gradients)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        self._update_metrics(log_prob, context, weight)
        return replicas.loggable({**self.get_metrics_result(), **logs})

    def test_step(self, data: Any) -> dict[str, Any]:
        x, context, weight = self._checked_parts(data)
        self._update_metrics(self.score(x, context), context, weight)
        return replicas.loggable(self.get_metrics_result())

    def predict_step(self, data: Any) -> tf.Tensor:
        x, context, _ = self._checked_parts(data)
        return self.score(x, context)

    def compute_loss(
        self,
        x: Array = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Array | None = None,
        training: bool = True,  # noqa: FBT001
    ) -> tf.Tensor:
        """Returns mean nats per example plus the layers' own losses.

        Args:
            x: Event values.
            y: Not used.
            y_pred: `log p(x)`, `[B]` nats.
            sample_weight: `[B]`, how much an example counts in the mean; `None`
                for 1.
            training: Not used.
        """
        loss = replicas.share_of_mean(-y_pred, sample_weight)
        if self.losses:
            # Keras adds up what the replicas return.
            number = tf.distribute.get_strategy().num_replicas_in_sync
            loss += tf.add_n(self.losses) / number
        return loss

    def _update_metrics(self, log_prob, context, weight):
        self._loss_tracker.update_state(-log_prob, sample_weight=weight)
        self.update_unit_metrics(self.unit_metrics, log_prob, context, weight)


def _clips(optimizer):
    limits = optimizer.clipnorm, optimizer.global_clipnorm, optimizer.clipvalue
    return any(limit is not None for limit in limits)
