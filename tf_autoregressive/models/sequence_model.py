"""What sequence models have in common: a stack that runs a step at a time.

Shapes: B batch, T steps, K symbols.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import sampling
from tf_autoregressive.layers import CausalConv1D
from tf_autoregressive.layers import sequence_scopes
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.models.context_layers import context_layers
from tf_autoregressive.vocabulary import Vocabulary

# Steps that are drawn in one call of a graph.
CHUNK = 100


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
        vocabulary: Of a model of texts, the characters in the order of their
            numbers: `encode` and `decode` then translate, and `num_levels` is
            their number.
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
        num_levels=None,
        vocabulary=None,
        **kwargs,
    ):
        if len(tuple(event_shape)) != 1:
            raise ValueError(
                "`event_shape` must be (steps,). "
                f"Received: event_shape={event_shape}"
            )
        if vocabulary is not None:
            num_levels = _checked_levels(vocabulary, num_levels)
        super().__init__(
            event_shape,
            distribution=distribution,
            num_levels=num_levels,
            **kwargs,
        )
        self.vocabulary = vocabulary
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
        return self._next_parameters(scope, before)

    def _sequence_scope(self, context, training):
        return sequence_scopes.SequenceScope(
            self._context_shifts(context), training=training
        )

    def _next_parameters(self, scope, codes):
        """Returns parameters `[..., P]`, float32, from the codes before."""
        return tf.cast(self.stack(scope, self._embedded(codes)), tf.float32)

    def _codes(self, values):
        """Returns `[..., 1]`: what stands for values; zero is the start."""
        is_symbol = self.embedding is not None
        return values[..., None] + (1.0 if is_symbol else 0.0)

    def _embedded(self, codes):
        """Returns the inputs `[..., I]` of codes `[..., 1]`."""
        if self.embedding is None:
            return codes
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
        self.context_layers = context_layers(self.context, widths)

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

    def encode(self, text):
        """Returns the numbers of the characters of a text, int32.

        Raises:
            ValueError: If the model has no vocabulary, or not this character.
        """
        return self._vocabulary().encode(text)

    def decode(self, numbers):
        """Returns the text of numbers `[T]`.

        Raises:
            ValueError: If the model has no vocabulary, or no such number.
        """
        return self._vocabulary().decode(numbers)

    def _vocabulary(self):
        if self.vocabulary is None:
            raise ValueError(
                "This model has no vocabulary: build it with `vocabulary=`."
            )
        return Vocabulary(self.vocabulary)

    def generate(self, num_samples, num_steps, **options):
        """Draws sequences of any length, all at once.

        Args:
            num_samples: Number of sequences.
            num_steps: Number of steps to draw.
            **options: As `stream` takes them.

        Returns:
            int32 `[num_samples, num_steps]`: the chunks of `stream`, joined.
        """
        return tf.concat([*self.stream(num_samples, num_steps, **options)], 1)

    def stream(
        self,
        num_samples,
        num_steps,
        *,
        prime=None,
        seed=None,
        context=None,
        temperature=1.0,
        top_k=None,
        top_p=None,
        min_p=None,
        jit_compile=False,
    ):
        """Draws sequences of any length, chunk after chunk.

        A step costs the same however long the sequence is. A sequence is a
        function of the model, the prime, the seed and its own index: its first
        steps do not depend on how many follow.

        Args:
            num_samples: Number of sequences.
            num_steps: Number of steps to draw.
            prime: What the sequences continue: integers `[P]`, or a text for a
                model with a vocabulary. It is not drawn again.
            seed: As in `sample`.
            context: As in `sample`; not a sequence of features.
            temperature: As in `sample`.
            top_k: As in `sample`.
            top_p: As in `sample`.
            min_p: As in `sample`.
            jit_compile: Whether to compile with XLA.

        Yields:
            int32 `[num_samples, n]` with `n` up to 100.

        Raises:
            ValueError: If the number of steps is not positive, the prime no
                symbols of the model, or the context a sequence.
        """
        options = self._options("incremental", temperature, top_k, top_p, min_p)
        prime = self._checked_prime(prime)
        if num_steps < 1 or self.context.rank == 2:
            raise ValueError(
                "`num_steps` must be at least 1, and a context must not be a "
                f"sequence of its own. Received: num_steps={num_steps}, "
                f"context_shape={self.context.shape}"
            )
        context = self.context.batched(context, num_samples)
        cache = self.init_cache(
            num_samples, context=self.context.encoded(context), member=0
        )
        cache = tf.nest.map_structure(tf.convert_to_tensor, cache)
        continue_by = functools.partial(
            self._continued, num_samples, options, jit_compile
        )
        seed = sampling.as_seed(seed)
        for values in _cut(prime):
            _, cache = continue_by(seed, cache, given=values)
        for start in range(0, num_steps, CHUNK):
            chunk_seed = tf.random.experimental.stateless_fold_in(
                seed, start, alg="philox"
            )
            values, cache = continue_by(chunk_seed, cache)
            yield values[:, : num_steps - start]

    def _checked_prime(self, prime):
        if prime is None:
            return np.zeros([0], "int32")
        if isinstance(prime, str):
            prime = self.encode(prime)
        prime = np.asarray(prime)
        if prime.ndim != 1 or not _are_levels(prime, self.num_levels):
            raise ValueError(
                "`prime` must be a text, or integers [P] in "
                f"[0, {self.num_levels}). Received: {prime!r}"
            )
        return prime

    def _continued(
        self, num_samples, options, jit_compile, seed, cache, given=None
    ):
        """Returns the next values `[num_samples, n]`, and the cache."""
        num_steps = CHUNK if given is None else len(given)

        def draw(seed, cache, given):
            num_uniforms = self.output_distribution.num_uniforms
            shape = [num_samples, num_steps, num_uniforms]
            forced = None
            if given is not None:
                forced = sampling.Forced(tf.ones_like(given, tf.bool), given)
            values, cache = sampling.continue_draw(
                self,
                sampling.uniforms(seed, shape),
                cache,
                forced=forced,
                options=options,
            )
            return tf.cast(values[..., 0], self.event.dtype), cache

        if given is not None:
            given = tf.constant(given, tf.float32)[None, :, None]
            given = tf.repeat(given, num_samples, axis=0)
        key = ("stream", num_samples, num_steps, given is None, options)
        return self._run(key, draw, seed, cache, given, jit_compile=jit_compile)

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
        parameters = self._next_parameters(scope, state["codes"])
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
            "vocabulary": self.vocabulary,
        }


def _cut(prime):
    """Yields the prime in chunks, and what is left step by step.

    So that few graphs serve primes of all lengths.
    """
    whole = len(prime) // CHUNK * CHUNK
    yield from prime[:whole].reshape(-1, CHUNK)
    yield from prime[whole:, None]


def _are_levels(values, num_levels):
    whole = values.dtype.kind in "bui"
    return whole and bool(np.all((values >= 0) & (values < num_levels)))


def _checked_levels(vocabulary, num_levels):
    """Returns the number of characters, which `num_levels` must be."""
    size = len(Vocabulary(vocabulary))
    if num_levels not in (None, size):
        raise ValueError(
            f"`num_levels` must be the {size} characters of `vocabulary`. "
            f"Received: num_levels={num_levels}"
        )
    return size
