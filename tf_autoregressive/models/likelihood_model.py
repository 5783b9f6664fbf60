"""Maximum likelihood in Keras: `fit`, `evaluate` and `predict` on log_prob.

Shapes: B batch, D event dimensions.
"""

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import metrics


class LikelihoodModel(keras.Model):
    """A Keras model that is trained on mean nats per example.

    Subclasses provide `score(x, context)` and `training_log_prob(x, context)`,
    both `[B]` nats. Data are datasets of batches of `x`, or of `(x, context)`,
    or arrays.

    Args:
        event: The `Event`: what one example is.
        context: The `Context`: what examples are conditioned on.
        **kwargs: Passed to `keras.Model`.
    """

    def __init__(self, event, context, **kwargs):
        # Targets must not be rounded to the compute dtype of a mixed policy.
        super().__init__(autocast=False, **kwargs)
        self.event = event
        self.context = context
        self.metric = self._unit_metric()

    @property
    def event_shape(self):
        """Shape of one event, a tuple."""
        return self.event.shape

    @property
    def num_dims(self):
        """Number of dimensions `D` of an event."""
        return self.event.num_dims

    @property
    def num_levels(self):
        """Number of values of one dimension, `None` if real-valued."""
        return self.event.num_levels

    def _unit_metric(self):
        if self.num_levels is None:
            return None
        return metrics.BitsPerDim(self.num_dims)

    def checked(self, x, context=None):
        """Returns `x` and the context as tensors, or raises a `ValueError`."""
        x = self.event.checked(x)
        return x, self.context.checked(context, x.shape[0])

    def fit(self, x=None, y=None, *args, validation_data=None, **kwargs):
        """Trains on mean nats per example, as `keras.Model.fit` does.

        `x` is a dataset of batches of events, or of `(events, context)`; or
        an array of events, and `y` one of contexts. Values are checked on
        their way in, whatever the compiler.
        """
        if isinstance(x, tf.data.Dataset):
            # Keras warns of its own default otherwise.
            kwargs.setdefault("shuffle", False)
        if isinstance(validation_data, (tuple, list)):
            self._checked_data(*validation_data[:2])
        elif validation_data is not None:
            validation_data = self._checked_data(validation_data)
        return super().fit(
            self._checked_data(x, y),
            y,
            *args,
            validation_data=validation_data,
            **kwargs,
        )

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Returns `loss` in nats per example and `bits_per_dim`.

        Data as `fit` takes them.
        """
        return super().evaluate(self._checked_data(x, y), y, *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        """Returns `log p(x)` of every example, NumPy `[N]` nats.

        Data as `fit` takes them; contexts in a dataset.
        """
        return super().predict(self._checked_data(x), *args, **kwargs)

    def _checked_data(self, x, y=None):
        """Returns `x`, checked now if an array, on its way in if a dataset."""
        if isinstance(x, np.ndarray):
            self.event.checked(x)
            if y is not None:
                self.context.checked(y, len(x))
        if not isinstance(x, tf.data.Dataset):
            return x
        if _is_empty(x):
            raise ValueError("The dataset is empty: no example to work on.")
        return x.map(self._checked_batch, num_parallel_calls=tf.data.AUTOTUNE)

    def _checked_batch(self, *data):
        x, context = _unpacked(data[0] if len(data) == 1 else data)
        x, context = self.checked(x, context)
        return x if context is None else (x, context)

    @property
    def num_updates(self):
        """Number of updates so far, an int32 scalar; 0 before `compile`."""
        if not self.compiled:
            return tf.constant(0)
        return tf.cast(self.optimizer.iterations, tf.int32)

    def train_step(self, data):
        x, context = self.checked(*_unpacked(data))
        with tf.GradientTape() as tape:
            log_prob = self.training_log_prob(x, context)
            loss = self.compute_loss(x=x, y_pred=log_prob, training=True)
            scaled = self.optimizer.scale_loss(loss)
        variables = self.trainable_weights
        gradients = tape.gradient(scaled, variables)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return self._update_metrics(log_prob)

    def test_step(self, data):
        x, context = self.checked(*_unpacked(data))
        return self._update_metrics(self.score(x, context))

    def predict_step(self, data):
        x, context = self.checked(*_unpacked(data))
        return self.score(x, context)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Returns mean nats per example plus the layers' own losses.

        Args:
            x: Event values.
            y: Not used.
            y_pred: `log p(x)`, `[B]` nats.
            sample_weight: Not used.
            training: Not used.
        """
        loss = -tf.reduce_mean(y_pred)
        if self.losses:
            loss += tf.add_n(self.losses)
        # Keras adds up what the replicas return.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return loss / replicas

    def _update_metrics(self, log_prob):
        self._loss_tracker.update_state(-log_prob)
        if self.metric is not None:
            self.metric.update_state(log_prob)
        return self.get_metrics_result()


def _unpacked(data):
    """Returns `(x, context)` of what a dataset yields."""
    if not isinstance(data, (tuple, list)):
        return data, None
    if len(data) > 2:
        raise ValueError(
            "A dataset must yield `x` or `(x, context)`. "
            f"Received tuples of {len(data)}"
        )
    return data[0], data[1] if len(data) == 2 else None


def _is_empty(dataset):
    if dataset.cardinality() == tf.data.UNKNOWN_CARDINALITY:
        return not any(True for _ in dataset.take(1))
    return dataset.cardinality() == 0
