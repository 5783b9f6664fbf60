"""Test examples: some to show, and others to calibrate detectors on."""

from typing import Any

import numpy as np

from ..errors import UsageError
from ..media.draws import spread

_NUM_SHOWN, _NUM_NORMAL = 100, 500


class Examples:
    """Test examples of a run, none of them both shown and calibrated on.

    They are spread over the whole split, which may be sorted by class.

    Args:
        test: The test split, unbatched.

    Attributes:
        shown: Examples for people to choose from, `[n, *event_shape]`.
        normal: Other examples, to calibrate detectors on.

    Raises:
        UsageError: If there are fewer than two.
    """

    def __init__(self, test: Any) -> None:
        count = int(test.cardinality())
        if count < 2:
            raise UsageError(
                f"The page needs at least two test examples. Received: {count}"
            )
        num_shown = min(_NUM_SHOWN, count // 2)
        num_normal = min(_NUM_NORMAL, count - count // 2)
        self.shown, _ = spread(_every_second(test, 0), num_shown)
        self.normal, _ = spread(_every_second(test, 1), num_normal)

    def example(self, index: int) -> np.ndarray:
        """Returns one of the examples to show.

        Raises:
            UsageError: If there are not so many.
        """
        if index >= len(self.shown):
            raise UsageError(
                f"There are {len(self.shown)} test examples on this page: "
                f"choose a number from 0 to {len(self.shown) - 1}."
            )
        return self.shown[index]


def _every_second(examples, first):
    return examples.shard(2, first)
