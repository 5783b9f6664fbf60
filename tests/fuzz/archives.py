"""`.npz` files: damaged, and well made ones of odd arrays."""

import dataclasses
import io
import pathlib
import zipfile

import numpy as np

from tests.fuzz.arrays import assert_kept
from tests.fuzz.arrays import numbers
from tests.fuzz.door import Door
from tests.fuzz.mutations import INTERESTING
from tests.fuzz.mutations import mutated
from tf_autoregressive.datasets import from_npz
from tf_autoregressive.datasets import load


@dataclasses.dataclass
class Given:
    """A file, and the array that it holds as far as one is known."""

    path: pathlib.Path
    train: object = None
    options: dict = dataclasses.field(default_factory=dict)


class Archives(Door):
    """`from_npz`."""

    name = "npz"

    def make(self, rng, folder):
        path = folder / "a.npz"
        way = (_damaged, _odd_arrays, _odd_members, _packed)[rng.integers(4)]
        return way(rng, path)

    def enter(self, given):
        data = from_npz(given.path, **{"num_levels": 2} | given.options)
        return np.stack(list(data.train.as_numpy_iterator()))

    def check(self, given, taken):
        assert given.train is not None, "a file of nothing was taken"
        assert_kept(given.train, taken)


def _damaged(rng, path):
    """A checksum protects the values: what is taken must be what was saved."""
    train = rng.integers(0, 2, (5, 7), dtype="uint8")
    arrays = {"train": train, "y_train": np.arange(5)}
    save = np.savez if rng.random() < 0.5 else np.savez_compressed
    save(path, **arrays)
    path.write_bytes(mutated(rng, path.read_bytes()))
    return Given(path, train)


def _odd_arrays(rng, path):
    num_levels = [2, 256, 1000, None][rng.integers(4)]
    train = numbers(rng, num_levels, (3, 4))
    if np.ma.isMaskedArray(train):
        # A file has no masks.
        train = train.data
    arrays = {"train": train}
    for _ in range(rng.integers(0, 3)):
        names = ["x_train", "valid", "validation", "test", "dim", "huge", "y"]
        arrays[names[rng.integers(7)]] = numbers(rng, num_levels, (2, 4))
    arrays = {name: np.asarray(values) for name, values in arrays.items()}
    np.savez(path, allow_pickle=True, **arrays)
    return Given(path, train, {"num_levels": num_levels})


def _odd_members(rng, path):
    """Headers and directories that do not say what there is."""
    content = npy_bytes(rng)
    ways = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
    ways += [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    with zipfile.ZipFile(path, "w", ways[rng.integers(4)]) as file:
        for _ in range(rng.integers(1, 3)):
            names = ["train.npy", "train", "../train.npy", "valid.npy"]
            file.writestr(names[rng.integers(4)], content)
    # None of them has room for a good one.
    return Given(path)


def npy_bytes(rng):
    """Returns bytes like those of `numpy.save`, but hardly ever sound."""
    axes = [int(axis) for axis in rng.integers(1, 5, rng.integers(1, 4))]
    odd = int(rng.integers(len(axes)))
    axes[odd] = INTERESTING[rng.integers(len(INTERESTING))]
    descriptions = ["|u1", "<f8", "|b1", "<i8", "|V0", "|S0", "<c8", "|O"]
    descr = descriptions[rng.integers(8)]
    header = {"descr": descr, "fortran_order": False, "shape": tuple(axes)}
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, header)
    start = file.getvalue()
    zeros = bytes(int(rng.choice([0, 1, 100, 10**6])))
    if rng.random() < 0.5:
        return mutated(rng, start) + b"\1" + zeros
    return start + b"\2" + zeros


