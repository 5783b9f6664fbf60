"""Binarization: grey levels become bits.

Shapes: B examples that are binarized together.
"""

import dataclasses
import functools

import tensorflow as tf

from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.datasets.info import Dataset

# Examples are drawn in chunks: one call of `map` an example costs ten times as
# much as everything else that a split does.
_CHUNK = 256

# Validation and test are drawn from these whatever `seed` is, so that figures
# of different runs are measured on the same bits.
_HELD_OUT_SEEDS = {"validation": 2, "test": 3}


def binarize(data: Dataset, binarization: str, *, seed: int = 0) -> Dataset:
    """Makes a binary dataset out of one with grey levels.

    With `x` the grey level and `top = num_levels - 1`:

        "threshold":  bit = x / top >= 0.5
        "dynamic":    bit ~ Bernoulli(x / top)

    Under "dynamic", training examples are drawn anew in every pass over
    `train`; validation and test are drawn once, from fixed seeds, and are the
    same in every pass and for every `seed`. Do not `cache()` the training
    split: that would stop the drawing after one pass.

    Args:
        data: A `Dataset` of integers.
        binarization: "threshold" or "dynamic".
        seed: Int. With TensorFlow's global seed, where one is set, it
            determines the draws of each pass over `train`.

    Returns:
        A `Dataset` with `num_levels` 2. Its hash stays that of the grey levels.

    Raises:
        ValueError: If `binarization` is unknown or the data is real-valued.
    """
    if binarization not in ("threshold", "dynamic"):
        raise ValueError(
            '`binarization` must be None, "threshold" or "dynamic". Received: '
            f"binarization={binarization!r}"
        )
    if data.info.num_levels is None:
        raise ValueError(
            "`data` must hold integers to be binarized. Received: the "
            f"real-valued dataset {data.info.name!r}"
        )
    if binarization == "threshold":
        return _threshold(data)
    return _dynamic(data, seed)


def draw_bits(x: tf.Tensor, seed: int, *, num_levels: int = 256) -> tf.Tensor:
    """Draws bits with the grey levels as their probabilities.

        bit ~ Bernoulli(x / (num_levels - 1))

    `binarize` draws whole datasets with it; call it on a batch to tie the noise
    to something else than the pass, such as the training step.

    Args:
        x: Integers in `[0, num_levels)`, any shape.
        seed: Stateless seed, two integers. Equal seeds give equal bits.
        num_levels: Number of grey levels.

    Returns:
        uint8 of the shape of `x`.

    Raises:
        ValueError: If `num_levels` is out of range, or `x` is not of an
            integer dtype. Its values are not looked at.

    Example:
        >>> draw_bits([[0, 255, 0, 255]], seed=(1, 2)).numpy()
        array([[0, 1, 0, 1]], dtype=uint8)
    """
    x = tf.convert_to_tensor(x)
    if not x.dtype.is_integer:
        raise ValueError(
            "`x` must hold integers: a fraction of a level would be cut off. "
            f"Received: dtype={x.dtype.name}"
        )
    top = checked_num_levels(num_levels) - 1
    # The noise is uniform over {0, ..., top - 1}, so that P(noise < x) is x /
    # top exactly.
    noise = tf.random.stateless_uniform(
        tf.shape(x), seed, 0, top, tf.int32, alg="philox"
    )
    # int32 is wide enough for both.
    noise, x = tf.cast(noise, tf.int64), tf.cast(x, tf.int64)
    return tf.cast(noise < x, tf.uint8)


def _threshold(data):
    top = data.info.num_levels - 1

    def bits(x):
        return tf.cast(2 * tf.cast(x, tf.int32) >= top, tf.uint8)

    splits = {
        split: _in_chunks(
            dataset, lambda chunks: chunks.map(_on_examples(bits))
        )
        for split, dataset in _splits(data)
    }
    return _binary(data, splits, "threshold 0.5")


def _dynamic(data, seed):
    keys = {split: _once(key) for split, key in _HELD_OUT_SEEDS.items()}
    keys["train"] = tf.data.Dataset.random(
        seed=seed, rerandomize_each_iteration=True
    )
    splits = {
        split: _in_chunks(
            dataset,
            functools.partial(
                _draw_chunks,
                keys=keys[split],
                num_levels=data.info.num_levels,
            ),
        )
        for split, dataset in _splits(data)
    }
    notes = (
        f"{data.info.notes} Training examples are drawn anew in every pass; "
        "validation and test were drawn once, from fixed seeds."
    )
    return _binary(data, splits, "dynamic", notes=notes.strip())


def _splits(data):
    for split in ("train", "validation", "test"):
        dataset = getattr(data, split)
        if dataset is not None:
            yield split, dataset


def _in_chunks(dataset, function):
    """Applies `function` to `dataset` in chunks, then undoes the chunks."""
    size = dataset.cardinality()
    return (
        function(dataset.batch(_CHUNK))
        .unbatch()
        .apply(tf.data.experimental.assert_cardinality(size))
    )


def _once(key):
    return tf.data.Dataset.from_tensors(tf.constant(key, tf.int64)).repeat()


def _draw_chunks(chunks, keys, num_levels):
    # The index of the chunk is part of the seed, because keys alone could
    # repeat.
    seeds = tf.data.Dataset.zip(keys, tf.data.Dataset.counter())

    def draw(seed, chunk):
        bits = functools.partial(
            draw_bits, seed=tf.stack(seed), num_levels=num_levels
        )
        chunk = chunk if isinstance(chunk, tuple) else (chunk,)
        return _on_examples(bits)(*chunk)

    return tf.data.Dataset.zip(seeds, chunks).map(draw)


def _on_examples(function):
    """Lifts a function of examples `[B, ...]` to `(examples, labels)`."""

    def lifted(examples, *labels):
        examples = function(examples)
        return (examples, *labels) if labels else examples

    return lifted


def _binary(data, splits, binarization, **changes):
    info = dataclasses.replace(
        data.info, num_levels=2, binarization=binarization, **changes
    )
    return dataclasses.replace(data, **splits, info=info)
