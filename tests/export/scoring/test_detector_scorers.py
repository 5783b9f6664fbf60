"""Scores of files by a SavedModel that was exported with a detector."""

import numpy as np
import pyarrow.parquet
import pytest

import export
from trainers.cli import main


@pytest.fixture
def command(sequence_detector, tmp_path):
    """Runs `tfar score` on fresh sequences; returns its status."""
    _, x, path = sequence_detector
    np.savez(tmp_path / "events.npz", x=x)

    def call(name, *arguments):
        paths = ["--input", str(tmp_path / "events.npz")]
        paths += ["--output", str(tmp_path / name)]
        options = ["--batch-size", "7", "--signature", name]
        return main(["score", str(path), *paths, *options, *arguments])

    return call


def test_alarms_are_those_of_the_detector(command, sequence_detector, tmp_path):
    detector, x, _ = sequence_detector
    assert command("anomaly", "--false-alarm-rate", "0.1") == 0
    table = pyarrow.parquet.read_table(tmp_path / "anomaly").to_pydict()
    assert list(table) == ["row", "score", "p_value", "alarm"]
    np.testing.assert_allclose(table["score"], detector.score(x), rtol=1e-4)
    expected = detector.calibration.p_values(table["score"])
    np.testing.assert_array_equal(table["p_value"], expected)
    np.testing.assert_array_equal(table["alarm"], expected <= 0.1)
    # Alarms at another rate are not mixed in.
    assert command("anomaly", "--false-alarm-rate", "0.2") == 2


def test_surprises_are_lists_that_a_run_goes_on_with(
    command, sequence_detector, tmp_path, monkeypatch
):
    detector, x, _ = sequence_detector
    assert command("surprise") == 0
    table = pyarrow.parquet.read_table(tmp_path / "surprise").to_pydict()
    np.testing.assert_allclose(
        np.array(table["surprise"]), detector.explain(x), rtol=1e-4, atol=1e-5
    )
    # A part that is there and whole is read, and not scored again.
    monkeypatch.setattr(export.SurpriseScorer, "__call__", None)
    assert command("surprise") == 0


def test_what_does_not_go_together_is_refused(command, fvsbn, tmp_path, capsys):
    assert command("anomaly") == 2
    assert command("surprise", "--false-alarm-rate", "0.1") == 2
    assert capsys.readouterr().err.count("go together") == 2
    with pytest.raises(ValueError, match="has no signature `surprise`"):
        export.SurpriseScorer(fvsbn.path)
    with pytest.raises(ValueError, match="`false_alarm_rate` must"):
        export.AnomalyScorer(fvsbn.path, 2.0)


def test_a_server_is_asked_for_alarms(sequence_detector, tmp_path, capsys):
    from tests.export.serving_double import ServedModel
    from tests.export.serving_double import grpc_server

    detector, x, path = sequence_detector
    np.savez(tmp_path / "events.npz", x=x)
    arguments = ["--npz", str(tmp_path / "events.npz"), "--model", "sequences"]
    arguments += ["--false-alarm-rate", "0.1"]
    arguments += ["--out", str(tmp_path / "alarms.npz")]
    with grpc_server(ServedModel("sequences", path)) as host:
        assert main(["client", "detect", *arguments, "--host", host]) == 0
    found = np.load(tmp_path / "alarms.npz")
    np.testing.assert_allclose(found["score"], detector.score(x), rtol=1e-4)
    expected = detector.calibration.p_values(found["score"])
    np.testing.assert_array_equal(found["p_value"], expected)
    np.testing.assert_array_equal(found["alarm"], expected <= 0.1)
    printed = capsys.readouterr().out
    assert f"{(expected <= 0.1).sum()} of 40 examples alarm" in printed
