"""Formulas of docstrings as MathML.

A formula in a docstring is plain text, which `help` shows as it is:

    p(x[i] = 1 | x[<i]) = sigmoid(c[i] + sum{ A[i, j] * x[j] : j < i })

What is in brackets after a name, or after its `_`, is its index. The names of
Greek letters are these letters. `sum{ body : condition }`, also with `for`, and
`sum_condition body` have the condition under their sign. What follows two
spaces is a remark, unless a comma, a colon or a sign stands before them.
"""

import html
import re

_TOKEN = re.compile(
    r"(?P<space> *)(?:(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z]\w*(?:-[a-z]{2,})*)"
    r'|(?P<text>"[^"]*")|(?P<sign>\.\.\.|//|[<>=!+]=|\S))'
)
_REMARK = re.compile(r"(?<![,:<>= ]) {2,}")
# An inner product; signs of order have no name before, or a space after them.
_PRODUCT = re.compile(r"<(\w[^<>]*\S)>")
# An absolute value; the bar of a condition has spaces.
_ABSOLUTE = re.compile(r"\|(\S|\S[^|]*\S)\|")
_GREEK = {"beta": "β", "mu": "μ", "rho": "\N{GREEK SMALL LETTER RHO}"}
_BIG = {"sum": "∑", "prod": "∏"}
_SIGNS = {
    "*": "⋅",
    "-": "\N{MINUS SIGN}",
    ">=": "≥",
    "<=": "≤",
    "==": "=",
    "!=": "≠",
    "...": "…",
    "~": "\N{TILDE OPERATOR}",
    "in": "∈",
}
_CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⟦": "⟧"}
_SHOWN = {"⟦": "|", "⟧": "|"}
_GAP = '<mspace width="0.3em"/>'
_WIDE_GAP = '<mspace width="1.2em"/>'


def mathml(text: str) -> str:
    """Returns a formula as an equation that stands apart.

    Args:
        text: Its lines. Where one goes on with the line before, it is indented.

    Raises:
        ValueError: If a bracket is not closed, or closed without being open.
    """
    rows = "".join(_row(line) for line in text.split("\n"))
    table = f'<mtable class="formula" displaystyle="true">{rows}</mtable>'
    return f'<math display="block">{table}</math>'


def _row(line):
    formula, *remarks = _REMARK.split(line.strip())
    indent = len(line) - len(line.lstrip())
    cells = f'<mspace width="{indent / 2:g}em"/>{_Reader(formula).whole()}'
    row = f"<mtd>{cells}</mtd>"
    if remarks:
        remark = html.escape("  ".join(remarks), quote=False)
        row += f"<mtd><mtext>{remark}</mtext></mtd>"
    return f"<mtr>{row}</mtr>"


