import io
import zipfile

import numpy as np
import pytest

from tf_autoregressive.datasets import from_npz
from tf_autoregressive.datasets.npz import read_npz


def bits(rng, *shape):
    return rng.integers(0, 2, size=shape, dtype="uint8")


def examples(dataset):
    return np.stack(list(dataset.as_numpy_iterator()))


@pytest.mark.parametrize("validation", ["validation", "valid", "x_valid"])
def test_splits_are_read_under_their_usual_names(tmp_path, rng, validation):
    train, valid, test = bits(rng, 5, 3), bits(rng, 2, 3), bits(rng, 4, 3)
    path = tmp_path / "mine.npz"
    np.savez(path, **{"x_train": train, validation: valid, "test": test})

    data = from_npz(path, num_levels=2)

    np.testing.assert_array_equal(examples(data.train), train)
    np.testing.assert_array_equal(examples(data.validation), valid)
    np.testing.assert_array_equal(examples(data.test), test)
    assert data.info.name == "mine"
    assert data.info.source == "the file mine.npz"


def test_packed_bits_are_unpacked_to_their_number(tmp_path, rng):
    train = bits(rng, 6, 11)
    path = tmp_path / "packed.npz"
    np.savez_compressed(path, train=np.packbits(train, axis=1), dim=11)

    data = from_npz(path, num_levels=2)

    assert data.info.event_shape == (11,)
    np.testing.assert_array_equal(examples(data.train), train)


def test_labels_are_read_if_asked_for(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=bits(rng, 3, 2), y_train=[4, 5, 6])

    data = from_npz(path, num_levels=2, with_labels=True)
    assert [int(y) for _, y in data.train] == [4, 5, 6]

    data = from_npz(path, num_levels=2)
    assert data.train.element_spec.shape == (2,)


def test_the_description_is_the_callers(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=bits(rng, 3, 4))
    data = from_npz(
        path, num_levels=2, name="b", event_shape=(2, 2), source="me"
    )
    assert (data.info.name, data.info.source) == ("b", "me")
    assert data.info.event_shape == (2, 2)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*none\.npz"):
        from_npz(tmp_path / "none.npz", num_levels=2)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut short"])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "damaged.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"damaged\.npz is damaged"):
        from_npz(path, num_levels=2)


def test_an_npy_file_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"not an \.npz file"):
        from_npz(tmp_path / "a.npy", num_levels=2)


def test_pickled_objects_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, train=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match=r"must hold numbers.*dtype=object"):
        from_npz(path, num_levels=2)


def test_a_file_without_a_training_split_is_refused(tmp_path, rng):
    path = tmp_path / "mine.npz"
    np.savez(path, pool=bits(rng, 5, 3), other=bits(rng, 5, 3))
    with pytest.raises(ValueError, match=r"only one. Received: \['other', "):
        from_npz(path, num_levels=2)


def test_a_single_array_is_the_training_split(tmp_path, rng):
    path = tmp_path / "mine.npz"
    pool = bits(rng, 5, 3)
    np.savez(path, pool=pool)
    data = from_npz(path, num_levels=2)
    np.testing.assert_array_equal(examples(data.train), pool)
    assert data.info.split_sizes == {"train": 5}


def test_a_width_that_does_not_fit_the_packed_bits_is_refused(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=np.packbits(bits(rng, 2, 16), axis=1), dim=17)
    with pytest.raises(ValueError, match=r"`dim` = 17 .*shape=\(2, 2\)"):
        from_npz(path, num_levels=2)


def test_missing_labels_are_refused(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=bits(rng, 2, 2))
    with pytest.raises(ValueError, match="`labels` must hold the labels"):
        from_npz(path, num_levels=2, with_labels=True)


@pytest.mark.parametrize(
    "keys", [("train", "x_train"), ("train", "valid", "validation")]
)
def test_a_split_under_two_names_is_refused(tmp_path, rng, keys):
    path = tmp_path / "a.npz"
    np.savez(path, **{key: bits(rng, 2, 2) for key in keys})
    with pytest.raises(
        ValueError,
        match=f"must hold one array .*{keys[-2]} and {keys[-1]}|"
        f"{keys[-1]} and {keys[-2]}",
    ):
        from_npz(path, num_levels=2)


def test_an_array_that_is_there_twice_is_refused(tmp_path, rng):
    path = tmp_path / "a.npz"
    np.savez(path, train=bits(rng, 2, 2))
    with zipfile.ZipFile(path, "a") as file, pytest.warns(match="Duplicate"):
        file.writestr("train.npy", npy(bits(rng, 3, 2)))
    with pytest.raises(ValueError, match=r"different names.*'train', 'train'"):
        from_npz(path, num_levels=2)


def test_what_is_not_asked_for_is_not_read(tmp_path, rng):
    """An array is not read if it would take memory or cannot be read."""
    path = tmp_path / "a.npz"
    train = bits(rng, 2, 2)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("train.npy", npy(train))
        file.writestr("huge.npy", header((2**40,)))
        file.writestr("y_train.npy", npy(np.array(["a", "b"])))
        file.writestr("notes.txt", "no array")
    data = from_npz(path, num_levels=2)
    np.testing.assert_array_equal(examples(data.train), train)
    with pytest.raises(ValueError, match=r"`y_train` must hold numbers.*<U1"):
        from_npz(path, num_levels=2, with_labels=True)


