"""What a model and the sampling engine ask of an output distribution.

Shapes: B batch, P parameters per site, U uniforms per site, S event
dimensions per site, `...` any leading axes.
"""

import abc

import tensorflow as tf


class OutputDistribution(abc.ABC):
    """Turns parameters `[..., P]` into distributions, and noise into draws.

    An event is a number of sites, each with `P` parameters of its own and
    drawn in one go. All randomness comes from uniforms by inverse CDF, so a
    draw is a function of `(parameters, uniforms)`.

    Attributes:
        num_levels: Number of values of one dimension, `None` if real-valued.
        num_parameters: `P`.
        num_uniforms: `U`.
        num_dims: `S`, event dimensions per site.
        has_temperature: Whether draws take a temperature.
        has_cuts: Whether draws can leave out values: `top_k` and the like.
        couples_channels: Whether a site may hold all channels of a pixel.
        bias_initializer: Initializer of the bias that the parameters have.
        zero_shift: What added to parameters makes 0 certain, `[P]`; `None`
            where nothing can.
    """

    num_levels = None
    num_parameters = 1
    num_uniforms = 1
    num_dims = 1
    has_temperature = False
    has_cuts = False
    couples_channels = False
    bias_initializer = "zeros"
    zero_shift = None

    @abc.abstractmethod
    def network_input(self, values):
        """Returns event values on the scale of the network, float32."""

    @abc.abstractmethod
    def distribution(self, parameters, event_ndims):
        """Returns a `tfd.Distribution` over events.

        Args:
            parameters: `[..., *event_shape, P]`, float32.
            event_ndims: Number of axes of the event shape.
        """

    def log_prob_per_dim(self, parameters, values):
        """Returns log-probabilities `[..., *event_shape]` in nats."""
        return self.distribution(parameters, 0).log_prob(values)

    def tempered(self, parameters, options):
        """Returns what is drawn from: an output distribution, its parameters.

        Called where an option is on that `has_temperature` or `has_cuts`
        offers. What it returns takes the noise that `noise` of this one makes.

        Args:
            parameters: `[..., P]`.
            options: `sampling.SamplingOptions`: `options.temperature` is a
                positive scalar, `options.cut(logits)` leaves values out.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `tempered`")

    @abc.abstractmethod
    def draw(self, parameters, noise):
        """Returns values `[..., S]`, float32, from `parameters [..., P]`.

        Args:
            parameters: `[..., P]`.
            noise: `[..., U]`, what `noise` made of uniforms.
        """

    def draw_given(self, parameters, noise, known, values):
        """Returns a draw `[..., S]` that has the `values` where `known`.

        Dimensions of a site that come after a known one are conditioned on it.

        Args:
            parameters: `[..., P]`.
            noise: `[..., U]`, what `noise` made of uniforms.
            known: bool `[..., S]`.
            values: float32 `[..., S]`, ignored where not known.
        """
        return tf.where(known, values, self.draw(parameters, noise))

    def site_log_prob(self, parameters, values):
        """Returns the log-probability `[...]` of the values `[..., S]`."""
        return self.log_prob_per_dim(parameters, values[..., 0])

    def site_shape(self, event_shape):
        """Returns the shape of the sites of an event of this shape."""
        return tuple(event_shape)

    def noise(self, uniforms):
        """Returns what `draw` needs of `uniforms [..., U]`, made up front."""
        return uniforms
