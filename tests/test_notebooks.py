"""The notebooks: clean in the repository, and they run from top to bottom.

`--run-notebooks` executes them with few steps, in a kernel of the environment
that the tests run in, where the package must be installed.
"""

import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent
PATHS = sorted((ROOT / "colab").glob("*.ipynb"))
NOTEBOOKS = [pytest.param(path, id=path.stem) for path in PATHS]

SETTINGS = {
    "TFAR_STEPS": "2",
    "TFAR_SECONDS": "60",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def code_cells(path):
    cells = json.loads(path.read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_there_are_notebooks():
    assert len(PATHS) == 7


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_outputs_are_stripped(path):
    for cell in code_cells(path):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_the_first_cell_alone_installs(path):
    first, *others = ["".join(cell["source"]) for cell in code_cells(path)]
    assert "%pip install" in first
    assert not any("pip install" in source for source in others)


@pytest.mark.notebook
@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_runs_to_its_end(path, tmp_path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    outputs = [
        out for cell in notebook.cells for out in cell.get("outputs", [])
    ]
    # It ends with numbers and pictures of its own.
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert any(output["output_type"] == "stream" for output in outputs)
