"""Scores of many rows, in runs that are killed and go on."""

import os
import shutil

import numpy as np
import PIL.Image
import pyarrow.parquet
import pytest

from export.scoring.inputs import open_rows
from export.scoring.resumable import score_rows
from export.scoring.rows import Rows
from export.scoring.saved_model_scorer import SavedModelScorer
from export.scoring.score_directory import LOG_PROB
from export.scoring.score_directory import ScoreDirectory
from tf_autoregressive.files import TEMPORARY_PREFIX
from tf_autoregressive.files import only_writer


@pytest.fixture
def file(tmp_path, rng):
    """An `.npz` file of 103 rows, and the rows."""
    x = rng.integers(0, 2, (103, 2, 3, 1)).astype("uint8")
    path = tmp_path / "events.npz"
    np.savez_compressed(path, x=x, labels=np.arange(103))
    return path, x


@pytest.fixture
def rows(file):
    with Rows(file[0], "x") as rows:
        yield rows


def number_of_ones(events, contexts):
    ones = events.reshape(len(events), -1).sum(axis=1).astype("float32")
    return ones if contexts is None else ones + 100 * contexts


def scores_in(output):
    table = pyarrow.parquet.read_table(output)
    np.testing.assert_array_equal(table["row"], np.arange(len(table)))
    return table["log_prob"].to_numpy()


@pytest.mark.parametrize("suffix", [".npz", ".npy"])
def test_rows_are_read_where_asked_for(tmp_path, rng, suffix):
    x = rng.normal(size=(17, 3)).astype("float32")
    path = tmp_path / f"x{suffix}"
    np.savez(path, x=x) if suffix == ".npz" else np.save(path, x)
    with Rows(path, "x") as rows:
        assert len(rows) == 17
        for start, stop in [(0, 5), (12, 99), (3, 4)]:
            np.testing.assert_array_equal(rows.read(start, stop), x[start:stop])


def test_every_row_is_scored_once(file, rows, tmp_path):
    path, x = file
    with Rows(path, "labels") as labels:
        mean = score_rows(
            number_of_ones,
            rows,
            tmp_path / "scores.parquet",
            contexts=labels,
            batch_size=7,
            part_size=20,
        )
    expected = number_of_ones(x, np.arange(103))
    np.testing.assert_array_equal(
        scores_in(tmp_path / "scores.parquet"), expected
    )
    assert mean == pytest.approx(expected.mean())


def test_a_run_that_was_killed_goes_on(file, rows, tmp_path):
    _, x = file
    output = tmp_path / "scores.parquet"
    calls = []

    def killed(events, contexts):
        calls.append(len(events))
        if sum(calls) > 50:
            raise KeyboardInterrupt
        return number_of_ones(events, contexts)

    options = {"batch_size": 10, "part_size": 20}
    with pytest.raises(KeyboardInterrupt):
        score_rows(killed, rows, output, **options)
    assert len(scores_in(output)) == 40
    done = []

    def counted(events, contexts):
        done.append(len(events))
        return number_of_ones(events, contexts)

    score_rows(counted, rows, output, **options)
    assert sum(done) == 63
    np.testing.assert_array_equal(scores_in(output), number_of_ones(x, None))


@pytest.mark.parametrize("size", ["batch_size", "part_size"])
@pytest.mark.parametrize("value", [0, 2.5, True])
def test_sizes_are_positive_integers(rows, tmp_path, size, value):
    with pytest.raises(ValueError, match=f"`{size}` must be an integer"):
        score_rows(number_of_ones, rows, tmp_path / "x", **{size: value})
    assert not list(tmp_path.glob("x*"))


SMALL = {"batch_size": 10, "part_size": 20}


@pytest.fixture
def output(rows, tmp_path):
    """The scores of all rows in 6 parts."""
    output = tmp_path / "scores.parquet"
    score_rows(number_of_ones, rows, output, **SMALL)
    return output


def counting(scored):
    """Returns a score that adds to a list how many rows it scores."""

    def score(events, contexts):
        scored.append(len(events))
        return number_of_ones(events, contexts)

    return score


@pytest.mark.parametrize(
    ("name", "about", "message"),
    [
        ("events.npz", {"model": "b"}, "  model: None there, 'b' now"),
        ("events.npz", {"model": "a"}, "  model: None there, 'a' now"),
        ("other.npz", None, "  events sha256: '[0-9a-f]+' there"),
    ],
)
def test_scores_of_something_else_are_not_mixed_in(
    file, output, name, about, message
):
    # The file has the same name, but other contents.
    other = file[0].parent / "other"
    other.mkdir()
    x = file[1] if name == "events.npz" else 1 - file[1]
    np.savez_compressed(other / "events.npz", x=x, labels=np.arange(103))
    path = file[0] if name == "events.npz" else other / "events.npz"
    with (
        Rows(path, "x") as rows,
        pytest.raises(ValueError, match="begun with other settings") as error,
    ):
        score_rows(number_of_ones, rows, output, about=about, **SMALL)
    error.match(message)


