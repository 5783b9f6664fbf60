"""Faults of data are told before anything runs, with status 2."""

import numpy as np
import pytest

from tests.trainers.own_data.conftest import example
from tests.trainers.own_data.conftest import write_image
from tests.trainers.own_data.conftest import write_wav
from trainers.cli import main


@pytest.fixture
def refused(capsys, tmp_path, monkeypatch):
    """Returns the message with which training on data is refused."""
    # Data that is not refused is not trained on here.
    monkeypatch.setattr("trainers.commands.train._train_one", lambda *_: None)

    def message(path, *arguments, model="MADE"):
        run = tmp_path / "run"
        command = ["train", model, "--data", str(path), "--run-dir", str(run)]
        assert main([*command, *map(str, arguments)]) == 2
        assert not run.exists()
        return capsys.readouterr().err

    return message


def test_a_path_with_nothing_there(refused, tmp_path):
    assert "--data" in (message := refused(tmp_path / "none"))
    assert "there is no such file" in message


def test_an_empty_folder(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "is an empty folder" in refused(tmp_path / "empty")


def test_a_folder_of_something_else(refused, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert "its files have .pdf" in refused(tmp_path)


def test_a_folder_of_two_kinds(refused, photos):
    write_wav(photos / "a.wav", [0] * 9)
    message = refused(photos, model="PixelCNN")
    assert "a folder of images and a folder of .wav files at once" in message


@pytest.mark.parametrize("name", ["table.tsv", "one.png", "a.npy", "b.wav"])
def test_a_file_of_no_kind(refused, tmp_path, name):
    (tmp_path / name).write_bytes(b"1,2")
    assert f"is a .{name[-3:]} file" in refused(tmp_path / name)


def test_an_unreadable_picture(refused, photos):
    (photos / "cats" / "a3.png").write_bytes(b"no picture")
    message = refused(photos, model="PixelCNN")
    assert "a3.png is damaged or not an image" in message


def test_a_picture_that_breaks_off(refused, photos):
    path = photos / "cats" / "a3.png"
    path.write_bytes(path.read_bytes()[:45])
    assert "a3.png" in refused(photos, model="PixelCNN")


def test_a_single_picture(refused, tmp_path):
    write_image(tmp_path / "a.png")
    assert "There are only 1 in all" in refused(tmp_path, model="PixelCNN")


def test_a_picture_outside_of_the_labels(refused, photos):
    write_image(photos / "loose.png")
    message = refused(photos, "--context", "labels", model="PixelCNN")
    assert "loose.png must lie in a folder within" in message


def test_one_label_alone(refused, photos):
    path = photos / "cats" / "x"
    path.mkdir()
    for picture in (photos / "cats").glob("*.png"):
        picture.rename(path / picture.name)
    message = refused(photos / "cats", "--context", "labels", model="PixelCNN")
    assert "at least two labels. There is only 'x'" in message


def test_a_label_in_one_split_alone(refused, photos, tmp_path):
    for number in range(2):
        write_image(tmp_path / "test" / "newts" / f"{number}.png")
    arguments = ("--test", tmp_path / "test", "--context", "labels")
    message = refused(photos, *arguments, model="PixelCNN")
    assert "Received: newts in the test split alone" in message


def test_splits_of_different_kinds(refused, photos, book):
    message = refused(photos, "--test", book, model="PixelCNN")
    assert "--test must be of the same kind" in message


def test_a_text_shorter_than_a_window(refused, book):
    message = refused(book, "--steps", "500", model="CharRNN")
    assert "book.txt: `steps` must be at most the length" in message
    assert "split has 36 characters. Received: steps=500" in message


def test_a_text_in_another_encoding(refused, tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("Übung ".encode("latin-1") * 100)
    message = refused(path, model="CharRNN")
    assert "byte 0xdc at position 0" in message


def test_an_empty_text(refused, tmp_path):
    (tmp_path / "a.txt").touch()
    assert "a.txt is empty" in refused(tmp_path / "a.txt", model="CharRNN")


def test_recordings_shorter_than_a_window(refused, sounds):
    message = refused(sounds, "--steps", 100, model="WaveNet")
    assert "none of the 8 of the train split is as long" in message


def test_a_damaged_recording(refused, sounds):
    path = next(sounds.rglob("*.wav"))
    path.write_bytes(b"RIFF")
    assert path.name in refused(sounds, "--steps", 9, model="WaveNet")


@pytest.mark.parametrize(
    ("arrays", "arguments", "words"),
    [
        ({"a": [[0, 1]] * 9, "b": [[0]]}, [], "or only one. Received: ['a', "),
        ({"a": [[-1, 1]] * 9}, [], "values from -1 to 1"),
        ({"a": [[np.nan, 1]] * 9}, [], "finite numbers"),
        ({"a": [[5, 1]] * 9}, ["--levels", 4], "integers in [0, 4)"),
        ({"a": [[0.5, 9], [0, 99]] * 9}, [], "column 1 with mean 54 and"),
        ({"a": [[0.5, 9], [2, 9]] * 9}, [], "and standard deviation 0"),
        ({"a": [["x", "y"]] * 9}, [], "`a` must hold numbers, real or"),
        ({"a": [0, 1] * 9}, [], "There must be a row of numbers"),
        ({"a": np.zeros((9, 2, 2, 4))}, [], "with C 1 or 3. Received"),
        ({"a": np.full((9, 2, 2), 0.5)}, [], "Images must hold whole numbers"),
        ({"a": [[0, 1]] * 9}, ["--image-size", 2], "must have the 2 numbers"),
        ({"a": [[0, 1]] * 9}, ["--context", "labels"], "There is no y_train"),
        ({"a": [[0, 1]] * 9}, ["--steps", 3], "--steps is for songs"),
        ({"train": [[0, 1]] * 9, "train_len": [4, 4]}, [], "add up to the 9"),
    ],
)
def test_unusable_arrays(refused, tmp_path, arrays, arguments, words):
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)
    message = refused(path, *arguments)
    assert message.count("mine.npz") == 1
    assert words in message


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ([0, 1] * 6, [0, 7], "Received: 7 in the test split alone"),
        ([0, -1] * 6, [0, 0], "must not be negative. Received: -1"),
        ([0.5, 1] * 6, [0, 0], "Labels must be whole numbers"),
    ],
)
def test_unusable_labels(refused, tmp_path, train, test, words):
    path = tmp_path / "mine.npz"
    rows = {"train": [[0, 1]] * 12, "test": [[0, 1]] * 2}
    np.savez(path, **rows, y_train=train, y_test=test)
    assert words in refused(path, "--context", "labels")


