"""The end of the time that a call may take."""

import time

from .errors import DeadlineError


class Deadline:
    """The moment at which a call that begins now must end.

    Args:
        seconds: Seconds that the call may take, with all its requests and
            pauses.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Returns the seconds that are left.

        Raises:
            DeadlineError: If there are none.
        """
        remaining = self._end - time.monotonic()
        if remaining <= 0.0:
            raise self.error()
        return remaining

    def pause(self, seconds: float) -> None:
        """Waits for some seconds.

        Raises:
            DeadlineError: If the time would be over before.
        """
        if seconds >= self.remaining():
            raise self.error()
        time.sleep(seconds)

    def error(self) -> DeadlineError:
        """Returns the error of a call that took too long."""
        return DeadlineError(
            f"The call took longer than timeout={self._seconds:g} seconds."
        )