def test_other_keys_and_contexts_are_not_mixed_in(tmp_path, rng):
    # Both have the same shape and dtype, and lie in one file.
    x, y = rng.integers(0, 2, (2, 9, 4)).astype("uint8")
    path, output = tmp_path / "events.npz", tmp_path / "scores"
    np.savez(path, x=x, y=y, a=np.arange(9), b=np.arange(9))
    with Rows(path, "x") as rows, Rows(path, "a") as labels:
        score_rows(number_of_ones, rows, output, contexts=labels)
    for key, label, message in [
        ("y", "a", "events key: 'x' there, 'y' now"),
        ("x", "b", "contexts key: 'a' there, 'b' now"),
        ("x", None, "contexts key: 'a' there, None now"),
    ]:
        with Rows(path, key) as rows, pytest.raises(ValueError, match=message):
            score_rows(
                number_of_ones,
                rows,
                output,
                contexts=label and Rows(path, label),
            )


def test_rows_that_change_meanwhile_are_noticed(rows, file, tmp_path):
    def score(events, contexts):
        os.utime(file[0], ns=(1, 1))
        return number_of_ones(events, contexts)

    with pytest.raises(ValueError, match="rows changed while they were scored"):
        score_rows(score, rows, tmp_path / "scores")


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign"])
def test_a_damaged_part_is_scored_again(file, rows, output, tmp_path, damage):
    part = output / "part-00000002.parquet"
    data = part.read_bytes()
    if damage == "foreign":
        # The part is whole and of the same rows, but another model computed it.
        other = tmp_path / "other"
        score_rows(
            lambda x, _: np.zeros(len(x)), rows, other, about={"a": 1}, **SMALL
        )
        data = (other / part.name).read_bytes()
    middle = len(data) // 2
    part.write_bytes(
        {
            "empty": b"",
            "cut": data[:middle],
            "flipped": data[:9] + bytes([data[9] ^ 1]) + data[10:],
            "foreign": data,
        }[damage]
    )
    scored = []
    mean = score_rows(counting(scored), rows, output, **SMALL)
    assert sum(scored) == 20
    expected = number_of_ones(file[1], None)
    np.testing.assert_array_equal(scores_in(output), expected)
    assert mean == pytest.approx(expected.mean())


def test_no_flipped_bit_gives_another_score(rng, tmp_path):
    directory = ScoreDirectory(tmp_path, {"model": "a"}, 1)
    scores = rng.normal(size=20).astype(LOG_PROB)
    directory.write(0, range(20), scores)
    part = tmp_path / "part-00000000.parquet"
    data = part.read_bytes()
    # By hand, all of them were tried.
    for bit in rng.choice(8 * len(data), 150, replace=False):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        part.write_bytes(flipped)
        read = directory.read(0, range(20))
        assert read is None or np.array_equal(read, scores)


@pytest.mark.parametrize(
    "name", ["part-00000006.parquet", "part-0.parquet", "notes.txt"]
)
def test_what_is_no_part_is_refused(rows, output, name):
    shutil.copy(output / "part-00000001.parquet", output / name)
    with pytest.raises(ValueError, match=f"something else than .*: {name}"):
        score_rows(number_of_ones, rows, output, **SMALL)


def test_other_files_are_not_mixed_in(rows, tmp_path):
    with pytest.raises(ValueError, match="something else than scores"):
        score_rows(number_of_ones, rows, tmp_path)


def test_what_killed_runs_left_is_removed(rows, output, tmp_path):
    begun = tmp_path / "begun"
    begun.mkdir()
    # A run that was killed before it had settings leaves this.
    (begun / ".tmp-_settings.json").write_text("{")
    (output / f"{TEMPORARY_PREFIX}part-00000003.parquet-x1").write_bytes(b"1")
    for folder in (begun, output):
        score_rows(number_of_ones, rows, folder, **SMALL)
        assert not list(folder.glob(".*"))
        assert len(os.listdir(folder)) == 7


def test_one_process_at_a_time_writes(rows, output):
    with (
        only_writer(output),
        pytest.raises(ValueError, match="Another process is writing"),
    ):
        score_rows(number_of_ones, rows, output, **SMALL)


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000])
def test_damaged_settings_are_named(rows, output, text):
    (output / "_settings.json").write_text(text)
    with pytest.raises(ValueError, match=r"_settings\.json is damaged"):
        score_rows(number_of_ones, rows, output, **SMALL)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_is_refused(rows, tmp_path, bad):
    def score(events, contexts):
        scores = np.zeros(len(events))
        if len(events) == 3:
            scores[1] = bad
        return scores

    with pytest.raises(ValueError, match=f"row 101: the score is {bad}"):
        score_rows(score, rows, tmp_path / "scores", **SMALL)


