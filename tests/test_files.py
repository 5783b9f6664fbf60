"""Files that are replaced whole, and directories that one process writes."""

import pytest

from tf_autoregressive.files import only_writer
from tf_autoregressive.files import replace_text
from tf_autoregressive.files import replacing


def test_a_file_is_the_old_one_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "file"
    replace_text(path, "old")
    with path.open() as opened_before:
        with replacing(path) as temporary:
            temporary.write_text("half")
            assert path.read_text() == "old"
            temporary.write_text("new")
        # The file is not written over: whoever reads it reads on in the old
        # one.
        assert opened_before.read() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def write_and_fail(path):
    with replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError


def test_what_fails_leaves_the_old_file_alone(tmp_path):
    replace_text(tmp_path / "file", "old")
    with pytest.raises(RuntimeError):
        write_and_fail(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_no_two_writers_share_a_temporary_file(tmp_path):
    path = tmp_path / "file"
    with replacing(path) as first, replacing(path) as second:
        first.write_text("1")
        second.write_text("2")
    assert path.read_text() == "1"


def test_a_temporary_file_ends_like_the_one_that_it_becomes(tmp_path):
    with replacing(tmp_path / "model.keras") as temporary:
        assert temporary.suffix == ".keras"


def test_a_directory_is_free_again_when_its_writer_is_done(tmp_path):
    for _ in range(2):
        with only_writer(tmp_path):
            assert not list(tmp_path.iterdir())
