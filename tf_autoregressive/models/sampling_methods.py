"""Drawing events with a model: `sample`, `complete` and `walk`.

Shapes: B batch, D event dimensions.
"""

import typing
from typing import Any

import tensorflow as tf

from tf_autoregressive import sampling
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.models.walk import Walk
from tf_autoregressive.types import Array
from tf_autoregressive.types import Seed


class SamplingMethods:
    """The methods of an `AutoregressiveModel` that draw."""

    def sample(
        self,
        num_samples: int,
        *,
        seed: Seed = None,
        context: Array | None = None,
        method: str | None = None,
        return_log_prob: bool = False,
        jit_compile: bool = False,
        **options: typing.Unpack[sampling.SamplingNumbers],
    ) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        """Draws events.

        A sample is a function of the model, the seed and its index alone:
        sample `i` of 64 is sample `i` of any larger number, and both methods,
        all batch sizes, eager mode, graphs, XLA and reloaded models give the
        same values. Only floating-point rounding can differ between them:
        where a uniform falls within rounding error of a threshold two ways may
        choose differently. That is about one draw in a million of 8 bits in
        float32, one in a hundred of 16 bits, whose levels are as fine as the
        rounding; with `mixed_bfloat16` some in a thousand of one bit and, of
        trained colours, one in six.

        Args:
            num_samples: Number of events.
            seed: An int, a stateless seed `[2]`, or `None`.
            context: One context for all samples, or `[num_samples, ...]`.
            method: `"incremental"` computes every activation once; `"full"`
                recomputes the network at every position. `None` takes the
                first if the model has it.
            return_log_prob: Whether to return the log-probability as well.
            jit_compile: Whether to compile with XLA: faster for vector models,
                after some seconds of compilation for every new batch size.
            **options: `guidance`, `temperature`, `top_k`, `top_p` and `min_p`,
                as `sampling.SamplingNumbers` describes them.

        Returns:
            int32 (float32 if real-valued) `[num_samples, *event_shape]`; with
            `return_log_prob` also `[num_samples]` nats under the distribution
            that was drawn from: by default equal to `log_prob` of the samples,
            within the rounding of the compute dtype.
        """
        options = self._options(method, options)
        check_num_samples(num_samples)
        context = self.context.batched(context, num_samples)

        def drawn(seed, context, num_samples, numbers):
            request = sampling.Request(
                options._replace(numbers=numbers),
                context,
                with_log_prob=return_log_prob,
            )
            x, log_prob = self.draw_events(num_samples, seed, request)
            return (x, log_prob) if return_log_prob else x

        return self._run(
            ("sample", options.graph_key, return_log_prob),
            drawn,
            sampling.as_seed(seed),
            context,
            # The number is a tensor, so that one graph serves all numbers.
            tf.convert_to_tensor(num_samples),
            options.tensors(),
            jit_compile=jit_compile,
        )

    def complete(
        self,
        x: Array,
        known: Array,
        *,
        seed: Seed = None,
        context: Array | None = None,
        method: str | None = None,
        jit_compile: bool = False,
        **options: typing.Unpack[sampling.SamplingNumbers],
    ) -> tf.Tensor:
        """Keeps the known dimensions of `x` and draws the others.

        Dimensions are drawn in the model's order, each conditioned on all
        known and drawn values *earlier in that order*: known values that come
        later have no influence. Models that take any order (`any_order`) visit
        the known dimensions first, and so condition on all of them; an
        ensemble draws each example from one member, chosen uniformly.

        Args:
            x: Event values `[B, *event_shape]`; ignored where not known, but
                valid there too.
            known: bool `event_shape` or `[B, *event_shape]`.
            seed: As in `sample`, and so are the other arguments.
            context: As in `sample`.
            method: As in `sample`.
            jit_compile: As in `sample`.
            **options: As in `sample`.

        Returns:
            Events `[B, *event_shape]`, as `sample` returns them.

        Raises:
            ValueError: If `known` is not boolean or of another shape.
        """
        options = self._options(method, options)
        x = self.event.checked(x)
        known = self._checked_part("known", known, x)
        batch_size = tf.shape(x)[0] if x.shape[0] is None else x.shape[0]
        context = self.context.batched(context, batch_size)

        def completed(seed, context, x, known, numbers):
            request = sampling.Request(
                options._replace(numbers=numbers),
                context,
                sampling.Given(x, known),
            )
            x, _ = self.draw_events(tf.shape(x)[0], seed, request)
            return x

        return self._run(
            ("complete", options.graph_key),
            completed,
            sampling.as_seed(seed),
            context,
            x,
            known,
            options.tensors(),
            jit_compile=jit_compile,
        )

    # The methods of walks, which go one position at a time.

    def walk(self, num_events: int, context: Array | None = None) -> Walk:
        """Returns a `Walk` through the conditionals, before its first position.

        ```python
        walk = model.walk(3)
        while not walk.is_finished:
            walk = walk.observe(walk.conditional().sample())
        walk.events
        ```

        A walk serves whatever chooses values by a rule of its own: beam search,
        compression, a user at the keyboard. `sample` and `complete` are the
        faster ways to draw.

        Args:
            num_events: Number of events that are walked through side by side.
            context: One context for all events, or `[num_events, ...]`.

        Raises:
            ValueError: If `num_events` is not a positive integer, the context
                is missing, not expected or invalid, or the model is an ensemble
                over several orderings: its members have no conditionals in
                common.
        """
        if self.has_many_orderings:
            raise ValueError(
                "`walk` needs one ordering. This ensemble of "
                f"{self.ensemble_size} members has several."
            )
        check_num_samples(num_events, "num_events")
        context = self.context.batched(context, num_events)
        return Walk(self, self.stepwise().start(num_events, context))

    def stepwise(self, member: int | None = None) -> Any:
        """Returns the `sampling.Stepwise` that moves the cursors of a walk.

        Args:
            member: Index of the ensemble member to walk through alone; `None`
                for all of them, which must have one ordering.
        """
        # The steps are cut into blocks, so another size needs another one.
        key = member, self.block_size
        if key not in self._steppers:
            self._steppers[key] = self.make_stepwise(member)
        return self._steppers[key]

    def make_stepwise(self, member: int | None) -> Any:
        """Returns a new `sampling.Stepwise`, or what has its methods.

        Args:
            member: As `stepwise` takes it.
        """
        return sampling.Stepwise(self, member)

    def _options(self, method, numbers):
        """Returns the checked `SamplingOptions` of a caller."""
        if method == "incremental" and not self.incremental:
            raise ValueError(
                f'{type(self).__name__} has no `method="incremental"`: '
                'use method="full".'
            )
        if method is None:
            method = "incremental" if self.incremental else "full"
        options = sampling.SamplingOptions.checked(method, **numbers)
        options.check_offered_by(self)
        return options

    def _checked_part(self, name, part, x):
        """Returns which dimensions of `x` are in a part, bool like `x`."""
        part = tf.convert_to_tensor(part)
        fits = part.shape.is_compatible_with(self.event_shape)
        if part.dtype != tf.bool or not (
            fits or part.shape.is_compatible_with(x.shape)
        ):
            raise ValueError(
                f"`{name}` must be bool of shape {self.event_shape} or "
                f"{tuple(x.shape)}. Received shape {tuple(part.shape)}, dtype "
                f"{part.dtype.name}"
            )
        return tf.broadcast_to(part, tf.shape(x))

    def draw_events(
        self, num_samples: int, seed: Seed, request: Any
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns events and their log-probabilities, for tensors in a graph.

        All draws of the model go through here. Override it for a model that
        does not draw site after site in one pass.

        Args:
            num_samples: Number of events `B`, an int or a scalar tensor.
            seed: As `sampling.uniforms` takes it.
            request: A `sampling.Request`, whose tensors were checked.

        Returns:
            events: `[B, *event_shape]`.
            log_prob: `[B]` nats under what was drawn from; for an ensemble
                under the mixture of its members. Zeros unless asked for.
        """
        if self.ensemble_size == 1:
            return sampling.sample_events(self, num_samples, seed, request)
        x, log_prob = sampling.sample_events(
            self, num_samples, seed, request._replace(with_log_prob=False)
        )
        if request.with_log_prob:
            log_prob = self._tempered_log_prob(x, request)
        return x, log_prob

    def _tempered_log_prob(self, x, request):
        """Returns `[B]` nats of all members under what a request draws from."""
        given = tf.concat([x, x], axis=0) if request.options.is_guided else x
        output, parameters = request.options.tempered(
            self.output_distribution,
            self._ensemble_parameters(given, request.encoded_contexts(self)),
        )
        return self._mixture(output, parameters).log_prob(x)


def check_num_samples(num_samples: int, name: str = "num_samples") -> None:
    """Raises a `ValueError` unless it is a positive integer, or a tensor."""
    if tf.is_tensor(num_samples) and num_samples.dtype.is_integer:
        static = tf.get_static_value(num_samples)
        if static is None or (static.ndim == 0 and static >= 1):
            return
    checked_count(name, num_samples)
