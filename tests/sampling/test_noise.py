"""Noise is a function of the seed and the index, however it is computed."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.chi_squared import p_value
from tf_autoregressive.sampling import noise

SHAPE = (40, 7, 2)


def test_uniforms_are_the_same_in_every_mode(seed):
    stateless = noise.as_seed(seed)
    eager = noise.uniforms(stateless, SHAPE)
    graph = tf.function(noise.uniforms)(stateless, SHAPE)
    xla = tf.function(noise.uniforms, jit_compile=True)(stateless, SHAPE)
    np.testing.assert_array_equal(graph, eager)
    np.testing.assert_array_equal(xla, eager)


def test_members_are_the_same_in_every_mode(seed):
    stateless = noise.as_seed(seed)
    eager = noise.members(stateless, 100, 5)
    graph = tf.function(noise.members)(stateless, 100, 5)
    xla = tf.function(noise.members, jit_compile=True)(stateless, 100, 5)
    np.testing.assert_array_equal(graph, eager)
    np.testing.assert_array_equal(xla, eager)


def test_uniforms_are_the_same_for_ever():
    # A stored sample can be drawn again with any later version.
    np.testing.assert_allclose(
        noise.uniforms(noise.as_seed(0), [2, 2]),
        [[0.90470904, 0.62833208], [0.30429703, 0.67142731]],
        rtol=1e-6,
    )


def test_the_first_rows_do_not_depend_on_their_number(seed):
    stateless = noise.as_seed(seed)
    many = noise.uniforms(stateless, SHAPE)
    for number in (1, 3, 39):
        few = noise.uniforms(stateless, (number, *SHAPE[1:]))
        np.testing.assert_array_equal(few, many[:number])
    np.testing.assert_array_equal(
        noise.members(stateless, 7, 3), noise.members(stateless, 50, 3)[:7]
    )


MODES = {
    "eager": lambda function: function,
    "graph": tf.function,
    "xla": lambda function: tf.function(function, jit_compile=True),
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("shape", [(40, 7, 1), (40, 3, 2)])
def test_later_examples_have_the_noise_of_the_whole(seed, mode, shape):
    stateless = noise.as_seed(seed)
    whole = noise.uniforms(stateless, shape)
    members = noise.members(stateless, 40, 5)

    @mode
    def later(first):
        continued = noise.LaterExamples(stateless, first)
        return (
            noise.uniforms(continued, (9, *shape[1:])),
            noise.members(continued, 9, 5),
        )

    for first in (0, 1, 2, 3, 31):
        drawn, chosen = later(tf.constant(first, tf.int64))
        np.testing.assert_array_equal(drawn, whole[first : first + 9])
        np.testing.assert_array_equal(chosen, members[first : first + 9])


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_each_example_has_the_noise_of_its_seed(mode):
    seeds = tf.stack([noise.as_seed(seed) for seed in (3, -1, 2**40)])

    @mode
    def drawn(seeds):
        each = noise.SeedPerExample(seeds)
        return noise.uniforms(each, (3, 7, 2)), noise.members(each, 3, 5)

    uniforms, members = drawn(seeds)
    for row, seed in enumerate(seeds):
        np.testing.assert_array_equal(
            uniforms[row], noise.uniforms(seed, (1, 7, 2))[0]
        )
        assert members[row] == noise.members(seed, 1, 5)[0]


def test_uniforms_are_uniform_and_never_at_the_ends(seed):
    drawn = noise.uniforms(noise.as_seed(seed), [100_000]).numpy()
    assert drawn.dtype == "float32"
    assert 0.0 < drawn.min() < 1e-3
    assert 1.0 - 1e-3 < drawn.max() < 1.0
    counts = np.histogram(drawn, bins=100, range=(0.0, 1.0))[0]
    assert p_value(counts, np.ones(100)) > 1e-5


def test_extreme_bits_give_uniforms_inside(monkeypatch):
    bits = tf.constant([0, 511, 512, 2**32 - 1], tf.uint32)
    monkeypatch.setattr(
        tf.random, "stateless_uniform", lambda *args, **kwargs: bits
    )
    drawn = noise.uniforms(noise.as_seed(0), [4]).numpy()
    assert drawn[0] == drawn[1] == np.float32(2.0**-24)
    assert drawn[2] == np.float32(3.0 * 2.0**-24)
    assert drawn[3] == np.float32(1.0 - 2.0**-24)
    assert drawn[3] < 1.0


def test_no_two_places_share_their_noise(seed):
    drawn = noise.uniforms(noise.as_seed(seed), (2000, 4, 2)).numpy()
    columns = drawn.reshape(2000, 8)
    correlation = np.corrcoef(columns.T) - np.eye(8)
    assert np.abs(correlation).max() < 5.0 / np.sqrt(2000)
    # Nor do neighbours in the batch.
    rows = columns.reshape(-1)
    for lag in (1, 2, 4, 8):
        lagged = np.corrcoef(rows[:-lag], rows[lag:])[0, 1]
        assert abs(lagged) < 5.0 / np.sqrt(len(rows))


def test_seeds_give_different_noise():
    drawn = [
        noise.uniforms(noise.as_seed(seed), [50]).numpy().tobytes()
        for seed in (0, 1, -1, 2**32, 2**40, 2**63, (5, 1), (1, 5))
    ]
    assert len(set(drawn)) == 8


def test_seeds_choose_different_members():
    chosen = [
        noise.members(noise.as_seed(seed), 50, 3).numpy().tobytes()
        for seed in (0, 1, 2**32, (5, 1), (1, 5))
    ]
    assert len(set(chosen)) == 5


@pytest.mark.parametrize(
    "given", [np.int64(3), np.uint8(3), 3], ids=["int64", "uint8", "int"]
)
def test_any_integer_is_a_seed(given):
    np.testing.assert_array_equal(noise.as_seed(given), [3, 0])
    assert noise.as_seed(given).dtype == tf.int32


@pytest.mark.parametrize(
    "given",
    [[4, 5], (4, 5), np.array([4, 5]), tf.constant([4, 5], tf.int64)],
    ids=["list", "tuple", "array", "tensor"],
)
def test_two_integers_are_a_stateless_seed(given):
    np.testing.assert_array_equal(noise.as_seed(given), [4, 5])


def test_no_seed_is_another_one_each_time():
    tf.random.set_seed(3)
    first, second = noise.as_seed(None), noise.as_seed(None)
    assert first.dtype == tf.int32
    assert first.shape == (2,)
    assert np.any(first != second)
    tf.random.set_seed(3)
    np.testing.assert_array_equal(noise.as_seed(None), first)


@pytest.mark.parametrize("given", [0.5, [1], [1, 2, 3], [[1, 2]], [0.0, 1.0]])
def test_nothing_else_is_a_seed(given):
    with pytest.raises(ValueError, match="`seed` must be an int, None, or"):
        noise.as_seed(given)


def test_members_are_uniform_and_not_tied_to_the_values(seed):
    stateless = noise.as_seed(seed)
    chosen = noise.members(stateless, 30_000, 3).numpy()
    assert chosen.dtype == "int32"
    assert p_value(np.bincount(chosen, minlength=3), np.ones(3)) > 1e-5
    first = noise.uniforms(stateless, [30_000, 1]).numpy()[:, 0]
    table = np.zeros((3, 4))
    np.add.at(table, (chosen, (first * 4).astype(int)), 1)
    assert p_value(table.ravel(), np.ones(12)) > 1e-5


@pytest.mark.parametrize("number", [2**64, 2**64 + 7, -(2**63) - 1])
def test_seeds_that_would_draw_what_others_draw_are_refused(number):
    with pytest.raises(ValueError, match=r"`seed` must be at least -2\*\*63"):
        noise.as_seed(number)


def test_words_of_seeds_are_not_cut():
    with pytest.raises(ValueError, match="`seed` must hold two integers of 32"):
        noise.as_seed([2**40, 1])
    with pytest.raises(ValueError, match="`seed` must hold two integers of 32"):
        noise.as_seed(np.array([0, 2**31], "uint32"))
    np.testing.assert_array_equal(
        noise.as_seed([-1, 2**31 - 1]), [-1, 2**31 - 1]
    )


def test_seeds_that_were_drawn_from_before_are_kept():
    for seed, words in ((0, [0, 0]), (-1, [-1, -1]), (2**40 + 3, [3, 256])):
        np.testing.assert_array_equal(noise.as_seed(seed), words)
