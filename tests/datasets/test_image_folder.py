import os
import pathlib

import numpy as np
import PIL.Image
import pytest

from tf_autoregressive.datasets import from_image_folder


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(np.asarray(pixels)).save(path)


@pytest.fixture
def folder(tmp_path, rng):
    """Twenty 4 x 4 images in two folders; red of the i-th is constant, i."""
    for i in range(20):
        pixels = rng.integers(0, 256, size=(4, 4, 3), dtype="uint8")
        pixels[..., 0] = i
        kind = "cats" if i < 10 else "dogs"
        save(tmp_path / "pets" / kind / f"{i}.png", pixels)
    return tmp_path / "pets"


def which(dataset):
    return [int(image[0, 0, 0]) for image in dataset.as_numpy_iterator()]


def test_all_images_are_split_and_none_is_in_two_splits(folder):
    data = from_image_folder(folder, image_size=4, test_fraction=0.2)
    assert data.info.split_sizes == {"train": 14, "validation": 2, "test": 4}
    assert data.info.event_shape == (4, 4, 3)
    assert data.info.name == "pets"
    found = which(data.train) + which(data.validation) + which(data.test)
    assert sorted(found) == list(range(20))


def test_the_split_depends_on_names_alone(folder, tmp_path):
    first = from_image_folder(folder, image_size=4)
    folder.rename(tmp_path / "elsewhere")
    second = from_image_folder(tmp_path / "elsewhere", image_size=4)
    assert which(first.test) == which(second.test)
    assert which(first.train) == which(second.train)
    assert which(first.train) != sorted(which(first.train))


def test_labels_are_the_indices_of_the_folders(folder):
    data = from_image_folder(folder, image_size=4, with_labels=True)
    for image, label in data.train.as_numpy_iterator():
        assert label == int(image[0, 0, 0] >= 10)


@pytest.mark.parametrize("suffix", ["png", "TIF", "tiff", "bmp", "webp"])
def test_pixels_are_exact_at_the_size_of_the_file(tmp_path, rng, suffix):
    pixels = rng.integers(0, 256, size=(3, 5, 3), dtype="uint8")
    options = {"lossless": True} if suffix == "webp" else {}
    PIL.Image.fromarray(pixels).save(tmp_path / f"a.{suffix}", **options)
    data = from_image_folder(
        tmp_path, image_size=(3, 5), validation_fraction=0, test_fraction=0
    )
    assert data.validation is None
    np.testing.assert_array_equal(next(iter(data.train)), pixels)


def test_images_are_cropped_about_the_centre_and_averaged(tmp_path):
    # Two columns on either side are cropped; each 2 x 2 block is averaged.
    row = [9, 9, 0, 100, 40, 60, 9, 9]
    save(tmp_path / "a.PNG", np.array([row] * 4, dtype="uint8"))
    data = from_image_folder(
        tmp_path,
        image_size=2,
        channels=1,
        validation_fraction=0,
        test_fraction=0,
    )
    np.testing.assert_array_equal(
        next(iter(data.train)), [[[50], [50]], [[50], [50]]]
    )


def test_a_missing_or_empty_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"\.png.*path=.*none"):
        from_image_folder(tmp_path / "none", image_size=4)


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"not an image")
    with pytest.raises(ValueError, match=r"broken\.png is damaged or not"):
        from_image_folder(
            tmp_path, image_size=4, validation_fraction=0, test_fraction=0
        )


def test_deep_images_are_refused_rather_than_clipped(tmp_path):
    save(tmp_path / "deep.png", np.full((4, 4), 1000, dtype="uint16"))
    with pytest.raises(ValueError, match=r"deep\.png must have 8 bits"):
        from_image_folder(
            tmp_path, image_size=4, validation_fraction=0, test_fraction=0
        )


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"image_size": 0}, "image_size=0"),
        ({"image_size": (4, 4, 3)}, r"image_size=\(4, 4, 3\)"),
        ({"image_size": "4"}, "image_size='4'"),
        ({"image_size": 4.5}, "image_size=4.5"),
        ({"channels": 4}, "channels=4"),
        ({"background": 256}, "background=256"),
        ({"background": (0, 0)}, r"background=\(0, 0\)"),
        ({"background": "white"}, "background='white'"),
        ({"validation_fraction": 1.0}, "validation_fraction=1.0"),
        ({"test_fraction": -0.1}, "test_fraction=-0.1"),
        ({"test_fraction": 0.01}, "test_fraction=0.01"),
        ({"test_fraction": float("nan")}, "test_fraction=nan"),
        ({"test_fraction": "a"}, "test_fraction=a"),
        ({"validation_fraction": 0.5, "test_fraction": 0.5}, "to train on"),
    ],
)
def test_arguments_out_of_range_are_refused(folder, arguments, match):
    with pytest.raises(ValueError, match=match):
        from_image_folder(folder, **{"image_size": 4} | arguments)


def test_the_size_may_be_an_integer_of_numpy(folder):
    data = from_image_folder(folder, image_size=np.int64(4))
    assert data.info.event_shape == (4, 4, 3)


def test_files_of_systems_do_not_count(folder):
    """As systems leave them beside a user's files."""
    before = from_image_folder(folder, image_size=4)
    (folder / "cats" / "._1.png").write_bytes(b"no image")
    (folder / ".DS_Store").write_bytes(b"no image")
    (folder / ".trash").mkdir()
    (folder / ".trash" / "1.png").write_bytes(b"no image")
    (folder / "a folder.png").mkdir()
    after = from_image_folder(folder, image_size=4)
    assert which(after.train) == which(before.train)


def test_names_need_not_be_text(folder):
    name = os.fsencode(folder) + b"/cats/\xff.png"
    pathlib.Path(os.fsdecode(name)).write_bytes(
        (folder / "cats" / "1.png").read_bytes()
    )
    data = from_image_folder(folder, image_size=4)
    assert sum(data.info.split_sizes.values()) == 21


def test_transparent_images_are_laid_on_the_background(tmp_path):
    pixels = np.zeros((4, 4, 4), "uint8")
    pixels[1:3, 1:3, 3] = 255
    save(tmp_path / "a.png", pixels)
    options = {"validation_fraction": 0, "test_fraction": 0}
    with pytest.raises(ValueError, match=r"a\.png must be opaque"):
        from_image_folder(tmp_path, image_size=4, **options)
    data = from_image_folder(tmp_path, image_size=2, background=200, **options)
    # Three of four pixels are background.
    np.testing.assert_array_equal(next(iter(data.train)), 150)
