"""A tiny set of every kind, as a user may have it."""

import wave

import numpy as np
import PIL.Image
import pytest


def write_image(path, size=(9, 7), mode="RGB", value=None):
    """Writes an image of one value, by default one that follows its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number = sum(map(ord, path.stem)) % 256 if value is None else value
    colour = number if mode == "L" else (number, 0, 255 - number)
    PIL.Image.new(mode, size, colour).save(path)


def write_wav(path, samples, rate=8000):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.asarray(samples, "<i2").tobytes())


@pytest.fixture
def photos(tmp_path):
    """Twelve pictures of two sizes in two folders."""
    folder = tmp_path / "photos"
    for number in range(6):
        write_image(folder / "cats" / f"a{number}.png", (9 + number, 7))
        write_image(folder / "dogs" / f"b{number}.png", (8, 12))
    return folder


@pytest.fixture
def sounds(tmp_path):
    """Twelve recordings of 40 to 51 samples in two folders."""
    folder = tmp_path / "sounds"
    for number in range(12):
        label = ("no", "yes")[number % 2]
        samples = 100 * number + np.arange(40 + number)
        write_wav(folder / label / f"{number:02}.wav", samples)
    return folder


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_bytes(b"\xef\xbb\xbf" + b"so it goes.\r\n" * 60)
    return path


@pytest.fixture
def bits(tmp_path):
    """A single array of forty rows of six bits."""
    path = tmp_path / "bits.npz"
    np.savez(path, pool=np.random.default_rng(0).integers(0, 2, (40, 6)))
    return path


@pytest.fixture
def people(tmp_path):
    """A table of forty people, of whom every tenth hides the income."""
    path = tmp_path / "people.csv"
    lines = ["age,job,code,income"]
    for row in range(40):
        income = "" if row % 10 == 0 else f"{row * 1.25}"
        job = ("baker", "judge")[row % 2]
        lines.append(f"{20 + row % 7},{job},0{row % 3},{income}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def songs(tmp_path):
    """Ten songs of one to ten steps of four notes."""
    path = tmp_path / "songs.npz"
    lengths = np.arange(1, 11)
    steps = np.random.default_rng(0).integers(0, 2, (lengths.sum(), 4))
    np.savez(path, train=steps, train_len=lengths)
    return path


@pytest.fixture
def records(tmp_path):
    """Two files of TFRecords, of fifteen examples of five numbers each."""
    import tensorflow as tf

    folder = tmp_path / "records"
    folder.mkdir()
    for part in range(2):
        path = folder / f"part-{part}.tfrecord"
        with tf.io.TFRecordWriter(str(path)) as writer:
            for row in range(15):
                writer.write(example([part, row % 3, 0, 1, 2], row % 2))
    return folder


def example(values, label):
    """Returns a serialized `tf.train.Example` with `x` and `label`."""
    import tensorflow as tf

    def numbers(values):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))

    feature = {"x": numbers(values), "label": numbers([label])}
    return tf.train.Example(
        features=tf.train.Features(feature=feature)
    ).SerializeToString()


def data_at(path, **options):
    """Returns the data at a path, as a recipe loads it."""
    from trainers.own_data import Places
    from trainers.own_data import load
    from trainers.own_data.kinds import kind_of

    places = Places(str(path))
    if isinstance(path, dict):
        places = Places(**{s: str(p) for s, p in path.items()})
    kind = kind_of(places)
    return load(places, {"kind": kind.name} | kind.with_defaults(options))


def values(examples):
    """Returns the examples of a split as a list of arrays or of pairs."""
    return list(examples.as_numpy_iterator())
