"""Kinds of models that the page has tabs for."""

from ... import media
from ..shown import Shown


def draws_images(shown: Shown) -> bool:
    """Returns whether the model draws images of levels.

    It may be conditioned on a label, which people choose, or on numbers.
    """
    return media.draws_images(shown.model)


def has_conditionals(shown: Shown) -> bool:
    """Returns whether there is one distribution of each value."""
    return not shown.model.has_many_orderings


def writes_texts(shown: Shown) -> bool:
    """Returns whether the model writes texts of any length.

    It may be conditioned on a label, which people choose, or on numbers, but
    not on a sequence, which has an end, nor on a length.
    """
    context = shown.model.context
    has_end = context.encoded_rank == 2 or context.is_length
    return isinstance(shown.medium, media.Text) and not has_end


def draws_rows(shown: Shown) -> bool:
    """Returns whether the model draws rows of a table, without a context."""
    return isinstance(shown.medium, media.TableRows) and not has_context(shown)


def has_context(shown: Shown) -> bool:
    """Returns whether the model is conditioned on anything."""
    return bool(shown.model.context.expected)
