"""Streams: equal to the whole sequence, and what they refuse."""

import numpy as np
import pytest

from tests.zoo import BY_NAME
from tf_autoregressive import anomaly
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import Transformer

STREAMED = [
    "ngram-mlp-labels",
    "char-rnn-labels",
    "char-cnn",
    "wavenet",
    "wavenet-logistics",
    "transformer",
    "rnn-nade-labels",
]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.takes_turns)
        if name not in ("char-rnn-labels", "rnn-nade-labels")
        else name
        for name in STREAMED
    ],
)
def test_a_stream_gives_the_surprise_of_the_whole_sequence(name, rng):
    case = BY_NAME[name]
    model = case.build(0)
    batch = case.batch(rng, 3)
    x, context = batch if isinstance(batch, tuple) else (batch, None)
    stream = anomaly.SurpriseStream(model, 3, context)
    pieces = [x[:, :1], x[:, 1:2], x[:, 2:]]
    found = [stream.observe(piece) for piece in pieces if piece.size]
    found = np.concatenate(found, axis=1)
    per_dim = -model.log_prob_per_dim(x, context).numpy()
    expected = per_dim.reshape(*x.shape[:2], -1).sum(axis=-1)
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-4)
    assert stream.num_steps == x.shape[1]


@pytest.fixture(scope="module")
def model():
    return CharRNN((5,), num_levels=4, units=3)


def test_a_stream_goes_on_behind_the_length_of_an_event(model, rng):
    x = rng.integers(0, 4, (1, 250))
    longer = CharRNN((250,), num_levels=4, units=3)
    longer.set_weights(model.get_weights())
    stream = anomaly.SurpriseStream(model)
    found = [stream.observe(x[:, :207]), stream.observe(x[:, 207:])]
    np.testing.assert_allclose(
        np.concatenate(found, axis=1),
        -longer.log_prob_per_dim(x).numpy(),
        rtol=2e-4,
    )


def test_a_refused_piece_changes_nothing(model, rng):
    stream, other = (anomaly.SurpriseStream(model) for _ in range(2))
    x = rng.integers(0, 4, (1, 6))
    stream.observe(x[:, :3])
    for bad in (x + 4, x[0], x[:, :0], np.repeat(x, 2, axis=0), x + 0.5):
        with pytest.raises(ValueError, match="`x` must"):
            stream.observe(bad)
    found = stream.observe(x[:, 3:])
    np.testing.assert_allclose(found, other.observe(x)[:, 3:], rtol=1e-5)


def test_models_that_end_are_refused():
    with pytest.raises(ValueError, match="must be a SequenceModel"):
        anomaly.SurpriseStream(BY_NAME["nade-categorical"].make())
    with pytest.raises(ValueError, match="lengths or sequences"):
        anomaly.SurpriseStream(BY_NAME["char-cnn-lengths"].make())
    with pytest.raises(ValueError, match="lengths or sequences"):
        anomaly.SurpriseStream(BY_NAME["char-cnn-sequence"].make())
    bounded = Transformer(
        (4,), num_levels=3, num_layers=1, num_heads=1, units=2
    )
    stream = anomaly.SurpriseStream(bounded)
    if bounded.max_steps is not None:
        stream.observe([[0, 1, 2]])
        with pytest.raises(ValueError, match="within the 4 steps"):
            stream.observe([[0, 1]])
