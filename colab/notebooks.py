"""The files of the notebooks, as the JSON objects that they are stored as."""

import json
import pathlib

FOLDER = pathlib.Path(__file__).parent


def paths() -> list[pathlib.Path]:
    """Returns the files of all notebooks, sorted."""
    return sorted(FOLDER.glob("*.ipynb"))


def read(path: pathlib.Path) -> dict:
    """Returns the notebook that a file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: pathlib.Path, notebook: dict) -> None:
    """Replaces the file of a notebook, as a whole or not at all."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)


def code_cells(notebook: dict) -> list[dict]:
    """Returns the cells with code that follow the one that installs."""
    cells = notebook["cells"]
    return [
        cell
        for cell in cells
        if cell["cell_type"] == "code" and cell["id"] != "install"
    ]
