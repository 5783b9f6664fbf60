"""`verify` in a process without the library, and what it notices."""

import shutil

import numpy as np
import pytest

from export import verify
from export.saved_models.checker import RECORD
from tests.zoo import SERVED
from tests.zoo import dearest


# Each case takes a process. The directory of the model stands for its newest
# version, so that this needs none of its own.
@pytest.mark.parametrize("case", dearest(SERVED), ids=repr)
def test_answers_without_the_library_are_those_of_the_model(exported, capfd):
    assert verify(exported.path.parent)
    printed = capfd.readouterr().out
    assert f"{exported.path}: loaded in" in printed
    assert "answers are the recorded ones" in printed
    for signature in exported.signatures:
        assert f"  {signature} " in printed


def changed(fvsbn, tmp_path, change):
    """Returns a copy of the version with other recorded answers."""
    path = tmp_path / "1"
    shutil.copytree(fvsbn.path, path)
    with np.load(path / RECORD) as record:
        arrays = change(dict(record))
    np.savez(path / RECORD, **arrays)
    return path


def with_other_scores(arrays):
    (key,) = (k for k in arrays if k.startswith("0/") and "log_prob" in k)
    return {**arrays, key: arrays[key] * 1.0001}


def with_another_event(arrays):
    (key,) = (k for k in arrays if k.endswith("complete/outputs/events"))
    arrays[key][0, 0, 0, 0] ^= 1
    return arrays


def with_another_signature(arrays):
    return {k.replace("/info/", "/other/"): v for k, v in arrays.items()}


def with_another_output(arrays):
    return {k.replace("model", "modem"): v for k, v in arrays.items()}


def with_a_bad_request(arrays):
    (key,) = (k for k in arrays if k.endswith("complete/inputs/events"))
    return {**arrays, key: arrays[key] + 0.5}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_other_scores, "`log_prob` differs by up to"),
        (with_another_event, "1 values of `events` differ"),
        (with_another_signature, "is missing"),
        (with_another_output, "has the outputs"),
        (with_a_bad_request, "`events` must hold integers"),
    ],
)
def test_a_difference_is_noticed(
    fvsbn, tmp_path, capsys, verify_here, change, message
):
    assert not verify_here(changed(fvsbn, tmp_path, change))
    printed = capsys.readouterr().out
    assert message in printed
    assert "FAILED: 1 of 8 answers differ" in printed


def with_an_undecided_event(arrays):
    """Another first value, and what may follow from it."""
    of = "3/sample/"
    arrays[f"{of}doubt/undecided"][0, 0, 0, 0] = True
    arrays[f"{of}outputs/events"][0] ^= 1
    arrays[f"{of}outputs/log_prob"][0] -= 1.0
    return arrays


def test_a_value_that_rounding_decides_is_no_failure(
    fvsbn, tmp_path, capsys, verify_here
):
    assert verify_here(changed(fvsbn, tmp_path, with_an_undecided_event))
    printed = capsys.readouterr().out
    assert "agrees, in 1 of 4 examples up to a value that rounding" in printed


def test_what_is_no_export_is_refused(tmp_path):
    with pytest.raises(ValueError, match="`path` must be a SavedModel"):
        verify(tmp_path)


def with_a_flipped_weight(version):
    (path,) = (version / "variables").glob("*.data-*")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_damaged_weight_is_refused(fvsbn, tmp_path):
    path = changed(fvsbn, tmp_path, dict)
    with_a_flipped_weight(path)
    with pytest.raises(ValueError, match=r"is damaged: .* variables"):
        verify(path)


@pytest.mark.slow
@pytest.mark.parametrize("damaged", [RECORD, "saved_model.pb"], ids=str)
def test_what_cannot_be_loaded_fails_with_a_sentence(
    fvsbn, tmp_path, capfd, damaged
):
    path = changed(fvsbn, tmp_path, dict)
    (path / "assets.extra" / "SHA256SUMS").unlink()
    (path / damaged).write_bytes(b"\x08\x01 something else")
    assert not verify(path)
    printed = capfd.readouterr()
    assert f"FAILED: {path} cannot be loaded" in printed.out
    assert "Traceback" not in printed.out + printed.err
