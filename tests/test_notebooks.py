"""The notebooks: they open in Colab, show their own outputs, and run.

`--run-notebooks` executes them with few steps, in a kernel of the environment
that the tests run in, where the package must be installed. The first ones run
every time, and the others take turns.
"""

import copy
import os
import re
import types

import pytest

from colab import notebooks
from colab import openings
from colab import outputs
from colab import seals

PATHS = notebooks.paths()
NOTEBOOKS = [pytest.param(path, id=notebooks.name(path)) for path in PATHS]

# Of the notebooks and of the lessons, these run every time.
FIRST = ("quickstart", "lessons/1_chain_rule")

FEW_STEPS = {
    "TFAR_STEPS": "2",
    "TFAR_CPU_WILL_DO": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def text_of(notebook):
    """Returns all that the cells of a notebook have printed."""
    return "".join(
        line
        for cell in notebooks.code_cells(notebook)
        for output in cell["outputs"]
        if output.get("name") == "stdout"
        for line in output["text"]
    )


def has_pictures(notebook):
    return any(
        "image/png" in output.get("data", {})
        for cell in notebooks.code_cells(notebook)
        for output in cell["outputs"]
    )


def test_there_are_notebooks():
    assert len(PATHS) == 13 + 8


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_opens_in_colab(path):
    notebook = notebooks.read(path)
    name = notebooks.name(path)
    assert openings.opened(notebook, name) == notebook
    badge, *_ = notebook["cells"]
    assert badge["id"] == "badge"
    assert f"/colab/{name}.ipynb)" in "".join(badge["source"])


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_the_first_code_alone_installs(path):
    cells = notebooks.read(path)["cells"]
    first, *others = [cell for cell in cells if cell["cell_type"] == "code"]
    assert first["id"] == "install"
    assert first["outputs"] == []
    assert not any("pip install" in "".join(c["source"]) for c in others)


def test_the_source_is_set_at_one_place():
    notebook, name = notebooks.read(PATHS[0]), notebooks.name(PATHS[0])
    published = openings.opened(notebook, name, source="")
    assert published != notebook
    assert openings.opened(published, name) == notebook
    (cell,) = [c for c in published["cells"] if c["id"] == "install"]
    assert 'SOURCE = ""\n' in cell["source"]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_stored_outputs_are_those_of_the_code(path):
    notebook = notebooks.read(path)
    assert seals.sealed(outputs.cleaned(notebook)) == notebook
    assert has_pictures(notebook)
    assert not re.search(
        r"(?<![\w./])/(home|opt|root|srv|tmp|usr|Users)/|WARNING",
        text_of(notebook),
    )


def test_all_stored_notebooks_are_small():
    assert sum(path.stat().st_size for path in PATHS) < 4e6


def test_the_tpu_is_installed_for_as_the_guide_says():
    guide = (notebooks.FOLDER.parent / "docs/guides/scaling_out.md").read_text()
    (extra,) = re.findall(r'pip install "tf_autoregressive\[(tpu)\]"', guide)
    (beside,) = re.findall(r"pip install --no-deps (\S+)", guide)
    code = openings.installation("tpu")
    assert f"'{extra}' if HAS_TPU" in code
    assert f"%pip install -q --no-deps {beside}\n" in code + "\n"


def stored():
    """Returns a small notebook with outputs and seals."""
    sources = {"install": "%pip install a\n", "1": "x = 1\n", "2": "print(x)\n"}
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": name,
            "metadata": {},
            "outputs": [],
            "source": [source],
        }
        for name, source in sources.items()
    ]
    printed = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
    cells[2]["outputs"] = [printed]
    return seals.sealed({"cells": cells, "metadata": {}})


@pytest.mark.parametrize(
    ("number", "key", "value", "broken"),
    [
        (0, "source", ["%pip install b\n"], []),
        (1, "source", ["x = 2\n"], ["1", "2"]),
        (2, "source", ["print(x + 1)\n"], ["2"]),
        (2, "outputs", [], ["2"]),
    ],
)
def test_a_change_breaks_the_seals_after_it(number, key, value, broken):
    notebook = stored()
    changed = copy.deepcopy(notebook)
    changed["cells"][number][key] = value
    before, after = seals.seals(notebook), seals.seals(changed)
    assert [name for name in before if before[name] != after[name]] == broken


def test_outputs_are_stored_without_what_the_machine_was():
    notebook = stored()
    notebook["cells"][2] |= {
        "execution_count": 3,
        "outputs": [
            {
                "name": "stdout",
                "output_type": "stream",
                "text": [
                    "900/900 - 12s - 13ms/step - loss: 1.5\n",
                    "/tmp/x/model/1: loaded in 1.2 s\n",
                ],
            },
            {"name": "stderr", "output_type": "stream", "text": ["port.cc"]},
            {"execution_count": 3, "output_type": "execute_result"},
        ],
    }
    stream, result = outputs.cleaned(notebook, "/tmp/x")["cells"][2]["outputs"]
    assert stream["text"] == [
        "900/900 - loss: 1.5\n",
        "./model/1: loaded\n",
    ]
    assert result["execution_count"] is None


def taking_turns():
    """Yields the notebooks; all but the first ones take turns."""
    for path in PATHS:
        name = notebooks.name(path)
        marks = [] if name in FIRST else [pytest.mark.takes_turns]
        yield pytest.param(path, id=name, marks=marks)


@pytest.mark.notebook
@pytest.mark.parametrize("path", list(taking_turns()))
def test_a_notebook_runs_to_its_end(path, tmp_path):
    notebook = outputs.executed(path, str(tmp_path), FEW_STEPS, 600)
    # It ends with numbers and pictures of its own.
    assert has_pictures(notebook)
    assert text_of(notebook)
    assert "WARNING" not in text_of(notebook)


def devices_cell(*, gpus=()):
    """Runs the cell of the TPU notebook that chooses devices, without a TPU."""

    def strategy(name):
        if name == "tpu":
            raise ValueError("There is no TPU here.")
        return types.SimpleNamespace(num_replicas_in_sync=max(1, len(gpus)))

    config = types.SimpleNamespace(list_physical_devices=lambda _: gpus)
    namespace = {
        "os": os,
        "tf": types.SimpleNamespace(config=config),
        "trainers": types.SimpleNamespace(strategy=strategy),
    }
    notebook = notebooks.read(notebooks.FOLDER / "tpu.ipynb")
    sources = ["".join(c["source"]) for c in notebooks.code_cells(notebook)]
    (source,) = [s for s in sources if "def fastest_strategy" in s]
    exec(source, namespace)
    return namespace


def test_nothing_trains_on_a_cpu_in_silence(monkeypatch, capsys):
    monkeypatch.delenv("TFAR_CPU_WILL_DO", raising=False)
    with pytest.raises(RuntimeError, match="NEITHER A GPU NOR A TPU"):
        devices_cell()
    assert devices_cell(gpus=["a", "b"])["BATCH"] == 256
    assert "CPU" not in capsys.readouterr().out
    monkeypatch.setenv("TFAR_CPU_WILL_DO", "1")
    assert devices_cell()["BATCH"] == 32
    assert "THIS RUN USES THE CPU" in capsys.readouterr().out
