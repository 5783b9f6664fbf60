"""The mutated events on which a background model is trained.

Shapes: N events, B batch.
"""

import math
from typing import Any

import keras
import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.types import Array


class MutatedInputs(keras.utils.PyDataset):
    """Batches of events, some of whose values were replaced at random [1].

        x'[i] = u[i] with probability rate, else x[i],
        u[i] uniform on {0, ..., num_levels - 1}

    A model that is fitted to them is the background of a `LikelihoodRatio`. A
    value keeps its level with probability `1 - rate + rate / num_levels`. Every
    epoch has other mutations and another order of the events. Both depend on
    the seed, the epoch and the batch alone.

    Args:
        x: Events `[N, *event_shape]`, integers in `[0, num_levels)`.
        num_levels: Number of values of a dimension.
        rate: Share of values that are replaced. The paper chooses it among 0.1,
            0.2 and 0.3 by validation.
        batch_size: Number of events in a batch, `B`.
        seed: An integer of at least 0.
        **kwargs: Passed to `keras.utils.PyDataset`: `workers`.

    Raises:
        ValueError: If there is no event, a value is not a level, or an argument
            is out of range.

    Example:
        >>> import numpy as np
        >>> data = MutatedInputs(np.zeros((5, 3)), 256, batch_size=2)
        >>> [batch.shape for batch in map(data.__getitem__, range(len(data)))]
        [(2, 3), (2, 3), (1, 3)]

    References:
        [1] Ren et al., Likelihood Ratios for Out-of-Distribution Detection,
            2019, https://arxiv.org/abs/1906.02845, Sec. 3.
    """

    def __init__(
        self,
        x: Array,
        num_levels: int,
        *,
        rate: float = 0.1,
        batch_size: int = 100,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_levels = checked_num_levels(num_levels)
        self.rate = checked_rate("rate", rate)
        self.batch_size = checked_count("batch_size", batch_size)
        self.seed = checked_count("seed", seed, at_least=0)
        self._x = plain_array("x", x)
        self._epoch = 0
        is_level = (self._x >= 0) & (self._x < num_levels)
        whole = self._x == np.floor(self._x)
        if not self._x.size or not np.all(is_level & whole):
            raise ValueError(
                f"`x` must hold at least one event, of integers in [0, "
                f"{num_levels - 1}]. Received: shape {self._x.shape}"
            )

    def __len__(self) -> int:
        return math.ceil(len(self._x) / self.batch_size)

    def __getitem__(self, index: int) -> np.ndarray:
        order = np.random.default_rng([self.seed, self._epoch]).permutation(
            len(self._x)
        )
        rows = order[index * self.batch_size :][: self.batch_size]
        rng = np.random.default_rng([self.seed, self._epoch, index])
        x = self._x[rows]
        is_replaced = rng.random(x.shape) < self.rate
        return np.where(
            is_replaced, rng.integers(self.num_levels, size=x.shape), x
        )

    def on_epoch_end(self) -> None:
        """Goes on to the next epoch's order and mutations."""
        self._epoch += 1
