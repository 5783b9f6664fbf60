"""Graphs of small operations, which one thread runs fastest."""

import contextlib

import tensorflow as tf


def on_one_thread() -> contextlib.AbstractContextManager[None]:
    """Returns a scope whose graphs run one operation after the other.

    TensorFlow hands operations to whichever thread is free. In a draw nearly
    every operation waits for the one before it, and takes a few microseconds:
    less than to hand it over. The threads within an operation are not touched,
    and neither is what XLA compiles. With more than one device the scope
    changes nothing, since such a graph would wait for what another device
    sends.
    """
    if len(tf.config.list_logical_devices()) > 1:
        return contextlib.nullcontext()
    return tf.experimental.function_executor_type("SINGLE_THREADED_EXECUTOR")
