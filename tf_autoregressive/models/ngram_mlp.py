"""N-gram MLP: the neural probabilistic language model.

Shapes: B batch, T steps, m embedding size.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class NGramMLP(SequenceModel):
    """The neural probabilistic language model of Bengio et al. [1].

        e = (C(x[t - 1]), ..., C(x[t - n + 1]))
        logits = b + W e + U tanh(d + H e)                     [1, Eq. 1]

    A step sees the `n - 1` steps before it. What lies before the first step is
    a start symbol, with an embedding of its own.

    A context, a label or a vector, shifts what the tanh gets.

    Args:
        event_shape: `(T,)`.
        order: `n`, at least 2.
        units: Units of the tanh layer.
        direct: Whether there are direct connections `W`.
        **kwargs: Passed to `SequenceModel`: `embedding_size`, `num_levels`,
            `num_classes`, `context_shape`.

    Input shape:
        `[B, T]`, symbols.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is too small, or the output is not
            `distribution="symbols"`.

    Example:
        >>> model = NGramMLP((64,), order=4, units=32, num_levels=65)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 64])

    References:
        [1] Bengio et al., "A Neural Probabilistic Language Model", 2003.
            https://www.jmlr.org/papers/v3/bengio03a.html
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        order: int = 8,
        units: int = 256,
        direct: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        if self.embedding is None:
            raise ValueError(
                "`distribution` must be of values without an order, such as "
                '"symbols": the network embeds them. '
                f"Received: distribution={self.distribution!r}"
            )
        self.order = checked_count("order", order, at_least=2)
        self.units = checked_count("units", units)
        self.direct = direct
        self.hidden_layer = self._conv("hidden", units)
        self.output_layer = self.make_parameters_layer()
        self.direct_layer = None
        if direct:
            self.direct_layer = keras.layers.Dense(
                self.num_levels,
                use_bias=False,
                dtype="float32",
                name="direct",
            )
        self.make_context_layers({"hidden": units})
        self.build()

    def stack(self, scope: Any, x: Array) -> tf.Tensor:
        hidden = ops.tanh(scope.run(self.hidden_layer, x))
        logits = scope.run(self.output_layer, hidden)
        if self.direct_layer is not None:
            logits = logits + self.direct_layer(x)
        return logits

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
    ) -> tf.Tensor:
        memory = self.order - 1
        codes = tf.pad(self._codes(inputs), [[0, 0], [memory, 0], [0, 0]])
        # One operation for any order: `steps[t] = t, ..., t + memory - 1`.
        steps = tf.range(self.event_shape[0])[:, None] + tf.range(memory)
        windows = tf.gather(codes[..., 0], steps, axis=1)
        scope = self._sequence_scope(context, training)
        return self._next_parameters(scope, windows)

    def _embedded(self, codes):
        """Returns `[..., (n - 1) * m]` of the codes `[..., n - 1]`."""
        embedded = self.embedding(tf.cast(codes, tf.int32))
        width = (self.order - 1) * self.embedding_size
        shape = tf.concat([tf.shape(codes)[:-1], [width]], axis=0)
        return tf.reshape(embedded, shape)

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
    ) -> State:
        cache = super().init_cache(batch_size, context=context, member=member)
        return {**cache, "codes": tf.zeros([batch_size, self.order - 1])}

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        codes = self._codes(self.output_distribution.network_input(value[:, 0]))
        codes = tf.concat([state["codes"][:, 1:], codes], axis=-1)
        return {**state, "codes": codes}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "order": self.order,
            "units": self.units,
            "direct": self.direct,
        }
