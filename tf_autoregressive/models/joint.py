"""A model as a distribution over whole events, to compose with TFP.

Shapes: B batch shape (of the context), S samples.
"""

from typing import Any

import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.models.plain_tensor import plain_tensor
from tf_autoregressive.types import Array

tfd = tfp.distributions


class Joint(tfd.Distribution):
    """`p(x)` of a model, or `p(x | context)` for a given context.

    `log_prob(x)` broadcasts over leading axes of `x`; `sample(shape, seed)`
    draws with the model's own sampler. It works inside
    `tfd.JointDistribution*`, Monte Carlo estimates and `tf.function`. Indices
    choose from a batch: `joint[0]`, `joint[1:]`, `joint[..., -1]`.

    Values that are not levels are refused. As TFP has it, real values that are
    not finite have log-probability `-inf`, or NaN if one is NaN: a Markov chain
    that diverges rejects them and goes on.

    It is not a composite tensor: a `tf.function` can make one and use it, but
    not return it.

    Args:
        model: An `AutoregressiveModel`.
        context: `None`, one context (batch shape `[]`) or a batch of contexts
            `[B, ...]` (batch shape `[B]`).

    Raises:
        ValueError: If the context is missing, not expected or invalid.
    """

    def __init__(
        self, model: Any, context: Array | None = None, name: str | None = None
    ) -> None:
        parameters = {"model": model, "context": context, "name": name}
        self._model = model
        self._single = True
        if model.context.expected and context is not None:
            context = plain_tensor("context", context)
            self._single = context.shape.rank == model.context.rank
            if self._single:
                context = context[None]
        self._context = model.context.checked(context)
        super().__init__(
            dtype=model.event.dtype,
            reparameterization_type=tfd.NOT_REPARAMETERIZED,
            validate_args=False,
            allow_nan_stats=True,
            parameters=parameters,
            name=name or model.name,
        )

    def __getitem__(self, slices):
        """Returns the distribution of some contexts of the batch.

        Raises:
            ValueError: If the indices leave more than one axis: contexts have
                one, and a distribution without a context has none.
        """
        if not isinstance(slices, tuple):
            slices = (slices,)
        shape = self.batch_shape_tensor()
        # TensorFlow itself works out what the indices mean, on numbers of
        # contexts.
        chosen = tf.reshape(tf.range(tf.reduce_prod(shape)), shape)
        if not self._single:
            chosen = tf.ensure_shape(chosen, [self._context.shape[0]])
        chosen = chosen[slices]
        if chosen.shape.rank > (0 if self._context is None else 1):
            raise ValueError(
                "Indices of a joint distribution must choose from its batch of "
                "contexts, and leave at most its one axis. Received: "
                f"{slices}"
            )
        if self._context is None:
            return self
        context = tf.gather(self._context, chosen)
        return Joint(self._model, context, name=self.parameters["name"])

    def log_prob(
        self, value: tf.Tensor, name: str = "log_prob", **kwargs: Any
    ) -> tf.Tensor:
        return super().log_prob(self._checked(value), name, **kwargs)

    def prob(
        self, value: tf.Tensor, name: str = "prob", **kwargs: Any
    ) -> tf.Tensor:
        return super().prob(self._checked(value), name, **kwargs)

    def _checked(self, value):
        # TFP would cast an array to the dtype of samples, and so round values
        # that are not integers instead of refusing them.
        value = plain_tensor("value", value)
        event_shape = self._model.event_shape
        axes = value.shape[-len(event_shape) :]
        if not axes.is_compatible_with(event_shape):
            raise ValueError(
                f"`value` must have shape [..., *event_shape] with event_shape="
                f"{event_shape}. Received shape {tuple(value.shape)}"
            )
        return value

    def _default_event_space_bijector(self):
        # A bijector exists for real values alone: levels have no smooth space.
        if self._model.num_levels is None:
            return tfp.bijectors.Identity()
        return None

    def _event_shape(self):
        return tf.TensorShape(self._model.event_shape)

    def _event_shape_tensor(self):
        return tf.constant(self._model.event_shape, tf.int32)

    def _batch_shape(self):
        if self._single:
            return tf.TensorShape([])
        return self._context.shape[:1]

    def _batch_shape_tensor(self):
        if self._single:
            return tf.constant([], tf.int32)
        return tf.shape(self._context)[:1]

    def _sample_n(self, n, seed=None):
        batch = tf.reduce_prod(self.batch_shape_tensor())
        static = tf.get_static_value(n * batch)
        x = self._model.sample(
            n * batch if static is None else int(static),
            seed=seed,
            context=self._repeated(n),
        )
        return tf.reshape(
            x,
            tf.concat(
                [[n], self.batch_shape_tensor(), self._model.event_shape], 0
            ),
        )

    def _log_prob(self, x):
        shape = tf.concat(
            [self.batch_shape_tensor(), self._model.event_shape], 0
        )
        x = tf.broadcast_to(x, tf.broadcast_dynamic_shape(tf.shape(x), shape))
        batch = tf.shape(x)[: -len(self._model.event_shape)]
        flat = tf.reshape(x, [-1, *self._model.event_shape])
        copies = tf.shape(flat)[0] // tf.reduce_prod(self.batch_shape_tensor())
        log_prob = self._log_prob_of_events(flat, self._repeated(copies))
        return tf.reshape(log_prob, batch)

    def _log_prob_of_events(self, x, context):
        """Returns `[B]` nats of events; real ones may be infinite or NaN."""
        if self._model.num_levels is not None:
            return self._model.log_prob(x, context=context)
        x = tf.cast(x, tf.float32)
        finite = tf.math.is_finite(x)
        # The model refuses such values, so zeros stand for them here.
        log_prob = self._model.log_prob(
            tf.where(finite, x, tf.zeros_like(x)), context=context
        )
        axes = list(range(1, x.shape.rank))
        log_prob = tf.where(
            tf.reduce_all(finite, axes), log_prob, -float("inf")
        )
        is_nan = tf.reduce_any(tf.math.is_nan(x), axes)
        return tf.where(is_nan, float("nan"), log_prob)

    def _repeated(self, times):
        if self._context is None:
            return None
        ones = tf.ones([tf.rank(self._context) - 1], tf.int32)
        return tf.tile(self._context, tf.concat([[times], ones], 0))
