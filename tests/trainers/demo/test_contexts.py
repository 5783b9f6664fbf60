import json

import numpy as np
import pytest

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import GatedPixelCNN
from tf_autoregressive.models import WaveNet
from trainers.demo import tabs
from trainers.demo import warming
from trainers.demo.contexts import context_of
from trainers.demo.contexts import label_names
from trainers.errors import UsageError

from .conftest import as_shown
from .conftest import images_of
from .conftest import samples_of
from .served import served
from .test_application import answer
from .test_application import messages

LABEL = 7


@pytest.fixture(scope="module")
def given(labelled):
    return labelled.given(str(LABEL))


@pytest.fixture(scope="module")
def image(labelled):
    return labelled.model.sample(1, seed=0, context=2).numpy()


def test_samples_and_their_scores_are_given_the_label(labelled, given, ask):
    images, log_prob = samples_of(ask(given, "sample", num=5, seed=3))
    expected = labelled.model.sample(5, seed=3, context=LABEL)
    other = labelled.model.sample(5, seed=3, context=0)
    assert images == np.reshape(expected, (5, -1)).tolist()
    assert images != np.reshape(other, (5, -1)).tolist()
    np.testing.assert_allclose(
        log_prob,
        labelled.model.log_prob(expected, np.full(5, LABEL)),
        rtol=1e-5,
    )


def test_completions_are_given_the_label(labelled, given, ask, image):
    known = np.zeros((4, 5), int)
    known[0] = 1
    asked = {"image": image.ravel().tolist(), "known": known.ravel().tolist()}
    images, _ = images_of(ask(given, "complete", seed=1, **asked))
    expected = labelled.model.complete(
        np.repeat(image, 6, axis=0),
        known[..., None] == 1,
        seed=1,
        context=LABEL,
    )
    assert images == np.reshape(expected, (6, -1)).tolist()


@pytest.mark.parametrize("label", [0, LABEL])
def test_bits_are_given_the_label(labelled, ask, image, label):
    asked = {"image": image.ravel().tolist()}
    (message,) = ask(labelled.given(str(label)), "bits", **asked)
    nats = -float(labelled.model.log_prob(image, [label])[0])
    assert message["nats"] == pytest.approx(nats, rel=1e-5)


def test_an_image_that_grows_is_given_the_label(labelled, given, ask):
    *growing, last = ask(given, "draw", seed=4)
    image = labelled.model.sample(1, seed=4, context=LABEL)
    assert last["image"] == np.ravel(image).tolist()
    nats = sum(s["nats"] for m in growing for s in m.get("steps", []))
    log_prob = labelled.model.log_prob(image, [LABEL])[0]
    assert nats == pytest.approx(-float(log_prob), abs=1e-3)


def test_sound_is_given_the_label(ask):
    options = {"num_levels": 8, "filters": 4, "num_stacks": 1, "num_layers": 2}
    model = WaveNet((16,), num_classes=2, **options)
    shown = as_shown("spoken", model, rate=200).given("1")
    *_, last = ask(shown, "sound", seconds=0.1)
    assert last["wav"]


@pytest.mark.slow
def test_a_text_is_given_the_label(labelled_texts, ask):
    model, given = labelled_texts.model, labelled_texts.given("2")
    assert tabs.offered(given) == ["example", "write", "read"]
    drawn = ask(given, "write", prime="ab", steps=30, seed=1)
    text = "".join(s["text"] for message in drawn for s in message["told"])
    expected = model.generate(1, 30, prime="ab", seed=1, context=2)
    assert text == "ab" + model.decode(expected[0])
    *_, total = ask(given, "read", text=text[:12])
    x = model.encode(text[:12])[None]
    nats = -float(model.log_prob(x, [2])[0])
    assert total["nats"] == pytest.approx(nats, rel=1e-3)
    assert nats != pytest.approx(-float(model.log_prob(x, [0])[0]), rel=1e-2)
    # All labels share the graphs.
    other = labelled_texts.given("0")
    assert other.stream_steps is given.stream_steps


def test_texts_with_a_sequence_as_context_are_not_offered():
    model = CharRNN(
        (6,), vocabulary="ab", units=4, num_layers=1, context_shape=(6, 2)
    )
    given = as_shown("aligned", model).given(" ".join(["0"] * 12))
    assert tabs.offered(given) == []


def test_tabs_that_know_no_label_are_not_offered(given):
    assert tabs.offered(given) == [
        *("picture", "sample", "draw", "complete", "bits"),
    ]


@pytest.mark.slow
def test_draws_and_scores_are_given_numbers(vectors, ask, image):
    model = vectors.model
    assert vectors.description()["context_shape"] == (3,)
    given = vectors.given("1, -2 0.5")
    context = np.array([1.0, -2.0, 0.5], "float32")
    images, log_prob = samples_of(ask(given, "sample", num=3, seed=3))
    expected = model.sample(3, seed=3, context=context)
    assert images == np.reshape(expected, (3, -1)).tolist()
    np.testing.assert_allclose(
        log_prob, model.log_prob(expected, np.stack([context] * 3)), rtol=1e-5
    )
    asked = {"image": image.ravel().tolist(), "known": [0] * 20}
    images, _ = images_of(ask(given, "complete", seed=1, **asked))
    expected = model.sample(6, seed=1, context=context)
    assert images == np.reshape(expected, (6, -1)).tolist()


@pytest.mark.parametrize(
    "text", [None, "", "1 2", "1 2 3 4", "1 2 x", "1 2 nan"]
)
def test_numbers_that_are_no_context_are_refused(text):
    model = FVSBN((4,), context_shape=(3,))
    with pytest.raises(UsageError, match="must be 3 finite numbers"):
        context_of(model, text)


def test_maps_are_read_by_rows():
    model = GatedPixelCNN(
        (2, 3, 1), num_layers=1, filters=2, context_shape=(2, 3, 1)
    )
    context = context_of(model, "0 1 2 3 4 5")
    np.testing.assert_array_equal(context, np.arange(6.0).reshape(2, 3, 1))


def test_labels_have_names_where_they_are_known(labelled):
    assert labelled.description()["labels"][3] == "cat"
    assert label_names(labelled.model, "digits")[3] == "3"


def test_examples_are_loaded_once_for_all_labels(labelled):
    examples = labelled.given("1").examples
    assert labelled.given("2").examples is labelled.examples is examples


def test_the_models_are_warmed_up_with_a_label(labelled):
    works = [list(work) for work in warming.works(labelled)]
    assert len(works) == 5
    assert all(works)


@pytest.mark.parametrize("label", [None, "-1", "10", "cat"])
def test_a_label_that_there_is_not_is_refused(labelled, label):
    with pytest.raises(UsageError, match="a label from 0 to 9"):
        labelled.given(label)


def test_a_request_says_the_label(labelled):
    with served([labelled]) as address:
        answers = messages(f"{address}/api/0/sample?context=7", {"num": 2})
        images, _ = samples_of(answers)
        expected = labelled.model.sample(2, seed=0, context=LABEL)
        assert images == np.reshape(expected, (2, -1)).tolist()
        for query in ("", "?context=10", "?context=cat"):
            status, text = answer(f"{address}/api/0/sample{query}", {})
            assert status == 400
            assert "label" in json.loads(text)["error"]
