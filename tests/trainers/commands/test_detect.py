"""`tfar detect`: its alarms, how it goes on, and what it refuses."""

import keras
import numpy as np
import pyarrow.parquet
import pytest

from tests.zoo import BY_NAME
from tf_autoregressive import anomaly
from trainers.cli import main
from trainers.commands import detect
from trainers.training.run_directory import RunDirectory


@pytest.fixture(scope="module")
def model():
    return BY_NAME["nade-categorical"].build(0)


@pytest.fixture(scope="module")
def of_labels():
    return BY_NAME["fvsbn-labels"].build(0)


@pytest.fixture
def command(model, tmp_path, monkeypatch):
    return command_of(model, tmp_path, monkeypatch)


def command_of(model, tmp_path, monkeypatch):
    """Returns the command on a run of a model, which returns its status."""
    run = tmp_path / "run"
    run.mkdir()
    model.save(run / "model.keras")
    monkeypatch.setattr(RunDirectory, "load_model", lambda _: model)
    rng = np.random.default_rng(0)
    for name, count in (("normal", 99), ("input", 40)):
        x = rng.integers(0, model.num_levels, (count, *model.event_shape))
        labels = np.arange(count) % 3
        np.savez(tmp_path / f"{name}.npz", x=x, labels=labels, few=labels[:9])

    def call(**options):
        options = {
            "normal": tmp_path / "normal.npz",
            "input": tmp_path / "input.npz",
            "output": tmp_path / "scores",
            "false-alarm-rate": 0.05,
            **options,
        }
        named = [f"--{name}={value}" for name, value in options.items()]
        return main(["detect", str(run), *named])

    return call


def test_alarms_are_those_of_the_detector(command, model, tmp_path, capsys):
    assert command() == 0
    normal, x = (
        np.load(tmp_path / f"{n}.npz")["x"] for n in ("normal", "input")
    )
    held_out, scores = (-model.log_prob(e).numpy() for e in (normal, x))
    table = pyarrow.parquet.read_table(tmp_path / "scores").to_pydict()
    assert list(table) == ["row", "score", "p_value", "alarm"]
    np.testing.assert_allclose(table["score"], scores, rtol=1e-5)
    expected = [
        (1 + sum(held_out >= s)) / 100 for s in np.float32(table["score"])
    ]
    np.testing.assert_allclose(table["p_value"], expected, atol=0.011)
    alarms = np.array(table["p_value"]) <= 0.05
    np.testing.assert_array_equal(table["alarm"], alarms)
    printed = f"{alarms.sum()} of 40 examples alarm, p <= 0.05"
    assert printed in capsys.readouterr().out
    # The same command goes on; another rate would not fit what is there.
    assert command() == 0
    assert command(**{"false-alarm-rate": 0.1}) == 2
    assert "was begun with other settings" in capsys.readouterr().err


def test_the_detector_is_kept(command, model, tmp_path, capsys):
    path = tmp_path / "detector.keras"
    assert command(detector=path) == 0
    x = np.load(tmp_path / "input.npz")["x"]
    found = keras.saving.load_model(path, safe_mode=True)
    table = pyarrow.parquet.read_table(tmp_path / "scores").to_pydict()
    np.testing.assert_allclose(found.p_value(x), table["p_value"], atol=0.011)
    assert found.false_alarm_rate == 0.05
    assert command(detector=tmp_path / "detector.h5") == 2
    assert "--detector must end in .keras" in capsys.readouterr().err


def test_a_conditional_model_gets_its_contexts(
    of_labels, tmp_path, monkeypatch
):
    command = command_of(of_labels, tmp_path, monkeypatch)
    assert command(**{"context-key": "labels"}) == 0
    pairs = (np.load(tmp_path / f"{n}.npz") for n in ("normal", "input"))
    normal, new = ((pair["x"], pair["labels"]) for pair in pairs)
    expected = anomaly.Detector(of_labels).calibrate(*normal).p_value(*new)
    table = pyarrow.parquet.read_table(tmp_path / "scores").to_pydict()
    np.testing.assert_allclose(table["p_value"], expected, atol=0.011)
    scores = -of_labels.log_prob(*new).numpy()
    np.testing.assert_allclose(table["score"], scores, rtol=1e-5)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (None, "--context-key is missing: the model takes contexts."),
        ("nothing", "normal.npz has no array `nothing`"),
        ("few", "`context` must hold one context for each of 99 events"),
        ("x", "`x` must have rows of shape ()"),
    ],
)
def test_contexts_that_do_not_fit_end_in_a_sentence(
    of_labels, tmp_path, monkeypatch, capsys, key, message
):
    command = command_of(of_labels, tmp_path, monkeypatch)
    assert command(**({"context-key": key} if key else {})) == 2
    assert message in capsys.readouterr().err


def test_a_model_without_contexts_takes_none(command, capsys):
    assert command(**{"context-key": "labels"}) == 2
    assert "the model takes no contexts" in capsys.readouterr().err


def test_a_trained_model_is_taken_by_its_name(tmp_path, capsys):
    name = "fvsbn_binarized_mnist"
    x = np.zeros((40, 28, 28, 1), "uint8")
    np.savez(tmp_path / "x.npz", x=x)
    paths = [f"--{n}={tmp_path / 'x.npz'}" for n in ("normal", "input")]
    rest = [f"--output={tmp_path / 'scores'}", "--false-alarm-rate=0.05"]
    for _ in range(2):
        assert main(["detect", name, *paths, *rest]) == 0
    assert main(["score", name, paths[1], f"--output={tmp_path / 'b'}"]) == 0
    assert capsys.readouterr().out.count("0 of 40 examples alarm") == 2


def test_too_few_normal_events_are_told_how_many_it_takes(command, capsys):
    assert command(**{"false-alarm-rate": 0.001}) == 2
    assert "at least 999 scores" in capsys.readouterr().err


def test_a_ratio_needs_a_background(command, capsys):
    assert command(score="likelihood_ratio") == 2
    assert command(background="run") == 2
    assert capsys.readouterr().err.count("go together") == 2


def test_the_scores_are_those_of_single_events():
    from tf_autoregressive.anomaly import named

    assert set(detect.SCORES) == set(named.SCORES) - {"batch_typicality"}
