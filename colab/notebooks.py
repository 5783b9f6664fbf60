"""The files of the notebooks, as the JSON objects that they are stored as."""

import json
import pathlib

FOLDER = pathlib.Path(__file__).parent


def paths() -> list[pathlib.Path]:
    """Returns the files of all notebooks, sorted."""
    return sorted(FOLDER.rglob("*.ipynb"))


def name(path: pathlib.Path) -> str:
    """Returns the name of the notebook in a file, as `lessons/1_chain_rule`."""
    return path.relative_to(FOLDER).with_suffix("").as_posix()


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
    return [cell for cell in notebook["cells"] if is_run(cell)]


def is_run(cell: dict) -> bool:
    """Returns whether a cell has code, and not the code that installs."""
    return cell["cell_type"] == "code" and cell["id"] != "install"
