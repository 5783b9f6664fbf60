"""Transformer: its equations, what a stream sees, its errors."""

import numpy as np
import pytest

from tests.layers.convolutions import randomise
from tests.models.transformer_equations import after_blocks
from tests.models.transformer_equations import dense
from tf_autoregressive.models import Transformer

SMALL = {"units": 4, "num_heads": 2, "num_layers": 2, "embedding_size": 3}


def make(rng, steps=7, **options):
    options = {"vocabulary": "abcd", **SMALL, **options}
    model = Transformer((steps,), **options)
    randomise([model], rng, scale=0.7)
    return model


def expected_logits(model, symbols, window, **options):
    """Returns `[B, T, K]` by the equations of the docstring."""
    before = np.pad(symbols + 1, [[0, 0], [1, 0]])[:, :-1]
    x = np.array(model.embedding.embeddings)[before].astype("float64")
    x = x @ np.array(model.first_layer.kernel)
    if model.position_embedding is not None:
        x = x + np.array(model.position_embedding.embeddings)[: x.shape[1]]
    return dense(after_blocks(model, x, window, **options), model.last_layer)


@pytest.mark.slow
@pytest.mark.parametrize("positions", ["rotary", "learned"])
def test_it_is_its_equations(positions, rng):
    model = make(rng, positions=positions)
    x = rng.integers(4, size=(3, 7))
    logits = model.parameters_for(x)
    rotary = positions == "rotary"
    expected = expected_logits(model, x, 7, rotary=rotary)
    np.testing.assert_allclose(logits, expected, atol=1e-4)


@pytest.mark.parametrize(
    "jit_compile", [False, pytest.param(True, marks=pytest.mark.slow)]
)
def test_a_stream_goes_on_with_the_last_steps(jit_compile, rng):
    model = make(rng)
    model.block_size = 4
    prime = rng.integers(4, size=9)
    options = {"top_k": 1, "jit_compile": jit_compile}
    drawn = model.generate(1, 12, prime=prime, **options).numpy()[0]
    x = np.concatenate([prime, drawn])[None]
    logits = expected_logits(model, x, 7, rotary=True)
    np.testing.assert_array_equal(logits[0, 9:].argmax(-1), drawn)


@pytest.mark.slow
def test_learned_positions_end_with_the_event(rng):
    model = make(rng, positions="learned")
    with pytest.raises(ValueError, match="must be at most 7 together"):
        model.stream(1, 6, prime="ab")
    assert model.generate(1, 5, prime="ab", seed=0).shape == (1, 5)


@pytest.mark.slow
def test_a_new_model_knows_nothing():
    model = Transformer((5,), num_levels=65, **SMALL)
    log_prob = model.log_prob(np.zeros([1, 5], "uint8"))
    np.testing.assert_allclose(log_prob, -5 * np.log(65), rtol=1e-5)


@pytest.mark.slow
def test_new_layers_that_write_to_the_stream_are_smaller():
    model = Transformer((5,), num_levels=3, units=64, num_layers=8)
    for block in model.blocks:
        for layer, scale in zip(
            [block[1], block[3], block[5], block[6]],
            [1.0, 0.25, 1.0, 0.25],
            strict=True,
        ):
            found = np.std(layer.kernel)
            np.testing.assert_allclose(found, 0.02 * scale, rtol=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 6, "num_heads": 4}, "`num_heads` must divide"),
        ({"num_layers": 0}, "`num_layers` must be"),
        ({"positions": "sines"}, "`positions` must be one of"),
        ({"stride": 0}, "`stride` must be"),
    ],
)
def test_bad_arguments_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        Transformer((4,), num_levels=3, **{**SMALL, **options})
