import base64
import io
import math
import wave

import numpy as np
import pytest

from tf_autoregressive.anomaly import Detector
from tf_autoregressive.compression import Codec
from trainers.errors import UsageError
from trainers.media.sound import signal

# What they share takes seconds: an export, or models that compile.
pytestmark = pytest.mark.slow

DRAWING = {"seed": 3, "temperature": 0.8, "top_p": 0.9}


def told(messages):
    return [symbol for m in messages for symbol in m.get("told", [])]


def text_of(messages):
    return "".join(symbol["text"] for symbol in told(messages))


@pytest.mark.parametrize("drawing", [{"seed": 1}, DRAWING])
def test_what_is_written_is_what_the_model_generates(texts, ask, drawing):
    messages = ask(texts, "write", prime="abc", steps=130, **drawing)
    expected = texts.model.generate(1, 130, prime="abc", **drawing)
    assert text_of(messages) == "abc" + texts.model.decode(expected[0])
    given = [m for m in messages if not m["drawn"]]
    assert text_of(given) == "abc"
    assert messages[-1]["share"] == 1.0


@pytest.mark.parametrize("name", ["texts", "short_texts"])
def test_the_surprise_of_a_text_is_that_of_the_model(request, ask, name):
    shown = request.getfixturevalue(name)
    text = "a cab a bac "
    *messages, total = ask(shown, "read", text=text)
    nats = -shown.model.log_prob_per_dim(shown.model.encode(text)[None])[0]
    bits = [symbol["bits"] for symbol in told(messages)]
    np.testing.assert_allclose(bits, nats / math.log(2), atol=1e-3)
    assert total["nats"] == pytest.approx(float(sum(nats)), rel=1e-3)
    for symbol in told(messages):
        of = dict(symbol["others"])
        assert sum(of.values()) == pytest.approx(1.0, abs=1e-3)
        assert -math.log2(of[symbol["text"]]) == pytest.approx(
            symbol["bits"], abs=1e-2
        )


def test_a_text_goes_on_behind_the_event_of_a_model(texts, ask):
    *messages, _ = ask(texts, "read", text="ab" * 40)
    assert text_of(messages) == "ab" * 40


def test_a_text_that_the_model_cannot_read_gets_a_sentence(
    texts, short_texts, ask
):
    with pytest.raises(UsageError, match="x"):
        ask(texts, "read", text="axb")
    with pytest.raises(UsageError, match="12 symbols and no more"):
        ask(short_texts, "read", text="a" * 13)


@pytest.mark.parametrize("drawing", [{"seed": 1}, DRAWING])
def test_notes_are_those_of_the_model(music, ask, drawing):
    messages = ask(music, "music", steps=5, **drawing)
    notes = [some for message in messages for some in message["notes"]]
    roll = music.model.sample(1, context=5, **drawing).numpy()[0, :5]
    assert len(notes) == 5
    for some, step in zip(notes, roll, strict=True):
        assert some == (21 + np.flatnonzero(step)).tolist()


def test_sound_is_what_the_model_generates(sounds, ask):
    *_, last = ask(sounds, "sound", seconds=0.7, **DRAWING)
    with wave.open(io.BytesIO(base64.b64decode(last["wav"]))) as file:
        assert file.getframerate() == 200
        heard = np.frombuffer(file.readframes(1000), "<i2")
    drawn = sounds.model.generate(1, 140, **DRAWING)[0]
    np.testing.assert_array_equal(heard, signal(drawn, 8))


@pytest.mark.parametrize("score", ["likelihood", "typicality"])
def test_p_values_are_those_of_a_detector(images, ask, score):
    image = images.model.sample(1, seed=0).numpy()
    asked = {"image": image.ravel().tolist(), "score": score}
    *_, message = ask(images, "anomaly", **asked)
    detector = Detector(images.model, score)
    detector.calibrate(images.examples.normal)
    assert message["p_value"] == detector.p_value(image)[0]
    surprise = detector.explain(image).ravel() / math.log(2)
    np.testing.assert_allclose(message["bits"], surprise, atol=1e-3)
    # It is calibrated once.
    assert len(ask(images, "anomaly", **asked)) == 1


def test_texts_are_judged_too(texts, ask):
    (example,) = ask(texts, "example", number=3)
    assert texts.model.encode(example["text"]).tolist() == (
        texts.examples.shown[3].tolist()
    )
    *_, message = ask(texts, "anomaly", text="a cab a bac and more")
    assert message["text"] == "a cab a bac "
    assert len(message["bits"]) == 12
    with pytest.raises(UsageError, match="12 characters at once"):
        ask(texts, "anomaly", text="a cab")


@pytest.mark.parametrize("name", ["images", "colours"])
def test_pictures_are_compressed_and_come_back(request, ask, name):
    shown = request.getfixturevalue(name)
    image = shown.model.sample(1, seed=0).numpy()
    flat = image.ravel().tolist()
    _, sizes, last = ask(shown, "compress", image=flat)
    blob = Codec(shown.model, batch_size=1).compress(image)
    assert sizes["bytes"] == len(blob)
    assert 0 < sizes["at_best"] <= sizes["of_picture"] < sizes["bytes"]
    assert min(sizes["png"], sizes["webp"]) > 20
    assert last["image"] == flat


def test_models_have_the_tabs_that_they_can_fill(texts, music, sounds, ask):
    from trainers.demo import tabs

    assert tabs.offered(texts) == ["example", "write", "read", "anomaly"]
    assert tabs.offered(music) == ["music"]
    assert tabs.offered(sounds) == ["sound"]
