"""Masks of connections, from the degrees of units (pure NumPy).

A unit of degree `m` may depend on the first `m` dimensions of the ordering.
Shapes: D event dimensions.
"""

from typing import Literal

import numpy as np

from tf_autoregressive import orderings


def input_degrees(ordering: np.ndarray) -> np.ndarray:
    """Returns `[D]`, 1 to D: the rank of each dimension, counted from 1 [1].

    The output for a dimension has the same degree and is connected
    exclusively: it sees degrees strictly below its own.

    References:
        [1] Germain et al., "MADE", 2015, Sec. 3 and 4.1 (`m^0`).
            https://arxiv.org/abs/1502.03509
    """
    return orderings.ranks(ordering) + 1


def hidden_degrees(
    units: int,
    num_dims: int,
    *,
    min_degree: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Returns `[units]` degrees drawn from `{min_degree, ..., D - 1}` [1].

    With `min_degree` the smallest degree of the layer below, no unit is left
    without an input.

    References:
        [1] Germain et al., "MADE", 2015, Sec. 4.1 and 4.2.
            https://arxiv.org/abs/1502.03509
    """
    low = min(min_degree, num_dims - 1)
    return generator.integers(low, num_dims, size=units).astype("int32")


def dense_mask(
    in_degrees: np.ndarray, out_degrees: np.ndarray, *, exclusive: bool = False
) -> np.ndarray:
    """Returns the bool matrix `[in, out]` of the connections that are allowed.

    `mask[j, k] = out_degrees[k] >= in_degrees[j]`, or `>` if `exclusive`
    (Germain et al. 2015, Eqs. 12 and 13). It takes NumPy arrays and tensors.
    """
    if exclusive:
        return out_degrees[None, :] > in_degrees[:, None]
    return out_degrees[None, :] >= in_degrees[:, None]


def num_connections(
    in_degrees: np.ndarray, out_degrees: np.ndarray, *, exclusive: bool = False
) -> int:
    """Returns `dense_mask(...).sum()` without the matrix."""
    side: Literal["left", "right"] = "left" if exclusive else "right"
    return int(np.searchsorted(np.sort(in_degrees), out_degrees, side).sum())
