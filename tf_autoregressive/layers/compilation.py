"""A question to TensorFlow: whether XLA compiles the graph that is traced."""

import tensorflow as tf

# TensorFlow has no public name for this.
from tensorflow.python.ops import control_flow_util


def is_compiled() -> bool:
    """Returns whether XLA compiles the function that is being traced.

    XLA compiles for fixed shapes. A layer whose state grows asks this before it
    makes the first one, and takes the largest state at once if so.
    """
    graph = tf.compat.v1.get_default_graph()
    return bool(control_flow_util.GraphOrParentsInXlaContext(graph))
