"""Masked dense layer of which a matrix says what may be connected.

Shapes: I inputs, O outputs, E ensemble members.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_autoregressive.layers.masked_dense import MaskedDense


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class ConnectedDense(MaskedDense):
    """A `MaskedDense` layer with fewer connections than degrees allow.

        mask[j, k] = connections[j, k] and out_degrees[k] >= in_degrees[j]

    Args:
        in_degrees: int `[E, I]`, degrees of the inputs.
        out_degrees: int `[E, O]`, degrees of the outputs.
        connections: bool `[I, O]`, the connections that may be there.
        **kwargs: Passed to `MaskedDense`.

    Raises:
        ValueError: If `connections` has another shape.
    """

    def __init__(
        self,
        in_degrees: np.ndarray | Sequence[Sequence[int]],
        out_degrees: np.ndarray | Sequence[Sequence[int]],
        connections: np.ndarray | Sequence[Sequence[bool]],
        **kwargs: Any,
    ) -> None:
        super().__init__(in_degrees, out_degrees, **kwargs)
        self.connections = np.asarray(connections, bool)
        shape = (self.in_degrees.shape[1], self.out_degrees.shape[1])
        if self.connections.shape != shape:
            raise ValueError(
                f"`connections` must have shape [I, O], here {shape}. "
                f"Received shape {self.connections.shape}"
            )

    def mask(self, member: int | tf.Tensor = 0) -> np.ndarray:
        return super().mask(member) & self.connections

    def masked_kernel(self, member: int | tf.Tensor = 0) -> tf.Tensor:
        kernel = super().masked_kernel(member)
        return kernel * ops.cast(self.connections, kernel.dtype)

    def _density(self):
        members = range(len(self.in_degrees))
        return np.mean([self.mask(member).mean() for member in members])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "connections": self.connections.tolist(),
        }
