import json
import os
import sys

import numpy as np
import pytest
import tensorflow as tf

from export import export_model
from tests.zoo import BY_NAME


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a b", {}, "`path` must end in the name of the model"),
        ("7", {}, "not digits alone"),
        ("file", {}, "`path` must be a directory"),
        ("made", {"max_num_samples": 0}, "max_num_samples=0"),
        ("made", {"max_num_samples": 2.5}, "max_num_samples=2.5"),
        ("made", {"max_num_samples": 2**31}, "max_num_samples=2147483648"),
        ("made", {"version": 0}, "`version` must be"),
        (
            "made",
            {"version": 10**30},
            "of at least 1 and at most 922337203685477580",
        ),
    ],
)
def test_the_error_names_the_argument(
    tmp_path, monkeypatch, name, options, message
):
    (tmp_path / "file").write_text("")
    model = BY_NAME["fvsbn"].make()
    with pytest.raises(ValueError, match=message):
        export_model(model, tmp_path / name, **options)
    assert not (tmp_path / "made").exists()


def test_missing_messages_are_noticed_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    with pytest.raises(ImportError, match=r"tf_autoregressive\[serving\]"):
        export_model(BY_NAME["fvsbn"].make(), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_readme_of_something_else_is_not_replaced(tmp_path):
    (tmp_path / "README.md").write_text("precious")
    with pytest.raises(ValueError, match=r"whose README\.md would be replaced"):
        export_model(BY_NAME["fvsbn"].make(), tmp_path)
    assert os.listdir(tmp_path) == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "precious"


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path, bad):
    model = BY_NAME["fvsbn"].make()
    weight = model.weights[0]
    value = weight.numpy()
    value[0] = bad
    weight.assign(value)
    with pytest.raises(ValueError, match="must have finite weights"):
        export_model(model, tmp_path / "made")
    assert not (tmp_path / "made").exists()


@pytest.mark.slow
def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")

    def full(module, directory, signatures):
        (directory / "saved_model.pb").write_text("half")
        raise tf.errors.ResourceExhaustedError(None, None, "No space left")

    monkeypatch.setattr(tf.saved_model, "save", full)
    with pytest.raises(OSError, match="cannot be written: No space left"):
        export_model(BY_NAME["fvsbn"].make(), tmp_path / "made")
    assert not list((tmp_path / "made").iterdir())


def test_the_export_holds_the_weights_and_little_else(fvsbn):
    size = sum(p.stat().st_size for p in fvsbn.path.rglob("*") if p.is_file())
    assert size < 5e6


def test_a_file_of_a_request_for_each_signature(fvsbn):
    folder = fvsbn.path.parent / "requests"
    bodies = {p.stem: json.loads(p.read_text()) for p in folder.iterdir()}
    assert set(bodies) == set(fvsbn.signatures)
    for signature, body in bodies.items():
        assert body["signature_name"] == signature
        assert fvsbn.ask(signature, **body["inputs"])


def test_the_readme_has_two_requests_for_each_signature(fvsbn):
    text = (fvsbn.path.parent / "README.md").read_text()
    assert "docker run" in text
    for signature in fvsbn.signatures:
        assert f"curl -d @requests/{signature}.json" in text
        assert f'ask(\n    "{signature}",' in text


def test_the_snippets_of_the_readme_are_python(fvsbn):
    text = (fvsbn.path.parent / "README.md").read_text()
    snippets = [part.split("```")[0] for part in text.split("```python\n")[1:]]
    assert len(snippets) == 2 + len(fvsbn.signatures)
    for snippet in snippets:
        compile(snippet, "README.md", "exec")


def test_the_server_reads_its_configuration(fvsbn):
    from google.protobuf import text_format
    from tensorflow_serving.config import model_server_config_pb2

    text = (fvsbn.path.parent / "models.config").read_text()
    config = text_format.Parse(
        text, model_server_config_pb2.ModelServerConfig()
    )
    (model,) = config.model_config_list.config
    assert model.name == "fvsbn"
    assert model.base_path == "/models/fvsbn"


def test_warm_up_records_are_prediction_logs_that_run(fvsbn):
    from tensorflow_serving.apis import prediction_log_pb2

    path = fvsbn.path / "assets.extra" / "tf_serving_warmup_requests"
    asked = set()
    for record in tf.data.TFRecordDataset(str(path)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "fvsbn"
        inputs = {
            name: tf.make_ndarray(tensor)
            for name, tensor in request.inputs.items()
        }
        assert fvsbn.ask(request.model_spec.signature_name, **inputs)
        asked.add(request.model_spec.signature_name)
    assert asked == set(fvsbn.signatures)


@pytest.mark.slow
def test_a_limit_below_the_recorded_requests_holds(tmp_path, verify_here):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    model = BY_NAME["fvsbn"].make()
    path = export_model(model, tmp_path / "fvsbn", max_num_samples=1, xla=True)
    assert verify_here(path)
