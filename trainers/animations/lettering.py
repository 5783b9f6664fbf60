"""Letters in frames."""

import functools
from typing import Any

import numpy as np

_BAR = 28


@functools.cache
def font(size: int) -> Any:
    """Returns the font of fixed width that comes with matplotlib."""
    import matplotlib
    from PIL import ImageFont

    folder = matplotlib.get_data_path()
    path = f"{folder}/fonts/ttf/DejaVuSansMono.ttf"
    # The basic layout does not depend on what the system has installed.
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def captioned(frame: np.ndarray, text: str) -> np.ndarray:
    """Returns a frame with a line of text below it."""
    from PIL import Image
    from PIL import ImageDraw

    height, width, _ = frame.shape
    picture = Image.new("RGB", (width, height + _BAR), (255, 255, 255))
    picture.paste(Image.fromarray(frame))
    pen = ImageDraw.Draw(picture)
    centre = (width // 2, height + _BAR // 2)
    pen.text(centre, text, font=font(16), fill=(0, 0, 0), anchor="mm")
    return np.asarray(picture)
