"""What sequence models have in common: a stack that runs a step at a time.

Shapes: B batch, T steps, K symbols.
"""

import keras
import tensorflow as tf

from tf_autoregressive.layers import CausalConv1D
from tf_autoregressive.layers import sequence_scopes
from tf_autoregressive.models.base import AutoregressiveModel


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SequenceModel(AutoregressiveModel):
    """A model of sequences, whose step `t` sees the steps before `t`.

    An event is a sequence of `T` symbols, `event_shape=(T,)`. With
    `distribution="symbols"` (the default) the network embeds them, and a start
    symbol of its own before the first; with the others it sees their values,
    and zero before the first.

    **Writing one.** Subclass `SequenceModel`, create the layers in `__init__`,
    list those that look back in `convs` and `recurrents`, end with
    `self.build()`, and override

    - `stack(scope, x)`: returns the parameters `[..., P]` of the next symbol
      from inputs `x`, those of the symbols before. It is written once over
      `scope.conv`, `scope.recur` and `scope.shifted`, and run for all steps to
      train and score, and for one to draw.

    Args:
        event_shape: `(T,)`.
        embedding_size: Size of the embedding of a symbol.
        distribution: `"symbols"`, `"categorical"`, `"bernoulli"` or
            `"discretized_logistic_mixture"`.
        **kwargs: Passed to `AutoregressiveModel`: `num_levels`,
            `num_components`, `num_classes`, `context_shape`.

    Raises:
        ValueError: If `event_shape` has not one axis, or a context sequence
            does not fit it.
    """

    incremental = True

    def __init__(
        self,
        event_shape,
        *,
        embedding_size=32,
        distribution="symbols",
        **kwargs,
    ):
        if len(tuple(event_shape)) != 1:
            raise ValueError(
                "`event_shape` must be (steps,). "
                f"Received: event_shape={event_shape}"
            )
        super().__init__(event_shape, distribution=distribution, **kwargs)
        self._check_context()
        self.embedding_size = embedding_size
        self.embedding = None
        if distribution == "symbols":
            # Row 0 is the start symbol.
            self.embedding = keras.layers.Embedding(
                self.num_levels + 1,
                embedding_size,
                dtype=self.dtype_policy,
                name="embedding",
            )
        self.convs = []
        self.recurrents = []

    def _check_context(self):
        shape, steps = self.context.shape, self.event_shape[0]
        if shape is None or len(shape) == 1:
            return
        if len(shape) != 2 or steps % shape[0]:
            raise ValueError(
                "`context_shape` must be (n,), or (steps, n) with a number of "
                f"steps that divides that of event_shape={self.event_shape}. "
                f"Received: context_shape={shape}"
            )

    def _check_positive(self, **sizes):
        if any(size < 1 for size in sizes.values()):
            raise ValueError(
                f"{' and '.join(f'`{name}`' for name in sizes)} must be at "
                f"least 1. Received: {sizes}"
            )

    def stack(self, scope, x):
        """Returns the parameters `[..., P]` of the next symbol.

        Args:
            scope: A `SequenceScope` or a `StepScope`.
            x: Inputs `[B, T, I]`, or `[B, I]` of one step.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `stack`")

    def network(self, inputs, *, context, member, training):
        scope = self._sequence_scope(context, training)
        before = tf.pad(self._codes(inputs)[:, :-1], [[0, 0], [1, 0], [0, 0]])
        parameters = self.stack(scope, self._embedded(before))
        return tf.cast(parameters, tf.float32)

    def _sequence_scope(self, context, training):
        return sequence_scopes.SequenceScope(
            self._context_shifts(context), training=training
        )

    def _codes(self, values):
        """Returns `[..., 1]`: what stands for values; zero is the start."""
        is_symbol = self.embedding is not None
        return values[..., None] + (1.0 if is_symbol else 0.0)

    def _embedded(self, codes):
        """Returns the inputs `[..., I]` of codes `[..., 1]`."""
        if self.embedding is None:
            return codes
        return self.embedding(tf.cast(codes[..., 0], tf.int32))

    def _conv(self, name, filters, kernel_size=1, dilation=1):
        return CausalConv1D(
            filters,
            kernel_size,
            dilation=dilation,
            dtype=self.dtype_policy,
            name=name,
        )

    def _parameters_layer(self):
        """Returns the layer of the parameters of a step."""
        output = self.output_distribution
        return CausalConv1D(
            output.num_parameters,
            bias_initializer=output.bias_initializer,
            dtype="float32",
            name="parameters",
        )

    def _make_context_layers(self, widths):
        """Makes what the context adds, by name and number of channels."""
        self.context_layers = {}
        if self.context.expected:
            self.context_layers = {
                name: keras.layers.Dense(
                    width,
                    use_bias=False,
                    dtype="float32",
                    name=f"{name}_context",
                )
                for name, width in widths.items()
            }

    def _context_shifts(self, context):
        """Returns by name what the context adds, `[B, 1 or T, O]`.

        Sequences shorter than the event are stretched by repetition.
        """
        if context is None:
            return {}
        if self.context.rank < 2:
            context = context[:, None]
        else:
            times = self.event_shape[0] // context.shape[1]
            context = tf.repeat(context, times, axis=1)
        return {
            name: layer(context) for name, layer in self.context_layers.items()
        }

    # Incremental sampling. A position is a step.

    def init_cache(self, batch_size, *, context, member):
        return {
            "codes": tf.zeros([batch_size, 1]),
            "stack": sequence_scopes.first_state(
                self.convs,
                self.recurrents,
                self._context_shifts(context),
                batch_size,
            ),
        }

    def begin_block(self, cache, block):
        return {**cache, "stack": sequence_scopes.opened(cache["stack"])}

    def step(self, state, position):
        scope = sequence_scopes.StepScope(state["stack"])
        parameters = self.stack(scope, self._embedded(state["codes"]))
        parameters = tf.cast(parameters, tf.float32)
        return parameters, {**state, "stack": scope.next_state()}

    def observe(self, state, position, value):
        value = self.output_distribution.network_input(value)
        return {**state, "codes": self._codes(value[:, 0])}

    def end_block(self, state, block):
        return {**state, "stack": sequence_scopes.closed(state["stack"])}

    def get_config(self):
        return {
            **super().get_config(),
            "embedding_size": self.embedding_size,
        }
