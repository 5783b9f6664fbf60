"""What sequence models have in common: a stack that runs a step at a time.

Shapes: B batch, T steps, N values of a step, P parameters of a value.
"""

import functools
import typing

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import metrics
from tf_autoregressive import sampling
from tf_autoregressive.arguments import checked_shape
from tf_autoregressive.arguments import is_positive_integer
from tf_autoregressive.distributions import of_whole_sites
from tf_autoregressive.layers import CausalConv1D
from tf_autoregressive.layers.sequence import scopes
from tf_autoregressive.models.base import check_num_samples
from tf_autoregressive.models.context_layers import context_layers
from tf_autoregressive.models.lengths import Lengths
from tf_autoregressive.models.segmented_model import SegmentedModel
from tf_autoregressive.vocabulary import Vocabulary

# Steps that are drawn in one call of a graph.
CHUNK = 100

# The shift that makes zeros certain after the end of a sequence.
_ENDED = "ended"


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SequenceModel(SegmentedModel):
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

    `evaluate` returns, beside `loss`: `nats_per_token`, `perplexity` and, of
    texts, `bits_per_char` for symbols; `nats_per_step` for steps of several
    values; else `bits_per_dim`. All over all steps of all sequences, the first
    ones included.

    **Writing one.** Subclass `SequenceModel`, create the layers in `__init__`,
    end it with `self.build()`, and override

    - `stack(scope, x)`: returns the parameters `[..., N * P]` of the next step
      from inputs `x`, those of the steps before. It is written once and run
      for all steps to train and score, and for one to draw. A layer that looks
      back, which is a `SequenceLayer`, runs by `scope.run(layer, x)`; one that
      looks at one step alone is called as it is. `self._parameters_layer()`
      makes the last one. What a context adds goes by name
      (`_make_context_layers`): `scope.run` adds the shift of the layer's name,
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
        vocabulary: Of a model of texts, the characters in the order of their
            numbers: `encode` and `decode` then translate, and `num_levels` is
            their number.
        unknown: What stands for characters that are not in the vocabulary,
            one of it; `None` for an error.
        variable_length: Whether `context` is the lengths of the sequences.
        **kwargs: Passed to `SegmentedModel`: `num_components`, `num_classes`,
            `context_shape`, `rematerialise`.

    Raises:
        ValueError: If `event_shape` has not one axis or two, the distribution
            does not fit it or the variable length, or a context sequence does
            not fit it.
    """

    incremental = True
    max_steps = None

    def __init__(
        self,
        event_shape,
        *,
        embedding_size=32,
        distribution="symbols",
        num_levels=None,
        vocabulary=None,
        unknown=None,
        variable_length=False,
        **kwargs,
    ):
        event_shape = checked_shape("event_shape", event_shape)
        if len(event_shape) not in (1, 2):
            raise ValueError(
                "`event_shape` must be (steps,) or (steps, values). "
                f"Received: event_shape={event_shape}"
            )
        if vocabulary is not None:
            num_levels = _checked_levels(vocabulary, unknown, num_levels)
        elif unknown is not None:
            raise ValueError(
                f"`unknown` needs a `vocabulary`. Received: unknown={unknown!r}"
            )
        # Decides what the context is.
        self.variable_length = variable_length
        super().__init__(
            event_shape,
            distribution=distribution,
            num_levels=num_levels,
            **kwargs,
        )
        self.vocabulary = vocabulary
        self.unknown = unknown
        self._check_variable_length()
        self._check_context()
        self.embedding_size = embedding_size
        self.embedding = None
        if not self.output_distribution.is_ordered:
            # Row 0 is the start symbol.
            self.embedding = keras.layers.Embedding(
                self.num_levels + 1,
                embedding_size,
                dtype=self.dtype_policy,
                name="embedding",
            )
        self.context_layers = {}
        self.sequence_stack = scopes.SequenceStack()

    def build(self, input_shape=None):
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
    def step_size(self):
        """Number of values of a step, `N`."""
        return self.num_dims // self.event_shape[0]

    def make_unit_metrics(self):
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

    def update_unit_metrics(self, metrics, log_prob, context, weight=None):
        if not self.variable_length:
            return super().update_unit_metrics(
                metrics, log_prob, context, weight
            )
        for metric in metrics:
            metric.update_state(log_prob, sample_weight=weight, lengths=context)

    def make_output_distribution(self, distribution, event_shape):
        if len(event_shape) == 1:
            return super().make_output_distribution(distribution, event_shape)
        check_values_of_a_step(distribution, event_shape)
        return of_whole_sites(distribution, event_shape[-1])

    def make_context(self, event_shape, num_classes, context_shape):
        if not self.variable_length:
            return super().make_context(event_shape, num_classes, context_shape)
        if num_classes is not None or context_shape is not None:
            raise ValueError(
                "`variable_length` makes the context the length: it must be "
                "False with `num_classes` or `context_shape`. Received: "
                "variable_length=True"
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
        """Returns the parameters `[..., N * P]` of the next step.

        Args:
            scope: A `SequenceScope` or a `StepScope`.
            x: Inputs `[B, T, I]`, or `[B, I]` of one step.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `stack`")

    def network(self, inputs, *, context, member, training):
        scope = self._sequence_scope(context, training)
        return self._next_parameters(scope, self._before(inputs))

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
        parameters = self.stack(scope, self._embedded(codes))
        return scope.shifted(_ENDED, tf.cast(parameters, tf.float32))

    def _codes(self, values):
        """Returns `[..., N]`: what stands for a step; zero is the start.

        Args:
            values: `[..., *event_shape[1:]]`, as the network sees them.
        """
        if len(self.event_shape) == 1:
            values = values[..., None]
        return values if self.embedding is None else values + 1.0

    def _embedded(self, codes):
        """Returns the inputs `[..., I]` of codes `[..., N]`."""
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

    @property
    def _input_width(self):
        """Number of channels of what the stack gets."""
        return self.step_size if self.embedding is None else self.embedding_size

    def _parameters_layer(self, **options):
        """Returns the layer of the parameters of a step."""
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

    def _make_context_layers(self, widths):
        """Makes what the context adds, by name and number of channels."""
        if not self.variable_length:
            self.context_layers = context_layers(self.context, widths)

    def _context_shifts(self, context):
        """Returns by name what the context adds, `[B, 1 or T, O]`.

        Sequences shorter than the event are stretched by repetition.
        """
        if context is None:
            return {}
        if self.variable_length:
            return {_ENDED: self._zeros_where_ended(context)}
        if self.context.rank < 2:
            context = context[:, None]
        else:
            times = self.event_shape[0] // context.shape[1]
            context = tf.repeat(context, times, axis=1)
        return {
            name: layer(context) for name, layer in self.context_layers.items()
        }

    def _zeros_where_ended(self, is_part):
        """Returns `[B, T, N * P]`: what makes 0 certain after the end.

        Args:
            is_part: `[B, T]`, 1 for the steps of a sequence.
        """
        shift = np.tile(
            self.output_distribution.zero_shift, self._sites_of_a_step
        )
        return tf.where(is_part[..., None] > 0.0, 0.0, shift.astype("float32"))

    def encode(self, text):
        """Returns the numbers of the characters of a text, int32.

        Characters that are not in the vocabulary become `unknown`.

        Raises:
            ValueError: If the model has no vocabulary, or neither this
                character nor `unknown`.
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
        return Vocabulary(self.vocabulary, unknown=self.unknown)

    def generate(self, num_samples, num_steps, **options):
        """Draws sequences of any length, all at once.

        Args:
            num_samples: Number of sequences.
            num_steps: Number of steps to draw.
            **options: As `stream` takes them.

        Returns:
            int32 `[num_samples, num_steps, *event_shape[1:]]`: the chunks of
            `stream`, joined.
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
        jit_compile=False,
        **options: typing.Unpack[sampling.SamplingNumbers],
    ):
        """Draws sequences of any length, chunk after chunk.

        A step costs the same however long the sequence is. A sequence is a
        function of the model, the prime, the seed and its own index: its first
        steps do not depend on how many follow.

        Args:
            num_samples: Number of sequences.
            num_steps: Number of steps to draw.
            prime: What the sequences continue: integers
                `[steps, *event_shape[1:]]`, or a text for a model with a
                vocabulary. It is not drawn again.
            seed: As in `sample`.
            context: As in `sample`; not a sequence of features.
            jit_compile: Whether to compile with XLA.
            **options: As in `sample`.

        Returns:
            An iterator over int32 `[num_samples, n, *event_shape[1:]]` with
            `n` up to 100.

        Raises:
            ValueError: At once, if the number of samples or steps is not
                positive, the sequence would be longer than `max_steps`, the
                prime no symbols of the model, the context a sequence, or the
                length variable.
        """
        options = self._options("incremental", options)
        check_num_samples(num_samples)
        prime = self._checked_prime(prime)
        if not is_positive_integer(num_steps) or self.context.rank == 2:
            raise ValueError(
                "`num_steps` must be at least 1, and whole; a context must not "
                f"be a sequence of its own. Received: num_steps={num_steps}, "
                f"context_shape={self.context.shape}"
            )
        if self.variable_length:
            raise ValueError(
                "A model with `variable_length` draws sequences of the lengths "
                "in `context`, up to its own: use `sample` or `complete`."
            )
        if self.max_steps is not None and (
            len(prime) + num_steps > self.max_steps
        ):
            raise ValueError(
                f"`num_steps` and the steps of `prime`, {len(prime)}, must be "
                f"at most {self.max_steps} together: the model knows no later "
                f"steps. Received: num_steps={num_steps}"
            )
        context = self.context.batched(context, num_samples)
        # Checked now; drawn when the chunks are asked for.
        return self._chunks(
            num_samples,
            num_steps,
            prime,
            sampling.as_seed(seed),
            context,
            functools.partial(
                self._continued, num_samples, options, jit_compile
            ),
        )

    def _chunks(
        self, num_samples, num_steps, prime, seed, context, continue_by
    ):
        cache = self.init_cache(
            num_samples, context=self.context.encoded(context), member=0
        )
        cache = tf.nest.map_structure(tf.convert_to_tensor, cache)
        for values in _cut(prime):
            _, cache = continue_by(seed, cache, len(values), values)
        for start in range(0, num_steps, CHUNK):
            chunk_seed = tf.random.experimental.stateless_fold_in(
                seed, start, alg="philox"
            )
            length = self._chunk_length(len(prime) + start)
            values, cache = continue_by(chunk_seed, cache, length)
            yield values[:, : num_steps - start]

    def _chunk_length(self, time):
        """Returns the number of steps that are drawn at once from `time` on."""
        if self.max_steps is None:
            return CHUNK
        return min(CHUNK, self.max_steps - time)

    def _checked_prime(self, prime):
        if prime is None:
            return np.zeros([0, *self.event_shape[1:]], "int32")
        if isinstance(prime, str):
            prime = self.encode(prime)
        prime = np.asarray(prime)
        if not prime.size:
            return np.zeros([0, *self.event_shape[1:]], "int32")
        step_shape = self.event_shape[1:]
        if prime.shape != (len(np.atleast_1d(prime)), *step_shape) or not (
            _are_levels(prime, self.num_levels)
        ):
            shape = ", ".join(map(str, ["steps", *step_shape]))
            raise ValueError(
                f"`prime` must be a text, or integers [{shape}] in "
                f"[0, {self.num_levels}). Received: {prime!r}"
            )
        return prime

    def _continued(
        self,
        num_samples,
        options,
        jit_compile,
        seed,
        cache,
        num_steps,
        given=None,
    ):
        """Returns the next values `[num_samples, num_steps]`, and the cache."""
        num_sites = num_steps * self._sites_of_a_step

        def continued(rows, seed, cache, given, numbers):
            num_samples = rows.shape[0] or tf.shape(rows)[0]
            num_uniforms = self.output_distribution.num_uniforms
            shape = [num_samples, num_sites, num_uniforms]
            stack = self.sequence_stack.resumed(
                cache["stack"], num_samples, self.event_shape[0]
            )
            cache = {**cache, "stack": stack}
            forced = None
            if given is not None:
                forced = sampling.Forced(tf.ones_like(given, tf.bool), given)
            values, cache = sampling.continue_sites(
                self,
                sampling.uniforms(seed, shape),
                cache,
                forced=forced,
                options=options._replace(numbers=numbers),
            )
            shape = [num_samples, num_steps, *self.event_shape[1:]]
            return tf.cast(tf.reshape(values, shape), self.event.dtype), cache

        if given is not None:
            given = np.reshape(given, (1, num_sites, -1)).astype("float32")
            given = tf.repeat(given, num_samples, axis=0)
        return self._run(
            ("stream", num_steps, given is None, options.graph_key),
            continued,
            # Their shape says how many: a graph may know it, or serve all.
            tf.zeros([num_samples]),
            seed,
            cache,
            given,
            options.tensors(),
            jit_compile=jit_compile,
        )

    # Incremental sampling. A position is a step.

    def init_cache(self, batch_size, *, context, member):
        return {
            "codes": tf.zeros([batch_size, self.step_size]),
            "stack": self.sequence_stack.first_state(
                batch_size,
                self.event_shape[0],
                self._context_shifts(context),
            ),
        }

    def begin_block(self, cache, block):
        most = self.block_size or max(self.event_shape[0], CHUNK)
        stack = self.sequence_stack.opened(cache["stack"], most)
        return {**cache, "stack": stack}

    def step(self, state, position):
        scope = scopes.StepScope(state["stack"])
        parameters = self._next_parameters(scope, state["codes"])
        return parameters, {**state, "stack": scope.next_state()}

    def observe(self, state, position, value):
        value = self.output_distribution.network_input(value)
        value = tf.reshape(value, [-1, *self.event_shape[1:]])
        return {**state, "codes": self._codes(value)}

    def end_block(self, state, block):
        return {**state, "stack": self.sequence_stack.closed(state["stack"])}

    def get_config(self):
        return {
            **super().get_config(),
            "embedding_size": self.embedding_size,
            "vocabulary": self.vocabulary,
            "unknown": self.unknown,
            "variable_length": self.variable_length,
        }


def _cut(prime):
    """Yields the prime in chunks, and what is left step by step.

    So that few graphs serve primes of all lengths.
    """
    whole = len(prime) // CHUNK * CHUNK
    yield from prime[:whole].reshape(-1, CHUNK, *prime.shape[1:])
    yield from prime[whole:, None]


def check_values_of_a_step(distribution, event_shape):
    """Raises a `ValueError` if a step cannot hold several of these values."""
    if not distribution.is_ordered or distribution.site_ndims:
        raise ValueError(
            "`distribution` must be of single values, and ordered ones, for "
            f"steps of several values, event_shape={event_shape}. "
            f"Received: distribution={distribution!r}"
        )


def _are_levels(values, num_levels):
    whole = values.dtype.kind in "bui"
    return whole and bool(np.all((values >= 0) & (values < num_levels)))


def _checked_levels(vocabulary, unknown, num_levels):
    """Returns the number of characters, which `num_levels` must be."""
    size = len(Vocabulary(vocabulary, unknown=unknown))
    if num_levels not in (None, size):
        raise ValueError(
            f"`num_levels` must be the {size} characters of `vocabulary`. "
            f"Received: num_levels={num_levels}"
        )
    return size
