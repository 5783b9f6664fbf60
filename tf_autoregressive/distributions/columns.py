"""Categorical output for rows of a table, whose columns differ in their levels.

Shapes: D event dimensions, K levels, `...` any leading axes.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.arguments import is_integer
from tf_autoregressive.distributions.categorical import CategoricalOutput

# It makes a level impossible. An infinity would do so too, but the gradients of
# a wrong value would not be numbers.
_SHIFT = -1e9


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class ColumnsOutput(CategoricalOutput):
    """`p(x[d] = k) = softmax(logits)[k]` over the levels `k` of dimension `d`.

    All other levels have probability 0, whatever the weights are: a model adds
    `dim_shifts` to its logits. Their log-probability is about -1e9 nats. The
    network sees `x` on the scale [-1, 1], as of `CategoricalOutput`.

    `MADE`, `FVSBN`, `NADE` and `DeepNADE` take it (`takes_dim_shifts`).

    Args:
        levels: The levels that each dimension of an event can take, `D`
            sequences of different integers in [0, K - 1].
        num_levels: `K`, at least 2; `None` for the highest level and 1.

    Raises:
        ValueError: If a dimension has no level, or one twice, or one that is
            not an integer in [0, K - 1].

    Example:
        >>> from tf_autoregressive.models import MADE
        >>> output = ColumnsOutput([[0, 3], [0, 1, 2, 3]])
        >>> model = MADE((2,), units=(8,), distribution=output)
        >>> sorted({int(value) for value in model.sample(64, seed=0)[:, 0]})
        [0, 3]
    """

    name = "columns"

    def __init__(
        self,
        levels: Sequence[Sequence[int]],
        num_levels: int | None = None,
    ) -> None:
        self.levels = _checked_levels(levels)
        highest = max(max(of_dim) for of_dim in self.levels)
        if num_levels is None:
            num_levels = max(highest + 1, 2)
        super().__init__(checked_num_levels(num_levels))
        if highest >= self.num_levels:
            raise ValueError(
                f"`levels` must hold integers in [0, {self.num_levels - 1}]. "
                f"Received: {highest}"
            )
        self.dim_shifts = np.full(
            (len(self.levels), self.num_levels), _SHIFT, "float32"
        )
        for shifts, of_dim in zip(self.dim_shifts, self.levels, strict=True):
            shifts[list(of_dim)] = 0.0

    def get_config(self) -> dict[str, Any]:
        return {
            "levels": [list(of_dim) for of_dim in self.levels],
            "num_levels": self.num_levels,
        }


def _checked_levels(levels):
    """Returns the levels as tuples of ints."""
    checked = tuple(tuple(of_dim) for of_dim in levels)
    for of_dim in checked or ((),):
        are_levels = all(is_integer(k) and k >= 0 for k in of_dim)
        if not of_dim or not are_levels or len(set(of_dim)) < len(of_dim):
            raise ValueError(
                "`levels` must hold for each dimension one level or more, "
                "different integers of at least 0. Received for one: "
                f"{of_dim!r}"
            )
    return tuple(tuple(map(int, of_dim)) for of_dim in checked)
