"""Texts as windows of characters.

Shapes: N windows, T characters of a window.
"""

import dataclasses
import gzip
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.splits import checked_shares
from tf_autoregressive.datasets.windows import windows
from tf_autoregressive.types import Path
from tf_autoregressive.vocabulary import Vocabulary

_FILE = pathlib.Path(__file__).parent / "files" / "tiny_shakespeare.txt.gz"


def from_text(
    text: str,
    *,
    steps: int,
    stride: int | None = None,
    characters: str | Sequence[str] | None = None,
    unknown: str | None = None,
    validation: Any = None,
    test: Any = None,
    validation_share: float = 0.05,
    test_share: float = 0.1,
    name: str = "text",
    **description: Any,
) -> Dataset:
    """Makes a dataset of windows of a text.

    The beginning of the text is the validation split, its end the test split,
    the rest the training split: nothing of one is in another, and the test
    goes on where training ends, as in other work. The windows of validation
    and test lie side by side, those of training may overlap; what is left at
    the end of a split is not used.

    Args:
        text: The text.
        steps: Characters of a window, `T`.
        stride: Number of characters between starts of training windows; `T`
            if None.
        characters: The vocabulary; if None, the characters of the text.
        unknown: The character that stands for those that are not in the
            vocabulary; None for an error.
        validation: A text that is the validation split, if it is not to be
            taken from the beginning of `text`.
        test: A text that is the test split, if it is not to be taken from the
            end of `text`.
        validation_share: Share of the text in the validation split.
        test_share: Share of the text in the test split.
        name: Name of the dataset in its `info`.
        **description: More fields of `DatasetInfo`: `source`, `licence`,
            `notes`.

    Returns:
        A `Dataset` of windows `[T]`, whose `info.vocabulary` holds the
        characters in the order of their numbers.

    Raises:
        ValueError: If a split does not hold a whole window, the stride is not
            positive, the shares leave nothing, or a character is not in the
            vocabulary.

    Example:
        >>> data = from_text("abab" * 100, steps=10)
        >>> data.info.vocabulary, data.info.split_sizes
        ('ab', {'train': 34, 'validation': 2, 'test': 4})
    """
    steps = checked_count("steps", steps)
    stride = steps if stride is None else checked_count("stride", stride)
    given = {"validation": validation, "test": test}
    given = {split: part for split, part in given.items() if part is not None}
    for argument, part in {"text": text, **given}.items():
        if not isinstance(part, str) or not part:
            raise ValueError(
                f"`{argument}` must be a str with at least one character. "
                f"Received: {type(part).__name__} {part!r:.40}"
            )
    checked_shares(validation_share, test_share)
    if characters is None:
        characters = sorted(set(text).union(*given.values()))
    vocabulary = Vocabulary(characters, unknown=unknown)
    parts = _parts(
        vocabulary.encode(text),
        0.0 if "validation" in given else validation_share,
        0.0 if "test" in given else test_share,
    )
    parts |= {s: vocabulary.encode(part) for s, part in given.items()}
    _check_lengths(parts, steps)
    splits: dict[str, Any] = {
        split: windows(part, steps, stride if split == "train" else None)
        for split, part in parts.items()
    }
    data = from_arrays(
        **splits, name=name, num_levels=len(vocabulary), **description
    )
    info = dataclasses.replace(
        data.info, vocabulary=vocabulary.characters, unknown=unknown
    )
    return dataclasses.replace(data, info=info)


def continued_batches(
    examples: tf.data.Dataset, batch_size: int | tf.Tensor
) -> tf.data.Dataset:
    """Returns batches whose row `b` goes on where row `b` of the last ended.

    Such batches are for models that carry their state from batch to batch. The
    text is cut into `batch_size` parts, one a row; what is left at its end is
    not used.

    Args:
        examples: Unbatched windows that lie side by side, as `from_text` makes
            them with `stride=None`.
        batch_size: Rows of a batch.

    Returns:
        A `tf.data.Dataset` of batches `[batch_size, T]`, to be used as it is.

    Raises:
        ValueError: If there are fewer windows than rows.

    Example:
        >>> examples = from_text("ab" * 100, steps=10).train
        >>> len(continued_batches(examples, 4))
        4
    """
    batch_size = checked_count("batch_size", batch_size)
    table = np.stack(list(examples.as_numpy_iterator()))
    num_batches = len(table) // batch_size
    if not num_batches:
        raise ValueError(
            f"`batch_size` must be at most the {len(table)} windows. "
            f"Received: batch_size={batch_size}"
        )
    rows = table[: batch_size * num_batches]
    rows = rows.reshape(batch_size, num_batches, *table.shape[1:])
    return tf.data.Dataset.from_tensor_slices(np.swapaxes(rows, 0, 1))


def load_tiny_shakespeare(
    *,
    data_dir: Path | None = None,
    with_labels: bool = False,
    steps: int = 260,
    stride: int | None = None,
) -> Dataset:
    """Loads Karpathy's tiny Shakespeare, 1,115,394 characters, 65 of them.

    The last tenth is the test split (in other work often called validation),
    the first fiftieth the validation split. With 260 steps, or another divisor
    of 111,540, the test windows cover the last tenth to its last character.

    The last tenth begins within a play. Were what comes before it held out too,
    nearly all its names would be new.

    Args:
        data_dir: Not needed: the data ships with the package.
        with_labels: Must be False, there are no labels.
        steps: Characters of a window.
        stride: Number of characters between starts of training windows;
            `steps` if None.

    Returns:
        A `Dataset`; see `from_text`.

    Raises:
        ValueError: If labels are asked for.

    References:
        [1] Karpathy, "The Unreasonable Effectiveness of Recurrent Neural
            Networks", 2015.
    """
    del data_dir
    if with_labels:
        raise ValueError("`with_labels` must be False: texts have no labels.")
    text = gzip.decompress(_FILE.read_bytes()).decode("ascii")
    return from_text(
        text,
        steps=steps,
        stride=stride,
        validation_share=0.02,
        name="tiny_shakespeare",
        source="A. Karpathy's char-rnn, from works of W. Shakespeare",
        licence="public domain",
    )


def _parts(numbers, validation_share, test_share):
    """Returns the numbers of each split, in their order in the text."""
    # The training part is rounded down, as others cut the text.
    test = int(len(numbers) * (1.0 - test_share))
    validation = int(len(numbers) * validation_share)
    return {
        "train": numbers[validation:test],
        "validation": numbers[:validation],
        "test": numbers[test:],
    }


def _check_lengths(parts, steps):
    for split, part in parts.items():
        if len(part) < steps:
            raise ValueError(
                "`steps` must be at most the length of every split. The "
                f"{split} split has {len(part)} characters. "
                f"Received: steps={steps}"
            )
