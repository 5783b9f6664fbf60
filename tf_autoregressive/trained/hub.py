"""Trained models from the Hugging Face Hub.

Keras downloads models by the same names, `hf://OWNER/NAME`, and from the same
place, so that they are downloaded once for both.
"""

import pathlib
import re

PREFIX = "hf://"


def download(name: str) -> pathlib.Path:
    """Returns the local copy of a repository.

    Args:
        name: Its name, `hf://OWNER/NAME`.

    Raises:
        ValueError: If there is no such repository, or it cannot be had now.
        ImportError: If the package `huggingface_hub` is missing.
    """
    if not re.fullmatch(r"hf://[^/]+/[^/]+", name):
        raise ValueError(
            f"`name` must be `hf://OWNER/NAME`. Received: name={name!r}"
        )
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            f"{name} needs the package `huggingface_hub`: "
            '`pip install "tf_autoregressive[hub]"`.'
        ) from error
    repository = name.removeprefix(PREFIX)
    try:
        path = huggingface_hub.snapshot_download(
            repo_id=repository, library_name="keras"
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"{name} cannot be downloaded: {error}") from error
    return pathlib.Path(path)
