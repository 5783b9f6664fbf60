"""Loading through TensorFlow Datasets, from data in its own file format."""

import dataclasses
import functools
import pathlib
import sys
import types

import numpy as np
import pytest
import requests
import tensorflow_datasets as tfds

from tf_autoregressive.datasets import images
from tf_autoregressive.datasets import load
from tf_autoregressive.datasets import tfds as stream

SHAPES = {"mnist": (28, 28, 1), "cifar10": (32, 32, 3)}


@pytest.fixture(params=SHAPES)
def stored(request, monkeypatch, tmp_path, rng):
    """Name, folder and images of a set prepared as TFDS prepares it.

    TFDS's own builder says what its files hold and TFDS's writer writes them:
    only the download is left out. The validation split is four examples.
    """
    name = request.param
    spec = dataclasses.replace(images.IMAGE_SETS[name], validation_size=4)
    monkeypatch.setitem(images.IMAGE_SETS, name, spec)
    builder = tfds.builder(name, data_dir=tmp_path)
    pathlib.Path(builder.data_dir).mkdir(parents=True)
    pixels = {
        split: rng.integers(0, 256, (size, *SHAPES[name]), dtype="uint8")
        for split, size in (("train", 10), ("test", 3))
    }
    writer = tfds.core.SequentialWriter(builder.info, max_examples_per_shard=6)
    writer.initialize_splits(list(pixels))
    writer.add_examples({s: rows(name, x) for s, x in pixels.items()})
    writer.close_all()
    return name, tmp_path, pixels


def rows(name, pixels):
    extra = {"id": "none"} if name == "cifar10" else {}
    return [
        {"image": image, "label": i % 10, **extra}
        for i, image in enumerate(pixels)
    ]


def values(dataset):
    return np.stack(list(dataset.as_numpy_iterator()))


def test_images_come_as_stored_with_the_last_ones_for_validation(stored):
    name, folder, pixels = stored
    data = load(name, data_dir=folder)
    np.testing.assert_array_equal(values(data.train), pixels["train"][:6])
    np.testing.assert_array_equal(values(data.validation), pixels["train"][6:])
    np.testing.assert_array_equal(values(data.test), pixels["test"])


def test_info_is_that_of_the_stored_data(stored):
    name, folder, _ = stored
    info = load(name, data_dir=folder).info
    assert info.name == name
    assert info.event_shape == SHAPES[name]
    assert info.num_levels == 256
    assert info.split_sizes == {"train": 6, "validation": 4, "test": 3}
    assert info.sha256 is None
    assert f"TFDS {name}/3." in info.source
    assert "order of TFDS" in info.notes


def test_labels_come_as_int32(stored):
    name, folder, _ = stored
    data = load(name, data_dir=folder, with_labels=True)
    example, label = data.train.element_spec
    assert (example.shape, example.dtype) == (SHAPES[name], "uint8")
    assert (label.shape, label.dtype) == ((), "int32")
    assert [int(label) for _, label in data.validation] == [6, 7, 8, 9]


@pytest.mark.parametrize("with_labels", [True, False])
def test_streamed_images_are_binarized(stored, with_labels):
    name, folder, pixels = stored
    data = load(
        name,
        data_dir=folder,
        with_labels=with_labels,
        binarization="threshold",
    )
    bits = data.test.map(lambda x, y: x) if with_labels else data.test
    np.testing.assert_array_equal(values(bits), pixels["test"] >= 128)
    assert data.train.cardinality() == 6


def test_the_users_file_comes_before_tfds(stored):
    name, folder, pixels = stored
    np.savez(folder / f"{name}.npz", **{s: 255 - x for s, x in pixels.items()})
    data = load(name, data_dir=folder)
    np.testing.assert_array_equal(values(data.test), 255 - pixels["test"])


@pytest.fixture
def no_network(monkeypatch):
    """Makes the check that precedes a download fail as it does offline."""

    def head(url, timeout):
        raise requests.ConnectionError(f"no route to {url}")

    urls = types.SimpleNamespace(url_infos={"https://example.org/a.gz": None})
    check = functools.partial(stream._check_network, urls)
    monkeypatch.setattr(requests, "head", head)
    monkeypatch.setattr(stream, "_check_network", lambda builder: check())


def test_without_a_network_the_error_says_what_to_do(no_network, tmp_path):
    match = r"no route to https://example\.org.*connect to.*mnist\.npz"
    with pytest.raises(FileNotFoundError, match=match) as raised:
        load("mnist", data_dir=tmp_path)
    assert isinstance(raised.value.__cause__, requests.ConnectionError)


def test_prepared_data_needs_no_network(no_network, stored):
    name, folder, pixels = stored
    data = load(name, data_dir=folder)
    np.testing.assert_array_equal(values(data.test), pixels["test"])


def test_without_tfds_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    match = r"'cifar10' could not .*install tf_autoregressive\[tfds\]"
    with pytest.raises(FileNotFoundError, match=match) as raised:
        load("cifar10")
    assert isinstance(raised.value.__cause__, ImportError)
