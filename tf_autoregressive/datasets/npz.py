"""Datasets from `.npz` files.

A file holds `train` and, if it has them, `validation` (or `valid`) and `test`,
each `[N, ...]`; the prefix `x_` is allowed. Labels are `y_train` and so on.
Binary data may be packed, eight dimensions a byte along axis 1, with the number
of dimensions under the key `dim`. A file with a single array may hold it under
any key: it is the training split.
"""

import pathlib
from typing import Any

import numpy as np

from tf_autoregressive.datasets.array_files import BYTES_OF_A_LEVEL
from tf_autoregressive.datasets.array_files import ArrayArchive
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import check_memory
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.types import Path
from tf_autoregressive.types import Shape

_SPLIT_NAMES = {
    "train": ("train",),
    "validation": ("validation", "valid"),
    "test": ("test",),
}


def from_npz(
    path: Path,
    *,
    num_levels: int | None,
    name: str | None = None,
    event_shape: Shape | None = None,
    with_labels: bool = False,
    **description: Any,
) -> Dataset:
    """Makes a dataset from an `.npz` file.

    Args:
        path: The file. Its keys are `train` and, where the data has them,
            `validation` (or `valid`) and `test`, with or without the prefix
            `x_`; labels are under `y_train` and so on. If there is a key `dim`,
            the splits are bits packed along axis 1 (`numpy.packbits`) with
            `dim` of them an example.
        num_levels: Number of values that a dimension can take: 2 for packed
            bits, None for real-valued data.
        name: Name of the dataset in its `info`, the file's own if None.
        event_shape: Shape to give to each example, as stored if None.
        with_labels: Whether the splits yield `(example, label)`.
        **description: More fields of `DatasetInfo`: `source`, `licence`,
            `binarization`, `notes`.

    Returns:
        A `Dataset`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or not an `.npz` file, has no
            training split or one under two names, lacks the labels asked for,
            asks for more memory than a file of its size may, or holds values
            that `from_arrays` refuses.
    """
    splits, labels = read_npz(path, with_labels=with_labels)
    with naming(path):
        return from_arrays(
            **splits,
            name=pathlib.Path(path).stem if name is None else name,
            num_levels=num_levels,
            event_shape=event_shape,
            labels=labels if with_labels else None,
            **{"source": f"the file {pathlib.Path(path).name}"} | description,
        )


def read_npz(path: Path, *, with_labels: bool = True) -> Any:
    """Reads the splits and the labels of a file as `from_npz` describes it.

    Args:
        path: The file.
        with_labels: Whether to read the labels, where there are some.

    Returns:
        splits: Dict from split names to unpacked arrays `[N, ...]`.
        labels: Dict from the names of the splits that have labels to arrays.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: As `from_npz` says.
    """
    with ArrayArchive(path) as archive:
        keys = _keys_of_splits(path, archive.names, ("", "x_"))
        if len(archive.names) == 1 and not keys:
            keys = {"train": archive.names[0]}
        if "train" not in keys:
            raise FileError(
                f"{path} must hold an array `train` or `x_train`, or only one. "
                f"Received: {archive.names}"
            )
        wanted = with_labels and _keys_of_splits(path, archive.names, ("y_",))
        if "dim" in archive.names:
            splits = _unpacked(path, archive, keys)
        else:
            splits = _read(archive, keys)
        labels = _read(archive, wanted or {})
    for name, values in (*splits.items(), *labels.items()):
        if not values.ndim:
            raise FileError(
                f"{path} must hold arrays [N, ...] for {name}. Received: a "
                "single number"
            )
    return splits, labels


def _keys_of_splits(path, names, prefixes):
    """Returns a dict from splits to the names that they are stored under."""
    keys = {}
    for split, aliases in _SPLIT_NAMES.items():
        found = [
            prefix + alias
            for alias in aliases
            for prefix in prefixes
            if prefix + alias in names
        ]
        if len(found) > 1:
            raise FileError(
                f"{path} must hold one array for {split}. Received: "
                f"{' and '.join(found)}"
            )
        if found:
            keys[split] = found[0]
    return keys


def _read(archive, keys):
    arrays = archive.read(*keys.values())
    return {split: arrays[key] for split, key in keys.items()}


def _unpacked(path, archive, keys):
    """Returns the bits of each split, `[N, dim]`."""
    dim = _dim(path, archive.read("dim")["dim"])
    num_bits = 0
    for split, key in keys.items():
        with archive.open(key) as (_, header):
            _check_packed(path, split, header, dim)
            num_bits += dim * header.shape[0]
    check_memory(path, num_bits * BYTES_OF_A_LEVEL)
    packed = _read(archive, keys)
    for split, rows in packed.items():
        # `numpy.packbits` fills the last byte of a row up with zeros.
        if dim % 8 and (rows[:, -1] & (0xFF >> dim % 8)).any():
            raise FileError(
                f"{path} packs `dim` = {dim} bits an example, so the other "
                f"bits of a row's last byte must be 0. Received: others in "
                f"`{split}`"
            )
    return {
        split: np.unpackbits(rows, axis=1, count=dim)
        for split, rows in packed.items()
    }


def _dim(path, dim):
    if dim.size != 1 or dim.dtype.kind not in "iu" or dim.item() < 1:
        raise FileError(
            f"{path} must hold one positive integer under `dim`. Received: "
            f"shape={dim.shape}, dtype={dim.dtype}, beginning with "
            f"{dim.ravel()[:1]}"
        )
    return dim.item()


def _check_packed(path, split, header, dim):
    width = -(-dim // 8)
    if (
        len(header.shape) != 2
        or header.shape[1] != width
        or header.dtype != np.uint8
    ):
        raise FileError(
            f"{path} packs `dim` = {dim} bits an example, so `{split}` must "
            f"have shape [N, {width}] and dtype uint8. Received: shape="
            f"{header.shape}, dtype={header.dtype}"
        )