class _Reader:
    """Reads one line from its beginning to its end."""

    def __init__(self, line):
        self.line = line
        line = _ABSOLUTE.sub("⟦\\1⟧", _PRODUCT.sub("⟨\\1⟩", line))
        self.tokens = list(_TOKEN.finditer(line))
        self.place = 0

    def whole(self):
        """Returns all of the line."""
        found = self._until(())
        if self.place < len(self.tokens):
            raise ValueError(
                f"A formula closes a bracket that is not open: {self.line!r}."
            )
        return found

    def _until(self, ends):
        """Returns what comes before one of the ends, which is not read."""
        parts = []
        while (token := self._next()) is not None:
            if token in ends or token in _CLOSING.values():
                break
            if parts:
                parts.append(self._gap())
            parts.append(self._operand())
        return "".join(parts)

    def _next(self):
        if self.place == len(self.tokens):
            return None
        return self.tokens[self.place][0].strip()

    def _gap(self):
        """Returns the space before a token; signs bring their own."""
        before, here = self.tokens[self.place - 1], self.tokens[self.place]
        if len(here["space"]) > 1 and before["sign"] in (",", ":"):
            return _WIDE_GAP
        begins = here["sign"] is None or here["sign"] in _CLOSING
        is_apart = here["space"] and begins and not _is_sign(before)
        return _GAP if is_apart and here["name"] != "in" else ""

    def _operand(self):
        """Returns a name, a number, a sign or what brackets enclose."""
        token = self.tokens[self.place]
        self.place += 1
        if token["number"]:
            return self._with_index(f"<mn>{token['number']}</mn>")
        if token["text"]:
            return f"<mtext>{html.escape(token['text'], quote=False)}</mtext>"
        if token["name"]:
            return self._name(token["name"])
        if token["sign"] in _CLOSING:
            return self._with_index(self._brackets(token["sign"]))
        return self._sign(token["sign"])

    def _sign(self, sign):
        if sign == "@":
            return _GAP
        shown = html.escape(_SIGNS.get(sign, sign), quote=False)
        if sign in ("...", "#"):
            return f"<mi>{shown}</mi>"
        if sign == "|":
            return '<mo stretchy="false">|</mo>'
        if self._is_prefix():
            return f'<mo form="prefix" lspace="0" rspace="0">{shown}</mo>'
        return f"<mo>{shown}</mo>"

    def _is_prefix(self):
        """Returns whether the last sign is one as in `-1` or in `[<i]`."""
        follows = self.place == 1 or _is_sign(self.tokens[self.place - 2])
        is_last = self.place == len(self.tokens)
        return follows and not is_last and not self.tokens[self.place]["space"]

    def _brackets(self, sign):
        body = self._enclosed(sign)
        opening, closing = (
            f'<mo stretchy="false">{_SHOWN.get(shown, shown)}</mo>'
            for shown in (sign, _CLOSING[sign])
        )
        return f"<mrow>{opening}{body}{closing}</mrow>"

    def _enclosed(self, sign, ends=()):
        """Returns what brackets enclose, after the opening one."""
        body = self._until(ends)
        if self._next() in ends:
            return body
        if self._next() != _CLOSING[sign]:
            raise ValueError(
                f"A formula does not close its {sign!r}: {self.line!r}."
            )
        self.place += 1
        return body

    def _name(self, name):
        if name in _SIGNS:
            return f"<mo>{_SIGNS[name]}</mo>"
        if name == "sqrt" and self._next() == "(":
            self.place += 1
            return f"<msqrt>{self._enclosed('(')}</msqrt>"
        letter, _, index = name.partition("_")
        if letter in _BIG:
            return self._big(_BIG[letter], index)
        # `log_scale` is one name, and `x_i` or `softmax_s` one with an index.
        is_indexed = "_" in name and (
            len(letter) == 1 or letter in _GREEK or len(index) < 2
        )
        if not is_indexed:
            return self._with_index(_identifier(name))
        base = _identifier(letter)
        if index:
            return self._with_index(base, [_identifier(index)])
        if self._next() != "{":
            # The index is a sign and a name: `x_<i`.
            return self._with_index(base, [self._operand() + self._operand()])
        self.place += 1
        return self._with_index(base, [self._enclosed("{")])

    def _big(self, sign, index):
        """Returns a sum or a product, with its condition under the sign."""
        sign = f"<mo>{sign}</mo>"
        if index:
            return _under(sign, _identifier(index))
        if self._next() != "{":
            return sign
        is_condition = self.tokens[self.place - 1][0].endswith("_")
        self.place += 1
        if is_condition:
            return _under(sign, self._enclosed("{"))
        body = self._enclosed("{", (":", "for"))
        if self._next() in (":", "for"):
            self.place += 1
            sign = _under(sign, self._enclosed("{"))
        return f"<mrow>{sign}{body}</mrow>"

    def _with_index(self, base, indices=()):
        """Returns something with the indices and powers that follow it."""
        indices, powers = list(indices), []
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token["space"] or token["sign"] not in ("[", "^", "'"):
                break
            self.place += 1
            if token["sign"] == "[":
                indices.append(self._enclosed("["))
            elif token["sign"] == "^":
                powers.append(self._operand())
            else:
                powers.append("<mo>\N{PRIME}</mo>")
        return _scripted(base, "<mo>,</mo>".join(indices), "".join(powers))


def _scripted(base, index, power):
    """Returns something with an index, a power, both or none of them."""
    kind = ("sub" if index else "") + ("sup" if power else "")
    if not kind:
        return base
    parts = [f"<mrow>{part}</mrow>" for part in (base, index, power) if part]
    return f"<m{kind}>{''.join(parts)}</m{kind}>"


def _is_sign(token):
    """Returns whether something has to follow, as after `+` or `(`."""
    if token["name"]:
        return token["name"] == "in" or token["name"].endswith("_")
    ends = (None, "...", "'", *_CLOSING.values())
    return token["sign"] not in ends


def _identifier(name):
    if name.isdigit():
        return f"<mn>{name}</mn>"
    return f"<mi>{_GREEK.get(name, name)}</mi>"


def _under(sign, condition):
    return f"<munder>{sign}<mrow>{condition}</mrow></munder>"
