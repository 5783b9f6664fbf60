import importlib.util

import numpy as np
import pytest

from trainers import cli
from trainers.media import Text
from trainers.training import tensorboard
from trainers.training.run import run
from trainers.training.run_directory import RunDirectory

TRAIN = ("train", "fvsbn_mushrooms", "--set", "batch_size=16")


def events(directory):
    """Returns the tags of the events in a directory and their tensors."""
    from tensorboard.backend.event_processing import event_accumulator

    accumulator = event_accumulator.EventAccumulator(str(directory))
    accumulator.Reload()
    return {
        tag: [event.tensor_proto for event in accumulator.Tensors(tag)]
        for tag in accumulator.Tags()["tensors"]
    }


@pytest.fixture
def installed():
    pytest.importorskip("tensorboard")


@pytest.mark.usefixtures("installed")
def test_events_lie_in_the_runs_directory(directory, data_dir, capsys):
    options = ["--data-dir", data_dir, "--run-dir", str(directory.path)]
    watching = ["--tensorboard", "--gradient-norm", "--set", "epochs=2"]
    assert cli.main([*TRAIN, *options, *watching]) == 0
    assert "gradient_norm" in capsys.readouterr().out
    train = events(directory.path / "tensorboard" / "train")
    assert set(train) == {
        "epoch_loss",
        "epoch_bits_per_dim",
        "epoch_learning_rate",
        "epoch_examples_per_second",
        "epoch_gradient_norm",
    }
    assert {len(values) for values in train.values()} == {2}
    validation = events(directory.path / "tensorboard" / "validation")
    assert {"epoch_loss", "epoch_bits_per_dim"} <= set(validation)


def shown(settings, directory, data_dir, tmp_path):
    """Trains and returns the summaries that are not scalars, by tag."""
    options = {"data_dir": data_dir, "verbose": 0}
    path = tmp_path / "events"
    run(
        settings,
        directory,
        callbacks=lambda run: [tensorboard.RunBoard(path, run)],
        **options,
    )
    train = events(tmp_path / "events" / "train")
    return {t: v for t, v in train.items() if not t.startswith("epoch_")}


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_draws_of_images_are_shown(recipe, directory, data_dir, tmp_path):
    settings = recipe(
        dataset="mnist",
        dataset_options={"binarization": "threshold", "with_labels": True},
        model_options={"num_classes": 10},
        ema_momentum=0.9,
    )
    found = shown(settings, directory, data_dir, tmp_path)
    assert set(found) == {"samples", "completions", "log_prob", "features"}
    for first, second in found.values():
        assert first.string_val[2].startswith(b"\x89PNG")
        assert first.string_val[2] != second.string_val[2]


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_draws_of_texts_are_shown(recipe, directory, data_dir, tmp_path):
    settings = recipe(
        dataset="tiny_shakespeare",
        dataset_options={"steps": 50},
        model="CharRNN",
        model_options={"units": 4},
        batch_size=500,
        evaluation_batch_size=500,
        epochs=1,
        max_seconds=0.1,
    )
    found = shown(settings, directory, data_dir, tmp_path)
    (texts,) = found["samples"]
    drawn = Text(directory.load_model()).draw(4, seed=settings.seed)
    assert [text.decode() for text in texts.string_val] == [
        "    " + text.replace("\n", "\n    ") for text in drawn
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_draws_of_sound_are_heard(recipe, directory, tmp_path, rng):
    length = np.full(90, 40)
    np.savez(
        tmp_path / "fsdd_8khz.npz",
        audio=rng.integers(-(2**15), 2**15, length.sum()).astype("int16"),
        length=length,
        digit=np.arange(90) % 10,
        index=np.arange(90) % 15,
    )
    settings = recipe(
        dataset="spoken_digits",
        dataset_options={"steps": 32},
        model="WaveNet",
        model_options={"filters": 2, "skip_filters": 2, "num_layers": 2},
        epochs=1,
    )
    found = shown(settings, directory, str(tmp_path), tmp_path)
    (sounds,) = found["samples"]
    assert sounds.string_val[0].startswith(b"RIFF")


def test_watching_does_not_change_the_run(recipe, tmp_path, data_dir):
    weights = []
    for name, callbacks in (
        ("a", lambda _: []),
        ("b", lambda _: [tensorboard.GradientNorm()]),
    ):
        directory = RunDirectory(tmp_path / name)
        options = {"data_dir": data_dir, "verbose": 0}
        run(recipe(clipnorm=0.1), directory, callbacks=callbacks, **options)
        weights.append(directory.load_model().get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_the_package_it_says_what_to_install(
    directory, monkeypatch, capsys
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    options = ["--run-dir", str(directory.path), "--tensorboard"]
    assert cli.main([*TRAIN, *options]) == 2
    assert "pip install tensorboard" in capsys.readouterr().err
    assert not directory.path.exists()
