"""A model of texts takes and gives texts."""

import numpy as np
import pytest
import tensorflow as tf

from export.signatures.text_signatures import TextSignatures
from export.signatures.text_signatures import signatures_of
from tests.layers.convolutions import randomise
from tests.zoo import BY_NAME
from tf_autoregressive.models import CharRNN

CHARACTERS = "bca é"
STEPS = 6


@pytest.fixture
def model(rng):
    model = CharRNN((STEPS,), units=5, vocabulary=CHARACTERS)
    randomise([model], rng, scale=0.6)
    return model


@pytest.fixture
def signatures(model):
    return signatures_of(model, max_num_samples=9)


def test_models_without_a_vocabulary_have_no_texts():
    model = BY_NAME["fvsbn"].make()
    found = signatures_of(model, max_num_samples=9)
    assert not isinstance(found, TextSignatures)


@pytest.mark.slow
def test_texts_of_all_lengths_are_scored(model, signatures):
    texts = ["bca éb", "é", " aa"]
    answer = signatures.log_prob_text(tf.constant(texts))
    for text, log_prob, bits in zip(
        texts, answer["log_prob"], answer["bits_per_char"], strict=True
    ):
        numbers = np.zeros([1, STEPS], "int32")
        numbers[0, : len(text)] = model.encode(text)
        expected = model.log_prob_per_dim(numbers)[0, : len(text)].numpy().sum()
        np.testing.assert_allclose(log_prob, expected, rtol=1e-5)
        np.testing.assert_allclose(
            bits, -expected / len(text) / np.log(2.0), rtol=1e-5
        )


@pytest.mark.slow
def test_texts_are_continued(model, signatures):
    texts = ["b", "é a", "bca éb"]
    seed = tf.constant(3, tf.int64)
    answer = signatures.complete_text(tf.constant(texts), seed)
    numbers = np.zeros([3, STEPS], "int32")
    known = np.zeros([3, STEPS], bool)
    for row, text in enumerate(texts):
        numbers[row, : len(text)] = model.encode(text)
        known[row, : len(text)] = True
    expected = model.complete(numbers, known, seed=3).numpy()
    np.testing.assert_array_equal(answer["events"], expected)
    completed = [text.decode() for text in answer["text"].numpy()]
    assert completed == [model.decode(row) for row in expected]
    for text, whole in zip(texts, completed, strict=True):
        assert whole.startswith(text)


@pytest.mark.slow
def test_samples_are_given_as_texts(model, signatures):
    answer = signatures.sample(
        tf.constant(4),
        tf.constant(3, tf.int64),
        tf.constant(0, tf.int64),
        temperature=tf.constant(1.0),
    )
    drawn = [text.decode() for text in answer["text"].numpy()]
    assert drawn == [model.decode(row) for row in model.sample(4, seed=3)]


@pytest.mark.slow
def test_info_tells_the_characters(signatures):
    answer = signatures.info(tf.constant([0]))
    assert answer["vocabulary"][0].numpy().decode() == CHARACTERS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (["bcabcab"], "1 to 6 characters. Received texts of 7 to 7"),
        (["", "b"], "1 to 6 characters. Received texts of 0 to 1"),
        (["b", "bx"], "characters of the model. Received x"),
        ([b"\xff"], "characters of the model. Received \\xef\\xbf\\xbd"),
        ("b", "must have shape [batch]"),
    ],
)
def test_the_error_names_the_text(signatures, text, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        signatures.log_prob_text(tf.constant(text))
    assert "`text` must" in str(error.value)
    assert message in str(error.value)


@pytest.mark.slow
def test_the_export_takes_texts_without_the_library(model, tmp_path, capfd):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from export import export_model
    from export import verify

    assert verify(export_model(model, tmp_path / "texts"))
    printed = capfd.readouterr().out
    assert "  log_prob_text     agrees" in printed
    assert "  complete_text     agrees" in printed
    readme = (tmp_path / "texts" / "README.md").read_text()
    assert '"log_prob_text",\n    text=np.array([b' in readme
    body = (tmp_path / "texts" / "requests" / "complete_text.json").read_text()
    assert '"text": ["' in body


@pytest.mark.slow
def test_unknown_characters_are_what_the_model_takes_them_for(rng):
    model = CharRNN((STEPS,), units=5, vocabulary=CHARACTERS, unknown="a")
    randomise([model], rng, scale=0.6)
    signatures = signatures_of(model, max_num_samples=9)
    answer = signatures.log_prob_text(tf.constant(["bxc", "bac", "é日a"]))
    scores = answer["log_prob"].numpy()
    assert scores[0] == scores[1]
    assert np.isfinite(scores).all()
