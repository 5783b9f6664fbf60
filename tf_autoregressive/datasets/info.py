"""Datasets: their splits, and where they come from."""

import dataclasses
from typing import Any

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class DatasetInfo:
    """Describes a dataset, and so what a likelihood measured on it means.

    Args:
        name: Short name, as `load` knows it.
        source: Who published the data and where it was read from.
        licence: Licence of the data, or "not stated".
        event_shape: Shape of one example.
        num_levels: Values are integers in `[0, num_levels)`. None for
            real-valued data.
        split_sizes: Number of examples of each split that exists.
        binarization: The way in which grey levels became bits: "none",
            "threshold 0.5", "dynamic" or "fixed (Salakhutdinov & Murray 2008)".
            Likelihoods under different binarizations are not comparable.
        sha256: Hash of the bytes of train, validation and test one after
            another, as they were before `binarize`: one uint8 a value, int32
            above 256 levels, float32 if real-valued. None for data that is
            streamed and never held as arrays.
        notes: Warnings for users of the data.
        vocabulary: The characters of texts, in the order of their numbers.
        unknown: The character of texts that stands for those that are not in
            the vocabulary; None where they are an error.
        rate: Samples a second of sound.
        columns: The `distribution` of models of the rows of a table.
        table: The `Table` that encodes and decodes rows.
    """

    name: str
    source: str
    licence: str
    event_shape: tuple[int, ...]
    num_levels: int | None
    split_sizes: dict[str, int]
    binarization: str = "none"
    sha256: str | None = None
    notes: str = ""
    vocabulary: str | None = None
    unknown: str | None = None
    rate: int | None = None
    columns: Any = None
    table: Any = None


@dataclasses.dataclass(frozen=True)
class Dataset:
    """The splits of a dataset, unbatched and in a fixed order.

    Each split yields examples of shape `info.event_shape` (uint8; int32 above
    256 levels; float32 if real-valued), or pairs `(example, label)` where
    labels were asked for. It knows its cardinality.

    Args:
        train: Training split.
        validation: Validation split, or None if there is none.
        test: Test split, or None if there is none.
        info: The description of the data.
    """

    train: tf.data.Dataset
    validation: tf.data.Dataset | None
    test: tf.data.Dataset | None
    info: DatasetInfo
