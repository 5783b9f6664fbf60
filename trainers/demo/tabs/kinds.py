"""Kinds of models that the page has tabs for."""

from tf_autoregressive import plots

from ...media import Image
from ...media import Text
from ..shown import Shown


def draws_images(shown: Shown) -> bool:
    """Returns whether the model draws images of levels, without a context."""
    model = shown.model
    return (
        isinstance(shown.medium, Image)
        and plots.is_image_shape(model.event_shape)
        and model.num_levels is not None
        and not model.context.expected
    )


def has_conditionals(shown: Shown) -> bool:
    """Returns whether there is one distribution of each value."""
    return not shown.model.has_many_orderings


def writes_texts(shown: Shown) -> bool:
    """Returns whether the model writes texts, without a context."""
    return isinstance(shown.medium, Text) and not shown.model.context.expected
