"""Equations of pages as MathML, which browsers draw without a script.

`$x_i$` stands in a line, and `$$` around an equation, alone on its lines, sets
it apart. Both are LaTeX. This is an extension of Python-Markdown.
"""

import re

import markdown
from latex2mathml import converter
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor

_APART = re.compile(
    r"^(?P<indent> *)\$\$(?P<latex>.+?)\$\$ *$", re.MULTILINE | re.DOTALL
)
# A space inside the dollars, or a digit after them, means sums of money.
_IN_LINE = r"(?<![\\$])\$(?=[^\s$])([^$\n]*(?:\n[^$\n]+)?[^\s$\\])\$(?![\d$])"
# Browsers set the name of a function close to its argument.
_FUNCTION = re.compile(r"(<mi>[a-z]{2,}</mi>)(?=<m(?:i|n|sub|sup|row)>)")
# Below fences and above the other inline patterns, which would read LaTeX.
_AFTER_FENCES = 20
_BEFORE_ESCAPES = 185


def mathml(latex: str, *, apart: bool = False) -> str:
    """Returns an equation as MathML.

    Args:
        latex: The equation.
        apart: Whether it stands on a line of its own.

    Raises:
        ValueError: If it has a command that is not known.
    """
    found = converter.convert(latex, display="block" if apart else "inline")
    if "\\" in found:
        raise ValueError(f"An equation has an unknown command: {latex!r}.")
    return _FUNCTION.sub(r'\1<mspace width="0.17em"/>', found)


class _Apart(Preprocessor):
    def run(self, lines):
        return _APART.sub(self._stashed, "\n".join(lines)).split("\n")

    def _stashed(self, found):
        equation = mathml(found["latex"].strip(), apart=True)
        # A keyboard scrolls what is wider than a phone.
        stored = self.md.htmlStash.store(
            f'<div class="equation" tabindex="0">{equation}</div>'
        )
        return f"\n{found['indent']}{stored}\n"


class _InLine(InlineProcessor):
    def handleMatch(self, m, data):  # noqa: N802
        stored = self.md.htmlStash.store(mathml(m[1]))
        return stored, m.start(0), m.end(0)


class Equations(markdown.Extension):
    """Reads dollars as marks of equations."""

    def extendMarkdown(self, md):  # noqa: N802
        """Adds what reads equations to a converter."""
        md.preprocessors.register(_Apart(md), "equations_apart", _AFTER_FENCES)
        md.inlinePatterns.register(
            _InLine(_IN_LINE, md), "equations", _BEFORE_ESCAPES
        )
        md.ESCAPED_CHARS.append("$")


def makeExtension(**options):  # noqa: N802
    """Returns the extension, as Python-Markdown asks a module for it."""
    return Equations(**options)
