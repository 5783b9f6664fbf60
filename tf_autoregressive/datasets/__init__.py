"""Real data as `tf.data`: unbatched, integer-valued, described.

data = load("binarized_mnist")
data.train, data.validation, data.test, data.info
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from tf_autoregressive import backend
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.binarization import binarize
from tf_autoregressive.datasets.binarization import draw_bits
from tf_autoregressive.datasets.binarized_mnist import load_binarized_mnist
from tf_autoregressive.datasets.binary_files import BINARY_FILES
from tf_autoregressive.datasets.binary_files import load_binary_file
from tf_autoregressive.datasets.from_table import from_table
from tf_autoregressive.datasets.image_decoder import ImageDecoder
from tf_autoregressive.datasets.image_folder import from_image_folder
from tf_autoregressive.datasets.images import IMAGE_SETS
from tf_autoregressive.datasets.images import load_images
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.info import DatasetInfo
from tf_autoregressive.datasets.mu_law import mu_law_decode
from tf_autoregressive.datasets.mu_law import mu_law_encode
from tf_autoregressive.datasets.music import MUSIC_SETS
from tf_autoregressive.datasets.music import from_songs
from tf_autoregressive.datasets.music import load_music
from tf_autoregressive.datasets.npz import from_npz
from tf_autoregressive.datasets.real_files import REAL_FILES
from tf_autoregressive.datasets.real_files import load_real_file
from tf_autoregressive.datasets.sound import from_recordings
from tf_autoregressive.datasets.sound import load_spoken_digits
from tf_autoregressive.datasets.table import Table
from tf_autoregressive.datasets.text import continued_batches
from tf_autoregressive.datasets.text import from_text
from tf_autoregressive.datasets.text import load_tiny_shakespeare
from tf_autoregressive.datasets.wav_folder import from_wav_folder
from tf_autoregressive.suggestions import closest
from tf_autoregressive.types import Path

__all__ = [
    "Dataset",
    "DatasetInfo",
    "ImageDecoder",
    "Table",
    "binarize",
    "continued_batches",
    "draw_bits",
    "from_arrays",
    "from_image_folder",
    "from_npz",
    "from_recordings",
    "from_songs",
    "from_table",
    "from_text",
    "from_wav_folder",
    "load",
    "mu_law_decode",
    "mu_law_encode",
    "names",
]

_LOADERS: dict[str, Callable[..., Dataset]] = {
    "binarized_mnist": load_binarized_mnist,
    "spoken_digits": load_spoken_digits,
    "tiny_shakespeare": load_tiny_shakespeare,
    **{name: functools.partial(load_images, name) for name in IMAGE_SETS},
    **{
        name: functools.partial(load_binary_file, name) for name in BINARY_FILES
    },
    **{name: functools.partial(load_music, name) for name in MUSIC_SETS},
    **{name: functools.partial(load_real_file, name) for name in REAL_FILES},
}


def names() -> tuple[str, ...]:
    """Returns the names of the datasets that `load` knows, sorted."""
    return tuple(sorted(_LOADERS))


def load(
    name: str,
    *,
    data_dir: Path | None = None,
    with_labels: bool = False,
    **options: Any,
) -> Dataset:
    """Loads a published dataset.

    `binarized_mnist` and `tiny_shakespeare` ship with the package. `mnist`,
    `fashion_mnist`, `kmnist`, `cifar10` and `cifar100` come from `<name>.npz`
    in `data_dir`, or else from TensorFlow Datasets. `adult`, `connect4`, `dna`,
    `mushrooms`, `nips_0_12`, `ocr_letters`, `caltech101_silhouettes`,
    `spoken_digits`, `jsb_chorales`, `nottingham`, `muse_data`, `piano_midi`,
    `red_wine`, `white_wine`, `parkinsons` and `ionosphere` are read from `.npz`
    files in `data_dir`.

    Args:
        name: One of `names()`.
        data_dir: Folder of the data, where it is needed.
        with_labels: Whether the splits yield `(example, label)`.
        **options: For the image sets from files or TFDS: `binarization` (None
            for 256 levels, "threshold", or "dynamic") and `seed` of the dynamic
            one; see `binarize`. For texts: `steps` and `stride`; see
            `from_text`. For sound: `steps` and `num_levels`; see
            `from_recordings`. For music: `steps`; see `from_songs`. For the
            last four: `fold`, from 0 to 9, the tenth that is the test split.
            The next one is the validation split, and all values are normalised
            to mean 0 and variance 1 in the training split.

    Returns:
        A `Dataset` with `train`, `validation` and `test`, each an unbatched
        `tf.data.Dataset` of uint8 examples, and `info`. The last four have
        float32 examples. Examples of music are pairs with the length of the
        song.

    Raises:
        FileNotFoundError: If the data is not there. The message says what to
            do.
        ValueError: If the name or an option is unknown, if the data is not what
            the name promises, or if it has no labels though they are asked for.

    Example:
        >>> data = load("binarized_mnist")
        >>> data.train.element_spec.shape, int(data.train.cardinality())
        (TensorShape([28, 28, 1]), 50000)
        >>> data.info.binarization
        'fixed (Salakhutdinov & Murray 2008)'
    """
    if name not in _LOADERS:
        raise ValueError(
            f"`name` must be one of {', '.join(names())}."
            f"{closest(str(name), names())} Received: name={name!r}"
        )
    loader = _LOADERS[name]
    allowed = set(inspect.signature(loader).parameters)
    unknown = set(options) - allowed
    if unknown:
        raise ValueError(
            f"{name!r} takes the options {', '.join(sorted(allowed))}."
            f"{closest(min(unknown), allowed)} "
            f"Received: {', '.join(sorted(unknown))}"
        )
    return loader(data_dir=data_dir, with_labels=with_labels, **options)
