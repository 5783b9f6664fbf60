"""Graphs assert what they are given; those that XLA compiles do not.

XLA drops every assertion, and logs that it does.
"""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.models import MADE
from tf_autoregressive.models import RNADE
from tf_autoregressive.models import CharRNN

BATCH_SIZE = 5

plain_or_xla = pytest.mark.parametrize(
    "xla", [False, True], ids=["plain", "xla"]
)


def has_assertions(function, *args, xla):
    """Returns whether the graph of a function, or one inside it, has any."""
    compiled = tf.function(function, autograph=False, jit_compile=xla)
    graph = compiled.get_concrete_function(*args).graph.as_graph_def()
    nodes = [*graph.node]
    for inner in graph.library.function:
        nodes += inner.node_def
    return any(node.op == "Assert" for node in nodes)


def made():
    return MADE((4,), units=(6,), num_classes=3)


def rnade():
    return RNADE((4,), units=6, context_shape=(2,))


def char_rnn():
    return CharRNN((4,), num_levels=3, units=4, num_layers=1)


MODELS = [made, rnade, char_rnn]


def arguments(model, dtype):
    """Returns the specifications of events, contexts and weights."""
    # With a batch of unknown size, TensorFlow's cross-entropy asserts too.
    x = tf.TensorSpec([BATCH_SIZE, *model.event_shape], dtype)
    context = None
    if model.context.expected:
        spec = model.context.spec
        context = tf.TensorSpec([BATCH_SIZE, *spec.shape[1:]], spec.dtype)
    return x, context, tf.TensorSpec([BATCH_SIZE], tf.float32)


@pytest.mark.slow
@plain_or_xla
@pytest.mark.parametrize("make", MODELS)
def test_steps_of_training_assert_in_plain_graphs_alone(make, xla):
    model = make()
    model.compile("sgd")
    x, context, weight = arguments(model, tf.float32)
    for step in (model.train_step, model.test_step, model.predict_step):
        assert has_assertions(step, (x, context, weight), xla=xla) != xla


@pytest.mark.slow
@plain_or_xla
@pytest.mark.parametrize("make", MODELS)
def test_scores_and_draws_assert_in_plain_graphs_alone(make, xla):
    model = make()
    x, context, _ = arguments(model, model.event.dtype)
    conditioned = model.context.expected
    for use in (model.log_prob, model.log_prob_per_dim):
        assert has_assertions(use, x, context, xla=xla) != xla

    def scored(x, context):
        return model(x, context).log_prob(x)

    def drawn(context):
        return model.sample(BATCH_SIZE, seed=0, context=context)

    def walked(context):
        walk = model.walk(BATCH_SIZE, context)
        return walk.observe(walk.conditional().sample()).parameters

    assert has_assertions(scored, x, context, xla=xla) != xla
    assert has_assertions(drawn, context, xla=xla) == (conditioned and not xla)
    assert has_assertions(walked, context, xla=xla) != xla


def test_a_loop_within_a_compiled_function_is_compiled():
    model = made()
    x = np.zeros((BATCH_SIZE, 4), "int32")

    def repeated(labels):
        return tf.while_loop(
            lambda i, _: i < 2,
            lambda i, total: (i + 1, total + model.log_prob(x, labels)),
            [0, tf.zeros([BATCH_SIZE])],
        )

    labels = tf.TensorSpec([BATCH_SIZE], tf.int32)
    assert has_assertions(repeated, labels, xla=False)
    assert not has_assertions(repeated, labels, xla=True)


@pytest.mark.slow
@plain_or_xla
def test_unknown_numbers_of_carried_rows_are_asserted(xla):
    model = CharRNN((4,), num_levels=3, units=4, num_layers=1, carried_rows=5)
    x = tf.TensorSpec([None, 4], tf.int32)
    assert has_assertions(model.training_log_prob, x, xla=xla) != xla
