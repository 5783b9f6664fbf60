"""A text that grows, each character in the colour of its surprise."""

from typing import Any

import numpy as np

from ..errors import UsageError
from .asked import Asked
from .lettering import font

_STEPS, _COLUMNS, _SIZE = 320, 56, 16
_LINE, _MARGIN = 22, 12
# Characters of this surprise, in bits, and above have the full colour.
_MOST_BITS = 8.0
_INK, _PAPER, _SURPRISE = (20, 20, 20), (255, 255, 255), (255, 110, 64)
_STEP = 2


def frames(model: Any, asked: Asked) -> list[np.ndarray]:
    """Returns the growth of a text, `model.generate(1, 320)`.

    The more surprising a character, `-log2 p(x[i] | x[<i])`, the stronger the
    colour behind it: white for 0 bits, the full colour from 8 bits on.

    Raises:
        UsageError: If the model does not draw texts.
    """
    if getattr(model, "vocabulary", None) is None or model.context.expected:
        raise UsageError(
            "This animation needs a model of texts without a context. "
            f"Received: {type(model).__name__}"
        )
    steps = min(_STEPS, model.event_shape[0])
    event = np.asarray(model.sample(1, seed=asked.seed))
    log_prob = np.asarray(model.log_prob_per_dim(event))[0, :steps]
    text = model.decode(event[0, :steps])
    cells = _laid_out(text)
    height = 2 * _MARGIN + _LINE * (1 + max(row for row, _ in cells))
    paper = _paper(height)
    drawn = [np.asarray(paper)]
    for index, (row, column) in enumerate(cells):
        bits = -log_prob[index] / np.log(2.0)
        _write(paper, text[index], row, column, bits)
        if index % _STEP == _STEP - 1 or index == len(cells) - 1:
            drawn.append(np.asarray(paper))
    return drawn


def _laid_out(text: str) -> list[tuple[int, int]]:
    """Returns the row and the column of every character."""
    cells, row, column = [], 0, 0
    for character in text:
        cells.append((row, column))
        column += 1
        if character == "\n" or column == _COLUMNS:
            row, column = row + 1, 0
    return cells


def _paper(height: int) -> Any:
    from PIL import Image

    width = 2 * _MARGIN + round(_COLUMNS * _width())
    return Image.new("RGB", (width, height), _PAPER)


def _write(paper, character, row, column, bits):
    from PIL import ImageDraw

    pen = ImageDraw.Draw(paper)
    left, top = _MARGIN + column * _width(), _MARGIN + row * _LINE
    share = min(1.0, max(0.0, bits / _MOST_BITS))
    colour = tuple(
        round(paper + share * (full - paper))
        for paper, full in zip(_PAPER, _SURPRISE, strict=True)
    )
    box = (left, top, left + _width() - 1, top + _LINE - 3)
    pen.rectangle(box, fill=colour)
    shown = "⏎" if character == "\n" else character
    pen.text((left, top), shown, font=font(_SIZE), fill=_INK)


def _width() -> float:
    return round(font(_SIZE).getlength("m"))
