"""A run on songs of different length."""

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

import tf_autoregressive as tfar
from trainers.cli import main
from trainers.reports.summary import score_text
from trainers.reports.summary import units_text
from trainers.training import scores

LENGTHS = {"train": [5, 2, 7, 6], "valid": [3, 4], "test": [4, 6, 1]}


@pytest.fixture
def music_dir(rng, tmp_path):
    arrays = {}
    for split, lengths in LENGTHS.items():
        notes = rng.integers(2, size=(sum(lengths), 88))
        arrays[f"jsb_{split}"] = np.packbits(notes.astype("uint8"), axis=1)
        arrays[f"jsb_{split}_len"] = np.array(lengths)
    np.savez(tmp_path / "polyphonic_music.npz", **arrays)
    return str(tmp_path)


@pytest.fixture
def songs(recipe):
    return recipe(
        dataset="jsb_chorales",
        model="RNNNADE",
        model_options={"units": 2, "nade_units": 2, "variable_length": True},
        batch_size=2,
        evaluation_batch_size=2,
        epochs=1,
    )


def test_a_score_counts_steps_not_songs(music_dir):
    data = tfar.datasets.load("jsb_chorales", data_dir=music_dir)
    model = tfar.models.CharRNN(
        data.info.event_shape,
        distribution="bernoulli",
        variable_length=True,
        units=2,
        num_layers=1,
    )
    model.last_layer.kernel.assign(0.0 * model.last_layer.kernel)
    model.compile(run_eagerly=True)
    score = scores.score(model, data.test, batch_size=2)
    assert score["nats_per_step"] == pytest.approx(88 * np.log(2.0))
    assert score["nats"] == pytest.approx(11 / 3 * 88 * np.log(2.0))
    assert score["bits_per_dim"] is None


@pytest.mark.slow
def test_the_result_is_nats_per_step(songs, directory, music_dir, capsys):
    from trainers.training.run import run

    result = run(songs, directory, data_dir=music_dir, verbose=0)
    test, steps = result["test"], sum(LENGTHS["test"])
    expected = test["nats"] * test["examples"] / steps
    assert test["nats_per_step"] == pytest.approx(expected, rel=1e-5)
    assert test["bits_per_dim"] is None

    data = tfar.datasets.load("jsb_chorales", data_dir=music_dir)
    model = directory.load_model()
    evaluated = model.evaluate(data.test.batch(2), verbose=0, return_dict=True)
    assert evaluated["nats_per_step"] == pytest.approx(expected, rel=1e-5)

    run_dir = str(directory.path)
    assert main(["evaluate", run_dir, "--data-dir", music_dir]) == 0
    assert f"({expected:.4f} nats/step)" in capsys.readouterr().out
    arguments = ["sample", run_dir, "--data-dir", music_dir, "--num", "3"]
    assert main(arguments) == 0
    with np.load(directory.path / "samples-seed-0.npz") as file:
        drawn = file["samples"]
    for song, length in zip(drawn, LENGTHS["test"], strict=True):
        np.testing.assert_array_equal(song[length:], 0)

    # The picture has the first song at its top left, two pixels a value.
    steps = drawn.shape[1]
    picture = np.asarray(PIL.Image.open(directory.samples))[2::2, 2::2, 0]
    np.testing.assert_array_equal(
        picture[:88, :steps], 255 * drawn[0].T[::-1].astype(int)
    )


def test_a_single_example_has_no_standard_error():
    model = tfar.models.FVSBN((4,))
    model.compile(run_eagerly=True)
    example = tf.data.Dataset.from_tensors(np.ones(4, "uint8"))
    score = scores.score(model, example, batch_size=2)
    assert score["standard_error"] is None
    assert score_text(score) == "2.77 nats (1.0000 bits/dim)"
    assert score_text({**score, "standard_error": 0.5}).startswith("2.77 ± 0.5")


def test_scores_are_named_by_their_units():
    score = {"nats": 9.0, "standard_error": 1.0, "bits_per_dim": None}
    score |= {"nats_per_token": 1.5, "perplexity": 4.4817, "examples": 3}
    assert units_text(score) == ["1.5000 nats/token", "4.4817 perplexity"]
    assert units_text({"nats": 9.0, "bits_per_dim": 0.5}) == ["0.5000 bits/dim"]
