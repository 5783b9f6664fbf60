"""Dense layer with the masks of MADE.

Shapes: B batch, I inputs, O outputs, E ensemble members.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_autoregressive import masks
from tf_autoregressive.types import Initializer


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class MaskedDense(keras.layers.Layer):
    """Connects each output to the inputs that its degree allows.

        outputs = inputs @ (kernel * mask) + bias
        mask[j, k] = out_degrees[k] >= in_degrees[j]   (> if exclusive)

    The mask acts inside every forward pass, so gradients of forbidden entries
    are zero and their values are irrelevant, in copies and averages of the
    weights too. Each ensemble member has degrees of its own and shares the
    weights with the others.

    Args:
        in_degrees: int `[E, I]`, degrees of the inputs.
        out_degrees: int `[E, O]`, degrees of the outputs.
        exclusive: Whether an output sees only degrees strictly below its own.
        use_bias: Whether to add a bias.
        kernel_initializer: Keras initializer, or `None` for He's scaling [1]
            with the mean number of inputs that the mask leaves.
        bias_initializer: Keras initializer.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, I]`, float.

    Output shape:
        `[B, O]`, in the compute dtype.

    Raises:
        ValueError: If the degrees are not two matrices with as many rows, or
            if the last axis of the input is not `I`.

    Example:
        >>> layer = MaskedDense([[1, 2, 3]], [[1, 2, 3]], exclusive=True)
        >>> layer.mask().astype(int).tolist()
        [[0, 1, 1], [0, 0, 1], [0, 0, 0]]

    References:
        [1] He et al., "Delving Deep into Rectifiers", 2015, Eq. 10.
            https://arxiv.org/abs/1502.01852
        [2] Germain et al., "MADE", 2015, Eqs. 8 to 13.
            https://arxiv.org/abs/1502.03509
    """

    def __init__(
        self,
        in_degrees: np.ndarray | Sequence[Sequence[int]],
        out_degrees: np.ndarray | Sequence[Sequence[int]],
        *,
        exclusive: bool = False,
        use_bias: bool = True,
        kernel_initializer: Initializer = None,
        bias_initializer: Initializer = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.in_degrees = np.asarray(in_degrees, "int32")
        self.out_degrees = np.asarray(out_degrees, "int32")
        shapes = (self.in_degrees.shape, self.out_degrees.shape)
        if [len(shape) for shape in shapes] != [2, 2] or (
            shapes[0][0] != shapes[1][0]
        ):
            raise ValueError(
                "`in_degrees` and `out_degrees` must have shapes [E, I] and "
                f"[E, O]. Received shapes {shapes[0]} and {shapes[1]}"
            )
        self.exclusive = exclusive
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    @property
    def units(self) -> int:
        """Number of outputs."""
        return self.out_degrees.shape[1]

    def mask(self, member: int | tf.Tensor = 0) -> np.ndarray:
        """Returns the bool mask `[I, O]` of one member, as a NumPy array."""
        return masks.dense_mask(
            self.in_degrees[member],
            self.out_degrees[member],
            exclusive=self.exclusive,
        )

    def build(self, input_shape: Sequence[Any]) -> None:
        if input_shape[-1] != self.in_degrees.shape[1]:
            raise ValueError(
                f"`inputs` must have {self.in_degrees.shape[1]} features, one "
                f"for each of `in_degrees`. Received shape {input_shape}"
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer or self._masked_he_uniform(),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
            )

    def _masked_he_uniform(self):
        # Keras divides the scale by the full fan-in; the mask lets only the
        # share `density` of it through, and activations would shrink.
        return keras.initializers.VarianceScaling(
            scale=2.0 / max(self._density(), 1e-3), distribution="uniform"
        )

    def _density(self):
        return np.mean(
            [
                masks.num_connections(seen, seeing, exclusive=self.exclusive)
                / (len(seen) * len(seeing))
                for seen, seeing in zip(
                    self.in_degrees, self.out_degrees, strict=True
                )
            ]
        )

    def masked_kernel(self, member: int | tf.Tensor = 0) -> tf.Tensor:
        """Returns `kernel * mask`, `[I, O]`, for one member (int or scalar)."""
        mask = masks.dense_mask(
            ops.convert_to_tensor(self.in_degrees)[member],
            ops.convert_to_tensor(self.out_degrees)[member],
            exclusive=self.exclusive,
        )
        kernel = ops.cast(self.kernel, self.compute_dtype)
        return kernel * ops.cast(mask, kernel.dtype)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        return (*input_shape[:-1], self.units)

    def call(self, inputs: tf.Tensor, member: int | tf.Tensor = 0) -> tf.Tensor:
        outputs = ops.matmul(inputs, self.masked_kernel(member))
        if self.bias is None:
            return outputs
        return outputs + ops.cast(self.bias, outputs.dtype)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.update(
            in_degrees=self.in_degrees.tolist(),
            out_degrees=self.out_degrees.tolist(),
            exclusive=self.exclusive,
            use_bias=self.use_bias,
            kernel_initializer=keras.initializers.serialize(
                self.kernel_initializer
            ),
            bias_initializer=keras.initializers.serialize(
                self.bias_initializer
            ),
        )
        return config
