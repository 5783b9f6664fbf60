"""The draws of models as people see them, a class for each kind of event.

Importing it does not import TensorFlow.
"""

from collections.abc import Sequence
from typing import Any

from tf_autoregressive import plots

from .image import Image
from .medium import Medium
from .music import Music
from .sound import Sound
from .table_rows import TableRows
from .text import Text
from .vector import Vector


def kind_of(
    event_shape: Sequence[int],
    *,
    vocabulary: str | None = None,
    rate: int | None = None,
    table: Any = None,
) -> type[Medium]:
    """Returns the class for events of a kind.

    Args:
        event_shape: Shape of an event.
        vocabulary: The characters of texts, `None` for other events.
        rate: Samples a second of sound, `None` for other events.
        table: The `Table` of rows of a table, `None` for other events.
    """
    if table is not None:
        return TableRows
    if vocabulary is not None:
        return Text
    if rate is not None:
        return Sound
    if plots.is_image_shape(event_shape):
        return Image
    return Music if len(event_shape) == 2 else Vector


def medium_of(model: Any, rate: int | None = None, table: Any = None) -> Medium:
    """Returns the medium of a model's events.

    Args:
        model: The model.
        rate: Samples a second of sound, `None` for other events.
        table: The `Table` of rows of a table, `None` for other events.
    """
    vocabulary = getattr(model, "vocabulary", None)
    kind = kind_of(
        model.event_shape, vocabulary=vocabulary, rate=rate, table=table
    )
    return kind(model, rate, table)


def draws_images(model: Any) -> bool:
    """Returns whether a model draws images of levels, a context or not."""
    return (
        plots.is_image_shape(model.event_shape) and model.num_levels is not None
    )
