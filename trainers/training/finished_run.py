"""Finished runs: in a directory of the user, in the package, or on the hub."""

import pathlib
from typing import Any

from tf_autoregressive import trained

from ..errors import UsageError
from ..errors import usage_errors
from .run_directory import RunDirectory


class TrainedRun(RunDirectory):
    """The run of a trained model of the package or the hub.

    Nothing is written into its folder: files that are made of the model go into
    the working directory.

    Args:
        name: Name of the model.

    Attributes:
        folder: The folder of the model.
    """

    def __init__(self, name: str) -> None:
        self.folder = trained.folder(name)
        super().__init__(self.folder / "run")
        self.name = name
        # Keras loads a model from a folder as well as from a file.
        self.model = self.folder

    def made_file(self, name: str) -> pathlib.Path:
        return pathlib.Path(f"{pathlib.PurePosixPath(self.name).name}-{name}")

    def load_model(self) -> Any:
        with usage_errors():
            trained.card(self.folder)
        return super().load_model()


def finished_run(run: str) -> RunDirectory:
    """Returns the directory of a run, or of a trained model.

    Args:
        run: A directory, or else the name of a trained model of the package,
            or `hf://OWNER/NAME` of the hub.

    Raises:
        UsageError: If there is no directory of this name, and no model, or it
            cannot be downloaded.
    """
    if pathlib.Path(run).exists():
        return RunDirectory(run)
    try:
        return TrainedRun(run)
    except ValueError as error:
        raise UsageError(
            f"{run} is not a run directory: there is nothing of this name. "
            f"{error}"
        ) from error
