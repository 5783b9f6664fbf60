"""Drawing sequences of any length: `stream` and `generate`.

Shapes: T steps.
"""

import functools
import typing
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive import sampling
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.models.sampling_methods import check_num_samples
from tf_autoregressive.types import Array
from tf_autoregressive.types import Seed

# Number of steps that one call of a graph draws.
CHUNK = 100


class GenerationMethods:
    """The methods of a `SequenceModel` that draw sequences of any length."""

    def generate(
        self, num_samples: int, num_steps: int, **options: Any
    ) -> tf.Tensor:
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
        num_samples: int,
        num_steps: int,
        *,
        prime: Array | str | None = None,
        seed: Seed = None,
        context: Array | None = None,
        jit_compile: bool = False,
        **options: typing.Unpack[sampling.SamplingNumbers],
    ) -> Iterator[tf.Tensor]:
        """Draws sequences of any length, chunk after chunk.

        A step costs the same however long the sequence is. A sequence is a
        function of the model, the prime, the seed and its own index: its first
        steps do not depend on how many follow.

        Args:
            num_samples: Number of sequences.
            num_steps: Number of steps to draw.
            prime: The beginning that the sequences continue: integers `[steps,
                *event_shape[1:]]`, or a text for a model with a vocabulary. It
                is not drawn again.
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
                prime holds other values than the model, the context is a
                sequence, or the length is variable.
        """
        options = self._options("incremental", options)
        check_num_samples(num_samples)
        prime = self._checked_prime(prime)
        num_steps = checked_count("num_steps", num_steps)
        if self.context.encoded_rank == 2:
            raise ValueError(
                "`context_shape` must not be that of a sequence, which has an "
                "end: use `sample`. Received: context_shape="
                f"{self.context.shape}"
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
        # All is checked now; a chunk is drawn when it is asked for.
        return self._chunks(
            num_steps,
            prime,
            sampling.as_seed(seed),
            functools.partial(
                self._begun, num_samples, options, context, jit_compile
            ),
            functools.partial(
                self._continued, num_samples, options, jit_compile
            ),
        )

    def _chunks(self, num_steps, prime, seed, begin, continue_by):
        cache = begin()
        for values in _cut(prime):
            _, cache = continue_by(seed, cache, len(values), values)
        for start in range(0, num_steps, CHUNK):
            # The seed of a chunk depends on its place alone, so the first steps
            # do not depend on how many follow.
            chunk_seed = tf.random.experimental.stateless_fold_in(
                seed, start, alg="philox"
            )
            length = self._chunk_length(len(prime) + start)
            values, cache = continue_by(chunk_seed, cache, length)
            # The last chunk is drawn whole and cut, so that one graph serves
            # all.
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

    def _begun(self, num_samples, options, context, jit_compile):
        """Returns the cache before the first step.

        A graph of its own makes it, because under XLA a cache that grows has
        its full size from the start.
        """

        def begun(rows, context):
            request = sampling.Request(options, context)
            return self.init_cache(
                rows.shape[0] or tf.shape(rows)[0],
                context=request.encoded_contexts(self),
                member=0,
            )

        return self._run(
            ("begin stream", options.is_guided),
            begun,
            tf.zeros([_num_cached(num_samples, options)]),
            context,
            jit_compile=jit_compile,
        )

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
                cache["stack"],
                _num_cached(num_samples, options),
                self.event_shape[0],
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
            # The shape gives the number of samples: a graph may know it, or
            # serve all.
            tf.zeros([num_samples]),
            seed,
            cache,
            given,
            options.tensors(),
            jit_compile=jit_compile,
        )


def _num_cached(num_samples, options):
    """Returns the number of sequences that a cache is for."""
    return 2 * num_samples if options.is_guided else num_samples


def _cut(prime):
    """Yields the prime in chunks, and its rest step by step.

    In this way few graphs serve primes of all lengths.
    """
    whole = len(prime) // CHUNK * CHUNK
    yield from prime[:whole].reshape(-1, CHUNK, *prime.shape[1:])
    yield from prime[whole:, None]


def _are_levels(values, num_levels):
    whole = values.dtype.kind in "bui"
    return whole and bool(np.all((values >= 0) & (values < num_levels)))
