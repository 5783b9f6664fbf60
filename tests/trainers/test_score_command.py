"""`tfar score` of runs and of exported models."""

import numpy as np
import pyarrow.parquet
import pytest

from tests.zoo import BY_NAME
from trainers.cli import main
from trainers.run import run


@pytest.fixture
def events(tmp_path, rng):
    """A file of 33 mushrooms."""
    path = tmp_path / "events.npz"
    np.savez(path, x=rng.integers(0, 2, (33, 112)).astype("uint8"))
    return path


@pytest.mark.slow
def test_a_run_scores_a_file(
    recipe, directory, data_dir, events, tmp_path, capsys
):
    run(recipe(), directory, data_dir=data_dir, verbose=0)
    expected = directory.load_model().log_prob(np.load(events)["x"]).numpy()
    output = tmp_path / "scores.parquet"
    arguments = ["--input", str(events), "--output", str(output)]
    assert main(["score", str(directory.path), *arguments]) == 0
    scores = pyarrow.parquet.read_table(output)["log_prob"]
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    printed = capsys.readouterr().out
    assert f"{-expected.mean():.4f} nats on 33 examples" in printed


@pytest.mark.slow
def test_an_exported_model_scores_a_file(tmp_path, rng):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from export import export_model

    case = BY_NAME["fvsbn-labels"]
    model = case.build(0)
    export_model(model, tmp_path / "labels")
    x, labels = case.batch(rng, 11)
    np.savez(tmp_path / "events.npz", x=x, labels=labels)
    arguments = ["--input", str(tmp_path / "events.npz"), "--output"]
    arguments += [str(tmp_path / "scores"), "--context-key", "labels"]
    arguments += ["--batch-size", "4"]
    assert main(["score", str(tmp_path / "labels"), *arguments]) == 0
    scores = pyarrow.parquet.read_table(tmp_path / "scores")["log_prob"]
    np.testing.assert_allclose(scores, model.log_prob(x, labels), rtol=1e-5)


def test_what_is_no_model_does_not_score(events, tmp_path, capsys):
    arguments = ["--input", str(events), "--output", str(tmp_path / "scores")]
    assert main(["score", str(tmp_path), *arguments]) == 2
    assert "neither a SavedModel nor a run" in capsys.readouterr().err
    assert not (tmp_path / "scores").exists()
