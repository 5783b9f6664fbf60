import base64
import io
import math

import numpy as np
import pytest
from PIL import Image

from tf_autoregressive.dependencies import find_dependencies
from tf_autoregressive.models import MADE
from trainers.demo import tabs
from trainers.demo import warming
from trainers.demo.tabs.complete import NUM_COMPLETIONS
from trainers.errors import UsageError

from .conftest import as_shown
from .conftest import images_of
from .conftest import samples_of

DRAWING = {"seed": 3, "temperature": 0.8, "top_p": 0.9}


@pytest.fixture(scope="module", params=["images", "colours"])
def shown(request):
    return request.getfixturevalue(request.param)


def file_of(pixels, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    data = base64.b64encode(file.getvalue()).decode()
    return {"source": "file", "name": "a.png", "data": data, **options}


@pytest.mark.slow
@pytest.mark.parametrize("drawing", [{"seed": 1}, DRAWING])
def test_samples_are_those_of_the_model(shown, ask, drawing):
    images, log_prob = samples_of(ask(shown, "sample", num=5, **drawing))
    expected = shown.model.sample(5, **drawing)
    assert images == np.reshape(expected, (5, -1)).tolist()
    np.testing.assert_allclose(
        log_prob, shown.model.log_prob(expected), rtol=1e-5
    )


@pytest.mark.slow
@pytest.mark.parametrize("drawing", [{"seed": 1}, DRAWING])
def test_the_image_that_grows_is_the_first_sample(shown, ask, drawing):
    first, *messages, last = ask(shown, "draw", **drawing)
    steps = [step for message in messages for step in message["steps"]]
    expected = shown.model.sample(1, **drawing).numpy()[0]
    grown = np.full(shown.model.event_shape, -1)
    for step in steps:
        index = tuple(step["index"])
        grown[index] = np.reshape(step["values"], grown[index].shape)
    np.testing.assert_array_equal(grown, expected)
    assert last["image"] == expected.ravel().tolist()
    assert first["num_steps"] == len(steps)


@pytest.mark.slow
def test_what_is_expected_of_a_pixel_is_what_the_model_says(shown, ask):
    _, *messages, last = ask(shown, "draw", seed=2)
    image = np.reshape(last["image"], (1, *shown.model.event_shape))
    nats = -shown.model.log_prob_per_dim(image).numpy()[0]
    for step in (step for message in messages for step in message["steps"]):
        index = tuple(step["index"])
        assert step["nats"] == pytest.approx(nats[index].sum(), abs=1e-4)
        (value,) = step["values"]
        assert sum(step["levels"]) == pytest.approx(1.0, abs=1e-3)
        assert -math.log(step["levels"][value]) == pytest.approx(
            step["nats"], abs=1e-3
        )


@pytest.mark.slow
@pytest.mark.parametrize("drawing", [{"seed": 1}, DRAWING])
def test_completions_are_those_of_the_model(shown, ask, drawing):
    height, width, _ = shown.model.event_shape
    image = shown.model.sample(1, seed=0).numpy()
    known = np.zeros((height, width), int)
    known[:2] = 1
    asked = {"image": image.ravel().tolist(), "known": known.ravel().tolist()}
    images, last = images_of(ask(shown, "complete", **asked, **drawing))
    expected = shown.model.complete(
        np.repeat(image, NUM_COMPLETIONS, axis=0),
        np.broadcast_to(known[..., None] == 1, shown.model.event_shape),
        **drawing,
    )
    assert images == np.reshape(expected, (NUM_COMPLETIONS, -1)).tolist()
    assert not last["note"]


def test_known_pixels_without_influence_are_said(images, ask):
    image = [0] * 20
    message, *_ = ask(images, "complete", image=image, known=[0, 1] * 10)
    assert "no influence" in message["note"]
    message, *_ = ask(images, "complete", image=image, known=[0] * 15 + [1] * 5)
    assert "do not depend on it" in message["note"]


def test_bits_are_those_of_log_prob_per_dim(shown, ask):
    image = shown.model.sample(1, seed=0)
    flat = np.ravel(image).tolist()
    (message,) = ask(shown, "bits", image=flat)
    nats = -float(shown.model.log_prob(image)[0])
    assert message["nats"] == pytest.approx(nats, rel=1e-5)
    assert sum(message["bits"]) == pytest.approx(nats / math.log(2), abs=1e-2)


def test_dependencies_are_those_of_the_model(images, ask):
    (message,) = ask(images, "dependencies", row=2, column=3)
    found = find_dependencies(images.model, [(2, 3, 0)])
    assert message["sees"] == found.depends.astype(int).ravel().tolist()
    assert message["blind"] == found.unreachable.astype(int).ravel().tolist()
    assert sum(message["leaks"]) == 0
    assert max(message["influence"]) == 1.0


def test_a_pixel_outside_is_refused(images, ask):
    with pytest.raises(UsageError, match="4 rows and 5 columns"):
        ask(images, "dependencies", row=4, column=0)


@pytest.mark.parametrize("values", [[0] * 19, [0] * 19 + [2], [-1] + [0] * 19])
def test_what_is_not_an_event_is_refused(images, ask, values):
    with pytest.raises(UsageError):
        ask(images, "bits", image=values)


def test_pictures_come_from_samples_and_test_examples(shown, ask):
    (message,) = ask(shown, "picture", source="sample", number=4)
    sample = shown.model.sample(1, seed=4)
    assert message["image"] == np.ravel(sample).tolist()
    (message,) = ask(shown, "picture", source="test", number=2)
    assert message["image"] == shown.examples.shown[2].ravel().tolist()
    with pytest.raises(UsageError, match="from 0 to 9"):
        ask(shown, "picture", source="test", number=10)


def test_shown_examples_are_not_those_of_a_calibration(images):
    shown, normal = images.examples.shown, images.examples.normal
    same = (shown[:, None] == normal[None]).all(axis=(2, 3, 4))
    assert len(shown) == len(normal) == 10
    assert not same.any()


def test_a_file_is_brought_to_the_levels_of_the_model(images, ask):
    white = np.full((8, 10), 255, "uint8")
    white[:, 4:] = 0
    (message,) = ask(images, "picture", **file_of(white))
    assert message["image"] == [1, 1, 0, 0, 0] * 4
    assert "from 10 x 8 to 5 x 4 pixels" in message["note"]
    (message,) = ask(images, "picture", **file_of(white, invert=True))
    assert message["image"] == [0, 0, 1, 1, 1] * 4


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n123"])
def test_a_bad_file_gets_a_sentence(images, ask, data):
    data = base64.b64encode(data).decode()
    with pytest.raises(UsageError, match=r"a\.png"):
        ask(images, "picture", source="file", name="a.png", data=data)


def test_an_ensemble_of_many_orders_has_no_conditionals_to_show():
    model = MADE((2, 2, 1), units=(4,), num_masks=2, order_agnostic=True)
    offered = tabs.offered(as_shown("ensemble", model))
    assert {"sample", "complete"} <= set(offered)
    assert not {"draw", "bits"} & set(offered)


def test_models_are_warmed_up_with_all_that_is_asked_first(images):
    sample, complete, *warmer, drawn_slowly = [
        list(work) for work in warming.works(images)
    ]
    drawn, log_prob = samples_of(sample)
    assert len(drawn) == len(log_prob) == 1
    assert complete[-1]["share"] == 1
    assert len(drawn_slowly) == 3
    assert len(warmer) == 2
