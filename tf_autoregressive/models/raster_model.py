"""The base class of image models in raster order, which draws row by row.

Shapes: B batch, H rows, W columns, C channels, O filters of a layer.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.layers import MaskedConv2D
from tf_autoregressive.layers import segments
from tf_autoregressive.layers.lstm import sizes
from tf_autoregressive.layers.raster.layer import array
from tf_autoregressive.layers.raster.maps import MapScope
from tf_autoregressive.layers.raster.maps import RecordingScope
from tf_autoregressive.layers.raster.pixels import PixelScope
from tf_autoregressive.layers.raster.rows import RowScope
from tf_autoregressive.layers.raster.stack import RasterStack
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.models.context_layers import context_layers
from tf_autoregressive.models.row_bands import score_in_bands
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class RasterModel(AutoregressiveModel):
    """An image model in raster order: row by row, pixel by pixel, R, G, B.

    **Writing one.** Subclass `RasterModel`, create the layers in `__init__`,
    call `make_context_layers` with those whose outputs a context shifts, end
    it with `self.build()`, and override

    - `row_stack(scope, x)`: what depends on the rows above alone; hands it to
      layers of pixels by `scope.link`;
    - `pixel_stack(scope, x)`: the rest; returns the parameters.

    Both stacks are written once over `scope.run(layer, x)` and run on whole
    maps to train and score, and on rows and pixels to draw. A `RasterLayer`
    knows how it is run in each way. It adds its shift to its outputs: what the
    context makes for its name, and what was linked to it.

    The channels of a pixel are drawn one after the other, each seeing the ones
    before it, except for outputs that couple them by themselves.

    Args:
        event_shape: `(H, W, C)`.
        rematerialise: Whether training computes the segments of the stack once
            more when it needs their gradients, and keeps only what goes from
            one to the next: less memory, one more forward pass in a step, the
            same gradients.
        **kwargs: Passed to `AutoregressiveModel`: `distribution`,
            `num_levels`, `num_components`, `num_classes`, `context_shape`.

    Raises:
        ValueError: If `event_shape` does not have three axes, the distribution
            is not one of levels in order, or a spatial context does not fit the
            shape.
    """

    incremental = True

    def __init__(
        self, event_shape: Shape, *, rematerialise: bool = False, **kwargs: Any
    ) -> None:
        check_image_shape(event_shape)
        super().__init__(event_shape, **kwargs)
        self.rematerialise = rematerialise
        self.segments = segments.of_training(rematerialise=rematerialise)
        self.seeds = self.segments.seeds
        self.num_colours = self.num_sites // (
            self.event_shape[0] * self.event_shape[1]
        )
        self.num_lanes = self.num_colours
        self.block_size = self.event_shape[1] * self.num_colours
        self.raster_stack = RasterStack()
        self.context_layers = {}
        self._check_context()

    def build(self, input_shape: Any = None) -> None:
        """Creates the weights, and finds out which layers the stacks run.

        Raises:
            ValueError: If a layer that a context shifts is not run.
        """
        if self.built:
            return
        super().build(input_shape)
        unused = set(self.context_layers) - self.raster_stack.names
        if unused:
            raise ValueError(
                "The stacks must run all layers that a context shifts. "
                f"Received layers that do not run: {sorted(unused)}"
            )

    def make_output_distribution(
        self, distribution: OutputDistribution, event_shape: tuple[int, ...]
    ) -> OutputDistribution:
        return of_pixels(distribution, event_shape)

    def _check_context(self):
        shape, image = self.context.features_shape, self.event_shape[:2]
        if shape is None or len(shape) == 1:
            return
        if len(shape) != 3 or image[0] % shape[0] or image[1] % shape[1]:
            raise ValueError(
                "`context_shape`, or what `context_network` makes of it, must "
                "be (n,), or (height, width, n) with sides that divide those "
                f"of event_shape={self.event_shape}. "
                f"Received: {shape} of context_shape={self.context.shape}"
            )

    def row_stack(self, scope: Any, x: Array = None) -> None:
        """Links layers of pixels to what lies in the rows above.

        Args:
            scope: A `MapScope` or a `RowScope`.
            x: Inputs `[B, H, W, C]`; `None` in a `RowScope`, where the input
                of the row is not known.
        """

    def pixel_stack(self, scope: Any, x: Array) -> tf.Tensor:
        """Returns the parameters of all sites, or of one.

        Args:
            scope: A `MapScope` or a `PixelScope`.
            x: Inputs `[B, H, W, C]`; `None` in a `PixelScope`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `pixel_stack`")

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
    ) -> tf.Tensor:
        options = {
            "shifts": self._context_shifts(context),
            "training": training,
            "segments": self.segments,
        }
        if self.built:
            scope = MapScope(**options)
        else:
            scope = RecordingScope(self.raster_stack, **options)
        return self._run_on_maps(scope, inputs)

    def _run_on_maps(self, scope, inputs):
        x = self.first_inputs(inputs)
        self.row_stack(scope, x)
        scope.begin_pixels()
        parameters = tf.cast(self.pixel_stack(scope, x), tf.float32)
        # The image may be a band of rows of a larger one.
        shape = sizes(inputs)[1], *self.site_shape[1:]
        width = self.output_distribution.num_parameters
        return tf.reshape(parameters, [-1, *shape, width])

    def log_prob_in_bands(
        self, x: Array, context: Array | None = None, *, num_rows: int = 32
    ) -> tf.Tensor:
        """Returns `log_prob(x)`, `[B]` nats, of large images in little memory.

        The image is scored band by band, each with the rows above it that its
        pixels see. It is `log_prob` up to rounding. Models of convolutions at
        one resolution offer it, such as `PixelCNN` and `GatedPixelCNN`: what
        recurrent layers and attention see has no end.

        Args:
            x: Event values `[B, H, W, C]`.
            context: Labels `[B]` or floats `[B, n]`, or `None`.
            num_rows: Number of rows of a band. The rows that are seen above
                are computed once more for each.

        Raises:
            ValueError: If `num_rows` is not positive, a layer sees all rows
                above, or the context is a map.
        """
        num_rows = checked_count("num_rows", num_rows)
        x, context = self.checked(x, context)
        return score_in_bands(self, x, context, num_rows)

    def checked_filters(self, argument: str, number: int) -> int:
        """Returns a number of filters as an int, at least one a colour.

        Raises:
            ValueError: If it is not an integer, or less than the number of
                colours.
        """
        number = checked_count(argument, number)
        if number < self.num_colours:
            raise ValueError(
                f"`{argument}` must be at least {self.num_colours}, one for "
                f"each colour. Received: {argument}={number}"
            )
        return number

    def _colours(self, number):
        """Returns `[number]`, ascending: the colour of each feature."""
        return np.arange(number) * self.num_colours // number

    def _conv(self, name, in_colours, out_colours, size, **options):
        return MaskedConv2D(
            in_colours,
            out_colours,
            (size, size) if isinstance(size, int) else size,
            dtype=self.dtype_policy,
            name=name,
            **options,
        )

    def make_parameters_layer(self, in_colours: np.ndarray) -> MaskedConv2D:
        """Returns the last layer, of the parameters of a pixel.

        Args:
            in_colours: int `[I]`, ascending: the colour of each feature that
                the layer gets.
        """
        output = self.output_distribution
        return MaskedConv2D(
            in_colours,
            np.repeat(np.arange(self.num_colours), output.num_parameters),
            (1, 1),
            bias_initializer=output.bias_initializer,
            dtype="float32",
            name="parameters",
        )

    def first_inputs(self, x: Array) -> tf.Tensor:
        """Returns the first layers' inputs from `[..., C]` scaled values."""
        return x

    def make_context_layers(self, layers: Sequence[Any]) -> None:
        """Makes the layers of the context's shifts of these layers.

        Call it before `build`. `scope.run` adds the shifts.

        Args:
            layers: Each a `RasterLayer` that a stack runs.
        """
        self.context_layers = context_layers(
            self.context, {layer.name: layer.shift_channels for layer in layers}
        )

    def _context_shifts(self, context):
        """Returns the context's shifts by layer name, `[B, 1 or H, ..., O]`.

        Maps smaller than the image are enlarged by repetition.
        """
        if context is None:
            return {}
        if self.context.encoded_rank < 3:
            context = context[:, None, None]
        is_map = context.shape[1] > 1 or context.shape[2] > 1
        shifts = {}
        for name, layer in self.context_layers.items():
            shift = layer(context)
            shifts[name] = (
                enlarged(shift, self.event_shape) if is_map else shift
            )
        return shifts

    # In incremental sampling a block is a row, and a lane is a colour.

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
    ) -> State:
        shifts = self._context_shifts(context)
        width, channels = self.event_shape[1:]
        nothing = tf.zeros([width, batch_size, channels])
        return {
            "shifts": {
                name: tf.transpose(shift, [1, 2, 0, 3])
                for name, shift in shifts.items()
            },
            "stack": self.raster_stack.first_cache(batch_size, width),
            "image": self.first_inputs(nothing),
        }

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        shifts = {
            # A shift is the same for all rows, or has one for each.
            name: shift[0 if shift.shape[0] == 1 else block]
            for name, shift in cache["shifts"].items()
        }
        size = (self.event_shape[1], tf.shape(cache["image"])[1])
        scope = RowScope(
            cache["stack"], block, size, shifts, self.raster_stack.resolutions
        )
        self.row_stack(scope)
        return {
            **cache,
            "stack": scope.begin_pixels(self.num_colours),
            "image": array(cache["image"]),
            "colours": (),
        }

    def _pixel_scope(self, state, position):
        return PixelScope(
            state["stack"],
            position.block,
            position.offset // self.num_colours,
            position.lane,
            self.raster_stack.resolutions,
        )

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        scope = self._pixel_scope(state, position)
        parameters = tf.cast(self.pixel_stack(scope, None), tf.float32)
        return parameters, {**state, "stack": scope.next_colour()}

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        scope = self._pixel_scope(state, position)
        x = self.first_inputs(self.output_distribution.network_input(value))
        scope.observe(x)
        colours = (*state["colours"], x)
        if position.lane < self.num_lanes - 1:
            return {**state, "stack": scope.next_colour(), "colours": colours}
        pixel = tf.concat(colours, axis=-1)
        return {
            **state,
            "stack": scope.next_pixel(),
            "image": state["image"].write(scope.column, pixel),
            "colours": (),
        }

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        # An array that was handed from graph to graph forgets its length.
        image = tf.ensure_shape(
            state["image"].stack(), [self.event_shape[1], None, None]
        )
        stack = self.raster_stack.end_row(state["stack"], block, image)
        # Rows begin with states of their own.
        del stack["pixels"]
        return {"shifts": state["shifts"], "stack": stack, "image": image}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rematerialise": self.rematerialise}


