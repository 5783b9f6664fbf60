"""Datasets from `.npz` files.

A file holds `train` and, if it has them, `validation` (or `valid`) and `test`,
each `[N, ...]`; the prefix `x_` is allowed. Labels are `y_train` and so on.
Binary data may be packed, eight dimensions a byte along axis 1, with the number
of dimensions under the key `dim`. A file with a single array may hold it under
any key: it is the training split.
"""

import pathlib
import zipfile

import numpy as np

from tf_autoregressive.datasets.arrays import from_arrays

_SPLIT_NAMES = {
    "train": ("train",),
    "validation": ("validation", "valid"),
    "test": ("test",),
}


def from_npz(
    path,
    *,
    num_levels,
    name=None,
    event_shape=None,
    with_labels=False,
    **description,
):
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
        ValueError: If the file is no `.npz` file, has no training split, lacks
            the labels asked for, or holds values that `from_arrays` refuses.
    """
    splits, labels = read_npz(path)
    return from_arrays(
        **splits,
        name=pathlib.Path(path).stem if name is None else name,
        num_levels=num_levels,
        event_shape=event_shape,
        labels=labels if with_labels else None,
        **{"source": f"the file {pathlib.Path(path).name}"} | description,
    )


def read_npz(path):
    """Reads the splits and the labels of a file as `from_npz` describes it.

    Args:
        path: The file.

    Returns:
        splits: Dict from split names to unpacked arrays `[N, ...]`.
        labels: Dict from the names of the splits that have labels to arrays.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or has no training split.
    """
    stored = read_arrays(path)
    splits = _find(stored, ("", "x_"))
    if len(stored) == 1 and not splits:
        splits = {"train": next(iter(stored.values()))}
    if "train" not in splits:
        raise ValueError(
            f"{path} must hold an array `train` or `x_train`, or only one. "
            f"Received: {sorted(stored)}"
        )
    if "dim" in stored:
        dim = int(stored["dim"])
        splits = {s: _unpack(path, s, bits, dim) for s, bits in splits.items()}
    return splits, _find(stored, ("y_",))


def read_arrays(path):
    """Returns all arrays of a file by their keys.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, or no `.npz` file of plain arrays.
    """
    try:
        # NumPy leaves a file that it fails to read open unless we opened it.
        with (
            pathlib.Path(path).open("rb") as file,
            np.load(file, allow_pickle=False) as stored,
        ):
            return {key: stored[key] for key in stored.files}
    except FileNotFoundError as error:
        raise FileNotFoundError(f"There is no file {path}.") from error
    # A bare `.npy` file opens as an array, which is no context manager.
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} is damaged or not an .npz file of plain arrays. Write it "
            "with numpy.savez or numpy.savez_compressed."
        ) from error


def _find(stored, prefixes):
    """Returns the splits that are stored under one of the prefixes."""
    return {
        split: stored[prefix + alias]
        for split, aliases in _SPLIT_NAMES.items()
        for alias in aliases
        for prefix in prefixes
        if prefix + alias in stored
    }


def _unpack(path, split, packed, dim):
    if packed.ndim != 2 or packed.shape[1] != -(-dim // 8):
        raise ValueError(
            f"{path} packs `dim` = {dim} bits an example, so `{split}` must "
            f"have shape [N, {-(-dim // 8)}]. Received: shape={packed.shape}"
        )
    return np.unpackbits(packed, axis=1, count=dim)
