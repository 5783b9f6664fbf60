"""The masks of a MADE whose dimensions see their parents in a graph.

A hidden unit is made for the parents of some dimension: it may see these and no
others. A dimension reads the units that see none but its own parents.

Shapes: D event dimensions, U units of a layer.
"""

from collections.abc import Sequence

import numpy as np

from tf_autoregressive import masks
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.types import Array


def checked_adjacency(adjacency: Array, num_dims: int) -> np.ndarray:
    """Returns the matrix of a graph as bool `[D, D]`.

    Args:
        adjacency: True or 1 at `[i, j]` if `i` is a parent of `j`, else False
            or 0.
        num_dims: `D`.

    Raises:
        ValueError: If it is not such a matrix. Cycles are not looked for.
    """
    matrix = plain_array("adjacency", adjacency)
    if matrix.shape != (num_dims, num_dims):
        raise ValueError(
            f"`adjacency` must have shape ({num_dims}, {num_dims}), a row and "
            f"a column for each dimension. Received: shape {matrix.shape}"
        )
    if matrix.dtype.kind not in "biuf" or not np.isin(matrix, (0, 1)).all():
        raise ValueError(
            "`adjacency` must hold True and False, or 1 and 0. Received: dtype "
            f"{matrix.dtype}, {np.unique(matrix.astype(str))[:5].tolist()}..."
        )
    return matrix.astype(bool)


class GraphMasks:
    """What the units of each layer may see, as sets of dimensions.

    The sets are those of the parents of the dimensions. A layer has as many
    units for each as for any other, up to one. If it has fewer units than there
    are sets, some sets are left out.

    Args:
        adjacency: bool `[D, D]`, True at `[i, j]` if `i` is a parent of `j`.
        units: Units of each hidden layer.
        num_parameters: Outputs of each dimension.
        has_context: Whether a unit that sees no dimension is of use.
        generator: Chooses the sets of a layer that has room for some only.

    Attributes:
        seen: bool `[U, D]` of the event, of each hidden layer and of the
            outputs, what the units see. An output sees what its dimension's
            parameters may depend on.
    """

    def __init__(
        self,
        adjacency: np.ndarray,
        units: Sequence[int],
        num_parameters: int,
        *,
        has_context: bool,
        generator: np.random.Generator,
    ) -> None:
        parents = adjacency.T
        sets = np.unique(parents, axis=0)
        if not has_context and sets.any():
            sets = sets[sets.any(axis=1)]
        hidden = [
            sets[np.resize(generator.permutation(len(sets)), width)]
            for width in units
        ]
        outputs = np.repeat(parents, num_parameters, axis=0)
        self.seen = [np.eye(len(parents), dtype=bool), *hidden, outputs]

    def connections(self, below: int, above: int) -> np.ndarray:
        """Returns bool `[I, O]`: the connections between two layers.

        A unit may read those that see nothing but what it may see.

        Args:
            below: Index in `seen` of the layer that is read.
            above: Index of the one that reads.
        """
        seen = self.seen[below].astype("float32")
        hidden = (~self.seen[above]).astype("float32")
        return seen @ hidden.T == 0

    def degrees(self, ordering: np.ndarray) -> list[np.ndarray]:
        """Returns int `[1, U]` of each layer: the last rank seen, from 1 on.

        A unit that sees nothing has degree 0. An output has the degree of its
        dimension, as `MaskedDense` wants it.

        Args:
            ordering: `[D]`, in which parents come before their children.
        """
        of_dims = masks.input_degrees(ordering)
        num_parameters = len(self.seen[-1]) // len(of_dims)
        return [
            *((seen * of_dims).max(axis=1)[None] for seen in self.seen[:-1]),
            np.repeat(of_dims, num_parameters)[None],
        ]