def test_a_file_that_is_no_npz(refused, tmp_path):
    (tmp_path / "a.npz").write_bytes(b"zip?")
    assert "a.npz is damaged or not an .npz" in refused(tmp_path / "a.npz")


def test_records_without_the_feature(refused, records):
    assert "has no feature `y`, but label, x" in refused(records, "--key", "y")


def test_records_of_something_else(refused, tmp_path):
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        writer.write(b"\xff\xff")
    message = refused(tmp_path / "a.tfrecord")
    assert "a.tfrecord is damaged or not a TFRecord file of `tf.tr" in message


def test_records_that_are_cut_off(refused, tmp_path):
    """The length is checked before TensorFlow allocates so much."""
    path = tmp_path / "a.tfrecord"
    path.write_bytes((2**40).to_bytes(8, "little") + bytes(99))
    assert "it ends within a record" in refused(path)


def test_lengths_of_songs_that_are_none(refused, tmp_path):
    """The lengths add up, but one of them is negative."""
    path = tmp_path / "mine.npz"
    np.savez(path, train=[[0, 1]] * 9, train_len=[10, -1])
    assert "lengths from 1 to 9 as `train_len`" in refused(path)


def test_records_of_different_sizes(refused, tmp_path):
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        writer.write(example([0, 1], 0))
        writer.write(example([0, 1, 1], 0))
    assert "hold `x` of shape (2,)" in refused(tmp_path / "a.tfrecord")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a line of different names, and rows. Received: the names []"),
        ("a,b\n", "Received: the names ['a', 'b'], and 0 rows"),
        ("1,1\n" * 20, "a line of different names, and rows"),
        ("1,2\n" + "3,4\n" * 20, "its first line, which are not empty and not"),
        ("a,b\n" + "3,4\n" * 9 + "3\n", "every row. Received: 1 in row 10"),
        ("a,b\n" + "3,\n" * 20, "Column 'b' must have a value in a row of the"),
        ("a,b\n" + "3,4\n" * 9, "at least 10 rows: a tenth is held out"),
        (
            "a\n" + "".join(f"w{i}\n" for i in range(300)),
            "Received: 300. --column NAME=none leaves a column out",
        ),
        ("a;b\n" + "3;4,5\n" * 20, "must have commas between its values"),
    ],
)
def test_unusable_tables(refused, tmp_path, text, words):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    message = refused(path)
    assert "mine.csv" in message
    assert words in message


