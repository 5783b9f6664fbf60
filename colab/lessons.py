"""Writes the notebooks of the lessons from their pages.

python -m colab.lessons

A lesson is written once, as the page `docs/lessons/NAME.md`. Its text becomes
cells of text and its blocks of Python cells of code; solutions stay closed
inside the text, as on the page. A notebook keeps its outputs if its code is the
same as before; otherwise `python -m colab.outputs lessons/NAME` runs it anew.
"""

import pathlib
import re

from colab import notebooks
from colab import openings

PAGES = notebooks.FOLDER.parent / "docs" / "lessons"

# Solutions and blocks of code. A solution is taken as a whole: its code does
# not become a cell.
PARTS = re.compile(
    r"^<details.*?^</details>$|^```python\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def pages() -> list[pathlib.Path]:
    """Returns the files of all lessons, in their order."""
    return sorted(PAGES.glob("[0-9]*.md"))


def notebook_of(page: pathlib.Path) -> pathlib.Path:
    """Returns the file of the notebook of a page."""
    return notebooks.FOLDER / "lessons" / f"{page.stem}.ipynb"


def cells(page: str) -> list[dict]:
    """Returns the cells of the text of a page, without outputs."""
    found, end = [], 0
    for part in PARTS.finditer(page):
        if part["code"] is not None:
            found += [_text(page[end : part.start()]), _code(part["code"])]
            end = part.end()
    found.append(_text(page[end:]))
    filled = [cell for cell in found if cell["source"]]
    badge, install = (
        {**_text(""), "id": "badge"},
        {**_code(""), "id": "install"},
    )
    numbered = [
        {**cell, "id": str(number)} for number, cell in enumerate(filled)
    ]
    return [badge, numbered[0], install, *numbered[1:]]


def _text(source):
    return {
        "cell_type": "markdown",
        "metadata": {},
        "source": source.strip().splitlines(keepends=True),
    }


def _code(source):
    return {
        **_text(source),
        "cell_type": "code",
        "execution_count": None,
        "outputs": [],
    }


def notebook(page: pathlib.Path) -> dict:
    """Returns the notebook of a page, without outputs."""
    made = {
        "cells": cells(page.read_text(encoding="utf-8")),
        "metadata": {
            "kernelspec": _KERNEL,
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return openings.opened(made, notebooks.name(notebook_of(page)))


def with_outputs_of(made: dict, stored: dict) -> dict:
    """Returns a notebook with the outputs of one whose code is the same.

    Where the code differs the notebook is returned as it is.
    """
    if sources(made) != sources(stored):
        return made
    ran = iter(notebooks.code_cells(stored))
    filled = [
        {
            **cell,
            "outputs": (old := next(ran))["outputs"],
            "metadata": old["metadata"],
        }
        if notebooks.is_run(cell)
        else cell
        for cell in made["cells"]
    ]
    return {**made, "cells": filled}


def sources(made: dict) -> list[str]:
    """Returns the code of a notebook, cell by cell."""
    return ["".join(cell["source"]) for cell in notebooks.code_cells(made)]


def main():
    """Writes the notebooks of all lessons."""
    for page in pages():
        made, path = notebook(page), notebook_of(page)
        if path.exists():
            made = with_outputs_of(made, notebooks.read(path))
        notebooks.write(path, made)


if __name__ == "__main__":
    main()
