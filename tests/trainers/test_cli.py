import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from trainers import recipes
from trainers.cli import main
from trainers.training.run import run
from trainers.training.run_directory import RunDirectory


@pytest.fixture(scope="module")
def vectors(tmp_path_factory, data_dir):
    """The arguments of a finished run on vectors, and its directory."""
    path = tmp_path_factory.mktemp("vectors") / "run"
    arguments = [
        *("train", "fvsbn_mushrooms", "--data-dir", data_dir),
        *("--run-dir", str(path), "--set", "batch_size=16"),
        *("--set", "epochs=1"),
    ]
    assert main(arguments) == 0
    return arguments, path


@pytest.fixture(scope="module")
def images(tmp_path_factory, data_dir):
    """The directory of a finished run on labelled images."""
    path = tmp_path_factory.mktemp("images") / "run"
    (recipe,) = recipes.find("fvsbn_binarized_mnist")
    changes = {
        "dataset": "mnist",
        "dataset_options": {"binarization": "threshold", "with_labels": True},
        "model_options": {"num_classes": 10},
        "batch_size": 35,
        "epochs": 1,
    }
    run(
        recipe.model_copy(update=changes),
        RunDirectory(path),
        data_dir=data_dir,
        verbose=0,
    )
    return path


def test_training_prints_the_result_beside_the_published_figure(
    vectors, capsys
):
    arguments, path = vectors
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    result = json.loads((path / "result.json").read_text())
    assert f"{path} holds this run, finished." in printed
    assert f"fvsbn_mushrooms: {result['test']['nats']:.2f} ± " in printed
    assert "published:    10.27 ± 0.05 nats (Germain et al. 2015" in printed
    assert str(path / "model.keras") in printed
    assert "samples.png" not in printed


def test_other_settings_in_the_same_directory_are_refused(vectors, capsys):
    arguments, _ = vectors
    assert main([*arguments, "--set", "epochs=2"]) == 2
    assert "epochs: 1 there, 2 now" in capsys.readouterr().err


def test_evaluate_scores_a_split(vectors, data_dir, capsys):
    _, path = vectors
    result = json.loads((path / "result.json").read_text())
    assert main(["evaluate", str(path), "--data-dir", data_dir]) == 0
    printed = capsys.readouterr().out
    assert f"{result['test']['nats']:.2f} ± " in printed
    assert "33 test examples" in printed
    arguments = ["--split", "validation", "--data-dir", data_dir]
    assert main(["evaluate", str(path), *arguments]) == 0
    assert f"{result['validation_nats']:.2f} ± " in capsys.readouterr().out


def test_samples_of_vectors_are_integers_in_a_file(vectors, capsys):
    _, path = vectors
    assert main(["sample", str(path), "--num", "5", "--seed", "3"]) == 0
    (written,) = capsys.readouterr().out.split()
    assert written == str(path / "samples-seed-3.npz")
    samples = np.load(written)["samples"]
    assert samples.shape == (5, 112)
    assert set(np.unique(samples)) <= {0, 1}


def test_vectors_cannot_be_drawn_as_a_picture(vectors, tmp_path, capsys):
    _, path = vectors
    out = tmp_path / "x.png"
    assert main(["sample", str(path), "--out", str(out)]) == 2
    assert "a file that ends in .npz" in capsys.readouterr().err


def test_completions_of_vectors_keep_what_is_known(vectors, data_dir, tmp_path):
    _, path = vectors
    out = tmp_path / "completions.npz"
    assert (
        main(
            [
                *("complete", str(path), "--data-dir", data_dir, "--num", "3"),
                *("--known", "random", "--out", str(out)),
            ]
        )
        == 0
    )
    file = np.load(out)
    originals, known, completed = (
        file[name] for name in ("originals", "known", "completed")
    )
    assert completed.shape == (3, 6, 112)
    np.testing.assert_array_equal(
        completed[..., known], np.repeat(originals[:, None], 6, 1)[..., known]
    )


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


@pytest.mark.slow
def test_images_are_drawn_and_given_as_integers(images, data_dir, capsys):
    options = ["--data-dir", data_dir, "--num", "9"]
    assert main(["sample", str(images), *options, "--temperature", "0.5"]) == 0
    picture, integers = map(pathlib.Path, capsys.readouterr().out.split())
    # Three rows of three, two screen pixels a pixel.
    assert size_of(picture) == (2 * (3 * 29 + 1), 2 * (3 * 29 + 1))
    assert np.load(integers)["samples"].shape == (9, 28, 28, 1)

    assert main(["complete", str(images), *options, "--known", "left"]) == 0
    picture, integers = map(pathlib.Path, capsys.readouterr().out.split())
    assert size_of(picture) == (2 * (8 * 29 + 1), 2 * (9 * 29 + 1))
    assert picture.name == "completions-left-seed-0.png"
    assert np.load(integers)["known"][:, :14].all()


