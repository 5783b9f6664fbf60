"""Seals, which tell whether stored outputs are those of the stored code.

The seal of a cell is a hash of its outputs and of all code up to it. It no
longer fits if the cell or one before it was changed without a run, or if the
cell was run with other settings and stored by hand. The cell that installs is
left out: what it says has no influence on the outputs of the others.
"""

import hashlib
import json

from colab.notebooks import code_cells


def seals(notebook: dict) -> dict[str, str]:
    """Returns the seal that each of the `code_cells` should have, by its id."""
    code = hashlib.sha256()
    found = {}
    for cell in code_cells(notebook):
        code.update("".join(cell["source"]).encode() + b"\0")
        whole = code.copy()
        whole.update(json.dumps(cell["outputs"], sort_keys=True).encode())
        found[cell["id"]] = whole.hexdigest()[:16]
    return found


def sealed(notebook: dict) -> dict:
    """Returns a notebook whose cells have their seals and no other metadata."""
    found = seals(notebook)
    cells = [
        {
            **cell,
            "metadata": {"seal": found[cell["id"]]}
            if cell["id"] in found
            else {},
        }
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}
