"""Compressors whose code lengths say how complex an event is.

Each is a function of an event to bytes, registered with Keras.
"""

import io
import zlib as deflate
from collections.abc import Callable

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="tf_autoregressive")
def zlib(event: np.ndarray) -> bytes:
    """Returns an event as DEFLATE compresses the bytes of its values.

    Args:
        event: Integers `[1, *event_shape]`.
    """
    smallest = np.min_scalar_type(int(event.max()))
    return deflate.compress(event.astype(smallest).tobytes(), 9)


@keras.saving.register_keras_serializable(package="tf_autoregressive")
def png(event: np.ndarray) -> bytes:
    """Returns an image as a PNG file.

    The container costs about 57 bytes for every image, which no comparison of
    images of one size feels.

    Args:
        event: Integers `[1, H, W, C]` in `[0, 255]`, `C` 1 or 3. Where none is
            above 1 the file has one bit a value.

    Raises:
        ValueError: If it is not such an image.
    """
    from PIL import Image

    if event.ndim != 4 or event.shape[-1] not in (1, 3) or event.max() > 255:
        raise ValueError(
            "`png` takes images [1, H, W, C] of levels up to 255, C 1 or 3. "
            f"Received: shape {event.shape}, levels up to {event.max()}"
        )
    image = event[0].astype("uint8")
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    if image.shape[-1] == 1 and image.max() <= 1:
        picture = Image.fromarray(image[..., 0] > 0)
    file = io.BytesIO()
    picture.save(file, format="png", optimize=True)
    return file.getvalue()


COMPRESSORS: dict[str, Callable[[np.ndarray], bytes]] = {
    "png": png,
    "zlib": zlib,
}
