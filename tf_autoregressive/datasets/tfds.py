"""Image sets streamed from TensorFlow Datasets (TFDS)."""

from typing import Any

import tensorflow as tf

from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.info import DatasetInfo
from tf_autoregressive.types import Path


def stream(
    name: str, spec: Any, *, data_dir: Path | None, with_labels: bool
) -> Dataset:
    """Streams an image set with TFDS, which downloads it the first time.

    Args:
        name: Name of the set, here and in TFDS.
        spec: Its `validation_size`, `event_shape`, `origin` and `licence`.
        data_dir: Folder of TFDS, or None for its default.
        with_labels: Whether the splits yield `(example, label)`.

    Returns:
        A `Dataset`; the last `validation_size` examples of TFDS's training
        split, in TFDS's order, are the validation split.

    Raises:
        FileNotFoundError: If TFDS is not installed or cannot provide the data.
    """
    builder = _prepared_builder(name, data_dir)
    sizes = {s: builder.info.splits[s].num_examples for s in ("train", "test")}
    held_out = spec.validation_size
    slices = {
        "train": f"train[:-{held_out}]",
        "validation": f"train[-{held_out}:]",
        "test": "test",
    }
    return Dataset(
        **{s: _read(builder, slices[s], with_labels) for s in slices},
        info=DatasetInfo(
            name=name,
            source=f"{spec.origin}, TFDS {builder.info.full_name}",
            licence=spec.licence,
            event_shape=spec.event_shape,
            num_levels=256,
            split_sizes={
                "train": sizes["train"] - held_out,
                "validation": held_out,
                "test": sizes["test"],
            },
            notes="Examples are in the order of TFDS, not of the first files.",
        ),
    )


def _prepared_builder(name, data_dir):
    try:
        # This import is slow, and few users need it.
        import tensorflow_datasets

        builder = tensorflow_datasets.builder(name, data_dir=data_dir)
        if not builder.is_prepared():
            _check_network(builder)
            builder.download_and_prepare()
    # TFDS fails in many ways (no network, a checksum, a full disk, a package it
    # forgot to require), and the user can do the same against all of them.
    except Exception as error:
        raise FileNotFoundError(
            f"{name!r} could not be had from TensorFlow Datasets "
            f"({type(error).__name__}: {error}). Either install "
            "tf_autoregressive[tfds] and connect to the network, which is "
            f"needed the first time, or put a file {name}.npz with the arrays "
            "x_train, y_train, x_test and y_test in a folder and pass that "
            f"folder. Received: data_dir={data_dir!r}"
        ) from error
    return builder


def _check_network(builder):
    """Fails at once where TFDS would retry for more than three minutes."""
    import requests  # TFDS requires it.

    requests.head(next(iter(builder.url_infos)), timeout=30)


def _read(builder, split, with_labels):
    dataset = builder.as_dataset(split=split, as_supervised=True)
    if with_labels:
        return dataset.map(lambda image, y: (image, tf.cast(y, tf.int32)))
    return dataset.map(lambda image, label: image)