def test_kinds_of_columns_that_are_none(refused, people):
    message = refused(people, "--column", "age=number")
    assert "`kinds` must hold binary, categorical, count, real or" in message
    message = refused(people, "--column", "jobs=none")
    assert "Did you mean 'job'? Received: 'jobs'" in message


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        ("people", ["--context", "labels"], "--context is not for a table in"),
        ("bits", ["--column", "a=real"], "--column is not for an .npz file"),
        ("photos", ["--rate", 8000], "--rate is not for a folder of images"),
        ("photos", ["--steps", 9], "which takes --image-size, --channels"),
        ("photos", ["--levels", 300], "must be from 2 to 256. Received: 300"),
        ("book", ["--image-size", 8], "--image-size is not for a text file"),
        ("book", ["--context", "labels"], "--context is not for a text file"),
        ("sounds", ["--channels", 1], "--channels is not for a folder of .wav"),
        ("bits", ["--key", "x", "--rate", 1], "--rate, --key is not for an"),
        ("bits", ["--data-dir", "."], "--data-dir is for published data"),
    ],
)
def test_flags_of_another_kind(refused, request, kind, arguments, words):
    path = request.getfixturevalue(kind)
    assert words in refused(path, *arguments)


@pytest.mark.parametrize(
    ("kind", "model", "words"),
    [
        ("photos", "CharRNN", "CharRNN is not for images. Models for images: "),
        ("book", "PixelCNN", "PixelCNN is not for text. Models for text: NG"),
        ("people", "RNADE", "RNADE is not for tables. Models for tables: FVS"),
        ("bits", "RNADE", "RNADE is not for vectors. Models for vectors: FVS"),
        ("bits", "MAD", "no model or recipe 'MAD'. Did you mean 'MADE'?"),
        ("bits", "gatedpixelcn", "Did you mean 'GatedPixelCNN'?"),
        ("bits", "made_mushroms", "Did you mean 'made_mushrooms'?"),
        ("bits", "char_cnn_nottingham", "CharCNN is not for vectors"),
    ],
)
def test_models_that_do_not_fit(refused, request, kind, model, words):
    arguments = ["--steps", 8] if kind == "book" else []
    path = request.getfixturevalue(kind)
    assert words in refused(path, *arguments, model=model)


def test_flags_of_own_data_need_own_data(capsys):
    assert main(["train", "made_dna", "--image-size", "8"]) == 2
    assert "--image-size is for your own data" in capsys.readouterr().err
    assert main(["train", "made_dna", "--column", "a=real"]) == 2
    assert "--column is for your own data" in capsys.readouterr().err
    assert main(["train"]) == 2
    assert "What to train is missing" in capsys.readouterr().err
    assert main(["train", "MADE"]) == 2
    assert "MADE is a model: say with --data" in capsys.readouterr().err
