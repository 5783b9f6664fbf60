"""`load` and the sets that need neither TFDS nor a network."""

import dataclasses
import hashlib

import numpy as np
import pytest

from tf_autoregressive.datasets import images
from tf_autoregressive.datasets import load
from tf_autoregressive.datasets import names


@pytest.fixture
def small_mnist(monkeypatch):
    """Makes the validation split of MNIST four examples instead of 10,000."""
    spec = dataclasses.replace(images.IMAGE_SETS["mnist"], validation_size=4)
    monkeypatch.setitem(images.IMAGE_SETS, "mnist", spec)


def write_mnist(folder, rng, num_train=10):
    arrays = {
        "x_train": rng.integers(0, 256, (num_train, 28, 28), dtype="uint8"),
        "y_train": np.arange(num_train) % 10,
        "x_test": rng.integers(0, 256, (3, 28, 28), dtype="uint8"),
        "y_test": np.arange(3),
    }
    np.savez(folder / "mnist.npz", **arrays)
    return arrays


def test_names_are_those_that_load_takes():
    assert {"binarized_mnist", "mnist", "cifar10", "dna"} < set(names())
    with pytest.raises(ValueError, match=r"adult, binarized_mnist.*'mnits'"):
        load("mnits")


@pytest.mark.parametrize("name", names())
def test_the_docstring_names_every_set(name):
    assert f"`{name}`" in load.__doc__


def test_unknown_options_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"binarization, .*: levels"):
        load("mnist", levels=2)
    with pytest.raises(ValueError, match="'dna' takes the options data_dir"):
        load("dna", binarization="dynamic")


def test_binarized_mnist_ships_with_the_package():
    data = load("binarized_mnist")
    info = data.info
    assert info.event_shape == (28, 28, 1)
    assert info.num_levels == 2
    assert info.split_sizes == {
        "train": 50_000,
        "validation": 10_000,
        "test": 10_000,
    }
    assert info.licence == "CC BY-SA 3.0"
    assert info.binarization == "fixed (Salakhutdinov & Murray 2008)"
    assert "sorted by digit" in info.notes
    (batch,) = data.test.batch(10_000)
    assert set(np.unique(batch)) == {0, 1}
    # Mean number of white pixels of the published test file.
    assert batch.numpy().sum() / 10_000 == pytest.approx(103.8896)


def test_the_hash_of_binarized_mnist_is_that_of_its_values():
    data = load("binarized_mnist")
    digest = hashlib.sha256()
    for split in (data.train, data.validation, data.test):
        (values,) = split.batch(50_000)
        digest.update(values.numpy())
    assert digest.hexdigest() == data.info.sha256
    assert data.info.sha256.startswith("07ad6da6ba6894a5")


def test_binarized_mnist_has_no_labels():
    with pytest.raises(ValueError, match="have no labels"):
        load("binarized_mnist", with_labels=True)


def test_an_image_set_is_read_from_the_users_file(small_mnist, tmp_path, rng):
    arrays = write_mnist(tmp_path, rng)
    data = load("mnist", data_dir=tmp_path, with_labels=True)

    assert data.info.split_sizes == {"train": 6, "validation": 4, "test": 3}
    assert data.info.event_shape == (28, 28, 1)
    assert data.info.num_levels == 256
    assert data.info.binarization == "none"
    assert "mnist.npz" in data.info.source
    validation, labels = zip(*data.validation.as_numpy_iterator(), strict=True)
    np.testing.assert_array_equal(
        np.stack(validation)[..., 0], arrays["x_train"][6:]
    )
    np.testing.assert_array_equal(labels, arrays["y_train"][6:])


def test_a_validation_split_of_the_file_is_kept(tmp_path, rng):
    pixels = rng.integers(0, 256, (6, 32, 32, 3), dtype="uint8")
    np.savez(
        tmp_path / "cifar10.npz",
        x_train=pixels[:3],
        x_valid=pixels[3:5],
        x_test=pixels[5:],
    )
    data = load("cifar10", data_dir=tmp_path)
    assert data.info.split_sizes == {"train": 3, "validation": 2, "test": 1}
    np.testing.assert_array_equal(next(iter(data.test)), pixels[5])


@pytest.mark.parametrize("binarization", ["threshold", "dynamic"])
def test_an_image_set_is_binarized(small_mnist, tmp_path, rng, binarization):
    arrays = write_mnist(tmp_path, rng)
    data = load("mnist", data_dir=str(tmp_path), binarization=binarization)
    assert data.info.num_levels == 2
    assert data.info.binarization.startswith(binarization)
    (bits,) = data.test.batch(3)
    assert set(np.unique(bits)) == {0, 1}
    if binarization == "threshold":
        np.testing.assert_array_equal(bits[..., 0], arrays["x_test"] >= 128)


def test_a_file_with_too_few_images_is_refused(small_mnist, tmp_path, rng):
    write_mnist(tmp_path, rng, num_train=4)
    with pytest.raises(ValueError, match=r"more than 4 train.*Received: 4"):
        load("mnist", data_dir=tmp_path)


def test_a_file_of_other_images_is_refused(tmp_path):
    np.savez(tmp_path / "cifar10.npz", train=np.zeros((5001, 2), "uint8"))
    with pytest.raises(ValueError, match=r"event_shape=\(32, 32, 3\)"):
        load("cifar10", data_dir=tmp_path)


