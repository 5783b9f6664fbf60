"""Reads the project's docstrings as the API reference shows them."""

import re
import textwrap

import griffe

from docs import formulas

# Patterns, and what takes their place, line by line.
_REWRITTEN = [
    (r"^( *)Example:$", r"\1Examples:"),
    # References, one a paragraph; the first follows its heading.
    (r"(?<!:)\n( +)(\[\d+\] |Deviation:)", r"\n\n\1\2"),
    (r"(?<![<(])https?://[^\s>)]+", r"<\g<0>>"),
]


_SECTION = re.compile(r"^[A-Z][A-Za-z ]*:\n(?= +\S)", re.MULTILINE)
_FORMULA = re.compile(r"(?<=\n\n)(?: {4,}\S.*(?:\n|\Z))+")


def with_mathml(text: str) -> str:
    """Returns a docstring with its formulas as MathML.

    Formulas are the lines before the sections that are indented by four spaces
    after an empty line.

    Raises:
        ValueError: If `formulas.mathml` cannot read one.
    """
    section = _SECTION.search(text)
    end = section.start() if section else len(text)
    return _FORMULA.sub(_equation, text[:end]) + text[end:]


def _equation(found):
    equation = formulas.mathml(textwrap.dedent(found[0]).rstrip("\n"))
    # A keyboard scrolls what is wider than a phone.
    return f'<div class="equation" tabindex="0">{equation}</div>\n'


class Docstrings(griffe.Extension):
    """Formulas and examples as such, references one a paragraph, links."""

    def on_object(self, *, obj, **_):
        """Rewrites the docstring of an object."""
        if obj.docstring is None:
            return
        obj.docstring.value = with_mathml(obj.docstring.value)
        for pattern, replacement in _REWRITTEN:
            obj.docstring.value = re.sub(
                pattern, replacement, obj.docstring.value, flags=re.MULTILINE
            )
