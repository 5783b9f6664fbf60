"""Animations of trained models of the package."""

import numpy as np
import pytest
from PIL import Image

from tf_autoregressive import models
from tf_autoregressive.plots.grids import UNKNOWN
from trainers import animations
from trainers.animations import growing
from trainers.animations.asked import Asked
from trainers.cli import main
from trainers.commands import animate

DIGITS = "fvsbn_binarized_mnist"
ROWS = "gated_pixel_cnn_600s_binarized_mnist"
TEXTS = "char_rnn_600s_tiny_shakespeare"


def frames_of(path):
    """Returns the frames of a file, uint8 `[N, H, W, 3]`."""
    with Image.open(path) as film:
        pictures = []
        for number in range(film.n_frames):
            film.seek(number)
            pictures.append(np.asarray(film.convert("RGB")))
        return np.array(pictures)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Writes an animation; returns its path."""
    folder = tmp_path_factory.mktemp("films")

    def write(name, *options):
        path = folder / name
        assert main(["animate", *options, "--to", str(path)]) == 0
        return path

    return write


@pytest.fixture(scope="module")
def drawn(film):
    return film("drawing.webp", DIGITS, "--seed", "3")


def test_the_last_frame_is_the_sample_of_the_seed(drawn):
    frames = frames_of(drawn)
    (sample,) = models.load(DIGITS).sample(1, seed=3).numpy()
    scale = frames.shape[1] // 30
    shown = frames[-1][scale:-scale:scale, scale : 29 * scale : scale, 0]
    np.testing.assert_array_equal(shown, 255 * sample[..., 0])
    with Image.open(drawn.with_suffix(".png")) as still:
        np.testing.assert_array_equal(np.asarray(still), frames[-1])


def test_an_image_grows_by_the_pixels_that_come_next(drawn):
    frames = frames_of(drawn)
    unknown = (frames == UNKNOWN).all(axis=-1).sum(axis=(1, 2))
    assert 100 < len(frames) <= 201
    assert (np.diff(unknown) < 0).all()
    assert (frames[:-1] == growing.NEXT).all(axis=-1).any(axis=(1, 2)).all()
    assert not (frames[-1] == growing.NEXT).all(axis=-1).any()


def test_the_map_has_the_probability_of_white(drawn):
    model = models.load(DIGITS)
    sample = model.sample(1, seed=3)
    frames = frames_of(drawn)
    scale = frames.shape[1] // 30
    shown = frames[-1][scale:-scale:scale, 30 * scale : -scale : scale, 0]
    given = np.exp(np.asarray(model.log_prob_per_dim(sample)))[0, ..., 0]
    white = np.where(sample[0, ..., 0] == 1, given, 1 - given)
    np.testing.assert_allclose(shown / 255, white, atol=1 / 255)


def test_the_same_seed_writes_the_same_bytes(drawn, film):
    again = film("again.webp", DIGITS, "--seed", "3")
    other = film("other.webp", DIGITS, "--seed", "4")
    assert again.read_bytes() == drawn.read_bytes()
    assert other.read_bytes() != drawn.read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        (DIGITS,),
        (DIGITS, "--show", "completions"),
        (TEXTS,),
    ],
    ids=["drawing", "completions", "text"],
)
def test_files_are_small(options, film):
    path = film("small.webp", *options)
    assert len(frames_of(path)) > 100
    assert path.stat().st_size < 300_000
    assert path.with_suffix(".png").stat().st_size < 100_000


def test_completions_keep_what_is_known(film):
    frames = frames_of(
        film("left.webp", DIGITS, "--show", "completions", "--known", "top")
    )
    changed = (frames != frames[0]).any(axis=(0, 2, 3))
    scale = frames.shape[2] // (4 * 29 + 1)
    rows = changed.reshape(-1, scale).all(axis=1)
    for top in (1, 30, 59):
        assert not rows[top : top + 14].any()
        assert rows[top + 14 : top + 28].any()


@pytest.mark.slow
def test_a_receptive_field_grows_with_depth():
    model = models.PixelCNN((17, 17, 1), filters=4, num_blocks=3)
    shown = animations.KINDS["receptive-field"].frames(
        model, Asked(0, "top", None)
    )
    seen = [(f == (33, 145, 140)).all(axis=-1).sum() for f in shown]
    assert len(shown) == 3
    assert seen[0] < seen[1] <= seen[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((TEXTS, "--show", "drawing"), "needs a model of images"),
        ((DIGITS, "--show", "text"), "needs a model of texts"),
        ((DIGITS, "--show", "receptive-field"), "num_layers"),
        ((DIGITS, "--to", "film.gif"), "--to must end in .webp"),
        (
            (ROWS, "--show", "completions", "--known", "bottom"),
            "Choose another --known",
        ),
    ],
)
def test_what_cannot_be_shown_is_said(options, message, capsys, tmp_path):
    if "--to" not in options:
        options = (*options, "--to", str(tmp_path / "film.webp"))
    assert main(["animate", *options]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_command_knows_the_kinds():
    assert set(animate._KINDS) == set(animations.KINDS)