def _packed(rng, path):
    dims = [1, 7, 8, 9, 16, 0, -1, 2**62]
    dim = dims[rng.integers(8)]
    width = -(-max(1, min(dim, 20)) // 8) + int(rng.random() < 0.2)
    rows = rng.integers(0, 256, (4, width)).astype("uint8")
    given = Given(path)
    if rng.random() < 0.7 and 0 < dim < 20 and width == -(-dim // 8):
        given.train = rng.integers(0, 2, (4, dim), dtype="uint8")
        rows = np.packbits(given.train, axis=1)
    elif 0 < dim < 20 and width == -(-dim // 8):
        given.train = np.unpackbits(rows, axis=1)[:, :dim]
    if rng.random() < 0.2:
        rows, given.train = rows.astype("int32"), None
    np.savez(path, train=rows, dim=dim)
    return given


class Digits(Door):
    """The packed recordings of spoken digits."""

    name = "digits"

    def make(self, rng, folder):
        path = folder / "fsdd_8khz.npz"
        count = 24
        length = rng.integers(10, 30, count)
        arrays = {
            "audio": rng.integers(-99, 99, length.sum()).astype("int16"),
            "length": length,
            "digit": rng.integers(0, 10, count),
            "index": np.tile(np.arange(12), 2),
        }
        given = Given(path, length.copy())
        name = ("length", "digit", "index", "audio")[rng.integers(4)]
        arrays[name] = _spoilt(rng, arrays[name])
        given.options = arrays
        np.savez(path, **arrays)
        if rng.random() < 0.3:
            path.write_bytes(mutated(rng, path.read_bytes()))
        return given

    def enter(self, given):
        data = load(
            "spoken_digits",
            data_dir=given.path.parent,
            steps=5,
            with_labels=True,
        )
        return data.info.split_sizes

    def check(self, given, taken):
        length, index = given.options["length"], given.options["index"]
        assert length.sum() == len(given.options["audio"])
        assert (length > 0).all()
        windows = length // 5
        assert taken == {
            "train": windows[index >= 10].sum(),
            "validation": windows[(index >= 5) & (index < 10)].sum(),
            "test": windows[index < 5].sum(),
        }


class Music(Door):
    """The packed songs of the published sets."""

    name = "music"

    def make(self, rng, folder):
        path = folder / "polyphonic_music.npz"
        arrays = {}
        for split in ("train", "valid", "test"):
            length = rng.integers(1, 9, 3)
            steps = rng.integers(0, 2, (length.sum(), 88))
            arrays[f"jsb_{split}"] = np.packbits(steps, axis=1)
            arrays[f"jsb_{split}_len"] = length
        name = list(arrays)[rng.integers(6)]
        arrays[name] = _spoilt(rng, arrays[name])
        np.savez(path, **arrays)
        if rng.random() < 0.3:
            path.write_bytes(mutated(rng, path.read_bytes()))
        return Given(path, arrays)

    def enter(self, given):
        data = load("jsb_chorales", data_dir=given.path.parent)
        return [int(length) for _, length in data.train]

    def check(self, given, taken):
        length = given.train["jsb_train_len"]
        assert taken == length.tolist()
        assert sum(taken) == len(given.train["jsb_train"])


class Folds(Door):
    """The real-valued sets in ten folds."""

    name = "folds"

    def make(self, rng, folder):
        path = folder / "red_wine.npz"
        arrays = {
            "data": rng.normal(size=(30, 11)),
            "fold": rng.permutation(30) % 10,
        }
        name = list(arrays)[rng.integers(2)]
        arrays[name] = _spoilt(rng, arrays[name])
        np.savez(path, **arrays)
        if rng.random() < 0.3:
            path.write_bytes(mutated(rng, path.read_bytes()))
        return Given(path, arrays)

    def enter(self, given):
        data = load("red_wine", data_dir=given.path.parent, fold=1)
        return np.stack(list(data.test.as_numpy_iterator()))

    def check(self, given, taken):
        data, fold = given.train["data"], given.train["fold"]
        train = data[(fold != 1) & (fold != 2)].astype("float64")
        expected = (data[fold == 1] - train.mean(axis=0)) / train.std(axis=0)
        np.testing.assert_allclose(taken, expected, rtol=1e-4, atol=1e-4)


def _spoilt(rng, values):
    """Returns values of which some are others, or their dtype or shape is."""
    values = values.copy()
    way = rng.integers(7)
    if way == 0:
        at = rng.integers(values.size)
        with np.errstate(over="ignore"):
            values.flat[at] += values.dtype.type(rng.choice([1, 3]))
    elif way == 1:
        number = INTERESTING[rng.integers(len(INTERESTING))]
        values = values.astype("uint64" if number >= 2**63 else "int64")
        values.flat[rng.integers(values.size)] = number
    elif way == 2:
        values = values.astype(["float64", "int8", "<U9", "object"][way])
    elif way == 3:
        values = values[:-1]
    elif way == 4:
        values = values[None]
    elif way == 5:
        values = values.astype("float32")
    return values
