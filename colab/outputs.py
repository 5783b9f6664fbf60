"""Runs notebooks and stores in them what they print and draw.

python -m colab.outputs [NAME ...]

Each notebook runs as a reader would run it: from top to bottom, with all its
steps, in an empty folder. The environment needs the package itself and its
extra `notebooks`. A notebook that reads data from files finds them in the
folder `TFAR_DATA_DIR`.
"""

import argparse
import json
import os
import pathlib
import re
import tempfile

from colab import notebooks
from colab.seals import sealed

_SETTINGS = {
    # Readers of the outputs see what all of the steps give.
    "TFAR_STEPS": "",
    "TFAR_CPU_WILL_DO": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

# Durations on this machine: of an epoch of Keras, of loading a model.
_DURATION = re.compile(
    r" - \d+m?s - \d+[mu]?s/step|(?<=: loaded) in [\d.]+ s$", re.MULTILINE
)


def executed(
    path: pathlib.Path,
    folder: str,
    settings: dict,
    seconds_a_cell: int | None = None,
) -> dict:
    """Returns a notebook after its code has run from top to bottom.

    Args:
        path: The file of the notebook, which stays as it is.
        folder: The folder in which the code runs.
        settings: Texts of variables of the environment. "" removes one.
        seconds_a_cell: The most seconds that a cell may take.

    Returns:
        The notebook, with the outputs of this run.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails.
        nbclient.exceptions.CellTimeoutError: If a cell takes longer.
    """
    import nbformat
    from nbclient import NotebookClient

    environment = {**os.environ, **settings}
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=seconds_a_cell,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
    )
    client.execute(
        env={name: text for name, text in environment.items() if text}
    )
    return json.loads(nbformat.writes(notebook))


def cleaned(notebook: dict, folder: str = ".") -> dict:
    """Returns a notebook without what belongs to the machine that ran it.

    That is what a kernel logs, how long something took, the version of Python,
    the order of the run, and the folder, which becomes ".".
    """
    cells = [_cleaned_cell(cell, folder) for cell in notebook["cells"]]
    metadata = {**notebook["metadata"], "language_info": {"name": "python"}}
    return {**notebook, "cells": cells, "metadata": metadata}


def _cleaned_cell(cell, folder):
    if cell["cell_type"] != "code":
        return cell
    outputs = [
        _cleaned_output(output, folder)
        for output in cell["outputs"]
        if output.get("name") != "stderr"
    ]
    return {**cell, "execution_count": None, "outputs": outputs}


def _cleaned_output(output, folder):
    if output["output_type"] == "stream":
        text = [line.replace(folder, ".") for line in output["text"]]
        return {**output, "text": [_DURATION.sub("", line) for line in text]}
    if "execution_count" in output:
        return {**output, "execution_count": None}
    return output


def main():
    """Runs the notebooks that the command line names, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = [notebooks.name(path) for path in notebooks.paths()]
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}"
    )
    chosen = parser.parse_args().names
    if unknown := set(chosen) - set(names):
        parser.error(f"There is no notebook {', '.join(sorted(unknown))}.")
    settings = dict(_SETTINGS)
    if "TFAR_DATA_DIR" in os.environ:
        # The notebooks run in another folder than this command.
        settings["TFAR_DATA_DIR"] = os.path.abspath(os.environ["TFAR_DATA_DIR"])
    for name in chosen or names:
        path = notebooks.FOLDER / f"{name}.ipynb"
        with tempfile.TemporaryDirectory() as folder:
            notebook = cleaned(executed(path, folder, settings), folder)
        notebooks.write(path, sealed(notebook))
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
