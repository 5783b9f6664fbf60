"""Draws of several events in pieces, between which they can be stopped."""

import time
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

# People who stop a draw wait for a piece of about this time.
_SECONDS = 0.5


def pieces(
    num: int, draw: Callable[[Any, int], Any], seed: int, *, size: int = 2
) -> Iterator[tuple[int, Any]]:
    """Yields the index of the first event of a piece, and its events.

    Together they are what one draw of all events has. Pieces become larger as
    long as they are drawn quickly.

    Args:
        num: Number of events.
        draw: Returns events of a seed, which leaves out earlier ones, and of
            their number.
        seed: Seed of the draw of all events.
        size: Events of the first piece.
    """
    # This is imported late, because it imports TensorFlow.
    from tf_autoregressive.sampling import LaterExamples

    first = 0
    while first < num:
        stop = min(first + size, num)
        began = time.perf_counter()
        events = draw(LaterExamples(seed, first), stop - first)
        is_quick = time.perf_counter() - began < _SECONDS
        yield first, events
        first = stop
        size = 2 * size if is_quick else max(1, size // 2)
