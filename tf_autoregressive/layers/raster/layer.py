"""The contract of a layer of images: maps, rows, or pixels at a time.

Shapes: B batch, H rows, W columns, I input channels, O filters.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.shifts import plus
from tf_autoregressive.types import State


class RasterLayer:
    """A layer whose outputs at a pixel depend on earlier pixels and its own.

    It comes before `keras.layers.Layer` among the bases of a layer. Stacks run
    it by `scope.run(layer, x)`, in one of three ways that agree:

    - `map(x, shift)`: all positions at once. This is how a model is trained
      and scored;
    - `row(x, above, shift)`: one row of a layer in `row_stack`, from what the
      layer keeps of the rows above;
    - `pixel(x, state, column, colour)`: one colour of one pixel of a layer in
      `pixel_stack`, from a state that lives as long as the row. `begin_row`
      makes it from what is kept of the rows above, `end_pixel` follows the
      last colour of a pixel, `end_row` the last pixel of a row.

    A layer that reads the image itself must see nothing of its own row (in
    `row_stack`) or pixel (in `pixel_stack`). It has `sees_own_row` or
    `sees_own_pixel` false, gets no `x`, and is shown what was drawn, by
    `observe_row` after every row and by `observe` after every colour.

    The shift of a layer is what a context and the rows above add to its
    outputs. Where it is known once a row, the layer can add it once a row.

    What is kept is a nest of tensors that keep their shapes and data types.
    Within a row it may hold a `tf.TensorArray` of the row's pixels (`array`).

    Attributes:
        sees_own_row: Whether an output of a row sees inputs of its own row.
        sees_own_pixel: Whether an output of a pixel sees inputs of its own
            pixel.
    """

    sees_own_row = True
    sees_own_pixel = True

    @property
    def shift_channels(self) -> int:
        """Number of channels of the shift; here, of the outputs."""
        return self.filters

    def map(self, x: tf.Tensor, shift: tf.Tensor | None = None) -> Any:
        """Returns the outputs of all positions, `[B, H, W, O]`.

        Args:
            x: Inputs `[B, H, W, I]`.
            shift: `[B, 1 or H, 1 or W, shift_channels]`, or `None`.
        """
        return plus(self(x), shift)  # type: ignore[operator]

    def map_in_training(
        self, x: tf.Tensor, shift: tf.Tensor | None, drop: Any
    ) -> Any:
        """Returns what `map` does, for a layer that drops nothing within.

        Args:
            x: Inputs `[B, H, W, I]`.
            shift: As `map` takes it.
            drop: Returns a tensor after a Keras `Dropout`, given both.
        """
        return self.map(x, shift)

    def first_above(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> Any:
        """Returns what is kept before the first row; here, nothing.

        Args:
            batch_size: `B`, an int or a scalar tensor.
            width: `W`, an int, of the layer's own resolution.
        """
        return ()

    def row(
        self, x: tf.Tensor, above: Any, shift: tf.Tensor | None = None
    ) -> tuple[Any, Any]:
        """Returns a row of outputs, and what is kept of it and those above.

        Args:
            x: The inputs of the row, `[W, B, I]`; `None` for a layer that sees
                nothing of its own row.
            above: From `first_above`, `row` or `observe_row`.
            shift: `[1 or W, B, shift_channels]` or `[B, shift_channels]`, or
                `None`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `row`")

    def observe_row(self, x: tf.Tensor, above: Any) -> Any:
        """Returns what is kept after a row of the image, `[W, B, I]`."""
        return above

    def begin_row(
        self,
        above: Any,
        shift: tf.Tensor | None,
        row: int | tf.Tensor,
        size: Any,
        num_colours: int,
    ) -> Any:
        """Returns the state before the first pixel of a row.

        Args:
            above: From `first_above`, `end_row` or `observe_row`.
            shift: As `row` takes it.
            row: Index of the row, a scalar tensor.
            size: `(W, B)`; `W` is an int.
            num_colours: Number of colours that a pixel is drawn in, an int.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `begin_row`")

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> tuple[Any, Any]:
        """Returns the outputs of one colour, `[B, O]`, and the state after.

        Args:
            x: The channels of this colour of the inputs, `[B, I]`; `None` for
                a layer that sees nothing of its own pixel.
            state: From `begin_row`, `pixel`, `observe` or `end_pixel`.
            column: Index of the pixel, a scalar tensor.
            colour: Index of the colour, a Python int.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `pixel`")

    def observe(self, x: tf.Tensor, state: State) -> State:
        """Returns the state after a colour of the image was drawn, `[B, I]`."""
        return state

    def end_pixel(self, state: State, column: int | tf.Tensor) -> Any:
        """Returns the state after the last colour of a pixel."""
        return state

    def end_row(self, state: State, above: Any) -> Any:
        """Returns what is kept after a row, from the state of its last pixel.

        Args:
            state: From `end_pixel`.
            above: The `above` that `begin_row` got.
        """
        return above


def like(tensors: Any, others: Any) -> Any:
    """Returns the tensors with the static shapes of others.

    Loops need shapes that stay the same; conditions and arrays forget them.
    """
    return tf.nest.map_structure(
        lambda tensor, other: tf.ensure_shape(tensor, other.shape),
        tensors,
        others,
    )


def array(row: tf.Tensor) -> Any:
    """Returns a `tf.TensorArray` of the pixels of a row `[W, B, ...]`."""
    # It is filled from the start, because XLA has to know its shape in a
    # `tf.cond`.
    shape = [None, *row.shape[2:]]
    pixels = tf.TensorArray(row.dtype, row.shape[0], element_shape=shape)
    return pixels.unstack(row)
