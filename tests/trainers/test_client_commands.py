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
        ("none.npz", "No such file"),
        ("a.npz", "x is not a file"),
        ("one.npy", "a single array"),
        ("empty.npz", "No data left"),
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