def test_an_unknown_binarization_is_refused(small_mnist, tmp_path, rng):
    write_mnist(tmp_path, rng)
    with pytest.raises(ValueError, match="binarization='otsu'"):
        load("mnist", data_dir=tmp_path, binarization="otsu")


@pytest.mark.parametrize("packed", [True, False])
def test_a_binary_set_is_read_from_a_folder(tmp_path, rng, packed):
    bits = rng.integers(0, 2, size=(6, 180), dtype="uint8")
    splits = {"train": bits[:3], "valid": bits[3:5], "test": bits[5:]}
    if packed:
        splits = {s: np.packbits(x, axis=1) for s, x in splits.items()}
        splits["dim"] = np.int32(180)
    np.savez(tmp_path / "dna.npz", **splits)

    data = load("dna", data_dir=tmp_path)

    assert data.info.name == "dna"
    assert data.info.event_shape == (180,)
    assert data.info.licence == "CC BY 4.0"
    assert data.info.split_sizes == {"train": 3, "validation": 2, "test": 1}
    (train,) = data.train.batch(3)
    np.testing.assert_array_equal(train, bits[:3])


def test_caltech_silhouettes_are_images_with_labels(tmp_path, rng):
    bits = rng.integers(0, 2, size=(2, 784), dtype="uint8")
    np.savez(
        tmp_path / "caltech101_silhouettes_28.npz",
        train=np.packbits(bits, axis=1),
        y_train=[7, 9],
        dim=784,
    )
    data = load("caltech101_silhouettes", data_dir=tmp_path, with_labels=True)
    example, label = next(iter(data.train))
    np.testing.assert_array_equal(example, bits[0].reshape(28, 28, 1))
    assert label == 7


@pytest.mark.parametrize("data_dir", [None, "no such folder"])
def test_a_missing_binary_set_says_how_to_get_it(data_dir):
    match = r"file dna\.npz .*no such file.*numpy\.savez.*MLPython"
    with pytest.raises(FileNotFoundError, match=match):
        load("dna", data_dir=data_dir)


def test_a_binary_set_of_another_width_is_refused(tmp_path):
    np.savez(tmp_path / "dna.npz", train=np.zeros((2, 181), "uint8"))
    with pytest.raises(ValueError, match=r"event_shape=\(180,\)"):
        load("dna", data_dir=tmp_path)


def test_a_binary_set_without_labels_says_so(tmp_path):
    np.savez(tmp_path / "dna.npz", train=np.zeros((2, 180), "uint8"))
    with pytest.raises(ValueError, match="`labels` must hold the labels"):
        load("dna", data_dir=tmp_path, with_labels=True)


def write_red_wine(folder, rng, **changes):
    arrays = {
        "data": rng.normal(3.0, 2.0, size=(40, 11)),
        "fold": rng.permutation(40) % 10,
    }
    np.savez(folder / "red_wine.npz", **arrays | changes)
    return arrays


def test_a_real_set_is_split_by_its_folds(tmp_path, rng):
    arrays = write_red_wine(tmp_path, rng)
    data = load("red_wine", data_dir=tmp_path, fold=9)

    assert data.info.num_levels is None
    assert data.info.split_sizes == {"train": 32, "validation": 4, "test": 4}
    train = arrays["data"][(arrays["fold"] > 0) & (arrays["fold"] < 9)]
    for split, number in (("validation", 0), ("test", 9)):
        rows = arrays["data"][arrays["fold"] == number]
        expected = (rows - np.mean(train, axis=0)) / np.std(train, axis=0)
        (found,) = getattr(data, split).batch(40)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    (found,) = data.train.batch(40)
    np.testing.assert_allclose(np.mean(found, axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(np.var(found, axis=0), 1.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": np.zeros((40, 12))}, r"`data` of shape \[N, 11\]"),
        ({"data": np.full((40, 11), np.nan)}, "finite numbers in `data`"),
        ({"data": np.ones((40, 11))}, r"red_wine\.npz.*constant in column 0"),
        ({"fold": np.arange(40) % 9}, "and every one of them"),
        ({"fold": np.arange(39) % 10}, r"Received: shape=\(39,\)"),
        ({"fold": np.arange(40) % 10 + 0.5}, "an integer from 0 to 9"),
    ],
)
def test_a_damaged_real_set_is_refused(tmp_path, rng, changes, message):
    write_red_wine(tmp_path, rng, **changes)
    with pytest.raises(ValueError, match=message):
        load("red_wine", data_dir=tmp_path)


@pytest.mark.parametrize("fold", [-1, 10, 2.5, True, "1"])
def test_a_fold_that_is_not_there_is_refused(fold):
    with pytest.raises(ValueError, match="`fold` must be an integer of at lea"):
        load("white_wine", fold=fold)


def test_a_missing_real_set_says_how_to_get_it(tmp_path):
    match = r"file parkinsons\.npz.*numpy\.savez.*15 numbers.*but subject#"
    with pytest.raises(FileNotFoundError, match=match):
        load("parkinsons", data_dir=tmp_path)
    with pytest.raises(ValueError, match="has no labels"):
        load("parkinsons", data_dir=tmp_path, with_labels=True)
