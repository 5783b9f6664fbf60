"""The walk through events that an encoder and a decoder have in common.

Shapes: B batch, S event dimensions per position.
"""

import itertools
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive import orderings


class Walker:
    """Walks through events in batches, the same way for both sides.

    Args:
        model: The model.
        batch_size: Number of events that are walked through side by side.
        member: The member of an ensemble over several orderings, or `None`.
    """

    def __init__(self, model: Any, batch_size: int, member: int | None) -> None:
        self._model, self._batch_size = model, batch_size
        self._steps = model.stepwise(member)
        self._ranks = orderings.ranks(self._order(member))

    def _order(self, member):
        ordering = self._model.site_ordering
        return ordering[0 if len(ordering) == 1 else member or 0]

    def __call__(
        self,
        coder: Any,
        num_events: int,
        context: np.ndarray | None = None,
        x: np.ndarray | None = None,
    ) -> np.ndarray:
        """Returns the events, which a coder writes from `x` or reads.

        Args:
            coder: An `Encoder` or a `Decoder`.
            num_events: Number of events.
            context: Their contexts, or `None`.
            x: int `[num_events, *event_shape]`, or `None` for a decoder.
        """
        batches = []
        for start in range(0, num_events, self._batch_size):
            rows = slice(start, min(start + self._batch_size, num_events))
            batches.append(
                self._batch(
                    coder,
                    rows.stop - rows.start,
                    None if context is None else context[rows],
                    None if x is None else x[rows],
                )
            )
        return np.concatenate(batches)

    def _batch(self, coder, num_events, context, x):
        model = self._model
        output = model.output_distribution
        by_rank = None if x is None else self._by_rank(x)
        shape = [num_events, model.num_sites, output.num_dims]
        values, ranks = np.zeros(shape, "int32"), itertools.count()

        def code(parameters, log_weights=None):
            rank = next(ranks)
            wanted = None if by_rank is None else by_rank[:, rank]
            value = output.code(coder, parameters, log_weights, wanted)
            values[:, rank] = value
            return value.astype("float32")

        if context is not None:
            context = tf.convert_to_tensor(context)
        self._steps.code(code, num_events, context)
        return values[:, self._ranks].reshape(-1, *model.event_shape)

    def _by_rank(self, x):
        num_dims = self._model.output_distribution.num_dims
        by_site = x.reshape(len(x), -1, num_dims)
        return by_site[:, np.argsort(self._ranks)]
