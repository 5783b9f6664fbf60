"""Multi-scale PixelRNN: a small image first, then the one around it.

Shapes: B batch, H rows, W columns, C channels, f the scale, F filters.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import sampling
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.layers import segments
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.models.pixel_rnn import PixelRNN
from tf_autoregressive.models.raster_model import check_image_shape
from tf_autoregressive.models.raster_model import enlarged
from tf_autoregressive.models.raster_model import of_pixels
from tf_autoregressive.models.two_scales import TwoScales
from tf_autoregressive.sampling import noise
from tf_autoregressive.types import Array
from tf_autoregressive.types import Seed
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class MultiScalePixelRNN(AutoregressiveModel):
    """Multi-scale PixelRNN [1, Sec. 3.6].

        s = x[::f, ::f]
        log p(x) = log p_small(s) + sum_{i not in s} log p_large(x_i | x_<i, s)

    An unconditional PixelRNN draws a small image, every `f`-th pixel of every
    `f`-th row. A second one, of which every layer is biased by the small image
    enlarged by a transposed convolution, draws the pixels around it in raster
    order. It keeps those of `s`, which cost nothing a second time, so this is
    one exact likelihood over whole images: it sums to 1.

    Both are trained and sampled as one model, whose order is the small image's
    pixels first. A context conditions both.

    Args:
        event_shape: `(H, W, C)`.
        scale: `f`, at least 2, a divisor of `H` and `W`.
        recurrence: `"row_lstm"` or `"diagonal_bilstm"`, for both networks.
        units: Units of a layer, in both.
        num_layers: Number of layers, in both.
        upsampling_filters: Filters `F` of the enlarged small image.
        head_filters: Filters of the layer before the parameters, in both.
        rematerialise: As `RasterModel` takes it, for both.
        **kwargs: Passed to `AutoregressiveModel`: `distribution`,
            `num_levels`, `num_components`, `num_classes`, `context_shape`.

    Input shape:
        `[B, H, W, C]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If the scale does not divide the sides, or a size is not
            positive.

    Example:
        >>> model = MultiScalePixelRNN(
        ...     (8, 8, 3), units=6, num_levels=4, distribution="categorical"
        ... )
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 8, 8, 3])

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016.
            https://arxiv.org/abs/1601.06759
        Deviation: the paper's large network draws all pixels again; here those
            of the small image are kept, which makes the two parts one density.
    """

    incremental = True

    def __init__(
        self,
        event_shape: Shape,
        *,
        scale: int = 2,
        recurrence: str = "diagonal_bilstm",
        units: int = 32,
        num_layers: int = 1,
        upsampling_filters: int = 16,
        head_filters: int = 64,
        rematerialise: bool = False,
        **kwargs: Any,
    ) -> None:
        _check_scale(event_shape, scale)
        super().__init__(event_shape, **kwargs)
        self.rematerialise = rematerialise
        self.segments = segments.of_training(rematerialise=rematerialise)
        self.seeds = self.segments.seeds
        self.scale = scale
        self.recurrence = recurrence
        self.units = units
        self.num_layers = num_layers
        self.upsampling_filters = checked_count(
            "upsampling_filters", upsampling_filters
        )
        self.head_filters = head_filters

        height, width, channels = self.event_shape
        self.is_small = np.zeros(self.event_shape, bool)
        self.is_small[::scale, ::scale] = True
        # The small image comes first, and each part is in raster order.
        ordering = np.argsort(~self.is_small.ravel(), kind="stable")
        self.ordering = ordering[None].astype("int32")
        self.small = self._network(
            "small",
            (height // scale, width // scale, channels),
            self.context.encoded_shape,
        )
        self.upsampling = keras.layers.Conv2DTranspose(
            upsampling_filters,
            2 * scale,
            strides=scale,
            padding="same",
            activation="relu",
            dtype=self.dtype_policy,
            name="upsampling",
        )
        bias_filters = upsampling_filters
        if self.context.expected:
            bias_filters += self.context.encoded_shape[-1]  # type: ignore[index]
        self.large = self._network(
            "large", self.event_shape, (height, width, bias_filters)
        )
        self.build()

    def make_output_distribution(
        self, distribution: OutputDistribution, event_shape: tuple[int, ...]
    ) -> OutputDistribution:
        return of_pixels(distribution, event_shape)

    def _network(self, name, event_shape, context_shape):
        network = PixelRNN(
            event_shape,
            recurrence=self.recurrence,
            units=self.units,
            num_layers=self.num_layers,
            head_filters=self.head_filters,
            distribution=self.output_distribution,
            context_shape=context_shape,
            dtype=self.dtype_policy,
            name=name,
        )
        # Both networks share the seeds of dropout, which this model saves.
        network.segments = self.segments
        return network

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
    ) -> tf.Tensor:
        small_image = inputs[:, :: self.scale, :: self.scale]
        options = {"member": member, "training": training}
        small = self.small.network(small_image, context=context, **options)
        large = self.large.network(
            inputs, context=self._bias_map(small_image, context), **options
        )
        is_small = self._by_site(self.is_small)[0, :, 0]
        return tf.where(
            tf.reshape(is_small, [*self.site_shape, 1]),
            enlarged(small, self.event_shape),
            large,
        )

    def _bias_map(self, small_image, context):
        """Returns the map that biases the large network, `[B, H, W, F + n]`."""
        bias = tf.cast(self.upsampling(small_image), tf.float32)
        if context is None:
            return bias
        if self.context.encoded_rank < 3:
            context = context[:, None, None]
        return tf.concat([bias, enlarged(context, self.event_shape)], axis=-1)

    # Sampling draws the small image first, then the large one given the small
    # one.

    def draw_events(
        self, num_samples: int, seed: Seed, request: Any
    ) -> tuple[tf.Tensor, tf.Tensor]:
        options = request.options
        if options.method == "full":
            return super().draw_events(num_samples, seed, request)
        output = self.output_distribution
        uniforms = noise.uniforms(
            seed, [num_samples, self.num_sites, output.num_uniforms]
        )
        context = request.encoded_contexts(self)
        forced = self._forced(num_samples, request.given)
        small_image = self._small_images(uniforms, context, options, forced)
        x = self._events_around(uniforms, context, options, forced, small_image)
        log_prob = tf.zeros([num_samples])
        if request.with_log_prob:
            log_prob = self._tempered_log_prob(x, request)
        return x, log_prob

    def make_stepwise(self, member: int | None) -> Any:
        return TwoScales(self, self._bias_of_small_sites)

    def _bias_of_small_sites(self, small_image, context):
        """Returns the biases of the large network from sites `[B, n, S]`."""

        def bias_map(small_image, context):
            x = tf.reshape(small_image, [-1, *self.small.event_shape])
            return self._bias_map(
                self.output_distribution.network_input(x), context
            )

        return self._run("bias map", bias_map, small_image, context)

    def _forced(self, num_samples, given):
        """Returns the `sampling.Forced` values of all sites, raster order."""
        if given is None:
            shape = [num_samples, *self.event_shape]
            given = sampling.Given(tf.zeros(shape), tf.zeros(shape, tf.bool))
        return sampling.Forced(
            self._by_site(given.known),
            self._by_site(tf.cast(given.x, tf.float32)),
        )

    def _small_images(self, uniforms, context, options, forced):
        """Returns small images `[B, H / f, W / f, C]`, float32."""
        num_sites = self.small.num_sites
        small_image, _ = sampling.sample_sites(
            self.small,
            uniforms[:, :num_sites],
            context=context,
            forced=sampling.Forced(
                *(
                    tf.gather(x, self.site_ordering[0, :num_sites], axis=1)
                    for x in forced
                )
            ),
            options=options,
        )
        return tf.reshape(small_image, [-1, *self.small.event_shape])

    def _events_around(self, uniforms, context, options, forced, small_image):
        """Returns events `[B, *event_shape]` that hold the small images."""
        is_small = self._by_site(self.is_small)
        bias = self.output_distribution.network_input(small_image)
        if options.is_guided:
            bias = tf.concat([bias, bias], axis=0)
        x, _ = sampling.sample_sites(
            self.large,
            # Noise belongs to ranks of this model, and the large network has
            # raster order. Only so both methods draw the same.
            tf.gather(uniforms, np.argsort(self.site_ordering[0]), axis=1),
            context=self._bias_map(bias, context),
            forced=sampling.Forced(
                forced.known | is_small,
                tf.where(
                    is_small,
                    self._by_site(enlarged(small_image, self.event_shape)),
                    forced.values,
                ),
            ),
            options=options,
        )
        return tf.cast(tf.reshape(x, [-1, *self.event_shape]), self.event.dtype)

    def _by_site(self, events):
        """Returns `[B, N, S]`: the dimensions of each site."""
        return tf.reshape(
            events, [-1, self.num_sites, self.output_distribution.num_dims]
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "scale": self.scale,
            "recurrence": self.recurrence,
            "units": self.units,
            "num_layers": self.num_layers,
            "upsampling_filters": self.upsampling_filters,
            "head_filters": self.head_filters,
            "rematerialise": self.rematerialise,
        }


def _check_scale(event_shape, scale):
    check_image_shape(event_shape)
    checked_count("scale", scale, at_least=2)
    if any(side % scale for side in event_shape[:2]):
        raise ValueError(
            "`scale` must divide the height and the width of "
            f"event_shape={tuple(event_shape)}. Received: scale={scale}"
        )
