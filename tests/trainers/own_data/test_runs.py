"""Runs on a user's data, and what all commands make of them."""

import json
import shutil

import numpy as np
import pytest

from trainers.cli import main

# Small models too: what these settings are is tested elsewhere.
SHORT = (
    *("--set", "epochs=1", "--set", "steps_per_epoch=2"),
    *("--set", "jit_compile=false"),
)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """The arguments of a finished run on labelled bits, and its places."""
    folder = tmp_path_factory.mktemp("labelled")
    rows = np.random.default_rng(0).integers(0, 2, (40, 6))
    np.savez(folder / "bits.npz", train=rows, y_train=rows[:, 0])
    arguments = [
        *("train", "fvsbn", "--data", str(folder / "bits.npz")),
        *("--context", "labels", "--run-dir", str(folder / "run"), *SHORT),
    ]
    assert main(arguments) == 0
    return arguments, folder


@pytest.fixture
def run(labelled, tmp_path):
    """A copy of the run and of its data, elsewhere."""
    _, folder = labelled
    shutil.copytree(folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_what_was_understood_is_printed_before_training(labelled, capsys):
    arguments, folder = labelled
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"the arrays in {folder}/bits.npz\n")
    assert "vectors, 6 numbers of 2 values an example" in printed
    assert "examples: 32 for training, 4 for validation, 4 for test" in printed
    assert "run holds this run, finished." in printed


def test_the_run_directory_says_what_the_data_was(labelled):
    _, folder = labelled
    config = json.loads((folder / "run" / "config.json").read_text())
    result = json.loads((folder / "run" / "result.json").read_text())
    assert config["data_dir"]["data"] == str(folder / "bits.npz")
    assert config["recipe"]["dataset_options"]["kind"] == "arrays"
    assert config["sha256"] == result["data"]["sha256"]
    assert result["data"]["split_sizes"]["test"] == 4


def test_commands_find_the_data_where_it_was(labelled, tmp_path, capsys):
    run_dir = str(labelled[1] / "run")
    assert main(["evaluate", run_dir]) == 0
    assert "on 4 test examples" in capsys.readouterr().out
    out = str(tmp_path / "samples.npz")
    assert main(["sample", run_dir, "--num", "3", "--out", out]) == 0
    assert np.load(out)["samples"].shape == (3, 6)
    out = str(tmp_path / "completions.npz")
    assert main(["complete", run_dir, "--num", "2", "--out", out]) == 0
    assert np.load(out)["completed"].shape == (2, 6, 6)


def test_moved_data_is_found_where_it_is_said_to_be(run, capsys):
    moved = run / "elsewhere.npz"
    (run / "bits.npz").rename(moved)
    config = run / "run" / "config.json"
    stored = json.loads(config.read_text())
    stored["data_dir"]["data"] = str(run / "bits.npz")
    config.write_text(json.dumps(stored))

    command = ["evaluate", str(run / "run")]
    assert main(command) == 2
    assert "bits.npz: there is no such file" in capsys.readouterr().err
    assert main([*command, "--data", str(moved)]) == 0


def test_other_data_is_refused(run, capsys):
    rows = np.ones((40, 6), int)
    np.savez(run / "bits.npz", train=rows, y_train=rows[:, 0] * 0)
    command = ["evaluate", str(run / "run"), "--data", str(run / "bits.npz")]
    assert main(command) == 2
    assert "holds a run on other data: the hash was" in capsys.readouterr().err


def test_other_labels_are_other_data(run, capsys):
    with np.load(run / "bits.npz") as file:
        rows = file["train"]
    np.savez(run / "bits.npz", train=rows, y_train=1 - rows[:, 0])
    # Already when the run is to be continued, finished or not.
    command = ["train", "FVSBN", "--data", str(run / "bits.npz"), *SHORT]
    options = ["--context", "labels", "--run-dir", str(run / "run")]
    assert main([*command, *options]) == 2
    assert "holds a run on other data" in capsys.readouterr().err


def test_a_run_continues_on_moved_data(run, capsys):
    (run / "run" / "result.json").unlink()
    (run / "bits.npz").rename(run / "moved.npz")
    command = ["train", "FVSBN", "--data", str(run / "moved.npz"), *SHORT]
    options = ["--context", "labels", "--run-dir", str(run / "run")]
    # The name belongs to the data, and is not a setting.
    assert main([*command, *options]) == 0
    assert "continuing after epoch 1" in capsys.readouterr().out
    config = json.loads((run / "run" / "config.json").read_text())
    assert config["data_dir"]["data"] == str(run / "moved.npz")


@pytest.mark.slow
def test_other_settings_of_the_data_reload_it(bits, tmp_path):
    run_dir = tmp_path / "run"
    arguments = ["train", "FVSBN", "--data", str(bits), "--run-dir"]
    changes = ("--set", "dataset_options.split_seed=3")
    assert main([*arguments, str(run_dir), *SHORT, *changes]) == 0
    assert main(["evaluate", str(run_dir)]) == 0
    config = json.loads((run_dir / "config.json").read_text())
    assert config["recipe"]["dataset_options"]["split_seed"] == 3


@pytest.mark.slow
def test_minutes_pace_published_recipes_too(data_dir, tmp_path, capsys):
    arguments = [
        *("train", "fvsbn_mushrooms", "--data-dir", data_dir),
        *("--minutes", "0.001", "--run-dir", str(tmp_path / "run")),
        *("--set", "batch_size=16"),
    ]
    assert main(arguments) == 0
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["stopped_by"] == "max_seconds"
    # No folder is named, so the data is where it was.
    assert main(["evaluate", str(tmp_path / "run")]) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "model", "flags", "out"),
    [
        (
            "photos",
            "PixelCNN",
            ["--image-size", "4", "--set", "model_options.num_blocks=1"],
            "png",
        ),
        ("book", "NGramMLP", ["--steps", "8"], "txt"),
        (
            "sounds",
            "WaveNet",
            ["--steps", "8", "--set", "model_options.num_layers=2"],
            "wav",
        ),
        ("songs", "RNNNADE", [], "npz"),
        ("records", "MADE", [], "npz"),
    ],
)
def test_every_kind_is_trained_and_drawn_in_its_form(
    request, tmp_path, kind, model, flags, out
):
    path, run_dir = request.getfixturevalue(kind), str(tmp_path / "run")
    arguments = ["train", model, "--data", str(path), *flags, *SHORT]
    assert main([*arguments, "--run-dir", run_dir]) == 0
    file = tmp_path / f"samples.{out}"
    draws = ["--num", "1", "--out", str(file)]
    assert main(["sample", run_dir, *draws]) == 0
    assert file.stat().st_size
    draws[-1] = str(tmp_path / f"completions.{out}")
    assert main(["complete", run_dir, *draws, "--known", "top"]) == 0
    assert main(["evaluate", run_dir, "--split", "train"]) == 0