@pytest.mark.slow
def test_more_than_there_are_examples_for_is_refused(images, data_dir, capsys):
    options = ["--data-dir", data_dir, "--num", "34"]
    for command in ("sample", "complete"):
        assert main([command, str(images), *options]) == 2
        assert "only 33 examples" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "mad"], "There is no recipe 'mad'"),
        (["train", "made_dna", "--set", "epoch=1"], "Did you mean 'epochs'"),
        (["train", "made_dna", "--set", "epochs=x"], "valid integer"),
        (["train", "made_dna", "made_adult", "--run-dir", "x"], "one recipe"),
        (["train", "made_dna"], "`data_dir`"),
        (["train", "made_dna", "--set", "model=Made"], "no model 'Made'"),
        (["train", "made_dna", "--set", "x"], "needs key=value"),
        (["train"], "What to train is missing"),
        (["evaluate", "nowhere"], "nowhere is not a run directory"),
        (["evaluate", "nowhere", "--split", "tset"], "invalid choice: 'tset'"),
        (["sample", "nowhere"], "nowhere is not a run directory"),
        (["sample", "nowhere", "--num", "0"], "must be above 0: 0"),
        (["sample", "nowhere", "--num", "x"], "invalid int value: 'x'"),
        (
            ["sample", "nowhere", "--temperature", "nan"],
            "must be a number of at least 1e-06 and at most 1e+30: nan",
        ),
        (["sample", "nowhere", "--top-k", "x"], "invalid int value: 'x'"),
        (["sample", "nowhere", "--min-p", "2"], "at most 1: 2"),
        (["complete", "nowhere"], "nowhere is not a run directory"),
        (["complete", "nowhere", "--known", "middle"], "invalid choice"),
        (["tran"], "invalid choice: 'tran'"),
        (["tran"], "Did you mean 'train'?"),
        (["recipes", "mad_dna"], "Did you mean 'made_dna'?"),
        (["sample", "nowhere", "--sede", "1"], "Did you mean '--seed'?"),
        (["sample", "nowhere", "--sede=1"], "Did you mean '--seed'?"),
        (["complete", "nowhere", "--known", "tpo"], "Did you mean 'top'?"),
        (["client", "scroe"], "Did you mean 'score'?"),
        (["sample", "fvsbn_binarised_mnist"], "'fvsbn_binarized_mnist'?"),
        (["train", "made_dna", "--set", f"seed={2**32}"], "less than 42949"),
        (["train", "made_dna", "--set", "batch_size=9e29"], "valid integer"),
        (["train", "made_dna", "--set", f"epochs={10**29}"], "less than 21474"),
        (["train", "made_dna", "--minutes", "inf"], "below 2**31: inf"),
        (["sample", "nowhere", "--num", str(10**12)], "must be below 2**31"),
        (["sample", "nowhere", "--seed", str(2**32)], "must be below 2**32"),
        (["evaluate", "a" * 300], "File name too long"),
        (["evaluate", "a\0b"], "the character NUL"),
        (
            [
                "train",
                "made_dna",
                "--set",
                f"model_options.units={'[' * 10**5}",
            ],
            "`data_dir`",
        ),
        (
            [
                *("train", "made_dna", "--set"),
                f"model_options.units={'[' * 50}{']' * 50}",
            ],
            "nested more than 10 deep",
        ),
        ([], "required: COMMAND"),
    ],
)
def test_mistakes_end_in_one_message_and_status_2(
    arguments, message, tmp_path, monkeypatch, capsys, data_dir
):
    monkeypatch.chdir(tmp_path)
    if "model=Made" in arguments:
        arguments = [*arguments, "--set", "dataset=mushrooms"]
        arguments += ["--data-dir", data_dir]
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert "Traceback" not in printed.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_says_how_to_go_on(monkeypatch, capsys):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("trainers.commands.recipes.run", interrupted)
    interrupted.__doc__ = "Test."
    assert main(["recipes"]) == 130
    assert "with the same command" in capsys.readouterr().err


def test_help_and_the_list_do_not_wait_for_tensorflow():
    code = (
        "import sys; from trainers.cli import main; "
        "main(['--help']); main(['train', '--help']); main(['recipes']); "
        "main(['results']); main(['models']); main(['completion', 'bash']); "
        "main(['train', 'nothing']); main(['evaluate', 'nowhere']); "
        "slow = {'tensorflow', 'keras', 'matplotlib', 'rich'}; "
        "print(sorted(slow & {*sys.modules}))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert process.stdout.splitlines()[-1] == "[]"
