"""Shifted convolution with weight normalisation."""

import keras

from tf_autoregressive.layers.raster.shifted_conv import ShiftedConv2D
from tf_autoregressive.layers.raster.weight_norm import WeightNorm


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class NormedConv2D(WeightNorm, ShiftedConv2D):
    """A `ShiftedConv2D` whose kernel has the norm of a weight of its own.

    See `WeightNorm` for the equation.

    Args:
        *args: Passed to `ShiftedConv2D`.
        init_scale: Standard deviation of the outputs after `initialise`.
        **kwargs: Passed to `ShiftedConv2D`.
    """
