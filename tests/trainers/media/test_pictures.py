"""`tfar show`: pictures of what a model learned."""

import numpy as np
import PIL.Image
import pytest

from tests.models.user_models import RunningSum
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import RNADE
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.models import PixelCNN
from trainers.cli import main
from trainers.data import load
from trainers.media import Image
from trainers.media import medium_of
from trainers.media import pictures

IMAGE = (28, 28, 1)


@pytest.fixture
def finished(recipe, directory, data_dir):
    """Makes the directory of a finished run on images."""

    def make(model):
        of_images = recipe(**ON_IMAGES)
        sha256 = load(of_images, data_dir).info.sha256
        with directory.begun(of_images, sha256):
            model.save(directory.model)
            directory.result.write_text("{}")
        return str(directory.path)

    return make


ON_IMAGES = {
    "dataset": "mnist",
    "dataset_options": {"binarization": "threshold", "with_labels": True},
    "model": "MADE",
    "model_options": {"num_classes": 10},
}


def test_every_kind_of_the_command_line_can_be_saved():
    assert set(Image.pictures) == set(pictures._SAVERS)
    assert set(pictures._POSSIBLE) == set(pictures._SAVERS)


@pytest.mark.parametrize("kind", Image.pictures)
def test_a_picture_is_written_beside_the_run(kind, finished, data_dir, capsys):
    run = finished(MADE(IMAGE, units=(4,), num_classes=10))
    assert main(["show", run, kind, "--data-dir", data_dir]) == 0
    path = f"{run}/{kind}.png"
    assert capsys.readouterr().out.splitlines() == [path]
    with PIL.Image.open(path) as picture:
        assert np.ptp(np.asarray(picture)) > 0


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        (PixelCNN((4, 4, 1), filters=2, num_blocks=1), "histograms log_prob"),
        (RunningSum((4,)), "histograms"),
        (RNADE((4,), units=2), ""),
        (NADE((2, 2, 1), units=2), "features histograms log_prob"),
        (DeepNADE((2, 2, 1), num_orderings=2), "features"),
        (MADE((4,), units=(4,)), "histograms masks"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_model_offers_what_there_is_of_it(model, kinds):
    expected = kinds.split()
    if len(model.event_shape) == 3:
        expected.append("neighbours")
    assert pictures.offered(medium_of(model)) == expected


def test_masks_need_no_data(finished, tmp_path):
    run = finished(MADE(IMAGE, units=(4,), num_classes=10))
    assert main(["show", run, "masks", "--data-dir", str(tmp_path)]) == 0


def test_what_there_is_not_is_named(finished, data_dir, capsys):
    run = finished(PixelCNN(IMAGE, filters=2, num_blocks=1, num_classes=10))
    assert main(["show", run, "masks", "--data-dir", data_dir]) == 2
    printed = capsys.readouterr().err
    assert "no picture of masks of this PixelCNN" in printed
    assert "There are: histograms, log_prob, neighbours" in printed


def test_samples_stand_beside_the_nearest_training_examples(
    recipe, data_dir, monkeypatch
):
    shown = {}
    monkeypatch.setattr(
        pictures.plots,
        "save_neighbours",
        lambda file, samples, neighbours, **_: shown.update(
            samples=samples, neighbours=neighbours
        ),
    )
    data = load(recipe(**ON_IMAGES), data_dir)
    model = MADE(IMAGE, units=(4,), num_classes=10)
    pictures.png("neighbours", medium_of(model), lambda: data, seed=1)
    train = np.stack([x for x, _ in data.train.as_numpy_iterator()])
    distances = np.abs(train[None] - shown["samples"][:, None].astype(float))
    nearest = train[distances.sum(axis=(2, 3, 4)).argmin(axis=1)]
    np.testing.assert_array_equal(shown["neighbours"][:, 0], nearest)
