"""The outputs of a lesson's notebook, under the code of its page."""

import base64
import pathlib

from colab import lessons
from colab import notebooks


def with_outputs(page: pathlib.Path) -> tuple[str, dict[str, bytes]]:
    """Returns the text of a lesson with outputs, and the pictures in it.

    The pictures are PNG files by name, which lie beside the page.
    """
    stored = notebooks.read(lessons.notebook_of(page))
    cells = iter(notebooks.code_cells(stored))
    pictures = {}

    def shown(part):
        if part["code"] is None:
            return part[0]
        return "\n\n".join([part[0], *_shown(next(cells), page.stem, pictures)])

    text = page.read_text(encoding="utf-8")
    return lessons.PARTS.sub(shown, text), pictures


def _shown(cell, name, pictures):
    """Yields the outputs of a cell as Markdown, and keeps their pictures."""
    for output in cell["outputs"]:
        if output.get("name") == "stdout":
            yield f"```text\n{''.join(output['text']).rstrip()}\n```"
        elif "image/png" in output.get("data", {}):
            file = f"{name}_{len(pictures) + 1}.png"
            pictures[file] = base64.b64decode(output["data"]["image/png"])
            yield f"![The picture that the code above draws]({file})"
