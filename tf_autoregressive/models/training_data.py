"""The data of `fit`, `evaluate` and `predict`, checked on their way in.

Arrays are checked at once; datasets and other sources batch by batch, in the
input pipeline: the update itself may be compiled by XLA, which has no
assertions.

Shapes: B batch, N examples.
"""

import itertools
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.trainers import data_adapters
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

from tf_autoregressive.arguments import plain_array
from tf_autoregressive.models.assertions import asserted
from tf_autoregressive.models.plain_tensor import plain_tensor
from tf_autoregressive.types import Array

EMPTY = "There are no data: the dataset is empty, and holds no example."

# Keras takes these as they are: data that are distributed, or checked already.
_READY = (
    DataAdapter,
    tf.distribute.DistributedDataset,
    tf.distribute.DistributedIterator,
)


def unpacked(data: Any) -> Any:
    """Returns `(x, context, weight)` of a batch, or of arrays."""
    if isinstance(data, dict):
        if "x" not in data or not data.keys() <= {"x", "context", "weight"}:
            raise ValueError(
                "Dictionaries of data must have the key 'x', and may have "
                f"'context' and 'weight'. Received: {sorted(data)}"
            )
        return data["x"], data.get("context"), data.get("weight")
    if not isinstance(data, (tuple, list)):
        return data, None, None
    is_dict = bool(data) and isinstance(data[0], dict)
    if is_dict and all(part is None for part in data[1:]):
        return unpacked(data[0])
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "A dataset must yield `x`, `(x, context)` or `(x, context, "
            f"weight)`. Received tuples of {len(data)}"
        )
    return (*data, None, None)[:3]


def packed(x: Array, context: Array | None, weight: Array | None) -> Any:
    """Returns a batch as `unpacked` takes it, without what is `None`."""
    if weight is None:
        return x if context is None else (x, context)
    batch = {"x": x, "weight": weight}
    return batch if context is None else batch | {"context": context}


def checked_weight(weight: Array | None, batch_size: int | tf.Tensor) -> Any:
    """Returns how much examples count in a mean, float32 `[B]`.

    Args:
        weight: Numbers `[B]`, or `None`.
        batch_size: `B` if known statically.

    Raises:
        ValueError: If weights are of another shape, or one is negative or not
            finite; in a graph an assertion fails.
    """
    if weight is None:
        return None
    rule = (
        "`sample_weight` (`weight` in a dictionary) must hold finite numbers "
        "of at least 0, one for each example."
    )
    weight = plain_tensor("sample_weight", weight)
    is_number = weight.dtype.is_floating or weight.dtype.is_integer
    if not weight.shape.is_compatible_with([batch_size]) or not (
        is_number or weight.dtype.is_bool
    ):
        raise ValueError(
            f"{rule} Received shape {tuple(weight.shape)} for {batch_size} "
            f"examples, dtype {weight.dtype.name}"
        )
    weight = tf.cast(weight, tf.float32)
    valid = tf.math.is_finite(weight) & (weight >= 0.0)
    if not tf.executing_eagerly():
        return asserted(weight, tf.reduce_all(valid), [rule])
    if not tf.reduce_all(valid):
        wrong = tf.boolean_mask(weight, ~valid)[0].numpy()
        raise ValueError(f"{rule} Received: {wrong}")
    return weight


def arrays(
    x: Array, context: Array | None = None, weight: Array | None = None
) -> Any:
    """Returns `(x, context, weight)` if these are arrays, else `None`.

    Args:
        x: An array, a list of numbers, or a tuple or dictionary as `unpacked`
            takes it; or another source of data.
        context: An array, a list or `None`.
        weight: An array, a list or `None`.

    Raises:
        ValueError: If contexts or weights are given twice, or numbers form no
            array.
    """
    parts = (x, context, weight)
    if isinstance(x, (tuple, dict)):
        if context is not None or weight is not None:
            raise ValueError(
                "`y` and `sample_weight` must be None where `x` is a tuple or "
                f"a dictionary, which holds them. Received: {type(x).__name__}"
            )
        parts = unpacked(x)
    if not (isinstance(parts[0], list) or hasattr(parts[0], "__array__")):
        return None
    return tuple(
        plain_array(name, part) if isinstance(part, list) else part
        for name, part in zip(("x", "y", "sample_weight"), parts, strict=True)
    )


def checked_source(x: Array, check: Any, **options: Any) -> Any:
    """Returns a source of batches whose batches are checked when they come.

    Args:
        x: A `tf.data.Dataset`, a `keras.utils.PyDataset`, a generator, a
            `torch.utils.data.DataLoader` or whatever else Keras takes.
        check: Returns what a batch becomes, in a graph.
        **options: `y`, `sample_weight`, `class_weight` and `shuffle`, as Keras
            takes or refuses them for such a source.

    Raises:
        ValueError: If it is known to be empty, or Keras does not take it.
    """
    if isinstance(x, _READY):
        return x
    if not isinstance(x, tf.data.Dataset):
        adapter = data_adapters.get_data_adapter(x, **options)
        return _CheckedAdapter(adapter, check)
    if x.cardinality() == 0:
        raise ValueError(EMPTY)
    return x.map(_on_batches(check), num_parallel_calls=tf.data.AUTOTUNE)


def peeked(dataset: Any) -> Any:
    """Returns the first batch, and a dataset that begins with it.

    The first pass through a dataset of unknown length goes on where the peek
    has stopped: one that can be read only once loses nothing.

    Raises:
        ValueError: If the dataset is empty.
    """
    iterator = iter(dataset)
    first = next(iterator, None)
    if first is None:
        raise ValueError(EMPTY)
    if dataset.cardinality() != tf.data.UNKNOWN_CARDINALITY:
        return first, dataset
    passes = itertools.chain(
        [itertools.chain([first], iterator)], itertools.repeat(dataset)
    )
    return first, tf.data.Dataset.from_generator(
        lambda: next(passes), output_signature=dataset.element_spec
    )


def check_class_weight(class_weight: Any) -> None:
    """Raises a `ValueError` unless all weights of classes are valid."""
    values = np.array(list((class_weight or {}).values()), "float64")
    if not np.all(np.isfinite(values) & (values >= 0.0)):
        raise ValueError(
            "`class_weight` must hold finite numbers of at least 0. "
            f"Received: class_weight={class_weight}"
        )


class _CheckedAdapter(DataAdapter):
    """An adapter of Keras for a source, which checks its batches."""

    def __init__(self, adapter, check):
        self._adapter = adapter
        self._check = check

    def get_tf_dataset(self):
        dataset = self._adapter.get_tf_dataset()
        return dataset.map(
            _on_batches(self._check), num_parallel_calls=tf.data.AUTOTUNE
        )

    @property
    def num_batches(self):
        return self._adapter.num_batches

    @property
    def batch_size(self):
        return self._adapter.batch_size

    @property
    def has_partial_batch(self):
        return self._adapter.has_partial_batch

    @property
    def partial_batch_size(self):
        return self._adapter.partial_batch_size

    def on_epoch_begin(self):
        self._adapter.on_epoch_begin()

    def on_epoch_end(self):
        self._adapter.on_epoch_end()


def _on_batches(check):
    """Returns a function of the parts of a batch, as `tf.data` maps them."""

    # It holds no `if` or loop on tensors, and converting it takes most of a
    # second.
    @tf.autograph.experimental.do_not_convert
    def checked(*batch):
        # Keras turns what is `None` into an empty optional.
        return check(
            keras.tree.map_structure(
                lambda part: (
                    None if isinstance(part, tf.experimental.Optional) else part
                ),
                batch,
            )
        )

    return checked
