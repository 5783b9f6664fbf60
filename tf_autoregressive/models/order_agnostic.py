"""The base class of models that have the conditionals of every ordering.

Shapes: B batch, D event dimensions, P parameters per dimension, E orderings.
"""

import functools
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import orderings
from tf_autoregressive import sampling
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.models.sampling_methods import check_num_samples
from tf_autoregressive.sampling import noise
from tf_autoregressive.types import Array
from tf_autoregressive.types import Ordering
from tf_autoregressive.types import Seed
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class OrderAgnosticModel(AutoregressiveModel):
    """A model of `p(x[i] | x[known])` for every `i` and every set of `known`.

    **Writing one.** Subclass `OrderAgnosticModel`, create the layers in
    `__init__`, end it with `self.build()`, and override

    - `conditionals(inputs, known, context)`: returns the parameters of all
      dimensions, given the known ones. Where a value is not known the inputs
      are zero, so that no network can see what it must not see.

    Scores and draws take a pass for each dimension. A model that can do part of
    a pass once for all of them overrides `init_cache`, `step` and `observe`.

    Args:
        event_shape: Shape of one event.
        ordering: Ordering to score and sample with, a name or a permutation,
            as `orderings.resolve` takes it: `"natural"`, `"reversed"`,
            `"random"`, `"snake"`, `"hilbert"`.
        num_orderings: Number of orderings `E` of the mixture; those after the
            first are random.
        ordering_seed: Seed of the random orderings, and of training.
        **kwargs: Passed to `AutoregressiveModel`: `distribution`,
            `num_levels`, `num_components`, `num_classes`, `context_shape`.

    Raises:
        ValueError: If `num_orderings` is below 1, or `ordering` is not a
            permutation.
    """

    incremental = True
    any_order = True
    members_together = True

    def __init__(
        self,
        event_shape: Shape,
        *,
        ordering: Ordering = "natural",
        num_orderings: int = 1,
        ordering_seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.ordering_argument = ordering
        self.ensemble_size = checked_count("num_orderings", num_orderings)
        self.ordering_seed = ordering_seed
        self.ordering = self._draw_orderings()

    def _draw_orderings(self):
        generator = np.random.default_rng(self.ordering_seed)
        first = orderings.resolve(self.ordering_argument, self.event_shape)
        others = [
            generator.permutation(first) for _ in range(self.ensemble_size - 1)
        ]
        return np.stack([first, *others])

    def conditionals(
        self, inputs: tf.Tensor, known: tf.Tensor, context: Array | None
    ) -> tf.Tensor:
        """Returns the parameters `[B, D, P]` given the known dimensions.

        Those of known dimensions are not used.

        Args:
            inputs: float32 `[B, D]`, on the network's scale; zero where not
                known.
            known: float32 `[B, D]`, 1 where known and 0 elsewhere.
            context: float32 `[B, *context.encoded_shape]` or `None`.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no `conditionals`"
        )

    def training_log_prob(
        self, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        inputs = tf.reshape(
            self.output_distribution.network_input(x), [-1, self.num_dims]
        )
        known, num_known = self._draw_known(tf.shape(x)[0])
        parameters = self.conditionals(
            inputs * known, known, self.context.encoded(context, training=True)
        )
        log_prob = self.output_distribution.log_prob_per_dim(
            parameters, tf.reshape(x, [-1, self.num_dims])
        )
        # At least one dimension is unknown, because `num_known` is below `D`.
        weight = self.num_dims / (self.num_dims - num_known)
        return weight * tf.reduce_sum((1.0 - known) * log_prob, axis=1)

    def _draw_known(self, batch_size):
        """Returns float32 `[B, D]` in {0, 1} and how many are 1, `[B]`."""
        uniforms = noise.uniforms(
            self._update_seed(), [batch_size, self.num_dims + 1]
        )
        # The ranks of uniform noise are a uniform random ordering.
        ranks = tf.argsort(tf.argsort(uniforms[:, 1:], axis=1), axis=1)
        # Each share is uniform, and those of a batch lie evenly, which lowers
        # the variance of an update.
        steps = tf.range(batch_size) / batch_size
        shares = tf.math.floormod(
            uniforms[0, 0] + tf.cast(steps, tf.float32), 1.0
        )
        num_known = tf.floor(self.num_dims * shares)
        known = tf.cast(ranks, tf.float32) < num_known[:, None]
        return tf.cast(known, tf.float32), num_known

    def _update_seed(self):
        """Returns a seed that no other update and no other replica has.

        It depends on the number of updates, so that training that goes on from
        a file goes on with the same noise.
        """
        replica = tf.distribute.get_replica_context()
        replica_id = replica.replica_id_in_sync_group
        return tf.stack(
            [
                self.num_updates,
                tf.cast(self.ordering_seed + replica_id, "int32"),
            ]
        )

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
        ordering: np.ndarray | None = None,
    ) -> tf.Tensor:
        x = tf.reshape(inputs, [-1, self.num_dims])
        batch_size = tf.shape(x)[0]
        if ordering is None:
            ordering = tf.gather(tf.constant(self.ordering), member)
        sites = tf.broadcast_to(ordering, [batch_size, self.num_dims])
        width = self.output_distribution.num_parameters

        def body(rank, known, parameters):
            here = tf.one_hot(sites[:, rank], self.num_dims)
            conditionals = self.conditionals(x * known, known, context)
            parameters += here[:, :, None] * conditionals
            return rank + 1, known + here, parameters

        _, _, parameters = tf.while_loop(
            lambda rank, *_: rank < self.num_dims,
            body,
            (
                0,
                tf.zeros([batch_size, self.num_dims]),
                tf.zeros([batch_size, self.num_dims, width]),
            ),
            maximum_iterations=self.num_dims,
        )
        return tf.reshape(parameters, [-1, *self.event_shape, width])

    def sample_approximately(
        self,
        num_samples: int,
        num_steps: int,
        *,
        seed: Seed = None,
        context: Array | None = None,
    ) -> tf.Tensor:
        """Draws several dimensions at once, not from the model's distribution.

        The ordering is cut into `num_steps` parts of equal length, up to one
        dimension. A pass draws all of a part, each given the parts before and
        independently of the others of its own:

            q(x) = prod_s prod_{i in part s} p(x[i] | x[parts before s])

        **`log_prob` does not describe these draws**, and neither do the scores
        of the model. With as many steps as dimensions the draws are those of
        `sample`, for the same seed, within rounding; with fewer they take fewer
        passes, and fit together less well [1, Sec. 3.1].

        Args:
            num_samples: Number of events.
            num_steps: Number of passes, at most the number of dimensions.
            seed: As `sample` takes it, and so is the context.
            context: One context for all samples, or `[num_samples, ...]`.

        Returns:
            Events `[num_samples, *event_shape]`, as `sample` returns them.

        Raises:
            ValueError: If a number is below 1, or `num_steps` above that of the
                dimensions.

        References:
            [1] Hoogeboom et al., "Autoregressive Diffusion Models", 2022.
                https://arxiv.org/abs/2110.02037
        """
        check_num_samples(num_samples)
        num_steps = checked_count("num_steps", num_steps, at_most=self.num_dims)
        return self._run(
            ("sample_approximately", num_steps),
            functools.partial(self._draw_in_steps, num_steps),
            sampling.as_seed(seed),
            self.context.batched(context, num_samples),
            tf.convert_to_tensor(num_samples),
        )

    def _draw_in_steps(self, num_steps, seed, context, num_samples):
        """Returns events for tensors that were checked."""
        output, num_dims = self.output_distribution, self.num_dims
        members = noise.members(seed, num_samples, self.ensemble_size)
        ranks = tf.gather(np.argsort(self.ordering, axis=1), members)
        # A dimension has the noise of its rank, as in the model's own draws.
        uniforms = noise.uniforms(
            seed, [num_samples, num_dims, output.num_uniforms]
        )
        noise_of_dims = output.noise(tf.gather(uniforms, ranks, batch_dims=1))
        step_of_dims = tf.gather(
            (np.arange(num_dims) * num_steps // num_dims).astype("int32"), ranks
        )
        context = self.context.encoded(context)

        def body(step, values):
            known = tf.cast(step_of_dims < step, tf.float32)
            parameters = self.conditionals(
                output.network_input(values) * known, known, context
            )
            drawn = output.draw(parameters, noise_of_dims)[..., 0]
            return step + 1, tf.where(step_of_dims == step, drawn, values)

        _, values = tf.while_loop(
            lambda step, _: step < num_steps,
            body,
            (0, tf.zeros([num_samples, num_dims])),
            maximum_iterations=num_steps,
        )
        events = tf.reshape(values, [-1, *self.event_shape])
        return tf.cast(events, self.event.dtype)

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        ordering: np.ndarray,
    ) -> State:
        nothing = tf.zeros([batch_size, self.num_dims])
        cache = {
            "inputs": nothing,
            "known": nothing,
            "sites": tf.broadcast_to(ordering, [batch_size, self.num_dims]),
        }
        return cache if context is None else {**cache, "context": context}

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        parameters = self.conditionals(
            state["inputs"], state["known"], state.get("context")
        )
        site = state["sites"][:, position.rank]
        return tf.gather(parameters, site, batch_dims=1), state

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        here = tf.one_hot(state["sites"][:, position.rank], self.num_dims)
        value = self.output_distribution.network_input(value)
        return {
            **state,
            "inputs": state["inputs"] + value * here,
            "known": state["known"] + here,
        }

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "ordering": orderings.to_config(self.ordering_argument),
            "num_orderings": self.ensemble_size,
            "ordering_seed": self.ordering_seed,
        }
