import os
import stat

import pytest

from export.saved_models.versions import new_version
from export.saved_models.versions import newest_version
from export.saved_models.versions import versions


def publish(base, version=None, text="model"):
    with new_version(base, version) as (directory, publish):
        (directory / "file").write_text(text)
        return publish()


def test_versions_count_from_one(tmp_path):
    base = tmp_path / "models" / "made"
    assert versions(base) == []
    assert publish(base) == base / "1"
    assert publish(base) == base / "2"
    assert publish(base, 10) == base / "10"
    assert publish(base) == base / "11"
    assert versions(base) == [1, 2, 10, 11]
    assert (base / "2" / "file").read_text() == "model"


def test_nothing_is_seen_of_a_version_before_it_is_whole(tmp_path):
    with new_version(tmp_path) as (directory, publish):
        (directory / "file").write_text("half")
        assert versions(tmp_path) == []
        publish()
    assert versions(tmp_path) == [1]
    assert os.listdir(tmp_path) == ["1"]


def write_and_fail(base):
    with new_version(base) as (directory, _):
        (directory / "file").write_text("half")
        raise RuntimeError


def test_nothing_is_left_of_a_version_that_failed(tmp_path):
    with pytest.raises(RuntimeError):
        write_and_fail(tmp_path)
    assert os.listdir(tmp_path) == []


def test_two_exports_at_once_get_two_versions(tmp_path):
    with (
        new_version(tmp_path) as (first, publish_first),
        new_version(tmp_path) as (second, publish_second),
    ):
        (first / "file").write_text("first")
        (second / "file").write_text("second")
        paths = [publish_first(), publish_second()]
    assert [path.name for path in paths] == ["1", "2"]
    texts = [(path / "file").read_text() for path in paths]
    assert texts == ["first", "second"]


def publish_late(base, version):
    with new_version(base, version) as (directory, publish_now):
        (directory / "file").write_text("late")
        publish(base, version, text="early")
        publish_now()


def test_a_number_taken_meanwhile_is_not_overwritten(tmp_path):
    with pytest.raises(OSError, match="not empty"):
        publish_late(tmp_path, 3)
    assert os.listdir(tmp_path) == ["3"]
    assert (tmp_path / "3" / "file").read_text() == "early"


def test_what_a_killed_export_left_is_removed(tmp_path):
    (tmp_path / "requests").mkdir()
    (tmp_path / "requests" / ".tmp-info.json-x1").write_text("{")
    (tmp_path / ".tmp-README.md-x1").write_text("half")
    (tmp_path / ".tmp-x1").mkdir()
    (tmp_path / ".tmp-x1" / "saved_model.pb").write_text("half")
    publish(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["1", "requests"]
    assert not os.listdir(tmp_path / "requests")


def test_what_another_export_is_writing_stays(tmp_path):
    with new_version(tmp_path) as (first, publish_first):
        publish(tmp_path)
        (first / "file").write_text("first")
        assert publish_first() == tmp_path / "2"


def test_only_what_a_server_takes_for_a_version_is_one(tmp_path):
    for name in ("007", "9" * 25, "٣", "-1", "1.5", "2x"):
        (tmp_path / name).mkdir()
    (tmp_path / "12").write_text("a file")
    assert versions(tmp_path) == [7]
    assert newest_version(tmp_path) == tmp_path / "007"
    with pytest.raises(ValueError, match="`version` must be a new one"):
        publish(tmp_path, 7)
    assert publish(tmp_path) == tmp_path / "8"
    assert newest_version(tmp_path) == tmp_path / "8"


def test_versions_that_servers_cannot_read_are_refused(tmp_path):
    with pytest.raises(ValueError, match=f"at most {2**63 - 1}"):
        publish(tmp_path, 2**63)


def test_others_may_read_a_version(tmp_path):
    mode = stat.S_IMODE(publish(tmp_path).stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    assert mode == 0o777 & ~umask


def test_a_version_that_exists_is_refused(tmp_path):
    publish(tmp_path, 3)
    with pytest.raises(ValueError, match=r"`version`.*holds \[3\].*: 3"):
        publish(tmp_path, 3)


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1"])
def test_other_than_positive_integers_are_refused(tmp_path, version):
    with pytest.raises(ValueError, match="`version` must be an integer"):
        publish(tmp_path, version)
