"""A choice of the reader for a file or folder of events."""

import pathlib
from typing import Any

from .image_rows import ImageRows
from .record_rows import RecordRows
from .record_rows import is_record_file
from .row_reader import RowReader
from .rows import Rows

_ARRAYS = (".npz", ".npy")


def open_rows(
    path: str | pathlib.Path,
    key: str,
    shape: tuple,
    *,
    num_levels: int | None = 256,
    background: int | tuple[int, int, int] | None = None,
) -> RowReader:
    """Returns the reader of the rows of a file or folder.

    Args:
        path: An `.npz` or `.npy` file, a TFRecord file (`.tfrecord`,
            `.tfrecords`, perhaps with `.gz` behind), or a folder of images.
        key: Name of the array in an `.npz` file, of the feature in a TFRecord
            file; folders have none.
        shape: Shape of one row.
        num_levels: Number of levels of the model that the rows are for. Images
            are for those of 256, or of 2 if they are black and white.
        background: The level behind transparent pixels of images, or three;
            `None` refuses images that have some.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is another kind of file, it is damaged, or there are
            no such rows.
    """
    path = pathlib.Path(path)
    images: dict[str, Any] = {
        "num_levels": num_levels,
        "background": background,
    }
    if path.is_dir():
        return ImageRows(path, shape, **images)
    if is_record_file(path):
        return RecordRows(path, key, shape, **images)
    if path.exists() and path.suffix.lower() not in _ARRAYS:
        raise ValueError(
            f"{path}: events must be an .npz, .npy or .tfrecord file, or a "
            "folder of images. Only a model of a table reads its rows from a "
            f".csv or .parquet file. Received: suffix {path.suffix!r}"
        )
    rows = Rows(path, key)
    if rows.shape[1:] != tuple(shape):
        rows.close()
        raise ValueError(
            f"{path}: `{key}` must have rows of shape {tuple(shape)}. "
            f"Received: shape {rows.shape}"
        )
    return rows
