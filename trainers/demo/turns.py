"""Turns, in which people who ask at the same time are served.

One piece of work runs at a time, since models have all cores anyway. Whoever
waits gets a turn after the next message of another, so that a long task of one
person does not keep others from a short one.
"""

from collections.abc import AsyncIterator
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.to_thread

_END = object()
_LOOK_SECONDS = 0.2


class Turns:
    """Hands out turns in the order in which they are asked for."""

    def __init__(self) -> None:
        self._lock = anyio.Lock()

    @property
    def num_waiting(self) -> int:
        """Number of those who have a turn or wait for one."""
        statistics = self._lock.statistics()
        return statistics.tasks_waiting + statistics.locked

    async def until_idle(self) -> None:
        """Waits until nobody has a turn or waits for one."""
        while self.num_waiting:
            await anyio.sleep(_LOOK_SECONDS)

    async def messages(self, work: Iterator[Any]) -> AsyncIterator[Any]:
        """Yields what a generator does, with a turn for each of its steps.

        A step runs in a thread, and is waited for where the task is cancelled:
        the next in the queue begins after it.
        """
        while True:
            async with self._lock:
                message = await anyio.to_thread.run_sync(next, work, _END)
            if message is _END:
                break
            yield message
