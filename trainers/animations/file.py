"""The files of an animation: one that moves, and one that stands still."""

from collections.abc import Sequence

import numpy as np

from tf_autoregressive.types import Path

# The whole takes as long as this, so that a few frames go by slowly; and the
# last frame stays, since it is what one wants to look at.
_SECONDS, _SLOWEST, _LAST = 8.0, 0.9, 2.5


def save(moving: Path, still: Path, frames: Sequence[np.ndarray]) -> None:
    """Writes frames as an animated WebP that repeats, and the last as PNG.

    No pixel of a frame is changed by the compression.

    Args:
        moving: The file of the animation.
        still: The file of its last frame.
        frames: uint8 `[H, W, 3]` each, at least two.
    """
    from PIL import Image

    pictures = [Image.fromarray(frame) for frame in frames]
    seconds = min(_SLOWEST, _SECONDS / len(frames))
    durations = [round(1000 * seconds)] * len(frames)
    durations[-1] = round(1000 * _LAST)
    pictures[0].save(
        moving,
        format="WebP",
        save_all=True,
        append_images=pictures[1:],
        duration=durations,
        loop=0,
        lossless=True,
        quality=100,
        method=4,
        minimize_size=True,
    )
    pictures[-1].save(still, format="PNG", optimize=True)
