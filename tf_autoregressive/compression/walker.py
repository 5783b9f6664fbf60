"""The walk through events that an encoder and a decoder have in common.

Shapes: B batch, S event dimensions per position.
"""

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
        model, steps = self._model, self._steps
        output = model.output_distribution
        by_rank = None if x is None else self._by_rank(x)
        if context is not None:
            context = tf.convert_to_tensor(context)
        cursor, values = steps.start(num_events, context), []
        for rank in range(model.num_sites):
            wanted = None if by_rank is None else by_rank[:, rank]
            value = coded(output, coder, cursor, wanted, num_events)
            values.append(value)
            cursor = steps.advance(cursor, observed(output, value))
        by_site = np.stack(values, axis=1)[:, self._ranks]
        return by_site.reshape(-1, *model.event_shape).astype("int32")

    def _by_rank(self, x):
        num_dims = self._model.output_distribution.num_dims
        by_site = x.reshape(len(x), -1, num_dims)
        return by_site[:, np.argsort(self._ranks)]


def coded(
    output: Any,
    coder: Any,
    cursor: Any,
    wanted: np.ndarray | None,
    num_events: int,
) -> np.ndarray:
    """Returns the values `[num_events, S]` at a cursor, of its first events.

    Args:
        output: The output distribution of the model.
        coder: An `Encoder` or a `Decoder`.
        cursor: A `sampling.Cursor`.
        wanted: The values to write, or `None` for a decoder.
        num_events: Number of events, at most those of the cursor.
    """
    parameters = cursor.parameters.numpy()[:num_events]
    if cursor.log_weights is None:
        parameters = parameters[:, None]
        log_weights = np.zeros([num_events, 1])
    else:
        log_weights = cursor.log_weights.numpy()[:num_events]
    return output.code(coder, parameters, log_weights, wanted)


def observed(output: Any, value: np.ndarray) -> tf.Tensor:
    """Returns values `[B, S]` as cursors take them."""
    if not output.site_ndims:
        value = value[:, 0]
    return tf.constant(value, tf.int32)
