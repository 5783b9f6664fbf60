"""Lengths of time as text for people."""


def duration(seconds: float) -> str:
    """Returns a length of time in seconds, or in minutes from two of them."""
    if round(seconds) < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