@pytest.mark.parametrize(
    ("dim", "message"),
    [
        (-5, "one positive integer.*dim"),
        (0, "one positive integer"),
        ([11, 11], r"shape=\(2,\)"),
        (11.0, "dtype=float64"),
        (2**62, "so `train` must have shape"),
    ],
)
def test_the_number_of_packed_bits_is_checked(tmp_path, rng, dim, message):
    path = tmp_path / "a.npz"
    np.savez(path, train=np.packbits(bits(rng, 2, 11), axis=1), dim=dim)
    with pytest.raises(ValueError, match=rf"a\.npz .*{message}"):
        from_npz(path, num_levels=2)


def test_bits_beyond_their_number_are_refused(tmp_path):
    """Bits would be dropped, so the number is wrong."""
    path = tmp_path / "a.npz"
    np.savez(path, train=np.packbits(np.ones((2, 12), "uint8"), axis=1), dim=11)
    with pytest.raises(ValueError, match=r"other bits .* must be 0.*`train`"):
        from_npz(path, num_levels=2)


def test_packed_bits_are_bytes(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, train=np.ones((2, 2), "int32"), dim=11)
    with pytest.raises(ValueError, match=r"dtype uint8.*dtype=int32"):
        from_npz(path, num_levels=2)


@pytest.mark.parametrize("key", ["train", "y_train"])
def test_single_numbers_are_refused(tmp_path, rng, key):
    path = tmp_path / "a.npz"
    np.savez(path, **{"train": bits(rng, 2, 2), key: 1})
    with pytest.raises(ValueError, match=r"must (hold|have) .*N"):
        from_npz(path, num_levels=2, with_labels=True)


def header(shape, dtype="u1"):
    """Returns the header of an array."""
    file = io.BytesIO()
    described = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def npy(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def zipped(path, content, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("train.npy", content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (header((2**40, 1)), r"takes 1,099,511,627,776. Received: 0"),
        (header((2, 3)) + b"12345", r"shape \(2, 3\) .* takes 6. Received: 5"),
        (header((2, 3)) + b"1234567", r"takes 6. Received: 7"),
        (header((2, -3)), r"shape \(2, -3\)"),
        (header((2**62, 0)), r"at least one example|would take"),
        (header((2, 3), "V0"), r"dtype=\|V0"),
        (header((2, 3), "<M8[s]") + bytes(48), "dtype=datetime64"),
        (header((2, 3), [("a", "u1")]) + bytes(6), r"dtype=\[\('a'"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(99), "damaged"),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535, "damaged"),
        (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, "damaged"),
        (b"\x93NUMPY\x09\x00\x10\x00{}", "damaged"),
        (b"", "damaged"),
    ],
)
def test_headers_are_compared_with_what_there_is(tmp_path, content, message):
    path = zipped(tmp_path / "a.npz", content)
    with pytest.raises(ValueError, match=rf"(a\.npz|`train`).*({message})"):
        from_npz(path, num_levels=2)


def test_a_small_file_may_not_ask_for_much_memory(tmp_path, monkeypatch):
    """A few bytes unpack to a thousand times as many zeros."""
    monkeypatch.setattr(
        "tf_autoregressive.datasets.reading._ALWAYS_ALLOWED", 10**6
    )
    path = zipped(tmp_path / "a.npz", npy(np.zeros((1000, 1000), "u1")))
    assert path.stat().st_size < 1500
    with pytest.raises(ValueError, match=r"would take 0\.017 GB of memory"):
        from_npz(path, num_levels=2)
    # A file may take the memory of its own contents.
    rng = np.random.default_rng(0)
    train = rng.integers(0, 256, (1000, 1000), dtype="u1")
    data = from_npz(zipped(tmp_path / "b.npz", npy(train)), num_levels=256)
    assert data.info.split_sizes == {"train": 1000}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(tmp_path, rng, method):
    path = zipped(tmp_path / "a.npz", npy(bits(rng, 2, 2)), method)
    with pytest.raises(ValueError, match="compressed in another way"):
        from_npz(path, num_levels=2)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_no_flipped_bit_is_taken(tmp_path, rng, save):
    """A checksum is compared even where all bytes are there."""
    path = tmp_path / "a.npz"
    train = rng.integers(0, 256, (4, 5), dtype="u1")
    save(path, train=train)
    whole = path.read_bytes()
    refused = 0
    for bit in range(0, 8 * len(whole), 11):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            splits, _ = read_npz(path)
        except ValueError:
            refused += 1
        else:
            np.testing.assert_array_equal(splits["train"], train)
    assert refused > len(whole) // 11


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [">i2", "<f8", "?", ">f4", "u8", "f2"])
def test_arrays_of_all_dtypes_are_read(tmp_path, rng, order, dtype):
    train = np.asarray(bits(rng, 3, 4, 2), dtype, order=order)
    np.savez(tmp_path / "a.npz", train=train)
    data = from_npz(tmp_path / "a.npz", num_levels=2)
    np.testing.assert_array_equal(examples(data.train), train)


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(ValueError, match="IsADirectoryError"):
        from_npz(tmp_path, num_levels=2)
