"""Texts as windows: every character once, nothing of one split in another."""

import numpy as np
import pytest

from tf_autoregressive.datasets import from_text
from tf_autoregressive.datasets import load
from tf_autoregressive.vocabulary import Vocabulary

TEXT = "".join(chr(ord("a") + index % 26) for index in range(1000))


def joined(examples):
    return np.concatenate(list(examples.as_numpy_iterator()))


def test_splits_are_parts_of_the_text_in_their_order():
    data = from_text(TEXT, steps=10, validation_share=0.1, test_share=0.2)
    numbers = Vocabulary.of(TEXT).encode(TEXT)
    np.testing.assert_array_equal(joined(data.validation), numbers[:100])
    np.testing.assert_array_equal(joined(data.train), numbers[100:800])
    np.testing.assert_array_equal(joined(data.test), numbers[800:])
    assert data.info.vocabulary == "abcdefghijklmnopqrstuvwxyz"
    assert data.info.num_levels == 26


def test_training_windows_may_overlap_and_stay_in_their_split():
    data = from_text(TEXT, steps=10, stride=3)
    windows = np.stack(list(data.train.as_numpy_iterator()))
    assert len(windows) == (850 - 10) // 3 + 1
    np.testing.assert_array_equal(windows[1, :7], windows[0, 3:])
    assert data.info.split_sizes["test"] == 10


def test_a_vocabulary_may_be_given():
    data = from_text("abx" * 40, steps=5, characters="ba_", unknown="_")
    assert data.info.vocabulary == "ba_"
    assert data.info.unknown == "_"
    np.testing.assert_array_equal(joined(data.train)[:3], [1, 0, 2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "`steps` must be an integer of"),
        ({"steps": 10, "stride": 0}, "`stride` must be an integer of"),
        ({"steps": 60}, "The validation split has 50 characters"),
        ({"steps": 10, "test_share": 1.2}, "`test_share` must not be"),
        ({"steps": 10, "test_share": np.nan}, "`test_share` must not be"),
        ({"steps": 10, "test_share": "a"}, "`test_share` must not be"),
        ({"steps": 10, "validation_share": -0.1}, "must not be negative"),
        ({"steps": 10, "characters": ""}, "`characters` must be at least two"),
        ({"steps": 10, "characters": "abc"}, "Received: 'd' at position 3"),
    ],
)
def test_arguments_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        from_text(TEXT, **options)


@pytest.mark.parametrize("text", ["", b"abab"])
def test_texts_are_checked(text):
    with pytest.raises(ValueError, match="`text` must be a str with at least"):
        from_text(text, steps=1)


def test_tiny_shakespeare_is_all_there():
    data = load("tiny_shakespeare")
    assert len(data.info.vocabulary) == 65
    assert data.info.event_shape == (260,)
    # The last tenth, to its last character.
    assert data.info.split_sizes["test"] * 260 == 111_540
    vocabulary = Vocabulary(data.info.vocabulary)
    beginning = vocabulary.decode(joined(data.validation)[:15])
    assert beginning == "First Citizen:\n"
    # Training goes on to where the test begins, within a play.
    assert "GREMIO:" in vocabulary.decode(joined(data.train)[-9_999:])


def test_texts_have_no_labels():
    with pytest.raises(ValueError, match="`with_labels` must be False"):
        load("tiny_shakespeare", with_labels=True)


def test_given_texts_are_their_splits():
    data = from_text("abab" * 5, steps=4, validation="bbbb", test="aaaaXa")
    assert data.info.vocabulary == "Xab"
    assert data.info.split_sizes == {"train": 5, "validation": 1, "test": 1}
    np.testing.assert_array_equal(next(iter(data.validation)), [2, 2, 2, 2])
    np.testing.assert_array_equal(next(iter(data.test)), [1, 1, 1, 1])


def test_one_given_text_leaves_the_other_to_its_share():
    data = from_text("ab" * 10, steps=2, test="aa", validation_share=0.3)
    assert data.info.split_sizes == {"train": 7, "validation": 3, "test": 1}


def test_an_empty_given_text_is_refused():
    with pytest.raises(ValueError, match="`test` must be a str with at least"):
        from_text("ab" * 10, steps=2, test="")
