"""The whole state of a training run in one file, written at every epoch.

A checkpoint is an `.npz`: every variable of the model and of its optimizer,
the states of the model's random seed generators among them (a `.keras` file
leaves those out, so dropout would draw other masks after a restart), and the
progress of the run. One file means that weights and progress cannot disagree,
and its checksums tell a damaged one.
"""

import dataclasses
import json
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import UsageError
from ..files import replacing
from .history import Row
from .history import best_epoch
from .history import check_rows

_NAME = re.compile(r"epoch-(\d+)\.npz")


class DamageError(UsageError):
    """An error of a checkpoint whose contents are not those written."""


@dataclasses.dataclass
class Progress:
    """The progress of a run.

    Attributes:
        rows: One row for every finished epoch.
        train_seconds: Seconds spent in training steps, over all its parts.
        stopped: The reason why training is over, or `None` if it is not.
    """

    rows: list[Row] = dataclasses.field(default_factory=list)
    train_seconds: float = 0.0
    stopped: str | None = None

    @classmethod
    def of_json(cls, text: str) -> "Progress":
        """Returns the progress of which a checkpoint holds the JSON text.

        Raises:
            TypeError: If a field is missing, unknown or of another type.
            ValueError: If the rows are not those of the epochs from 1.
        """
        progress = cls(**json.loads(text))
        if type(progress.train_seconds) not in (int, float):
            raise TypeError(f"train_seconds={progress.train_seconds!r:.50}")
        if not isinstance(progress.stopped, str | None):
            raise TypeError(f"stopped={progress.stopped!r:.50}")
        check_rows(progress.rows)
        return progress

    @property
    def epoch(self) -> int:
        """The number of finished epochs."""
        return len(self.rows)


class Checkpoints:
    """The checkpoints of one run: those of the last two epochs and the best.

    Args:
        directory: The folder that keeps them; it is made when the first is
            saved.
    """

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory

    def epochs(self) -> list[int]:
        """Returns the epochs that have a checkpoint, in order."""
        if not self.directory.is_dir():
            return []
        names = (_NAME.fullmatch(p.name) for p in self.directory.iterdir())
        return sorted(int(name[1]) for name in names if name)

    def path(self, epoch: int) -> pathlib.Path:
        """Returns the path of an epoch's checkpoint, which need not exist."""
        return self.directory / f"epoch-{epoch:04d}.npz"

    def save(self, variables: Sequence[Any], progress: Progress) -> None:
        """Saves `variables` as they are now, and deletes older checkpoints.

        Args:
            variables: Keras variables, in an order that restoring repeats.
            progress: The run's progress, with at least one row.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {
            _key(index): np.asarray(variable)
            for index, variable in enumerate(variables)
        }
        state = json.dumps(dataclasses.asdict(progress))
        with replacing(self.path(progress.epoch)) as temporary:
            np.savez(temporary, progress=np.array(state), **arrays)
        older = [e for e in self.epochs() if e <= progress.epoch]
        for epoch in set(older[:-2]) - {best_epoch(progress.rows)}:
            self.path(epoch).unlink()

    def restore(self, epoch: int, variables: Sequence[Any]) -> Progress:
        """Sets `variables` to their values after `epoch`.

        Raises:
            DamageError: If the checkpoint is damaged, with its path; nothing
                has been set then.
            UsageError: If it is of another model.
        """
        path = self.path(epoch)
        arrays, progress = _read(path, epoch)
        expected = [tuple(variable.shape) for variable in variables]
        received = [array.shape for array in arrays]
        # All is read and compared before a variable is set, so that none is set
        # if something is wrong.
        if expected != received:
            raise UsageError(
                f"The checkpoint {path} belongs to another model: its "
                f"variables have shapes {received}, the model's {expected}."
            )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        return progress

    def restore_first(
        self, epochs: list[int], variables: Sequence[Any]
    ) -> Progress:
        """Restores the first of `epochs` whose checkpoint is whole.

        Those before it are reported by name and put aside under another.

        Raises:
            UsageError: If none is whole, or all that are belong to another
                model.
        """
        refused = {}
        for epoch in epochs:
            try:
                progress = self.restore(epoch, variables)
            except UsageError as error:
                refused[epoch] = error
            else:
                self._put_aside(refused)
                return progress
        for error in refused.values():
            # One that lost its list of contents looks like this too, but then
            # an older one is of this model.
            if not isinstance(error, DamageError):
                raise error
        self._put_aside(refused)
        raise UsageError(
            f"Every checkpoint in {self.directory} is damaged. Choose another "
            "--run-dir to train from the beginning."
        )

    def _put_aside(self, refused: dict[int, UsageError]):
        for epoch, error in refused.items():
            aside = self.path(epoch).with_suffix(".damaged")
            self.path(epoch).replace(aside)
            print(f"{error} It is now {aside.name}; using another one.")


def _key(index: int) -> str:
    return f"variable_{index:04d}"


def _read(path: pathlib.Path, epoch: int) -> tuple[list[np.ndarray], Progress]:
    try:
        # The checksum of a member is compared when it was read to its end.
        with path.open("rb") as file, np.load(file) as archive:
            progress = Progress.of_json(archive["progress"].item())
            count = len(archive.files) - 1
            arrays = [archive[_key(index)] for index in range(count)]
        if progress.epoch != epoch:
            raise ValueError(f"it is that of epoch {progress.epoch}")
    except PermissionError:
        raise
    # There is no list of the errors that a damaged archive makes readers raise.
    except Exception as error:
        raise DamageError(
            f"The checkpoint {path} is damaged ({type(error).__name__}: "
            f"{error!s:.200})."
        ) from error
    return arrays, progress
