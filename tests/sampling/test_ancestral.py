"""The loop over positions, on a scripted model that records what it sees."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tf_autoregressive import models
from tf_autoregressive import sampling
from tf_autoregressive.distributions import BernoulliOutput

NUM_DIMS, BATCH_SIZE = 7, 3


class Scripted:
    """Draws a fair bit at each position and writes down every call."""

    output_distribution = BernoulliOutput()
    event_shape = (NUM_DIMS,)
    any_order = False
    num_lanes = 1
    unrolls_blocks = False
    weights = ()

    def __init__(self, block_size):
        self.block_size = block_size
        self.log = []

    def init_cache(self, batch_size, *, context, member):
        self.log.append(("init", int(batch_size), context, int(member)))
        return tf.zeros([batch_size])

    def begin_block(self, cache, block):
        self.log.append(("begin", int(block)))
        return cache

    def step(self, state, position):
        self.log.append(
            (
                "step",
                int(position.block),
                int(position.offset),
                int(position.rank),
            )
        )
        return tf.zeros([BATCH_SIZE, 1]), state

    def observe(self, state, position, value):
        assert value.shape == (BATCH_SIZE, 1)
        self.log.append(("observe", int(position.rank)))
        return state + value[:, 0]

    def end_block(self, state, block):
        self.log.append(("end", int(block)))
        return state


def uniforms(rng):
    drawn = rng.random((BATCH_SIZE, NUM_DIMS, 1))
    return tf.constant(drawn, tf.float32)


def draw(model, noise, **options):
    with run_eagerly():
        return sampling.sample_sites(
            model, noise, member=2, ordering=np.arange(NUM_DIMS), **options
        )


def test_positions_come_in_order_and_blocks_around_them(rng):
    model = Scripted(block_size=3)
    draw(model, uniforms(rng))
    expected = [("init", BATCH_SIZE, None, 2)]
    for block, ranks in enumerate([(0, 1, 2), (3, 4, 5), (6,)]):
        expected.append(("begin", block))
        for offset, rank in enumerate(ranks):
            expected += [("step", block, offset, rank), ("observe", rank)]
        expected.append(("end", block))
    assert model.log == expected


def test_without_a_size_there_is_one_block(rng):
    model = Scripted(block_size=None)
    draw(model, uniforms(rng))
    assert [call for call in model.log if call[0] == "begin"] == [("begin", 0)]
    assert len([call for call in model.log if call[0] == "step"]) == NUM_DIMS


@pytest.mark.parametrize("block_size", [None, 1, 3, 7, 8])
def test_each_position_has_the_noise_of_its_rank(block_size, rng):
    noise = uniforms(rng)
    values, _ = draw(Scripted(block_size), noise)
    assert values.shape == (BATCH_SIZE, NUM_DIMS, 1)
    # A fair bit is 1 where its uniform is above one half.
    np.testing.assert_array_equal(values, noise > 0.5)


@pytest.mark.parametrize("block_size", [None, 3])
def test_log_prob_counts_every_position_once(block_size, rng):
    _, log_prob = draw(Scripted(block_size), uniforms(rng), with_log_prob=True)
    np.testing.assert_allclose(
        log_prob, np.full(BATCH_SIZE, -NUM_DIMS * np.log(2.0)), rtol=1e-5
    )


@pytest.mark.parametrize("block_size", [None, 3])
def test_forced_values_replace_draws(block_size, rng):
    noise = uniforms(rng)
    known = rng.random((BATCH_SIZE, NUM_DIMS, 1)) < 0.5
    given = 1.0 - (noise.numpy() > 0.5)
    forced = sampling.Forced(tf.constant(known), tf.constant(given, tf.float32))
    values, _ = draw(Scripted(block_size), noise, forced=forced)
    np.testing.assert_array_equal(values, np.where(known, given, noise > 0.5))


def test_context_reaches_the_cache(rng):
    model = Scripted(None)
    context = tf.ones([BATCH_SIZE, 2])
    draw(model, uniforms(rng), context=context)
    assert model.log[0][2] is context


@pytest.mark.parametrize(
    "model",
    [
        lambda: models.WaveNet((6,), num_levels=4, filters=4, num_layers=2),
        lambda: models.CharRNN((6,), num_levels=4, units=4),
        lambda: models.PixelCNN(
            (3, 3, 1), filters=4, num_blocks=1, head_filters=4
        ),
    ],
    ids=["convolutions", "states", "images"],
)
def test_loops_read_no_variable(model):
    model = model()
    draw = tf.function(lambda: model.sample(2, seed=0), autograph=False)
    graph = draw.get_concrete_function().graph.as_graph_def()
    functions = {f.signature.name: f for f in graph.library.function}
    bodies = {
        node.attr["body"].func.name
        for function in functions.values()
        for node in function.node_def
        if node.op in ("While", "StatelessWhile")
    }
    assert bodies
    for name in bodies:
        operations = {node.op for node in functions[name].node_def}
        assert "ReadVariableOp" not in operations
