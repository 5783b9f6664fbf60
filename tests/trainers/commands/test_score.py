"""`tfar score` of runs and of exported models."""

import shutil
import types

import numpy as np
import pyarrow.parquet
import pytest
import tensorflow as tf

import export
from tests.zoo import BY_NAME
from trainers.cli import main
from trainers.training.run import run
from trainers.training.run_directory import RunDirectory


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


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    """A conditional model of bits, and the directory of its exports."""
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    model = BY_NAME["fvsbn-labels"].build(0)
    path = tmp_path_factory.mktemp("models") / "labels"
    export.export_model(model, path)
    return model, path


@pytest.fixture(scope="module")
def scorer(labels):
    """A scorer with the exported model."""
    return export.SavedModelScorer(labels[1] / "1")


@pytest.fixture
def batch(rng, tmp_path):
    """A file of 11 rows with good and bad arrays, and the good ones."""
    x, labels = BY_NAME["fvsbn-labels"].batch(rng, 11)
    bad = x.astype("float64")
    bad[7] = 1.0 - 1e-12
    np.savez(
        tmp_path / "events.npz",
        x=x,
        labels=labels,
        levels=x + 2 * (np.arange(11) == 5)[:, None],
        nearly=bad,
        complex=x + 1j,
        deep=x[..., None],
        none=x[:0],
        structured=np.zeros((11, *x.shape[1:]), [("a", "int32")]),
        tenths=labels + 0.9,
        wrapped=labels + (np.arange(11) == 9) * 2**32,
        unknown=labels + 3 * (np.arange(11) == 4),
        few=labels[:10],
    )
    return x, labels


def score(model, tmp_path, *arguments):
    """Runs the command on the file; returns its exit status."""
    paths = ["--input", str(tmp_path / "events.npz")]
    paths += ["--output", str(tmp_path / "scores")]
    return main(["score", str(model), *paths, "--batch-size", "4", *arguments])


@pytest.mark.slow
def test_an_exported_model_scores_a_file(labels, batch, tmp_path, capsys):
    model, path = labels
    assert score(path, tmp_path, "--context-key", "labels") == 0
    scores = pyarrow.parquet.read_table(tmp_path / "scores")["log_prob"]
    np.testing.assert_allclose(scores, model.log_prob(*batch), rtol=1e-5)
    # Version 2 is not what these scores were begun with.
    shutil.copytree(path, tmp_path / "labels")
    (tmp_path / "labels" / "1").rename(tmp_path / "labels" / "2")
    newer = tmp_path / "labels"
    assert score(newer, tmp_path, "--context-key", "labels") == 2
    error = capsys.readouterr().err
    assert f"  model: '{path / '1'}' there, '{newer / '2'}' now" in error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "context_key", "message"),
    [
        ("levels", "labels", "row 5: `events` must hold integers in [0, 1]"),
        ("nearly", "labels", "row 7: `events` must hold values of float32"),
        ("complex", "labels", "`complex` must hold numbers"),
        ("structured", "labels", "`structured` must hold numbers"),
        ("deep", "labels", "`deep` must have rows of shape (5,)"),
        ("none", "labels", "`events` must have at least one row"),
        ("nothing", "labels", "has no array `nothing`"),
        ("x", None, "--context-key is missing"),
        ("x", "tenths", "row 0: `context` must hold values of int32"),
        ("x", "wrapped", "row 9: `context` must hold values of int32"),
        ("x", "unknown", "row 4: `context` must hold labels in [0, 2]"),
        ("x", "few", "`contexts` must have as many rows"),
        ("x", "x", "`x` must have rows of shape ()"),
    ],
)
def test_a_mistake_ends_in_a_sentence(
    scorer, batch, tmp_path, capsys, monkeypatch, key, context_key, message
):
    # The model is loaded once for all mistakes.
    monkeypatch.setattr(export, "SavedModelScorer", lambda path: scorer)
    contexts = ["--context-key", context_key] if context_key else []
    assert score("labels", tmp_path, "--key", key, *contexts) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def without_graph(version):
    (version / "saved_model.pb").write_bytes(b"\x08\x01 other")


def with_a_flipped_weight(version):
    (path,) = (version / "variables").glob("*.data-*")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def with_cut_weights_and_no_sums(version):
    (version / "assets.extra" / "SHA256SUMS").unlink()
    (path,) = (version / "variables").glob("*.data-*")
    path.write_bytes(path.read_bytes()[:9])


def with_another_graph(version):
    module = tf.Module()
    module.double = tf.function(
        lambda x: 2 * x, input_signature=[tf.TensorSpec([], tf.float32)]
    )
    shutil.rmtree(version)
    tf.saved_model.save(module, version, signatures=module.double)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_graph, "is damaged: not as it was exported are saved_model"),
        (with_a_flipped_weight, "not as it was exported are variables/"),
        (with_cut_weights_and_no_sums, "cannot be loaded as a SavedModel"),
        (with_another_graph, "is not a model that `export_model` wrote"),
    ],
)
def test_a_damaged_export_ends_in_a_sentence(
    labels, batch, tmp_path, capsys, change, message
):
    _, path = labels
    shutil.copytree(path / "1", tmp_path / "version")
    change(tmp_path / "version")
    assert score(tmp_path / "version", tmp_path) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "scores").exists()


def test_what_is_no_model_does_not_score(events, tmp_path, capsys):
    arguments = ["--input", str(events), "--output", str(tmp_path / "scores")]
    assert main(["score", str(tmp_path), *arguments]) == 2
    assert "neither a SavedModel nor a run" in capsys.readouterr().err
    assert not (tmp_path / "scores").exists()


class FullModel:
    """A model for which there is too little memory."""

    event_shape, num_levels = (112,), 2
    context = types.SimpleNamespace(num_classes=None, shape=None)

    def log_prob(self, events, context):
        raise tf.errors.ResourceExhaustedError(None, None, "out of memory")


def test_too_little_memory_ends_in_a_sentence(
    events, directory, tmp_path, capsys, monkeypatch
):
    directory.path.mkdir()
    directory.config.write_text("{}")
    directory.model.write_bytes(b"a model")
    monkeypatch.setattr(RunDirectory, "load_model", lambda _: FullModel())
    arguments = ["--input", str(events), "--output", str(tmp_path / "scores")]
    assert main(["score", str(directory.path), *arguments]) == 2
    assert "tfar: row 0: out of memory" in capsys.readouterr().err
