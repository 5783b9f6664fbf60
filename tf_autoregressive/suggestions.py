"""The nearest right name, for messages about a name that does not exist."""

import difflib
from collections.abc import Iterable


def closest(name: str, names: Iterable[str]) -> str:
    """Returns the hint " Did you mean ...?", or "" if nothing is close.

    Args:
        name: The name that does not exist. Its case does not count.
        names: The names that exist.
    """
    known = {known.lower(): known for known in names}
    matches = difflib.get_close_matches(name.lower(), known, n=1)
    return f" Did you mean {known[matches[0]]!r}?" if matches else ""
