"""Reads the project's docstrings as the API reference shows them."""

import re

import griffe

# Patterns, and what takes their place, line by line.
_REWRITTEN = [
    (r"^( *)Example:$", r"\1Examples:"),
    # References, one a paragraph; the first follows its heading.
    (r"(?<!:)\n( +)(\[\d+\] |Deviation:)", r"\n\n\1\2"),
    (r"(?<![<(])https?://[^\s>)]+", r"<\g<0>>"),
]


class Docstrings(griffe.Extension):
    """Examples as code, references one a paragraph, addresses as links."""

    def on_object(self, *, obj, **_):
        """Rewrites the docstring of an object."""
        if obj.docstring is None:
            return
        for pattern, replacement in _REWRITTEN:
            obj.docstring.value = re.sub(
                pattern, replacement, obj.docstring.value, flags=re.MULTILINE
            )
