"""Finished runs: in a directory of the user, or in the package."""

import pathlib

from tf_autoregressive import trained

from ..errors import UsageError
from .run_directory import RunDirectory


class PackagedRun(RunDirectory):
    """The directory of a trained model of the package.

    Nothing is written into it: files that are made of the model go into the
    working directory.

    Args:
        name: Name of the model.
    """

    def __init__(self, name: str):
        super().__init__(trained.folder(name))
        self.name = name

    def made_file(self, name: str) -> pathlib.Path:
        return pathlib.Path(f"{self.name}-{name}")

    def load_model(self):
        try:
            trained.card(self.path)
        except ValueError as error:
            raise UsageError(str(error)) from error
        return super().load_model()


def finished_run(run: str) -> RunDirectory:
    """Returns the directory of a run, or of a trained model of the package.

    Args:
        run: A directory, or else the name of a trained model.

    Raises:
        UsageError: If there is no directory of this name, and no model.
    """
    if pathlib.Path(run).exists():
        return RunDirectory(run)
    try:
        return PackagedRun(run)
    except ValueError as error:
        raise UsageError(
            f"{run} is not a run directory: there is nothing of this name. "
            f"{error}"
        ) from error
