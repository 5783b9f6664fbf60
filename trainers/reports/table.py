"""Rows of text in columns."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Returns rows as lines, their columns one below the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Returns rows as a Markdown table, the first of them as its head."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    rule = f"|{' --- |' * len(rows[0])}"
    return "\n".join([head, rule, *body])
