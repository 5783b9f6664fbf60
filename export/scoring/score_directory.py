"""The directory that `score_rows` writes, and the checks of its parts."""

import contextlib
import hashlib
import json
import pathlib
from collections.abc import Iterator

import numpy as np

from tf_autoregressive.files import TEMPORARY_PREFIX
from tf_autoregressive.files import only_writer
from tf_autoregressive.files import remove_temporaries
from tf_autoregressive.files import replace_text
from tf_autoregressive.files import replacing

from .extras import imported

_SETTINGS = "_settings.json"
_CHECKSUM = b"sha256"
LOG_PROB = np.dtype([("log_prob", "float32")])


class ScoreDirectory:
    """Scores in parts, each with a checksum that ties it to the settings.

    Readers of Parquet leave out files that begin with `_` or a dot; of all
    others, each must be a part.

    Args:
        path: The directory.
        settings: The settings that scores are computed from, of values that
            JSON can hold.
        num_parts: Number of parts when all is scored.
        dtype: Structured dtype of the scores, a field for each column.
    """

    def __init__(
        self,
        path: pathlib.Path,
        settings: dict,
        num_parts: int,
        dtype: np.dtype = LOG_PROB,
    ) -> None:
        self._path = path
        self._settings = settings
        self._dtype = dtype
        self._columns = dtype.names or ()
        self._names = {_name(number) for number in range(num_parts)}

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Begins or goes on with these scores, for the length of a block.

        Raises:
            ValueError: If another process is writing there, or the scores were
                begun with other settings, or something else is there.
        """
        self._path.mkdir(parents=True, exist_ok=True)
        with only_writer(self._path):
            settings = self._path / _SETTINGS
            has_begun = settings.exists()
            self._check_names(has_begun=has_begun)
            # The check comes first: in a foreign directory such files are not
            # ours.
            remove_temporaries(self._path)
            if has_begun:
                self._check_same(settings)
            else:
                replace_text(settings, json.dumps(self._settings, indent=2))
            yield

    def read(self, number: int, rows: range) -> np.ndarray | None:
        """Returns the scores of a part, `None` if it is missing or damaged.

        They are an array `[rows]` of the directory's dtype.
        """
        path = self._part(number)
        if not path.exists():
            return None
        arrow, parquet = imported("pyarrow"), imported("pyarrow.parquet")
        try:
            with parquet.ParquetFile(
                path, page_checksum_verification=True
            ) as file:
                if file.metadata.num_rows != len(rows):
                    return None
                table = file.read()
                checksum = (file.metadata.metadata or {}).get(_CHECKSUM)
            found = table["row"].to_numpy()
            scores = np.empty(len(found), self._dtype)
            for name in self._columns:
                scores[name] = _values(table[name], scores[name])
        except (arrow.ArrowException, OSError, KeyError, ValueError):
            return None
        is_whole = checksum == self._checksum(found, scores)
        return scores if is_whole and np.array_equal(found, rows) else None

    def write(self, number: int, rows: range, scores: np.ndarray) -> None:
        """Writes a part, which appears whole or not at all."""
        arrow, parquet = imported("pyarrow"), imported("pyarrow.parquet")
        numbers = np.arange(rows.start, rows.stop)
        checksum = self._checksum(numbers, scores)
        columns = {name: _column(scores[name]) for name in self._columns}
        table = arrow.table({"row": numbers, **columns})
        # The checksum does not cover statistics, by which readers would filter,
        # so there are none.
        with (
            replacing(self._part(number)) as temporary,
            parquet.ParquetWriter(
                temporary,
                table.schema,
                write_page_checksum=True,
                write_statistics=False,
                store_schema=False,
            ) as writer,
        ):
            writer.write_table(table)
            writer.add_key_value_metadata({_CHECKSUM: checksum})

    def _part(self, number):
        return self._path / _name(number)

    def _checksum(self, rows, scores):
        settings = json.dumps(self._settings, sort_keys=True).encode()
        content = hashlib.sha256(settings)
        for values in (rows, *(scores[name] for name in self._columns)):
            content.update(f"{values.dtype} ".encode())
            content.update(np.ascontiguousarray(values))
        return content.hexdigest().encode()

    def _check_same(self, path):
        try:
            begun = dict(json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(
                f"{path} is damaged ({error}). Choose another output, or "
                f"remove {self._path}."
            ) from error
        different = [
            f"  {name}: {begun.get(name)!r} there, "
            f"{self._settings.get(name)!r} now"
            for name in sorted(begun.keys() | self._settings.keys())
            if begun.get(name) != self._settings.get(name)
        ]
        if different:
            raise ValueError(
                f"{self._path} was begun with other settings:\n"
                + "\n".join(different)
                + "\nChoose another output, or remove that one."
            )

    def _check_names(self, *, has_begun):
        for path in sorted(self._path.iterdir()):
            if has_begun:
                is_ours = path.name in self._names or path.name[0] in "_."
            else:
                # A process that was killed while it began leaves such a file.
                unfinished = f"{TEMPORARY_PREFIX}{_SETTINGS}"
                is_ours = path.name.startswith(unfinished)
            if not is_ours:
                raise ValueError(
                    f"{self._path} holds something else than scores of these "
                    f"rows: {path.name}. Choose another output, or remove it."
                )


def _column(values):
    """Returns values as a column: of numbers, or of lists of `[B, ...]`."""
    if values.ndim == 1:
        return values
    arrow = imported("pyarrow")
    numbers = arrow.array(np.ascontiguousarray(values).reshape(-1))
    return arrow.FixedSizeListArray.from_arrays(numbers, values[0].size)


def _values(column, like):
    """Returns the values of a column, of the shape of an array."""
    if like.ndim == 1:
        return column.to_numpy()
    return column.combine_chunks().flatten().to_numpy().reshape(like.shape)


def _name(number):
    return f"part-{number:08d}.parquet"