@pytest.mark.parametrize("wrong", [0, 61, 99, 102])
def test_the_error_names_the_row(rows, tmp_path, wrong):
    labels = np.arange(103)
    np.save(tmp_path / "labels.npy", labels)

    def score(events, contexts):
        if wrong in contexts:
            raise ValueError(f"{len(events)} refused")
        return np.zeros(len(events))

    with (
        Rows(tmp_path / "labels.npy", "") as labels,
        pytest.raises(ValueError, match=f"row {wrong}: 1 refused"),
    ):
        score_rows(score, rows, tmp_path / "s", contexts=labels, **SMALL)


def test_what_is_refused_only_together_names_the_rows(rows, tmp_path):
    def score(events, contexts):
        if len(events) > 7:
            raise ValueError("too many")
        return np.zeros(len(events))

    with pytest.raises(ValueError, match="rows 0 to 9: too many"):
        score_rows(score, rows, tmp_path / "scores", **SMALL)


def test_one_score_for_each_row_is_needed(rows, tmp_path):
    with pytest.raises(ValueError, match=r"Received: shape \(10, 1\)"):
        score_rows(
            lambda x, _: np.zeros((len(x), 1)), rows, tmp_path / "s", **SMALL
        )


def test_no_rows_are_an_error(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((0, 3)))
    with (
        open_rows(tmp_path / "x.npy", "", (3,)) as rows,
        pytest.raises(ValueError, match="`events` must have at least one row"),
    ):
        score_rows(number_of_ones, rows, tmp_path / "scores")


def test_rows_of_another_shape_are_named(file):
    with pytest.raises(ValueError, match=r"`x` must have rows of shape \(6,\)"):
        open_rows(file[0], "x", (6,))


def test_as_many_contexts_as_events_are_needed(rows, tmp_path):
    np.save(tmp_path / "labels.npy", np.arange(7))
    with (
        Rows(tmp_path / "labels.npy", "") as labels,
        pytest.raises(ValueError, match="Received: 7 for 103"),
    ):
        score_rows(number_of_ones, rows, tmp_path / "scores", contexts=labels)


def test_the_error_names_the_arrays_that_are_there(file):
    with pytest.raises(ValueError, match="no array `y`, but labels, x"):
        Rows(file[0], "y")


@pytest.mark.parametrize(
    "array",
    [np.zeros((2, 3), order="F"), np.array(1.0)],
    ids=["order", "number"],
)
def test_other_arrays_are_refused(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(ValueError, match=r"x\.npy.* be an array with rows"):
        Rows(tmp_path / "x.npy", "x")


@pytest.mark.parametrize(
    "array", [np.zeros((2, 3), "complex64"), np.full((2, 3), "a")]
)
def test_arrays_of_other_things_than_numbers_are_refused(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(ValueError, match=r"x\.npy must hold numbers"):
        Rows(tmp_path / "x.npy", "x")


def test_a_file_that_is_cut_off_is_noticed(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((9, 3)))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"x\.npy must .* 216. Received: 215"):
        Rows(path, "x")


@pytest.mark.parametrize("name", ["x.npy", "x.npz"])
@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04"])
def test_other_files_are_refused_by_name(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} is damaged or not an"):
        Rows(path, "x")


def test_rows_may_not_ask_for_much_memory(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "x.npz", x=np.zeros((9, 10**5)))
    with Rows(tmp_path / "x.npz", "x") as rows:
        monkeypatch.setattr(
            "tf_autoregressive.datasets.reading._ALWAYS_ALLOWED", 10**6
        )
        assert len(rows.read(3, 4)) == 1
        with pytest.raises(ValueError, match=r"x\.npz would take 0\.002 GB"):
            rows.read(3, 6)


def test_a_saved_model_scores_rows(fvsbn, file, rows, tmp_path):
    _, x = file
    output = tmp_path / "scores.parquet"
    scorer = SavedModelScorer(fvsbn.path)
    assert scorer.event_shape == (2, 3, 1)
    assert scorer.context_shape is None
    score_rows(scorer, rows, output)
    np.testing.assert_allclose(
        scores_in(output), fvsbn.model.log_prob(x), rtol=1e-5
    )
    # Black and white images, too.
    PIL.Image.fromarray(255 * x[0, ..., 0]).save(tmp_path / "a.png")
    with open_rows(
        tmp_path, "", scorer.event_shape, num_levels=scorer.num_levels
    ) as images:
        np.testing.assert_allclose(
            scorer(images.read(0, 1)), fvsbn.model.log_prob(x[:1]), rtol=1e-5
        )
