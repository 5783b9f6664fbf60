"""Errors of TensorFlow about what a model was asked, as sentences."""

import contextlib
import re
from collections.abc import Iterator

import tensorflow as tf


@contextlib.contextmanager
def graph_errors() -> Iterator[None]:
    """Turns errors of TensorFlow into `ValueError`s.

    They come from checks in a graph, or from too little memory for a batch.

    Raises:
        ValueError: With the message of a check, without its place in the graph.
    """
    try:
        yield
    except tf.errors.OpError as error:
        found = re.search(r"assertion failed: \[(.*)\]", error.message)
        message = found[1] if found else " ".join(error.message.split())
        raise ValueError(message) from error
