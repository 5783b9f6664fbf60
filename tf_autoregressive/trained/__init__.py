"""The files of trained models that come with the package, or from a hub.

A folder NAME holds what Keras loads a model from, `config.json`,
`metadata.json` and `model.weights.h5`; a `README.md` with pictures, for people;
`run/` with `config.json` and `result.json`, the settings and the record of the
training; and a `card.json` that says which format that is, the SHA-256 of the
model's files, the licence of the data, and what the model scores on some fixed
test examples. It is a repository of the Hugging Face Hub too.
"""

import dataclasses
import hashlib
import json
import pathlib
from typing import Any

from tf_autoregressive.suggestions import closest
from tf_autoregressive.trained import hub

# The format of the folders. A reader knows the formats that were released.
FORMAT = 2

# The files that Keras loads a model from.
MODEL_FILES = ("config.json", "metadata.json", "model.weights.h5")

_HERE = pathlib.Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class Card:
    """The contents of the `card.json` of a trained model.

    Attributes:
        format: The format of the folder.
        version: The version of the package that wrote it.
        sha256: The SHA-256 of each of the model's files, by their names.
        licence: The licence of the data that the model was trained on.
        fixed_test: The score of fixed test examples, in float32.
    """

    format: int
    version: str
    sha256: dict[str, str]
    licence: str
    fixed_test: dict[str, Any]


def names() -> tuple[str, ...]:
    """Returns the names of the trained models, in alphabetical order."""
    return tuple(sorted(card.parent.name for card in _HERE.glob("*/card.json")))


def folder(name: str) -> pathlib.Path:
    """Returns the folder of a trained model.

    Args:
        name: Name of a model of the package; or `hf://OWNER/NAME`, which is
            downloaded from the Hugging Face Hub, if it was not before.

    Raises:
        ValueError: If there is none of this name. The message names the
            closest and all others.
        ImportError: If a model of the hub needs `huggingface_hub`.
    """
    if str(name).startswith(hub.PREFIX):
        return hub.download(name)
    known = names()
    if name in known:
        return _HERE / name
    raise ValueError(
        "`name` must be the name of a trained model."
        f"{closest(str(name), known)} There are: "
        f"{', '.join(known)}. Received: name={name!r}"
    )


def is_of_package(path: pathlib.Path) -> bool:
    """Returns whether a folder is the one with the models of the package."""
    return path.resolve() == _HERE.resolve()


def card(path: pathlib.Path) -> Card:
    """Returns the card of a trained model, whose files are as they were.

    Args:
        path: The folder of the model.

    Raises:
        ValueError: If the folder has no card or one of another format, or a
            file of the model is not the one that the card describes.
    """
    content = _content(path / "card.json")
    _check_format(path, content)
    fields = [field.name for field in dataclasses.fields(Card)]
    for field in fields:
        if field not in content:
            raise ValueError(
                f"{path / 'card.json'} is damaged: it has no {field!r}. Get "
                "the folder again."
            )
    if content["sha256"] != sha256(path):
        raise ValueError(
            f"{path} is damaged: its model is not the one that its card "
            "describes. Get the folder again."
        )
    return Card(**{field: content[field] for field in fields})


def record(path: pathlib.Path) -> dict[str, Any]:
    """Returns the record of a trained model's training.

    Args:
        path: The folder of the model.
    """
    return _content(record_file(path))


def record_file(path: pathlib.Path) -> pathlib.Path:
    """Returns the file with the record of a trained model's training.

    Args:
        path: The folder of the model.
    """
    return path / "run" / "result.json"


def size(path: pathlib.Path) -> int:
    """Returns the bytes of the files of a trained model.

    Args:
        path: The folder of the model.
    """
    return sum((path / name).stat().st_size for name in MODEL_FILES)


def sha256(path: pathlib.Path) -> dict[str, str | None]:
    """Returns the SHA-256 of the files of a model, in hexadecimal digits.

    Args:
        path: The folder of the model.

    Returns:
        A hash by the name of the file, `None` for a file that is missing.
    """
    return {name: _file_sha256(path / name) for name in MODEL_FILES}


def _file_sha256(path):
    if not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _content(path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(
            f"{path} cannot be read, so that its folder is not that of a "
            f"trained model: {error}"
        ) from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} is damaged: it does not hold an object.")
    return content


def _check_format(path, content):
    found = content.get("format")
    if found == FORMAT:
        return
    if not isinstance(found, int):
        raise ValueError(
            f"{path / 'card.json'} must have the number of its format under "
            f"'format'. Received: {found!r}. Get the folder again."
        )
    written = f"{path} has format {found}, and this version of "
    reads = f"tf_autoregressive reads format {FORMAT}. "
    if found > FORMAT:
        advice = "Update the package: `pip install -U tf_autoregressive`."
    else:
        advice = f"Write it anew: `tfar publish {path} --to FOLDER`."
    raise ValueError(written + reads + advice)
