"""A table with a line of names, whose columns are of different kinds."""

import contextlib
import pathlib
from collections.abc import Iterator
from typing import Any
from typing import ClassVar

from .kind import Kind
from .places import Places

# These are the endings that `from_table` reads.
_SUFFIXES = (".csv", ".parquet")


class TableFile(Kind):
    """Rows of a table; numbers become bins, and a missing value is a value.

    A tenth of the rows each is for validation and for test, where no files are
    given for them.
    """

    name = "table"
    what = "a table in a .csv or .parquet file"
    options: ClassVar = {"levels": 16, "columns": {}, "split_seed": 0}

    def is_at(self, path: pathlib.Path) -> bool:
        return path.is_file() and path.suffix.lower() in _SUFFIXES

    def load(
        self,
        places: Places,
        *,
        levels: int,
        columns: dict[str, str],
        split_seed: int,
    ) -> Any:
        from tf_autoregressive.datasets import from_table

        given = places.of_splits()
        with _saying_how_to_leave_out():
            dataset = from_table(
                given["train"],
                validation=given.get("validation"),
                test=given.get("test"),
                kinds=columns,
                num_bins=levels,
                seed=split_seed,
                name=places.name,
                source=f"the table {places.data}",
            )
        missing = {"train", "validation", "test"} - set(
            dataset.info.split_sizes
        )
        if missing:
            raise ValueError(
                "A table must have at least 10 rows: a tenth is held out for "
                "validation, and a tenth for test. Received: "
                f"{sum(dataset.info.split_sizes.values())}"
            )
        return dataset


@contextlib.contextmanager
def _saying_how_to_leave_out() -> Iterator[None]:
    """Adds the flag that helps to the error of a column of names or dates."""
    from tf_autoregressive.datasets.columns import TooManyValuesError

    try:
        yield
    except ValueError as error:
        if not any(isinstance(e, TooManyValuesError) for e in _causes(error)):
            raise
        raise ValueError(
            f"{error}. --column NAME=none leaves a column out"
        ) from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
