"""The base class of output distributions, for models and for drawing.

Shapes: B batch, P parameters per site, U uniforms per site, S event
dimensions per site, `...` any leading axes.
"""

import abc
from collections.abc import Sequence
from typing import Any
from typing import Self

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp


class OutputDistribution(abc.ABC):
    """Turns parameters `[..., P]` into distributions, and noise into draws.

    An event is a number of sites, each with `P` parameters of its own and
    drawn in one go. All randomness comes from uniforms by inverse CDF, so a
    draw is a function of `(parameters, uniforms)`.

    **Writing one.** Subclass it, or `LevelsOutput` for a number of levels
    that can be enumerated, and pass an instance to a model as `distribution`.
    Set the attributes that differ from those below, override the abstract
    methods, and return the arguments of `__init__` from `get_config`. Register
    the class by `keras.saving.register_keras_serializable`, so that a saved
    model finds it. An instance may serve several models: leave it unchanged.

    Attributes:
        name: The name that exports and messages use; that of the class by
            default.
        num_levels: Number of values of one dimension, `None` if real-valued.
        num_parameters: `P`.
        num_uniforms: `U`.
        num_dims: `S`, event dimensions per site.
        site_ndims: Number of axes of an event that a site holds: 0, or 1 where
            it is the last axis.
        is_ordered: Whether values have an order, so that a network may read
            them as numbers. Others it embeds.
        couples_dims: Whether `coupled` makes one site of several dimensions.
        has_temperature: Whether draws take a temperature.
        has_cuts: Whether draws can leave out values: `top_k` and the like.
        has_guidance: Whether draws take `guidance`.
        has_location: Whether `moved` shifts and stretches it.
        bias_initializer: Initializer of the bias that the parameters have.
        zero_shift: Shift of the parameters that makes 0 certain, `[P]`; `None`
            where nothing can.
        dim_shifts: What a model adds to the parameters of each dimension of an
            event, `[D, P]`, where dimensions differ in the values that they
            can take; `None` where they do not. Models that do so have
            `takes_dim_shifts`.
    """

    num_levels: int | None = None
    num_parameters = 1
    num_uniforms = 1
    num_dims = 1
    site_ndims = 0
    is_ordered = True
    couples_dims = False
    has_temperature = False
    has_cuts = False
    has_guidance = False
    has_location = False
    bias_initializer = "zeros"
    zero_shift: Sequence[float] | np.ndarray | None = None
    dim_shifts: np.ndarray | None = None

    @property
    def name(self) -> str:
        """The name that exports and messages use."""
        return type(self).__name__

    @abc.abstractmethod
    def network_input(self, values: tf.Tensor) -> tf.Tensor:
        """Returns event values on the scale of the network, float32."""

    @abc.abstractmethod
    def distribution(
        self, parameters: tf.Tensor, event_ndims: int
    ) -> tfp.distributions.Distribution:
        """Returns a `tfd.Distribution` over events.

        Args:
            parameters: `[..., *site_shape, P]`, float32.
            event_ndims: Number of axes of the event shape.
        """

    def log_prob_per_dim(
        self, parameters: tf.Tensor, values: tf.Tensor
    ) -> tf.Tensor:
        """Returns log-probabilities `[..., *event_shape]` in nats."""
        return self.distribution(parameters, 0).log_prob(values)

    def tempered(self, parameters: tf.Tensor, options: Any) -> Any:
        """Returns the output distribution to draw from, and its parameters.

        It is called where an option is on that `has_temperature` or `has_cuts`
        offers. The distribution that it returns takes the noise that `noise` of
        this one makes.

        Args:
            parameters: `[..., P]`.
            options: `sampling.SamplingOptions`: `options.temperature` is a
                positive scalar, `options.cut(logits)` leaves values out.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `tempered`")

    def guided(
        self, parameters: tf.Tensor, empty: tf.Tensor, weight: tf.Tensor
    ) -> Any:
        """Returns the output distribution to draw from, and its parameters.

        It is called with guidance, which `has_guidance` offers, and before
        `tempered`: up to a constant that does not depend on the value, the
        log-probabilities of values are

            weight * log p(x; parameters) + (1 - weight) * log p(x; empty)

        The distribution that it returns takes the noise that `noise` of this
        one makes.

        Args:
            parameters: `[..., P]`, given the contexts.
            empty: `[..., P]`, given the empty context.
            weight: A scalar of at least 0.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `guided`")

    def moved(
        self, parameters: tf.Tensor, location: tf.Tensor, scale: tf.Tensor
    ) -> tf.Tensor:
        """Returns parameters `[..., P]`, those of `location + scale * x`.

        A model with an estimate of the next value then learns by how many
        scales it is off. `has_location` offers it.

        Args:
            parameters: `[..., P]`, those of `x` on the scale of the network.
            location: `[...]`, on the same scale.
            scale: `[...]`, positive.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `moved`")

    @abc.abstractmethod
    def draw(self, parameters: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        """Returns values `[..., S]`, float32, from `parameters [..., P]`.

        Args:
            parameters: `[..., P]`.
            noise: `[..., U]`, what `noise` made of uniforms.
        """

    def draw_given(
        self,
        parameters: tf.Tensor,
        noise: tf.Tensor,
        known: tf.Tensor,
        values: tf.Tensor,
    ) -> tf.Tensor:
        """Returns a draw `[..., S]` that has the `values` where `known`.

        Dimensions of a site that come after a known one are conditioned on it.

        Args:
            parameters: `[..., P]`.
            noise: `[..., U]`, what `noise` made of uniforms.
            known: bool `[..., S]`.
            values: float32 `[..., S]`, ignored where not known.
        """
        return tf.where(known, values, self.draw(parameters, noise))

    def site_log_prob(
        self, parameters: tf.Tensor, values: tf.Tensor
    ) -> tf.Tensor:
        """Returns the log-probability `[...]` of the values `[..., S]`."""
        return self.log_prob_per_dim(parameters, values[..., 0])

    def level_log_probs(self, parameters: tf.Tensor) -> tf.Tensor:
        """Returns `log p(x = k)`, `[..., K]` nats, for sites of one dimension.

        Args:
            parameters: `[..., P]`.
        """
        levels = tf.range(self.num_levels)
        return self.log_prob_per_dim(parameters[..., None, :], levels)

    def coding_parameters(self, parameters: tf.Tensor) -> tf.Tensor:
        """Returns what `code` makes probabilities of, `[..., Q]`, float32.

        It runs in a graph, and `code` outside, where TensorFlow is slow.

        Args:
            parameters: `[..., P]`.
        """
        return self.level_log_probs(parameters)

    def code(
        self,
        coder: Any,
        parameters: np.ndarray,
        log_weights: np.ndarray | None,
        values: np.ndarray | None,
    ) -> np.ndarray:
        """Returns the values of a site, after a coder has coded them.

        An encoder and a decoder go through the same calls with the same
        probabilities.

        Args:
            coder: Has `code(probabilities [n, K], levels [n])`, which returns
                levels `[n]`: those that an encoder was given and wrote, or
                those that a decoder read. `code_logs` takes log-probabilities.
            parameters: float32 `[B, E, Q]`, the `coding_parameters` of the
                members of an ensemble.
            log_weights: float32 `[B, E]`, their log-probabilities; `None` for
                one member.
            values: int `[B, S]`, or `None` for a decoder.

        Returns:
            int `[B, S]`.
        """
        of_members = parameters.astype("float64")
        if log_weights is None:
            log_probabilities = of_members[:, 0]
        else:
            of_members += log_weights[..., None]
            log_probabilities = np.logaddexp.reduce(of_members, axis=1)
        levels = None if values is None else values[:, 0]
        return coder.code_logs(log_probabilities, levels)[:, None]

    def site_shape(self, event_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Returns the shape of the sites of an event of this shape."""
        return tuple(event_shape[: len(event_shape) - self.site_ndims])

    def noise(self, uniforms: tf.Tensor) -> tf.Tensor:
        """Returns the noise of `draw` from `uniforms [..., U]`, made once."""
        return uniforms

    def coupled(self, num_dims: int) -> "OutputDistribution":
        """Returns this for sites of `num_dims` values, the last axis of events.

        Their values depend on each other. A distribution with `couples_dims`
        has it.
        """
        raise NotImplementedError(f"{type(self).__name__} couples no values")

    def __repr__(self):
        arguments = ", ".join(f"{k}={v}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of `__init__`, for saved models."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Returns an instance with these arguments."""
        return cls(**config)


def centred(values: tf.Tensor, num_levels: int) -> tf.Tensor:
    """Returns levels from 0 on the scale [-1, 1] of a network, float32.

    Args:
        values: Levels, of any shape.
        num_levels: Number of levels, at least 2.
    """
    # The difference is exact, so that XLA cannot round it in another way.
    largest = num_levels - 1
    return (2.0 * tf.cast(values, tf.float32) - largest) * (1.0 / largest)


def deserialized(config: dict[str, Any]) -> Any:
    """Returns the object of a `keras.saving.serialize_keras_object` dict."""
    return keras.saving.deserialize_keras_object(config)
