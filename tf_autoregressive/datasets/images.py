"""Grey-level and colour image sets, from a user's file or from TFDS."""

import dataclasses
import pathlib

from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.binarization import binarize
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.npz import read_npz
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.datasets.tfds import stream
from tf_autoregressive.types import Path


@dataclasses.dataclass(frozen=True)
class _ImageSet:
    event_shape: tuple[int, ...]
    validation_size: int
    origin: str
    licence: str


IMAGE_SETS = {
    "mnist": _ImageSet(
        (28, 28, 1), 10_000, "MNIST (LeCun & Cortes)", "CC BY-SA 3.0"
    ),
    "fashion_mnist": _ImageSet(
        (28, 28, 1), 10_000, "Fashion-MNIST (Xiao et al. 2017)", "MIT"
    ),
    "kmnist": _ImageSet(
        (28, 28, 1),
        10_000,
        "Kuzushiji-MNIST (Clanuwat et al. 2018)",
        "CC BY-SA 4.0",
    ),
    "cifar10": _ImageSet(
        (32, 32, 3), 5_000, "CIFAR-10 (Krizhevsky 2009)", "not stated"
    ),
    "cifar100": _ImageSet(
        (32, 32, 3), 5_000, "CIFAR-100 (Krizhevsky 2009)", "not stated"
    ),
}


def load_images(
    name: str,
    *,
    data_dir: Path | None = None,
    with_labels: bool = False,
    binarization: str | None = None,
    seed: int = 0,
) -> Dataset:
    """Loads one of `IMAGE_SETS`, 256 levels unless it is binarized.

    The last examples of the training split, 10,000 of the MNIST family and
    5,000 of CIFAR, are the validation split. TFDS stores examples in an order
    of its own, so its last examples are not those of the original files.

    Args:
        name: Its name.
        data_dir: Folder that holds `<name>.npz` with the keys `x_train`,
            `x_test` and, for labels, `y_train`, `y_test`; or else the folder of
            TensorFlow Datasets. None for the latter's default.
        with_labels: Whether the splits yield `(example, label)`.
        binarization: None, "threshold" or "dynamic", as `binarize` says.
        seed: Int, the seed of the dynamic binarization.

    Returns:
        A `Dataset`.

    Raises:
        FileNotFoundError: If there is no file and TensorFlow Datasets cannot
            provide the data.
        ValueError: If the file does not hold such images, or the binarization
            is unknown.
    """
    spec = IMAGE_SETS[name]
    path = pathlib.Path(data_dir or ".") / f"{name}.npz"
    if data_dir is not None and path.is_file():
        data = _from_file(name, spec, path, with_labels)
    else:
        data = stream(name, spec, data_dir=data_dir, with_labels=with_labels)
    if binarization is None:
        return data
    return binarize(data, binarization, seed=seed)


def _from_file(name, spec, path, with_labels):
    splits, labels = read_npz(path, with_labels=with_labels)
    if "validation" not in splits:
        splits = _split_off_validation(path, splits, spec.validation_size)
        labels = _split_off_validation(path, labels, spec.validation_size)
    with naming(path):
        return from_arrays(
            **splits,
            name=name,
            num_levels=256,
            event_shape=spec.event_shape,
            labels=labels if with_labels else None,
            source=f"{spec.origin}, from the file {path.name}",
            licence=spec.licence,
        )


def _split_off_validation(path, arrays, size):
    if "train" not in arrays:
        return arrays
    train = arrays["train"]
    if len(train) <= size:
        raise ValueError(
            f"{path} must hold more than {size} training examples, of which "
            f"the last {size} become the validation split. Received: "
            f"{len(train)}"
        )
    return arrays | {"train": train[:-size], "validation": train[-size:]}
