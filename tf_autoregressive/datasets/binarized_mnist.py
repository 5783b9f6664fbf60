"""The binarized MNIST that papers report on, shipped inside the package."""

import pathlib

from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.npz import from_npz
from tf_autoregressive.types import Path

_FILE = pathlib.Path(__file__).parent / "files" / "binarized_mnist.npz"


def load_binarized_mnist(
    *, data_dir: Path | None = None, with_labels: bool = False
) -> Dataset:
    """Loads MNIST as binarized once by Salakhutdinov and Murray.

    50,000 training, 10,000 validation and 10,000 test images of shape
    `(28, 28, 1)` with values in {0, 1}.

    Args:
        data_dir: Not needed: the data ships with the package.
        with_labels: Must be False, the published files have no labels.

    Returns:
        A `Dataset`.

    Raises:
        ValueError: If labels are asked for.

    References:
        [1] Salakhutdinov and Murray, "On the Quantitative Analysis of Deep
            Belief Networks", 2008, Sec. 6.
    """
    del data_dir
    if with_labels:
        raise ValueError(
            "`with_labels` must be False: the binarized MNIST files have no "
            'labels. For labels: load("mnist", binarization="threshold").'
        )
    return from_npz(
        _FILE,
        name="binarized_mnist",
        num_levels=2,
        event_shape=(28, 28, 1),
        source=(
            "H. Larochelle's files of Salakhutdinov & Murray's (2008) "
            "binarization of MNIST (LeCun & Cortes)"
        ),
        licence="CC BY-SA 3.0",
        binarization="fixed (Salakhutdinov & Murray 2008)",
        notes=(
            "The test split is sorted by digit: never estimate on its first "
            "examples alone."
        ),
    )
