"""The contract of an autoregressive model.

Shapes: B batch, D event dimensions, E ensemble members, P parameters per site
of the output distribution.
"""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive import orderings
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.distributions import output_distribution
from tf_autoregressive.models.building import whole_or_nothing
from tf_autoregressive.models.conditionals import scoring_events_alone
from tf_autoregressive.models.context import Context
from tf_autoregressive.models.event import Event
from tf_autoregressive.models.functional import symbolic_parameters
from tf_autoregressive.models.graphs import GraphMethods
from tf_autoregressive.models.likelihood_model import LikelihoodModel
from tf_autoregressive.models.sampling_methods import SamplingMethods
from tf_autoregressive.models.scoring_methods import ScoringMethods
from tf_autoregressive.models.structure import without_structure
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State

tfd = tfp.distributions


class AutoregressiveModel(
    SamplingMethods, ScoringMethods, GraphMethods, LikelihoodModel
):
    """Exact density over events, `p(x) = prod_i p(x[o[i]] | x[o[<i]])`.

    A Keras model whose output is the TFP distribution of the conditionals:
    `model(x).log_prob(x)` is `log p(x)` in nats, and its mean over examples,
    negated, is the loss. `compile(optimizer)`, `fit`, `evaluate` and `predict`
    take datasets of `x`, or of `(x, context)` for a conditional model.

    Event values are integers in `[0, num_levels)` of any integer or float
    dtype, or real numbers where the output distribution is real-valued.

    **Writing a model.** Subclass, create the layers in `__init__`, end it with
    `self.build()`, and override

    - `network(inputs, *, context, member, training)`: returns the parameters
      `[B, *site_shape, P]`, float32, with `P =
      self.output_distribution.num_parameters`. `inputs` are float32 event
      values on the network's scale, `[B, *event_shape]`; `context` is float32
      `[B, *self.context.encoded_shape]` or `None`. The parameters of a
      dimension must depend on earlier dimensions (and the context) only;
    - `get_config()`: returns the arguments of `__init__`, with those of the
      base class.

    That is a complete model: it trains, scores, saves, completes, and samples
    with one network pass per position. For sampling that computes every
    activation once, set `incremental = True` and override `init_cache`, `step`
    and `observe`; to do part of the work once every `block_size` positions,
    `begin_block` and `end_block` as well; a pattern that repeats every
    `num_lanes` positions is unrolled, and with `unrolls_blocks` all positions
    of a block are, which pays where a step is a few small operations. Models
    that are not generated in raster order set `self.ordering`, int32 `[E, D]`
    or `[1, D]`; estimates of `log p(x)` to train on go in `training_log_prob`.
    Models whose `network` and `init_cache` take an `ordering`, `[D]` or `[B,
    D]`, set `any_order = True`. Models that do not draw site after site
    override `draw_events`.

    Models that add `output_distribution.dim_shifts`, where it is not `None`,
    to the parameters in `network` and `step` set `takes_dim_shifts`.

    Mixtures of several members set `ensemble_size`. They draw from one member
    after the other, and keep of each the examples that are drawn from it.
    Where `init_cache` also takes a member for each example, int32 `[B]`, set
    `members_together = True`: then one pass draws all.

    Args:
        event_shape: Shape of one event.
        distribution: An `OutputDistribution`, or the name of one of the
            `distributions.SHORTHANDS`.
        num_levels: Number of values of a dimension; `None` for the default of
            the distribution (2, or 256).
        num_components: Components of a mixture that is named; `None` for its
            default, 10, which configurations then hold.
        num_classes: Number of labels to condition on.
        context_shape: Shape of the vector or map to condition on.
        context_dropout: The share of examples whose context is replaced by an
            empty one in training, such as 0.1; `guidance` of draws needs it. 0
            for none, and no empty context.
        context_network: A Keras model or layer that encodes the context,
            trained and saved with this one; `None` for none. It gets int32
            labels `[B]` or float32 `[B, *context_shape]`, and what it returns,
            `[B, ..., n]`, is the context that the layers see.
        **kwargs: Passed to `keras.Model`: `name`, and `dtype`, a policy for
            the layers within. Parameters and log-probabilities are float32
            under every policy, "float64" too.

    Raises:
        ValueError: If an argument is out of range, or a pair of them does not
            go together.

    Example:
        >>> import numpy as np
        >>> class Independent(AutoregressiveModel):
        ...     def __init__(self, event_shape, **kwargs):
        ...         super().__init__(event_shape, **kwargs)
        ...         self.logits = keras.layers.Dense(1)
        ...         self.build()
        ...
        ...     def network(self, inputs, *, context, member, training):
        ...         return self.logits(keras.ops.zeros_like(inputs)[..., None])
        >>> model = Independent((4,))
        >>> tuple(model.log_prob(np.zeros((3, 4), "uint8")).shape)
        (3,)
    """

    incremental = False
    block_size: int | None = None
    num_lanes = 1
    unrolls_blocks = False
    ensemble_size = 1
    any_order = False
    members_together = False
    takes_dim_shifts = False

    def __init__(
        self,
        event_shape: Shape,
        *,
        distribution: str | OutputDistribution = "bernoulli",
        num_levels: int | None = None,
        num_components: int | None = None,
        num_classes: int | None = None,
        context_shape: Shape | None = None,
        context_dropout: float = 0.0,
        context_network: Any = None,
        **kwargs: Any,
    ) -> None:
        event_shape = checked_counts("event_shape", event_shape)
        given = output_distribution(
            distribution, num_levels=num_levels, num_components=num_components
        )
        self._check_dim_shifts(given, event_shape)
        output = self.make_output_distribution(given, event_shape)
        super().__init__(
            Event(event_shape, output.num_levels),
            self.make_context(
                event_shape,
                num_classes=num_classes,
                shape=context_shape,
                dropout=context_dropout,
                network=context_network,
            ),
            **kwargs,
        )
        self.context_network = self.context.network and (
            self.context.network.model
        )
        self.context_seeds = self.context.seeds
        self.output_distribution = output
        is_named = isinstance(distribution, str)
        self.distribution = distribution if is_named else given
        # An object has its own.
        self.num_components = (
            getattr(given, "num_components", None) if is_named else None
        )
        self.ordering = orderings.natural(self.event_shape)[None]
        self._functions, self._steppers = {}, {}

    @property
    def site_shape(self) -> tuple[int, ...]:
        """Shape of the sites: of positions at which a value is drawn."""
        return self.output_distribution.site_shape(self.event_shape)

    @property
    def num_sites(self) -> int:
        """Number of sites, `N`."""
        return self.num_dims // self.output_distribution.num_dims

    @property
    def site_ordering(self) -> np.ndarray:
        """The site that is drawn at each rank, int32 `[E, N]` or `[1, N]`."""
        num_dims = self.output_distribution.num_dims
        return self.ordering[:, ::num_dims] // num_dims

    @property
    def has_many_orderings(self) -> bool:
        """Whether members are generated in different orders."""
        return bool((self.ordering != self.ordering[:1]).any())

    def _check_dim_shifts(self, output, event_shape):
        """Raises a `ValueError` if dimensions differ that must not."""
        if output.dim_shifts is None:
            return
        if not self.takes_dim_shifts:
            raise ValueError(
                "`distribution` must treat all dimensions alike: "
                f"{type(self).__name__} takes no other. MADE, NADE and "
                f"DeepNADE do. Received: distribution={output!r}"
            )
        if len(output.dim_shifts) != math.prod(event_shape):
            raise ValueError(
                "`distribution` must be of as many dimensions as an event of "
                f"shape {event_shape} has. Received: {len(output.dim_shifts)}"
            )

    # The methods that a model overrides.

    def make_output_distribution(
        self, distribution: OutputDistribution, event_shape: tuple[int, ...]
    ) -> OutputDistribution:
        """Returns the output distribution of the sites of an event.

        It is called before the model has any attribute of its own.

        Args:
            distribution: The `OutputDistribution` that the model was given.
            event_shape: Shape of one event, a tuple.

        Raises:
            ValueError: If the model cannot draw from it. This one draws one
                dimension after another.
        """
        if distribution.site_ndims:
            raise ValueError(
                "`distribution` must be of one dimension: "
                f"{type(self).__name__} draws one after another. "
                f"Received: distribution={distribution!r}"
            )
        return distribution

    def make_context(
        self,
        event_shape: tuple[int, ...],
        **arguments: Any,
    ) -> Context:
        """Returns the `Context` that the model is conditioned on.

        Args:
            event_shape: Shape of one event, a tuple.
            **arguments: The model's arguments, as `Context` takes them.
        """
        return Context(**arguments)

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
    ) -> tf.Tensor:
        """Returns the parameters `[B, *site_shape, P]` of all conditionals.

        The sites are the dimensions, or, for outputs that couple the channels
        of a pixel, the pixels.

        Args:
            inputs: float32 `[B, *event_shape]`, on the network's scale.
            context: float32 `[B, *context.encoded_shape]` or `None`.
            member: Index of the ensemble member, an int or a scalar tensor.
            training: Whether dropout and the like are active.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `network`")

    def training_log_prob(
        self, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        """Returns `[B]` nats whose mean over examples, negated, is the loss.

        `log p(x)` of the member whose turn it is: members train in cycles, one
        an update. Models may return an unbiased estimate instead.
        """
        member = 0
        if self.ensemble_size > 1:
            member = self.num_updates % self.ensemble_size
        context = self.context.encoded(context, training=True)
        parameters = self._parameters(x, context, member, training=True)
        return self._conditionals(parameters).log_prob(x)

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
    ) -> State:
        """Returns the cache of an empty history, a nest of tensors.

        Args:
            batch_size: `B`, a scalar tensor.
            context: float32 `[B, *context.encoded_shape]` or `None`.
            member: Index of the ensemble member, a scalar; with
                `members_together` also one for each example, `[B]`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `init_cache`")

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        """Returns the state that `step` and `observe` work on in a block."""
        return cache

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        """Returns the parameters `[B, P]` of one `sampling.Position`.

        It also returns the state that `observe` takes, which may hold what
        `observe` can use again.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `step`")

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        """Returns the state after the event values `[B, S]`, float32."""
        raise NotImplementedError(f"{type(self).__name__} has no `observe`")

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        """Returns the cache from the state at the end of a block."""
        return state

    # As a Keras model.

    def build(self, input_shape: Any = None) -> None:
        """Creates the weights; the `__init__` of a model ends with it."""
        if self.built:
            return
        x = keras.Input(self.event_shape, dtype="int32")
        context = None
        if self.context.num_classes is not None:
            context = keras.Input((), dtype="int32")
        elif self.context.expected:
            context = keras.Input(self.context.shape)
        with whole_or_nothing(self):
            symbolic_parameters(self, x, context)
        self.unit_metrics = self.make_unit_metrics()
        self.built = True

    def call(
        self,
        x: Array,
        context: Array | None = None,
        training: bool = False,  # noqa: FBT001
    ) -> tfd.Distribution:
        """Returns the `tfd.Distribution` of the conditionals at `x`.

        Args:
            x: Event values `[B, *event_shape]`.
            context: Labels `[B]` or floats `[B, *context_shape]`, or `None`.
            training: Whether dropout and the like are active.

        Returns:
            A distribution with batch shape `[B]` and event shape `event_shape`,
            whose `log_prob(x)` is `log p(x)` in nats; for an ensemble a mixture
            of its members. It refuses values that are not levels, as `log_prob`
            of the model does.
        """
        x, context = self.checked(x, context)
        context = self.context.encoded(context, training=training)
        distribution = self._distribution(
            self._ensemble_parameters(x, context, training)
        )
        return scoring_events_alone(distribution, self.event)

    def get_config(self) -> dict[str, Any]:
        return {
            "event_shape": list(self.event_shape),
            "distribution": self.distribution
            if isinstance(self.distribution, str)
            else keras.saving.serialize_keras_object(self.distribution),
            "num_levels": self.num_levels,
            "num_components": self.num_components,
            **self.context.get_config(),
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    def get_build_config(self) -> None:
        return None

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        for name, array in self.structure().items():
            store[name] = array

    def load_own_variables(self, store: Any) -> None:
        super().load_own_variables(without_structure(store, **self.structure()))

    def structure(self) -> dict[str, np.ndarray]:
        """Returns arrays by name, without which weights have no meaning.

        Files of weights hold them. A model with another structure refuses such
        a file, which its shapes alone would let in.
        """
        # The weights of a model of any order serve every ordering.
        return {} if self.any_order else {"ordering": self.ordering}
