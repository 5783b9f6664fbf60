"""Writes the opening of every notebook: its badge and the cell that installs.

python -m colab.openings

The address of the code is `url` in setup.cfg. An owner who sets it, or who
publishes the package and sets `SOURCE` here, runs this once.
"""

import configparser

from colab import notebooks

_CONFIG = configparser.RawConfigParser()
_CONFIG.read(notebooks.FOLDER.parent / "setup.cfg", encoding="utf-8")

# The place of the code, with the folder `colab/` that Colab's badges lead to.
REPOSITORY = _CONFIG["metadata"]["url"]

# What pip is told after the name of the package: the address of the code until
# the package is in the package index; from then on "", for the index.
SOURCE = f" @ git+{REPOSITORY}"

_BADGE = """\
[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]\
(https://colab.research.google.com/github/{path}/blob/main/colab/{name}.ipynb)\
"""

_INSTALLATION = """\
# Installs the package if it is missing, and changes no other package.
import importlib.util
import pathlib

PACKAGE = "tf_autoregressive[{extras}]"
SOURCE = "{source}"
if pathlib.Path("{root}/tf_autoregressive").is_dir():  # This is a clone.
    SOURCE = f" @ {{pathlib.Path('{root}').resolve().as_uri()}}"
if importlib.util.find_spec("tf_autoregressive") is None:
    %pip install -q "{{PACKAGE}}{{SOURCE}}"\
"""

_INSTALLATION_FOR_A_TPU = """\
# Installs the package if it is missing, and changes no other package.
import importlib.util
import pathlib

# The TPU machines of Colab have libtpu, but no TensorFlow.
HAS_TPU = importlib.util.find_spec("libtpu") is not None
PACKAGE = f"tf_autoregressive[{{'tpu' if HAS_TPU else 'tensorflow'}},tfds]"
SOURCE = "{source}"
if pathlib.Path("../tf_autoregressive").is_dir():  # This is a clone.
    SOURCE = f" @ {{pathlib.Path('..').resolve().as_uri()}}"
if importlib.util.find_spec("tf_autoregressive") is None:
    %pip install -q "{{PACKAGE}}{{SOURCE}}"
    if HAS_TPU:
        # With what it requires, pip would install another TensorFlow as well.
        %pip install -q --no-deps "tf_keras~=2.20.0"\
"""

_EXTRAS = {
    "anomaly_detection": "tensorflow",
    "compression": "tensorflow,compression",
    "guidance": "tensorflow,tfds",
    "inpainting": "tensorflow",
    "pixel_cnn_pp_cifar10": "tensorflow,tfds",
    "quickstart": "tensorflow",
    "serving": "tensorflow,serving",
    "tables": "tensorflow",
    "text_and_sound": "tensorflow,tfds",
    "tfp": "tensorflow",
    "tour": "tensorflow",
    "vq_vae": "tensorflow",
}


def badge(name: str) -> str:
    """Returns the link that opens a notebook in Colab."""
    path = REPOSITORY.removeprefix("https://github.com/")
    return _BADGE.format(path=path, name=name)


def installation(name: str, source: str = SOURCE) -> str:
    """Returns the code that installs what a notebook needs.

    Args:
        name: Name of the notebook, as `notebooks.name` gives it. Lessons need
            TensorFlow alone.
        source: The text after the name of the package, as `SOURCE`.
    """
    if name == "tpu":
        return _INSTALLATION_FOR_A_TPU.format(source=source)
    folders = name.count("/")
    return _INSTALLATION.format(
        source=source,
        extras="tensorflow" if folders else _EXTRAS[name],
        # A lesson lies one folder deeper.
        root="/".join([".."] * (folders + 1)),
    )


def opened(notebook: dict, name: str, source: str = SOURCE) -> dict:
    """Returns a notebook with its opening written anew."""
    sources = {"badge": badge(name), "install": installation(name, source)}
    cells = [
        {**cell, "source": sources[cell["id"]].splitlines(keepends=True)}
        if cell["id"] in sources
        else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def main():
    """Writes the openings into all notebooks."""
    for path in notebooks.paths():
        notebooks.write(
            path, opened(notebooks.read(path), notebooks.name(path))
        )


if __name__ == "__main__":
    main()