def check_image_shape(event_shape: Shape) -> None:
    """Raises a `ValueError` unless there are three axes."""
    if len(checked_counts("event_shape", event_shape)) != 3:
        raise ValueError(
            "`event_shape` must be (height, width, channels). "
            f"Received: event_shape={event_shape}"
        )


def of_pixels(
    distribution: OutputDistribution, event_shape: tuple[int, ...]
) -> OutputDistribution:
    """Returns the output distribution of the sites of an image.

    A site is a pixel where the distribution couples its channels; else it is
    one channel of a pixel, drawn after those before it.

    Raises:
        ValueError: If values have no order or are real, or if the sites are
            not those of pixels.
    """
    if distribution.num_levels is None or not distribution.is_ordered:
        raise ValueError(
            "`distribution` of images must have levels that are in order. "
            f"Received: distribution={distribution!r}"
        )
    if distribution.couples_dims and not distribution.site_ndims:
        return distribution.coupled(event_shape[-1])
    if distribution.site_ndims and distribution.num_dims != event_shape[-1]:
        raise ValueError(
            f"`distribution` must be of {event_shape[-1]} values, the channels "
            f"of event_shape={event_shape}. "
            f"Received: distribution={distribution!r}"
        )
    return distribution


def relu_stack(scope: Any, layers: Sequence[Any], x: Array) -> tf.Tensor:
    """Returns `x` after layers that each see the positive part."""
    for layer in layers:
        x = scope.run(layer, tf.nn.relu(x))
    return x


def enlarged(maps: tf.Tensor, event_shape: tuple[int, ...]) -> tf.Tensor:
    """Returns maps `[B, h, w, ...]` repeated to `[B, H, W, ...]`."""
    for axis, side in enumerate(event_shape[:2], start=1):
        maps = tf.repeat(maps, side // maps.shape[axis], axis=axis)
    return maps
