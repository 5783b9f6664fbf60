"""The base class of sequence models, which draws a step at a time.

Shapes: B batch, T steps, N values of a step, P parameters of a value.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import metrics
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.distributions import of_whole_sites
from tf_autoregressive.layers import CausalConv1D
from tf_autoregressive.layers import segments
from tf_autoregressive.layers.sequence import scopes
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.models.context import Context
from tf_autoregressive.models.context_layers import context_layers
from tf_autoregressive.models.generation import CHUNK
from tf_autoregressive.models.generation import GenerationMethods
from tf_autoregressive.models.lengths import Lengths
from tf_autoregressive.models.text_methods import TextMethods
from tf_autoregressive.models.text_methods import num_levels_of_texts
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State

# The shift that makes zeros certain after the end of a sequence.
_ENDED = "ended"


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SequenceModel(GenerationMethods, TextMethods, AutoregressiveModel):
    """A model of sequences, whose step `t` sees the steps before `t`.

    An event is a sequence of `T` symbols, `event_shape=(T,)`. With
    `distribution="symbols"` (the default) the network embeds them, and a start
    symbol of its own before the first; with distributions of ordered values it
    sees the values, and zero before the first.

    Or a step has `N` values, such as the notes of music, `event_shape=(T, N)`.
    They are drawn in one go, and are independent of each other given the steps
    before unless the distribution couples them:

        p(x) = prod_t prod_n p(x[t, n] | x[<t])

    With `variable_length=True` sequences may be shorter than `T`. The model is
    conditioned on their length: `context` is integers `[B]` in `[0, T]`, and

        p(x | length) = prod_{t < length} p(x[t] | x[<t])

    for an `x` that is zero from its length on; anything else there has
    probability zero. The length says where a sequence ends, nothing more: the
    network does not see it.

    `evaluate` returns, beside `loss`: `nats_per_token`, `perplexity` and, for
    texts, `bits_per_char` for symbols; `nats_per_step` for steps of several
    values; else `bits_per_dim`. All of them count all steps of all sequences,
    the first ones included.

    **Writing one.** Subclass `SequenceModel`, create the layers in `__init__`,
    end it with `self.build()`, and override

    - `stack(scope, x)`: returns the parameters `[..., N * P]` of the next step
      from inputs `x`, those of the steps before. It is written once and run
      for all steps to train and score, and for one to draw. A layer that looks
      back, which is a `SequenceLayer`, runs by `scope.run(layer, x)`; one that
      looks at one step alone is called as it is. `self.make_parameters_layer()`
      makes the last one. What a context adds goes by name
      (`make_context_layers`): `scope.run` adds the shift of the layer's name,
      `scope.shifted(name, x)` that of any name.

    A sequence is drawn in one block, and a stream in one block a chunk, unless
    the model sets `block_size`: a number of steps after which layers get to
    put their state in order. A model that cannot go on for ever sets
    `max_steps`.

    Args:
        event_shape: `(T,)`, or `(T, N)`.
        embedding_size: Size of the embedding of a symbol.
        distribution: `"symbols"`, or another as `AutoregressiveModel` takes
            it. Steps of several values need ordered ones.
        vocabulary: The characters of a model of texts, in the order of their
            numbers: `encode` and `decode` then translate, and `num_levels` is
            their number.
        unknown: The character of the vocabulary that stands for all that are
            not in it; `None` for an error.
        variable_length: Whether `context` is the lengths of the sequences.
        rematerialise: Whether training computes the segments of the stack once
            more when it needs their gradients, and keeps only what goes from
            one to the next: less memory, one more forward pass in a step, the
            same gradients.
        **kwargs: Passed to `AutoregressiveModel`: `num_components`,
            `num_classes`, `context_shape`.

    Raises:
        ValueError: If `event_shape` does not have one axis or two, the
            distribution does not fit it or the variable length, or a context
            sequence does not fit it.
    """

    incremental = True
    max_steps: int | None = None

    def __init__(
        self,
        event_shape: Shape,
        *,
        embedding_size: int = 32,
        distribution: str | OutputDistribution = "symbols",
        num_levels: int | None = None,
        vocabulary: str | None = None,
        unknown: str | None = None,
        variable_length: bool = False,
        rematerialise: bool = False,
        **kwargs: Any,
    ) -> None:
        event_shape = checked_counts("event_shape", event_shape)
        if len(event_shape) not in (1, 2):
            raise ValueError(
                "`event_shape` must be (steps,) or (steps, values). "
                f"Received: event_shape={event_shape}"
            )
        # `make_context` reads it.
        self.variable_length = variable_length
        super().__init__(
            event_shape,
            distribution=distribution,
            num_levels=num_levels_of_texts(vocabulary, unknown, num_levels),
            **kwargs,
        )
        self.rematerialise = rematerialise
        self.segments = segments.of_training(rematerialise=rematerialise)
        self.seeds = self.segments.seeds
        self.vocabulary = vocabulary
        self.unknown = unknown
        self._check_variable_length()
        self._check_context()
        self.embedding_size = checked_count("embedding_size", embedding_size)
        self.embedding = None
        if not self.output_distribution.is_ordered:
            # Row 0 is the start symbol.
            self.embedding = keras.layers.Embedding(
                self.num_levels + 1,  # type: ignore[operator]
                embedding_size,
                dtype=self.dtype_policy,
                name="embedding",
            )
        self.context_layers = {}
        self.sequence_stack = scopes.SequenceStack()

    def build(self, input_shape: Any = None) -> None:
        """Creates the weights, and finds out which layers the stack runs.

        Raises:
            ValueError: If the stack leaves out what a context adds.
        """
        if self.built:
            return
        super().build(input_shape)
        unused = set(self.context_layers) - self.sequence_stack.names_of_shifts
        if unused:
            raise ValueError(
                "`stack` must run the layers that a context shifts, or add "
                "the shift by `scope.shifted(name, x)`. "
                f"Received none of: {sorted(unused)}"
            )

    @property
    def step_size(self) -> int:
        """Number of values of a step, `N`."""
        return self.num_dims // self.event_shape[0]

    def make_unit_metrics(self) -> list[Any]:
        steps = self.event_shape[0]
        if len(self.event_shape) == 2:
            return [metrics.NatsPerStep(steps)]
        if self.embedding is not None:
            found = [
                metrics.NatsPerStep(steps, name="nats_per_token"),
                metrics.Perplexity(steps),
            ]
            is_text = self.vocabulary is not None
            return [*found, metrics.BitsPerChar(steps)] if is_text else found
        if self.variable_length:
            return [metrics.NatsPerStep(steps)]
        return super().make_unit_metrics()

    def update_unit_metrics(
        self,
        metrics: Any,
        log_prob: tf.Tensor,
        context: Array | None,
        weight: Array | None = None,
    ) -> None:
        if not self.variable_length:
            return super().update_unit_metrics(
                metrics, log_prob, context, weight
            )
        for metric in metrics:
            metric.update_state(log_prob, sample_weight=weight, lengths=context)

    def make_output_distribution(
        self, distribution: OutputDistribution, event_shape: tuple[int, ...]
    ) -> OutputDistribution:
        if len(event_shape) == 1:
            return super().make_output_distribution(distribution, event_shape)
        check_values_of_a_step(distribution, event_shape)
        return of_whole_sites(distribution, event_shape[-1])

    def make_context(
        self,
        event_shape: tuple[int, ...],
        **arguments: Any,
    ) -> Context:
        if not self.variable_length:
            return super().make_context(event_shape, **arguments)
        if any(arguments.values()):
            raise ValueError(
                "`variable_length` makes the context the length: it must be "
                "False with `num_classes`, `context_shape`, `context_dropout` "
                "or `context_network`. Received: variable_length=True"
            )
        return Lengths(event_shape[0])

    def _check_variable_length(self):
        if self.variable_length and self.output_distribution.zero_shift is None:
            raise ValueError(
                "`variable_length` needs a distribution that can be certain of "
                'a value, such as "bernoulli", "categorical" or "symbols". '
                f"Received: distribution={self.distribution!r}"
            )

    def _check_context(self):
        shape, steps = self.context.features_shape, self.event_shape[0]
        if shape is None or len(shape) == 1:
            return
        if len(shape) != 2 or steps % shape[0]:
            raise ValueError(
                "`context_shape`, or what `context_network` makes of it, must "
                "be (n,), or (steps, n) with a number of steps that divides "
                f"that of event_shape={self.event_shape}. "
                f"Received: {shape} of context_shape={self.context.shape}"
            )

    def stack(self, scope: Any, x: Array) -> tf.Tensor:
        """Returns the parameters `[..., N * P]` of the next step.

        Args:
            scope: A `SequenceScope` or a `StepScope`.
            x: Inputs `[B, T, I]`, or `[B, I]` of one step.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `stack`")

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
    ) -> tf.Tensor:
        scope = self._sequence_scope(context, training)
        return self._next_parameters(scope, self._before(inputs))

    @property
    def has_steps(self) -> bool:
        """Whether `next_steps` can take several steps at once."""
        # A network of its own goes its own way.
        is_plain = type(self).network is SequenceModel.network
        return is_plain and self.sequence_stack.has_steps

    def next_steps(self, inputs: tf.Tensor, cache: State) -> Any:
        """Returns the parameters `[B, n, N * P]` of steps, and the cache after.

        Args:
            inputs: float32 `[B, n, *event_shape[1:]]`, the steps on the
                network's scale.
            cache: From `init_cache`, `end_block` or here.
        """
        codes, stack = self._codes(inputs), cache["stack"]
        scope = scopes.CarryingScope(
            stack["states"],
            time=stack["time"],
            shifts={
                name: tf.transpose(shift, [1, 0, 2])
                for name, shift in stack["shifts"].items()
            },
        )
        before = tf.concat([cache["codes"][:, None], codes[:, :-1]], axis=1)
        parameters = self._next_parameters(scope, before)
        stack = {
            **stack,
            "time": stack["time"] + tf.shape(codes)[1],
            "states": scope.states,
        }
        return parameters, {**cache, "codes": codes[:, -1], "stack": stack}

    def _before(self, inputs):
        """Returns `[B, T, N]`: the codes of the step before each step."""
        return tf.pad(self._codes(inputs)[:, :-1], [[0, 0], [1, 0], [0, 0]])

    def _sequence_scope(self, context, training):
        options = {
            "shifts": self._context_shifts(context),
            "training": training,
            "segments": self.segments,
        }
        if self.built:
            return scopes.SequenceScope(**options)
        return scopes.RecordingScope(self.sequence_stack, **options)

    def _next_parameters(self, scope, codes):
        """Returns parameters `[..., N * P]`, float32, from codes before."""
        return self._parameters_of_inputs(scope, self._embedded(codes))

    def _parameters_of_inputs(self, scope, x):
        parameters = self.stack(scope, x)
        return scope.shifted(_ENDED, tf.cast(parameters, tf.float32))

    def _codes(self, values):
        """Returns `[..., N]`, the codes of a step; zero is the start.

        Args:
            values: `[..., *event_shape[1:]]`, as the network sees them.
        """
        if len(self.event_shape) == 1:
            values = values[..., None]
        return values if self.embedding is None else values + 1.0

    def _embedded(self, codes):
        """Returns the inputs `[..., I]` of codes `[..., N]`.

        Both kinds have the compute dtype, so that a stack need not cast them.
        """
        if self.embedding is None:
            return tf.cast(codes, self.compute_dtype)
        return self.embedding(tf.cast(codes[..., 0], tf.int32))

    def _conv(self, name, filters, kernel_size=1, dilation=1, gain=1.0):
        return CausalConv1D(
            filters,
            kernel_size,
            dilation=dilation,
            gain=gain,
            dtype=self.dtype_policy,
            name=name,
        )

    @property
    def _input_width(self):
        """Number of channels of the inputs of the stack."""
        return self.step_size if self.embedding is None else self.embedding_size

    def make_parameters_layer(self, **options: Any) -> CausalConv1D:
        """Returns the last layer, of the parameters of a step.

        Args:
            **options: Passed to `CausalConv1D`.
        """
        output = self.output_distribution
        return CausalConv1D(
            output.num_parameters * self._sites_of_a_step,
            bias_initializer=output.bias_initializer,
            dtype="float32",
            name="parameters",
            **options,
        )

    @property
    def _sites_of_a_step(self):
        return self.num_sites // self.event_shape[0]

    def make_context_layers(self, widths: Mapping[str, int]) -> None:
        """Makes the layers of the context's shifts of the stack.

        Call it before `build`. `scope.run` adds the shift of the layer's name,
        `scope.shifted` that of any name.

        Args:
            widths: By name, the number of channels.
        """
        if not self.variable_length:
            self.context_layers = context_layers(self.context, widths)

    def _context_shifts(self, context):
        """Returns the context's shifts by name, `[B, 1 or T, O]`.

        Sequences shorter than the event are stretched by repetition.
        """
        if context is None:
            return {}
        if self.variable_length:
            return {_ENDED: self._zeros_where_ended(context)}
        if self.context.encoded_rank < 2:
            context = context[:, None]
        else:
            times = self.event_shape[0] // context.shape[1]
            context = tf.repeat(context, times, axis=1)
        return {
            name: layer(context) for name, layer in self.context_layers.items()
        }

    def _zeros_where_ended(self, is_part):
        """Returns the shift `[B, T, N * P]` that makes 0 certain after the end.

        Args:
            is_part: `[B, T]`, 1 for the steps of a sequence.
        """
        shift = np.tile(
            self.output_distribution.zero_shift, self._sites_of_a_step
        )
        return tf.where(is_part[..., None] > 0.0, 0.0, shift.astype("float32"))

    # In incremental sampling a position is a step, or one of its sites.

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
    ) -> State:
        return {
            "codes": tf.zeros([batch_size, self.step_size]),
            "stack": self.sequence_stack.first_state(
                batch_size,
                self.event_shape[0],
                self._context_shifts(context),
            ),
        }

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        most = self.block_size or max(self.event_shape[0], CHUNK)
        stack = self.sequence_stack.opened(cache["stack"], most)
        return {**cache, "stack": stack}

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        scope = scopes.StepScope(state["stack"])
        parameters = self._next_parameters(scope, state["codes"])
        return parameters, {**state, "stack": scope.next_state()}

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        value = self.output_distribution.network_input(value)
        value = tf.reshape(value, [-1, *self.event_shape[1:]])
        return {**state, "codes": self._codes(value)}

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        return {**state, "stack": self.sequence_stack.closed(state["stack"])}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "embedding_size": self.embedding_size,
            "vocabulary": self.vocabulary,
            "unknown": self.unknown,
            "variable_length": self.variable_length,
            "rematerialise": self.rematerialise,
        }


def check_values_of_a_step(
    distribution: OutputDistribution, event_shape: Shape
) -> None:
    """Raises a `ValueError` if a step cannot hold several of these values."""
    if not distribution.is_ordered or distribution.site_ndims:
        raise ValueError(
            "`distribution` must be of single values, and ordered ones, for "
            f"steps of several values, event_shape={event_shape}. "
            f"Received: distribution={distribution!r}"
        )
