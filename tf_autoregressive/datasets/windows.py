"""Windows of a sequence.

Shapes: N windows, T values of a window.
"""

import numpy as np


def windows(
    values: np.ndarray, steps: int, stride: int | None = None
) -> np.ndarray:
    """Returns `[N, T]`: the whole windows, one every `stride` values.

    Args:
        values: `[length]`; they give no window if they are shorter than one.
        steps: `T`.
        stride: Number of values between the starts of windows; `T` if None.

    Raises:
        ValueError: If the values have more than one axis, or `steps` is below
            1.
    """
    if np.ndim(values) != 1 or steps < 1:
        raise ValueError(
            "`values` must have one axis and `steps` be at least 1. Received: "
            f"shape {np.shape(values)}, steps={steps}"
        )
    if len(values) < steps:
        return np.empty((0, steps), values.dtype)
    every = np.lib.stride_tricks.sliding_window_view(values, steps)
    return every[:: stride or steps].copy()
