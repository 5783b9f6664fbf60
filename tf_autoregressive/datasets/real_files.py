"""The real-valued sets of the RNADE paper, in ten folds, from `.npz` files.

A file holds `data`, `[N, D]` real numbers, and `fold`, `[N]` integers from 0 to
9, the fold of every row.
"""

import dataclasses
import pathlib

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.datasets.array_files import ArrayArchive
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.types import Path

_NUM_FOLDS = 10


@dataclasses.dataclass(frozen=True)
class _RealFile:
    num_dims: int
    origin: str
    columns: str


REAL_FILES = {
    "red_wine": _RealFile(
        11, "UCI Wine Quality, red", "all columns but the quality"
    ),
    "white_wine": _RealFile(
        11, "UCI Wine Quality, white", "all columns but the quality"
    ),
    "parkinsons": _RealFile(
        15,
        "UCI Parkinsons Telemonitoring",
        "all columns but subject#, age, sex, Jitter(%), Jitter:RAP, Shimmer "
        "and Shimmer:APQ3",
    ),
    "ionosphere": _RealFile(
        32, "UCI Ionosphere", "all columns but the first two and the class"
    ),
}


def load_real_file(
    name: str,
    *,
    data_dir: Path | None = None,
    with_labels: bool = False,
    fold: int = 0,
) -> Dataset:
    """Loads a split of one of `REAL_FILES`.

    The test split is fold `fold`, the validation split the next one, and the
    training split all others. Every dimension is normalised with the mean `m`
    and the standard deviation `s` of the training split, in all splits:

        x = (data - m) / s

    Args:
        name: Its name.
        data_dir: Folder that holds the file.
        with_labels: Must be False: there are no labels.
        fold: Number of the test fold, from 0 to 9.

    Returns:
        A `Dataset` of real values.

    Raises:
        FileNotFoundError: If `data_dir` is None or does not hold the file.
        ValueError: If `fold` is not such a number, if labels are asked for, or
            if the file is not this set.
    """
    fold = checked_count("fold", fold, at_least=0, at_most=_NUM_FOLDS - 1)
    if with_labels:
        raise ValueError(f"{name!r} has no labels. Received: with_labels=True")
    spec = REAL_FILES[name]
    path = _path(name, spec, data_dir)
    data, fold_of_row = _read(path, spec)
    with naming(path):
        return from_arrays(
            **_splits(data, fold_of_row, fold),
            name=name,
            num_levels=None,
            source=f"{spec.origin}, fold {fold} of the file {path.name}",
            licence="CC BY 4.0",
            notes=(
                "Every dimension has mean 0 and variance 1 in the training "
                "split; densities are those of the normalised values."
            ),
        )


def _path(name, spec, data_dir):
    path = pathlib.Path(data_dir or ".") / f"{name}.npz"
    if data_dir is None or not path.is_file():
        raise FileNotFoundError(
            f"{name!r} is read from a file {path.name} in the folder "
            f"`data_dir`. Received: data_dir={str(data_dir)!r}, which has no "
            "such file. Write it with numpy.savez(path, data=..., fold=...) "
            f"from {spec.origin}: one row of {spec.num_dims} numbers an "
            f"example, {spec.columns}, and the fold of each row, such as "
            "numpy.random.default_rng(0).permutation(len(data)) % 10."
        )
    return path


def _read(path, spec):
    with ArrayArchive(path) as archive:
        arrays = archive.read("data", "fold")
    data, fold_of_row = arrays["data"], arrays["fold"]
    if data.ndim != 2 or data.shape[1] != spec.num_dims:
        raise FileError(
            f"{path} must hold `data` of shape [N, {spec.num_dims}]. "
            f"Received: shape={data.shape}"
        )
    if (
        fold_of_row.shape != data.shape[:1]
        or fold_of_row.dtype.kind not in "iu"
        or set(np.unique(fold_of_row)) != set(range(_NUM_FOLDS))
    ):
        raise FileError(
            f"{path} must hold `fold`, an integer from 0 to {_NUM_FOLDS - 1} "
            f"for each of the {len(data)} rows, and every one of them. "
            f"Received: shape={fold_of_row.shape}, dtype={fold_of_row.dtype}"
        )
    if data.dtype.kind not in "iuf" or not _are_finite(data):
        raise FileError(
            f"{path} must hold finite numbers in `data`, as float32 too. "
            f"Received: dtype={data.dtype}"
        )
    return data.astype(np.float64), fold_of_row


def _are_finite(values):
    with np.errstate(over="ignore"):
        return np.isfinite(values.astype(np.float32)).all()


def _splits(data, fold_of_row, fold):
    is_test = fold_of_row == fold
    is_validation = fold_of_row == (fold + 1) % _NUM_FOLDS
    train = data[~(is_test | is_validation)]
    mean, scale = train.mean(axis=0), train.std(axis=0)
    if not scale.all():
        raise ValueError(
            "`data` must vary in every column of the training split. Received "
            f"a constant in column {int(np.argmin(scale))}"
        )
    return {
        split: (rows - mean) / scale
        for split, rows in {
            "train": train,
            "validation": data[is_validation],
            "test": data[is_test],
        }.items()
    }
