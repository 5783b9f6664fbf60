"""The files of trained models that come with the package.

A folder NAME holds what is left of a finished run when nobody trains it on:
its `config.json`, `result.json` and `model.keras`, and a `card.json` that says
which format that is, the SHA-256 of the model's file, and what the model scores
on some fixed test examples.
"""

import difflib
import hashlib
import json
import pathlib
from typing import Any

# The format of the folders. A reader knows the formats that were released.
FORMAT = 1

_HERE = pathlib.Path(__file__).parent


def names() -> tuple[str, ...]:
    """Returns the names of the trained models, in alphabetical order."""
    return tuple(sorted(card.parent.name for card in _HERE.glob("*/card.json")))


def folder(name: str) -> pathlib.Path:
    """Returns the folder of a trained model.

    Args:
        name: Name of the model.

    Raises:
        ValueError: If there is none of this name. The message names the
            closest and all others.
    """
    known = names()
    if name in known:
        return _HERE / name
    closest = difflib.get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {closest[0]!r}?" if closest else ""
    raise ValueError(
        f"`name` must be the name of a trained model.{hint} There are: "
        f"{', '.join(known)}. Received: name={name!r}"
    )


def card(path: pathlib.Path) -> dict[str, Any]:
    """Returns the card of a trained model, whose file is as it was written.

    Args:
        path: The folder of the model.

    Raises:
        ValueError: If the folder has another format, or the file of the model
            is not the one that the card describes.
    """
    content = json.loads((path / "card.json").read_text(encoding="utf-8"))
    if content["format"] != FORMAT:
        raise ValueError(
            f"{path} has format {content['format']}, and this version of "
            f"tf_autoregressive reads format {FORMAT}. Install the version "
            f"that wrote it ({content['version']}), or a newer one."
        )
    if content["sha256"] != sha256(path / "model.keras"):
        raise ValueError(
            f"{path / 'model.keras'} is damaged: it is not the file that its "
            "card describes. Install the package again."
        )
    return content


def sha256(path: pathlib.Path) -> str:
    """Returns the SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
