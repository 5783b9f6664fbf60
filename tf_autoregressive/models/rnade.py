"""RNADE: NADE for real-valued data.

Shapes: B batch, M mixture components.
"""

from typing import Any

import keras

from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.layers import RescaledNADEConditionals
from tf_autoregressive.models.nade import NADE
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class RNADE(NADE):
    """Real-valued NADE: a mixture of Gaussians for every conditional [1].

        p(x[i] | x[<i]) = sum{ w[i, m] * Normal(loc[i, m], scale[i, m]) }

    with parameters from NADE's running hidden layer, whose sum is rescaled for
    each dimension. Densities are on the scale of the data: normalise every
    dimension to mean 0 and variance 1 first, as the paper does.

    Args:
        event_shape: Shape of one event.
        units: Number of hidden units. 50 in the paper's UCI experiments.
        num_components: Mixture components `M`; 20 if `None`.
        **kwargs: As `NADE` takes them.

    Input shape:
        `[B, *event_shape]`, floats.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`; `log_prob` is a density,
        in nats.

    Raises:
        ValueError: As `NADE` does.

    Example:
        >>> model = RNADE((11,))
        >>> model.sample(3, seed=0).dtype.name
        'float32'

    References:
        [1] Uria, Murray and Larochelle, "RNADE: The real-valued neural
            autoregressive density-estimator", 2013, Eqs. 3 to 9.
            https://arxiv.org/abs/1306.0186
    """

    conditionals_layer = RescaledNADEConditionals

    def __init__(
        self,
        event_shape: Shape,
        *,
        units: int = 50,
        num_components: int | None = None,
        distribution: str | OutputDistribution = "gaussian_mixture",
        **kwargs: Any,
    ) -> None:
        if num_components is None and isinstance(distribution, str):
            num_components = 20
        super().__init__(
            event_shape,
            units=units,
            num_components=num_components,
            distribution=distribution,
            **kwargs,
        )
