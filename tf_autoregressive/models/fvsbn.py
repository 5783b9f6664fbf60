"""FVSBN: the fully visible sigmoid belief network.

Shapes: B batch, D event dimensions.
"""

from typing import Any

import keras

from tf_autoregressive.models.made import MADE
from tf_autoregressive.types import Ordering
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class FVSBN(MADE):
    """Logistic autoregression, one linear map per dimension [1, 2].

        p(x[i] = 1 | x[<i]) = sigmoid(c[i] + sum{ A[i, j] * x[j] : j < i })

    that is, a MADE without hidden layers: the first dimension of the ordering
    has its bias alone. With `distribution="categorical"` every conditional is
    a softmax regression. A context adds a linear map of itself.

    Args:
        event_shape: Shape of one event.
        ordering: A name or a permutation, as `orderings.resolve` takes it:
            `"natural"`, `"reversed"`, `"random"`, `"snake"`, `"hilbert"`.
        **kwargs: Passed to `AutoregressiveModel`: `distribution`,
            `num_levels`, `num_components`, `num_classes`, `context_shape`.

    Input shape:
        `[B, *event_shape]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If `ordering` is not a permutation.

    Example:
        >>> FVSBN((28, 28, 1)).sample(2, seed=0).shape.as_list()
        [2, 28, 28, 1]

    References:
        [1] Frey, "Graphical Models for Machine Learning and Digital
            Communication", 1998 (logistic autoregressive network).
        [2] Larochelle and Murray, "The Neural Autoregressive Distribution
            Estimator", 2011, Sec. 2 (FVSBN).
            https://proceedings.mlr.press/v15/larochelle11a.html
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        ordering: Ordering = "natural",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            event_shape, units=(), direct=False, ordering=ordering, **kwargs
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        inherited = ("units", "activation", "direct", "num_masks")
        for key in (*inherited, "order_agnostic", "mask_seed"):
            del config[key]
        return config
