import threading

import numpy as np
import pytest
import tensorflow as tf

from tests.zoo import BY_NAME
from tf_autoregressive.sampling.one_thread import on_one_thread


def executor_of_a_call():
    """Returns the type that a graph takes up for what it calls."""
    called = tf.function(lambda: tf.zeros([]), autograph=False)
    graph = tf.function(called, autograph=False).get_concrete_function().graph
    (call,) = (
        operation
        for operation in graph.get_operations()
        if "PartitionedCall" in operation.type
    )
    return call.get_attr("executor_type")


def test_the_scope_ends():
    with on_one_thread():
        assert executor_of_a_call() == b"SINGLE_THREADED_EXECUTOR"
    assert executor_of_a_call() == b""


def test_several_devices_are_left_alone(monkeypatch):
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda: ["", ""])
    with on_one_thread():
        assert executor_of_a_call() == b""


@pytest.mark.parametrize("name", ["made-two-layers", "pixel-cnn-colours"])
def test_many_may_draw_at_once(name, seed):
    model = BY_NAME[name].build(seed)
    expected = model.sample(3, seed=1)
    found = {}

    def draw(index):
        found[index] = model.sample(3, seed=1)

    threads = [threading.Thread(target=draw, args=[i]) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == len(threads)
    for drawn in found.values():
        np.testing.assert_array_equal(drawn, expected)
