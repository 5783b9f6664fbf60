"""Rows of numbers, which mean nothing to people at sight."""

from .medium import Medium


class Vector(Medium):
    """Vectors, and all events that are of no other kind."""

    name = "vectors"
