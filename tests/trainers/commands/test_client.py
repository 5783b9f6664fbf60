"""`tfar client`, against a test double of the server."""

import numpy as np
import pytest

from tests.zoo import BY_NAME
from trainers.cli import main


@pytest.mark.slow
def test_a_file_is_scored(tmp_path, rng, capsys):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from export import export_model
    from tests.export.serving_double import ServedModel
    from tests.export.serving_double import grpc_server

    case = BY_NAME["fvsbn-labels"]
    model = case.build(0)
    path = export_model(model, tmp_path / "labels")
    x, labels = case.batch(rng, 9)
    np.savez(tmp_path / "events.npz", images=x, labels=labels)
    expected = model.log_prob(x, labels).numpy()
    arguments = ["client", "score", "--npz", str(tmp_path / "events.npz")]
    arguments += ["--key", "images", "--model", "labels"]
    contexts = ["--context-key", "labels"]
    out = tmp_path / "scores.npz"
    with grpc_server(ServedModel("labels", path)) as host:
        served = [*arguments, "--host", host]
        assert main([*served, *contexts, "--out", str(out)]) == 0
        printed = capsys.readouterr().out
        assert f"{-expected.mean():.4f} nats on 9 examples" in printed
        np.testing.assert_allclose(np.load(out)["log_prob"], expected, 1e-5)
        assert main(served) == 2
        assert "`context` is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("none.npz", "There is no file"),
        ("a.npz", "has no array `x`, but y"),
        ("one.npy", "is damaged or not an .npz file"),
        ("empty.npz", "is damaged or not an .npz file"),
    ],
)
def test_what_is_not_there_is_not_scored(tmp_path, capsys, file, message):
    np.savez(tmp_path / "a.npz", y=np.zeros(3))
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "empty.npz").touch()
    arguments = ["--npz", str(tmp_path / file), "--model", "made"]
    assert main(["client", "score", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("out", "message"),
    [("scores", "must end in .npz"), ("none/a.npz", "there is no directory")],
)
def test_where_scores_go_is_checked_first(tmp_path, capsys, out, message):
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    arguments = ["--npz", str(tmp_path / "a.npz"), "--model", "made"]
    arguments += ["--out", str(tmp_path / out)]
    assert main(["client", "score", *arguments]) == 2
    assert message in capsys.readouterr().err


def score(tmp_path, host, *arguments):
    """Runs the command on two events; returns its exit status."""
    np.savez(tmp_path / "a.npz", x=np.zeros((2, 3), "uint8"))
    paths = ["--npz", str(tmp_path / "a.npz"), "--model", "bits"]
    return main(["client", "score", *paths, "--host", host, *arguments])


@pytest.mark.parametrize("bad", [[-3.0], [-3.0, float("nan")], ["-3"] * 2])
def test_a_wrong_answer_ends_in_a_sentence(tmp_path, capsys, bad):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from tests.export.scripted_servers import rest_server

    with rest_server(lambda *_: {"log_prob": bad}) as host:
        assert score(tmp_path, host) == 2
    printed = capsys.readouterr()
    assert "tfar: The answer's `log_prob` must" in printed.err
    assert "nats" not in printed.out


def test_what_a_server_wants_to_know_is_sent(tmp_path, capsys):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from tests.export.scripted_servers import CERTIFICATE
    from tests.export.scripted_servers import grpc_server

    headers = {}
    (tmp_path / "token").write_text("t0ken\n")
    with grpc_server(tls=True, headers=headers) as host:
        options = ["--ca", str(CERTIFICATE), "--header", "X-Team=a=b"]
        options += ["--token-file", str(tmp_path / "token")]
        assert score(tmp_path, host, *options) == 0
    assert "3.0000 nats on 2 examples" in capsys.readouterr().out
    assert headers["x-team"] == "a=b"
    assert headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("host", "options", "message"),
    [
        ("http://a b", [], "`host` must be"),
        ("localhost:1", ["--timeout", "0.2"], "longer than timeout=0.2"),
        ("localhost:1", ["--ca", "none.pem"], "`ca` needs TLS"),
        ("localhost:1", ["--token-file", "none"], "--token-file none: "),
        ("localhost:1", ["--header", "secret"], "must be NAME=VALUE"),
        ("localhost:1", ["--header", "a b=c"], "`headers` must have names"),
        ("localhost:1", ["--model", ".."], "`model` must be the name"),
    ],
)
def test_a_mistake_ends_in_a_sentence(tmp_path, capsys, host, options, message):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    assert score(tmp_path, host, *options) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "secret" not in error
    assert "Traceback" not in error
