import json
import zipfile

import pytest

from tests.trainers.results import result
from trainers.errors import UsageError
from trainers.training.run_directory import RunDirectory


def begin(directory, recipe, sha256="abc"):
    with directory.begun(recipe, sha256):
        pass


def test_a_new_directory_is_made_with_its_configuration(recipe, directory):
    assert not directory.exists()
    begin(directory, recipe())
    assert directory.exists()
    assert directory.read_config().recipe == recipe()
    assert directory.finished_result(recipe()) is None


def test_other_settings_are_named(recipe, directory):
    begin(directory, recipe())
    config = directory.read_config()
    with pytest.raises(UsageError) as error:
        config.check_same(recipe(epochs=7, model_options={"a": (1, 2)}))
    message = str(error.value)
    assert "model_options: {} there, {'a': [1, 2]} now" in message
    assert "epochs: 2 there, 7 now" in message
    assert "batch_size" not in message
    assert "Choose another --run-dir" in message


def test_a_changed_summary_is_the_same_run(recipe, directory):
    begin(directory, recipe())
    directory.read_config().check_same(recipe(published="77.0 nats"))


def test_a_run_is_not_continued_on_other_data(recipe, directory):
    begin(directory, recipe())
    with pytest.raises(UsageError, match="was abc, it is None now"):
        begin(directory, recipe(), sha256=None)


def test_a_file_in_its_place_is_refused_and_kept(recipe, directory):
    directory.path.write_text("precious")
    for call in (directory.exists, lambda: begin(directory, recipe())):
        with pytest.raises(UsageError, match="run"):
            call()
    assert directory.path.read_text() == "precious"


def test_a_directory_of_other_things_is_refused(recipe, directory):
    directory.path.mkdir()
    (directory.path / "thesis.tex").write_text("precious")
    with pytest.raises(UsageError, match=r"not empty.*It holds: thesis.tex"):
        begin(directory, recipe())
    assert not directory.config.exists()


def test_what_a_crash_at_the_very_start_leaves_is_a_new_run(recipe, directory):
    directory.path.mkdir()
    (directory.path / ".tmp-config.json").write_text('{"rec')
    begin(directory, recipe())
    assert directory.read_config().recipe == recipe()
    assert not list(directory.path.glob(".tmp-*"))


def test_a_directory_that_cannot_be_made_is_refused(recipe, tmp_path):
    (tmp_path / "file").touch()
    directory = RunDirectory(tmp_path / "file" / "run")
    with pytest.raises(UsageError, match=r"cannot be written .Not a directory"):
        begin(directory, recipe())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"recipe": ', "config.json is damaged"),
        ("[]", "config.json is damaged"),
        ('{"sha256": null}', "config.json is damaged.*recipe"),
        (
            '{"recipe": {"epochs": "x"}, "sha256": null}',
            "does not hold a recipe: .*`epochs`",
        ),
    ],
)
def test_a_half_written_configuration_is_named(
    recipe, directory, content, message
):
    begin(directory, recipe())
    directory.config.write_text(content)
    with pytest.raises(UsageError, match=f"(?s){message}"):
        directory.read_config().check_same(recipe())
    assert directory.config.read_text() == content


def test_an_older_configuration_without_a_newer_setting_still_fits(
    recipe, directory
):
    begin(directory, recipe())
    config = json.loads(directory.config.read_text())
    del config["recipe"]["clipnorm"]
    directory.config.write_text(json.dumps(config))
    directory.read_config().check_same(recipe())


@pytest.mark.parametrize(
    "text",
    [
        *(
            '{"recipe":',
            "[]",
            "null",
            "{}",
            '"x"',
            "NaN",
            '{"a": 1}',
            "[" * 10**5,
        ),
        json.dumps(result(test={})),
        json.dumps(result(test=result()["test"] | {"examples": "33"})),
        json.dumps(result(data=None)),
    ],
    ids=range(11),
)
def test_a_damaged_result_is_named(recipe, directory, text):
    begin(directory, recipe())
    directory.result.write_text(text)
    for read in (directory.read_result, directory.rate):
        with pytest.raises(
            UsageError, match=r"result\.json (is damaged|does not hold a res)"
        ):
            read()


@pytest.mark.parametrize(
    "changes",
    [
        {"recipe": {}},
        *({"data_dir": 3}, {"data_dir": {"x": "y"}}, {"data_dir": {"data": 1}}),
    ],
    ids=str,
)
def test_a_damaged_config_is_named(recipe, directory, changes):
    begin(directory, recipe())
    config = json.loads(directory.config.read_text())
    directory.config.write_text(json.dumps(config | changes))
    with pytest.raises(UsageError, match=r"config\.json (is da|does not)"):
        directory.read_config()


def test_two_processes_do_not_train_in_one_directory(recipe, directory):
    with directory.begun(recipe(), "abc"):
        other = RunDirectory(directory.path)
        with pytest.raises(UsageError, match="Another process is writing"):
            begin(other, recipe())
    begin(other, recipe())


def test_only_a_finished_run_has_a_model(recipe, directory):
    with pytest.raises(
        UsageError, match="is not a run directory: it has no conf"
    ):
        directory.read_config()
    begin(directory, recipe())
    with pytest.raises(UsageError, match=r"is not finished\. Continue it"):
        directory.load_model()
    directory.result.write_text("{}")
    directory.model.write_bytes(b"half a mod")
    with pytest.raises(UsageError, match=r"model\.keras cannot be loaded"):
        directory.load_model()


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "Foreign", "registered_name": "x>Foreign", "config": {}},
        {"class_name": "MADE", "module": "os", "config": {}},
        {
            "class_name": "MADE",
            "module": None,
            "registered_name": "tf_autoregressive>MADE",
            "config": {"event_shape": {"a": 1}, "units": "x"},
        },
        [],
    ],
    ids=["class", "module", "arguments", "list"],
)
def test_a_model_that_keras_cannot_load_is_named(recipe, directory, config):
    begin(directory, recipe())
    directory.result.write_text("{}")
    with zipfile.ZipFile(directory.model, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"none")
    with pytest.raises(UsageError, match=r"model\.keras cannot be loaded: \w+"):
        directory.load_model()
