"""The directory of one run: its files, and the lock that guards them."""

import contextlib
import csv
import pathlib
from collections.abc import Iterator
from typing import Any

import pydantic

from tf_autoregressive.files import TEMPORARY_PREFIX
from tf_autoregressive.files import only_writer
from tf_autoregressive.files import remove_temporaries

from ..errors import UsageError
from ..errors import usage_errors
from ..own_data.places import Places
from ..recipe import Recipe
from ..recipe import explain
from ..tensorflow_log import import_tensorflow
from .checkpoints import Checkpoints
from .history import Row
from .history import from_csv
from .result_file import ResultFile
from .run_config import RunConfig
from .run_config import read_json


class RunDirectory:
    """Names the files of a run, and reads what an earlier one left.

    config.json is written first and result.json last, so the one tells a run
    and the other a finished run.

    Args:
        path: The directory; it need not exist.
    """

    def __init__(self, path: str | pathlib.Path) -> None:
        self.path = pathlib.Path(path)
        self.config = self.path / "config.json"
        self.checkpoints = Checkpoints(self.path / "checkpoints")
        self.metrics = self.path / "metrics.csv"
        self.result = self.path / "result.json"
        self.model = self.path / "model.keras"
        self.samples = self.path / "samples.png"
        self.texts = self.path / "samples.txt"
        self.rows = self.path / "samples.csv"
        self.completions = self.path / "completions.png"
        self.dependencies = self.path / "dependencies.png"
        self.learning_curve = self.path / "learning_curve.png"

    def made_file(self, name: str) -> pathlib.Path:
        """Returns where a file that is made of the model goes by default."""
        return self.path / name

    def exists(self) -> bool:
        """Returns whether a run was begun here.

        Raises:
            UsageError: If something else is in the directory's place, or in
                the directory.
        """
        if not self.path.exists():
            return False
        if not self.path.is_dir():
            raise UsageError(
                f"{self.path} is a file, not a run directory. Choose another "
                "--run-dir."
            )
        if self.config.exists():
            return True
        foreign = sorted(
            entry.name
            for entry in self.path.iterdir()
            if not entry.name.startswith(TEMPORARY_PREFIX)
        )
        if foreign:
            raise UsageError(
                f"{self.path} is not empty and has no config.json, so it is "
                f"not a run directory. It holds: {', '.join(foreign[:5])}. "
                "Choose another --run-dir."
            )
        return False

    def read_config(self) -> RunConfig:
        """Returns what the run was begun with.

        Raises:
            UsageError: If there is no run or its config.json is damaged.
        """
        return RunConfig.read(self.config)

    def finished_result(
        self, recipe: Recipe, data: Any = None
    ) -> dict[str, Any] | None:
        """Returns the result of a finished run of this recipe.

        Args:
            recipe: The recipe.
            data: Its `Data` or `tf_autoregressive.datasets.Dataset`, if it is
                loaded: the run must have been begun on the same.

        Returns: The contents of result.json; `None` if there is no run yet or
        it is not finished.

        Raises:
            UsageError: If the directory cannot hold this run, or result.json
                is damaged.
        """
        if not self.exists():
            return None
        config = self.read_config()
        if data is not None:
            config.check_same_data(data.info.sha256)
        config.check_same(recipe)
        return self.read_result()

    def read_result(self) -> dict[str, Any] | None:
        """Returns the contents of result.json, `None` for an unfinished run.

        Raises:
            UsageError: If result.json is damaged.
        """
        if not self.result.exists():
            return None
        result = read_json(self.result)
        try:
            ResultFile.model_validate(result)
        except pydantic.ValidationError as error:
            raise UsageError(
                f"{self.result} does not hold a result: {explain(error)}"
            ) from error
        return result

    def rate(self) -> int | None:
        """Returns the samples a second of a finished run's sound.

        Returns:
            `None` for other events, and for an unfinished run.

        Raises:
            UsageError: If result.json is damaged.
        """
        result = self.read_result()
        return None if result is None else result["data"].get("rate")

    def table(self) -> Any:
        """Returns the `Table` of a finished run on rows of a table.

        Returns:
            `None` for other events, and for an unfinished run.

        Raises:
            UsageError: If result.json is damaged.
        """
        result = self.read_result() or {"data": {}}
        config = result["data"].get("table")
        if config is None:
            return None
        # This is imported late, because it imports TensorFlow.
        import_tensorflow()
        from tf_autoregressive.datasets.table import Table

        try:
            return Table.from_config(config)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"{self.result} does not hold a table: {error!r}"
            ) from error

    def read_metrics(self) -> list[Row]:
        """Returns the rows of metrics.csv: none before the first epoch's end.

        Raises:
            UsageError: If there is no run, or metrics.csv is damaged.
        """
        self.read_config()
        if not self.metrics.exists():
            return []
        try:
            return from_csv(self.metrics.read_text(encoding="utf-8"))
        except (KeyError, OSError, TypeError, ValueError, csv.Error) as error:
            raise UsageError(f"{self.metrics} is damaged: {error!r}") from error

    def load_model(self) -> Any:
        """Loads the model of a finished run.

        Raises:
            UsageError: If the run is not finished or the file is damaged.
        """
        if not self.result.exists():
            raise UsageError(
                f"{self.path} is not finished. Continue it with `tfar train` "
                "and the settings it was begun with."
            )
        # This is imported here, because reading a directory should not wait for
        # TensorFlow.
        import_tensorflow()
        from tf_autoregressive.models.loading import load_model

        with usage_errors():
            return load_model(self.model)

    @contextlib.contextmanager
    def begun(
        self,
        recipe: Recipe,
        sha256: str | None,
        data_dir: str | Places | None = None,
    ) -> Iterator[None]:
        """Begins or continues the run, for the length of a block.

        Args:
            recipe: The run's settings.
            sha256: Hash of the run's data, `None` where there is none.
            data_dir: The folder or the places of the data.

        Raises:
            UsageError: If the directory cannot be written, another process is
                training there, or it holds a run with other settings or on
                other data.
        """
        with self._locked():
            if self.exists():
                begun = self.read_config()
                begun.check_same(recipe)
                begun.check_same_data(sha256)
            for folder in (self.path, self.checkpoints.directory):
                remove_temporaries(folder)
            RunConfig(self.config, recipe, sha256, data_dir).write()
            yield

    @contextlib.contextmanager
    def _locked(self):
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be written ({error.strerror}). Choose "
                "another --run-dir."
            ) from error
        with contextlib.ExitStack() as lock:
            try:
                lock.enter_context(only_writer(self.path))
            except ValueError as error:
                raise UsageError(
                    f"{error} Wait for it, or choose another --run-dir."
                ) from error
            yield
