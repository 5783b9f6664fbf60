"""Assertions on values that only a running graph knows."""

import tensorflow as tf

# TFP asks this module too: nothing public says what compiles a graph.
from tensorflow.python.ops import control_flow_util


def asserted(tensor, condition, message):
    """Returns `tensor`, once a condition was found true in the running graph.

    Not under XLA, which has no assertions: it would drop this one, and log a
    warning. What it compiles must be checked before.

    Args:
        tensor: What depends on the condition.
        condition: bool scalar.
        message: What the error shows, a list of texts and tensors.
    """
    graph = tf.compat.v1.get_default_graph()
    if control_flow_util.GraphOrParentsInXlaContext(graph):
        return tensor
    check = tf.debugging.Assert(condition, message)
    # Before all else: other operations have errors of their own.
    with tf.control_dependencies([check]):
        return tf.identity(tensor)
