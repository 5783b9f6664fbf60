"""Characters to numbers and back."""

import numpy as np
import pytest

from tf_autoregressive.vocabulary import Vocabulary


def test_numbers_are_indices_of_characters():
    vocabulary = Vocabulary("bca")
    np.testing.assert_array_equal(vocabulary.encode("abcab"), [2, 0, 1, 2, 0])
    assert vocabulary.decode([2, 0, 1]) == "abc"
    assert len(vocabulary) == 3


def test_texts_survive_a_round_trip(rng):
    vocabulary = Vocabulary.of("To be, or not to be: that is the question.\n")
    numbers = rng.integers(len(vocabulary), size=100)
    np.testing.assert_array_equal(
        vocabulary.encode(vocabulary.decode(numbers)), numbers
    )
    assert vocabulary.encode("").shape == (0,)


def test_unknown_characters_are_an_error():
    with pytest.raises(ValueError, match="Received: 'x' at position 2"):
        Vocabulary("abc").encode("abxc")


def test_or_are_replaced():
    vocabulary = Vocabulary("abc", unknown="c")
    np.testing.assert_array_equal(vocabulary.encode("axb"), [0, 2, 1])


@pytest.mark.parametrize(
    ("characters", "options", "message"),
    [
        ("a", {}, "`characters` must be at least two, all different"),
        ("aba", {}, "`characters` must be at least two, all different"),
        ("", {}, "`characters` must be at least two, all different"),
        (["the", "ca"], {}, "`characters` must be a text or a list of single"),
        ({"a", "b"}, {}, "`characters` must be a text or a list of single"),
        ([1, 2], {}, "`characters` must be a text or a list of single"),
        ("a\ud800", {}, "single characters that UTF-8 has"),
        ("ab", {"unknown": "x"}, "`unknown` must be None or one of"),
        ("ab", {"unknown": []}, "`unknown` must be None or one of"),
        ("ab", {"unknown": "ab"}, "`unknown` must be None or one of"),
    ],
)
def test_arguments_are_checked(characters, options, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary(characters, **options)


@pytest.mark.parametrize("numbers", [[3], [-1], [0, 7]])
def test_numbers_are_checked(numbers):
    with pytest.raises(ValueError, match=r"`numbers` must be in \[0, 3\)"):
        Vocabulary("abc").decode(numbers)


@pytest.mark.parametrize("numbers", [[0.9, 1.5], [[0, 1]], 1])
def test_numbers_are_integers_of_one_text(numbers):
    with pytest.raises(ValueError, match=r"`numbers` must be integers \[T\]"):
        Vocabulary("abc").decode(numbers)
