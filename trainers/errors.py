"""The error that ends the program with one message and no traceback."""


class UsageError(ValueError):
    """What the person at the terminal can put right, and how."""
