"""`tfar export` and `tfar verify`."""

import json

import pytest

from trainers.cli import main
from trainers.training.run import run


@pytest.fixture
def finished(recipe, directory, data_dir):
    """A finished run that keeps an average of its weights."""
    run(recipe(ema_momentum=0.9), directory, data_dir=data_dir, verbose=0)
    return directory


@pytest.mark.slow
def test_a_run_is_exported_and_verified(finished, tmp_path, capfd):
    import tensorflow as tf

    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    served = tmp_path / "models" / "fvsbn"
    arguments = ["export", str(finished.path), "--to", str(served)]
    assert main([*arguments, "--max-num-samples", "7"]) == 0
    assert main([*arguments, "--version", "4"]) == 0
    printed = capfd.readouterr().out.splitlines()
    assert printed[-2:] == [str(served / "1"), str(served / "4")]
    assert main(["verify", str(served)]) == 0
    assert "answers are the recorded ones" in capfd.readouterr().out
    loaded = tf.saved_model.load(served / "1")
    answer = loaded.signatures["info"](request=tf.constant([0]))
    assert answer["max_num_samples"].numpy() == [7]
    result = json.loads(answer["result"].numpy()[0])
    assert result == json.loads(finished.result.read_text())
    assert result["weights"] == "exponential moving average"


@pytest.mark.slow
def test_a_version_that_exists_is_the_users_to_put_right(
    finished, tmp_path, capsys
):
    (tmp_path / "fvsbn" / "1").mkdir(parents=True)
    arguments = ["--to", str(tmp_path / "fvsbn"), "--version", "1"]
    assert main(["export", str(finished.path), *arguments]) == 2
    assert "`version` must be a new one" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_not_exported(tmp_path, capsys):
    arguments = [str(tmp_path / "run"), "--to", str(tmp_path / "made")]
    assert main(["export", *arguments]) == 2
    assert "is not a run directory" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()


def test_what_is_no_export_is_not_verified(tmp_path, capsys):
    assert main(["verify", str(tmp_path)]) == 2
    assert "must be a SavedModel with recorded answers" in (
        capsys.readouterr().err
    )
