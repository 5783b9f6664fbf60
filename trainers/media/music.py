"""Piano rolls: which notes sound in each step of a song."""

from .medium import Medium


class Music(Medium):
    """Sequences of vectors, drawn as numbers."""

    name = "music"
