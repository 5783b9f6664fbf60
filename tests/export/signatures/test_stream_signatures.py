"""Served streams: equal to Python's, verified, asked by the client."""

import numpy as np
import pytest
import tensorflow as tf

import export
from tests.zoo import BY_NAME
from tf_autoregressive import anomaly

# What they share takes seconds: an export, or models that compile.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "name",
    [
        "rnn-nade-labels",
        "transformer",
        pytest.param("ngram-mlp-labels", marks=pytest.mark.takes_turns),
        pytest.param("char-cnn", marks=pytest.mark.takes_turns),
        pytest.param("wavenet-logistics", marks=pytest.mark.takes_turns),
    ],
)
def test_pieces_have_the_surprise_of_a_stream(name, rng):
    case = BY_NAME[name]
    model = case.build(0)
    batch = case.batch(rng, 3)
    x, context = batch if isinstance(batch, tuple) else (batch, None)
    options = {} if context is None else {"context": context}
    signatures = export.StreamSignatures(
        export.Signatures(model, max_num_samples=4), model
    )
    ask = signatures.concrete_functions()["surprise_next"]
    # What is in it before the first step does not count.
    state = tf.fill([3, ask.structured_outputs["state"].shape[1]], 7.0)
    found, time = [], 0
    for piece in filter(np.size, (x[:, :1], x[:, 1:2], x[:, 2:])):
        answer = ask(
            events=tf.constant(piece, tf.float32),
            state=state,
            num_steps=tf.constant(time),
            **{name: tf.constant(value) for name, value in options.items()},
        )
        found.append(answer["surprise"])
        state, time = answer["state"], time + piece.shape[1]
    expected = anomaly.SurpriseStream(model, 3, context).observe(x)
    np.testing.assert_allclose(
        np.concatenate(found, axis=1), expected, rtol=2e-4, atol=1e-5
    )


def test_an_export_with_streams_verifies(
    sequence_detector, verify_here, capsys
):
    assert verify_here(sequence_detector[2])
    assert "surprise_next" in capsys.readouterr().out


def test_bad_steps_are_refused_by_name(sequence_detector):
    _, x, path = sequence_detector
    loaded = tf.saved_model.load(path)
    ask = loaded.signatures["surprise_next"]
    size = ask.structured_outputs["state"].shape[1]

    def refused(message, events=x[:1], state=(1, size), fill=0.0, time=0):
        with pytest.raises(tf.errors.OpError, match=message):
            ask(
                events=tf.constant(events, tf.float32),
                state=tf.fill(state, fill),
                num_steps=tf.constant(time),
            )

    refused("`events` must hold at most 100 steps", np.zeros([1, 101]))
    refused("`events` must hold integers", x[:1] + 0.5)
    refused(r"`events` must have shape \[batch, steps\]", x[:1, :0])
    refused("`state` must hold finite numbers", fill=np.nan)
    refused("`state` must hold as many examples", state=(2, size))
    refused("`state` must have shape", state=(1, size + 1))
    refused("`num_steps` must be at least 0", time=-1)
    refused("`num_steps` must be at least 0", time=2**31 - 1)


@pytest.mark.parametrize("server", ["grpc", "rest"])
def test_the_client_streams(sequence_detector, server, rng):
    from tests.export import serving_double

    detector, _, path = sequence_detector
    model = detector.model
    x = rng.integers(0, model.num_levels, (2, 230))
    expected = anomaly.SurpriseStream(model, 2).observe(x)
    double = serving_double.ServedModel("sequences", path)
    serve = getattr(serving_double, f"{server}_server")
    with (
        serve(double) as host,
        export.Client(host, "sequences", timeout=60.0) as client,
    ):
        stream = client.surprise_stream(2)
        found = [stream.observe(x[:, :3])]
        for bad in (x[:, :2] + 99, x[:1], x[0], x[:, :0]):
            with pytest.raises(export.RequestError):
                stream.observe(bad)
        assert stream.num_steps == 3
        # The piece takes three requests.
        found.append(stream.observe(x[:, 3:]))
        np.testing.assert_allclose(
            np.concatenate(found, axis=1), expected, rtol=2e-4, atol=1e-5
        )
        # The state is one of this version alone.
        double.version = 2
        with pytest.raises(export.RequestError, match="begin another stream"):
            stream.observe(x[:, :1])
        assert client.surprise_stream(2).observe(x[:, :1]).shape == (2, 1)


def test_models_that_end_have_no_streams():
    from export.signatures.stream_signatures import streams

    assert streams(BY_NAME["char-rnn"].make())
    assert not streams(BY_NAME["nade-categorical"].make())
    assert not streams(BY_NAME["char-cnn-lengths"].make())
