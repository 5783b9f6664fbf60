"""Texts drawn from a run's model: saved, streamed, and what is refused."""

import types

import numpy as np
import pytest

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import NGramMLP
from trainers.errors import UsageError
from trainers.media import draws
from trainers.media import texts


@pytest.fixture(scope="module")
def model():
    return NGramMLP((8,), vocabulary="abc \n", order=3, units=4)


def asked(**options):
    defaults = {"prime": None, "steps": None, "stream": False, "out": None}
    return types.SimpleNamespace(**{**defaults, **options})


def test_texts_begin_with_the_prime(model):
    drawn = texts.draw_texts(model, 2, 5, prime="ab", seed=0)
    assert [len(text) for text in drawn] == [7, 7]
    assert all(text.startswith("ab") for text in drawn)


def test_a_stream_is_what_is_drawn_at_once(model, capsys):
    texts.print_as_drawn(model, 130, prime="ab", seed=3)
    (expected,) = texts.draw_texts(model, 1, 130, prime="ab", seed=3)
    assert capsys.readouterr().out == expected + "\n"


def test_texts_are_saved_with_a_rule_between_them(model, tmp_path):
    path = tmp_path / "texts.txt"
    texts.save_texts(path, ["abc", "cab"])
    assert path.read_text().split("\n" + 72 * "-" + "\n") == ["abc", "cab\n"]


def test_an_unknown_character_in_the_prime_is_named(model):
    with pytest.raises(UsageError, match=r"--prime: .*Received: 'x'"):
        texts.check_options(model, asked(prime="abx"))
    texts.check_options(model, asked(prime="ab", stream=True))


def test_what_is_printed_goes_into_no_file(model):
    with pytest.raises(UsageError, match="--stream prints a text"):
        texts.check_options(model, asked(stream=True, out="a.txt"))


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.wav", "Texts go into a .txt file"), ("none/a.txt", "no directory")],
)
def test_files_of_texts_are_checked(name, message, tmp_path):
    with pytest.raises(UsageError, match=message):
        texts.check_file(tmp_path / name)


def test_the_prime_is_printed_as_the_model_sees_it(capsys):
    model = CharRNN((4,), vocabulary="ab_", unknown="_", units=3)
    texts.print_as_drawn(model, 1, prime="axb", seed=0)
    assert capsys.readouterr().out.startswith("a_b")
    (drawn,) = texts.draw_texts(model, 1, 1, prime="axb", seed=0)
    assert drawn.startswith("a_b")


@pytest.mark.parametrize(
    ("options", "of_what"),
    [
        ({"prime": "a"}, "texts"),
        ({"steps": 3}, "sequences"),
        ({"stream": True}, "texts"),
    ],
)
def test_other_models_have_no_texts(options, of_what):
    with pytest.raises(UsageError, match=f"is for models of {of_what}"):
        texts.check_options(FVSBN((4,)), asked(**options))


def test_sequences_with_a_length_have_no_steps():
    model = CharRNN(
        (4, 3), distribution="bernoulli", units=3, variable_length=True
    )
    texts.check_options(model, asked())
    with pytest.raises(UsageError, match="--steps is for models without"):
        texts.check_options(model, asked(steps=3))


def test_completions_stand_behind_what_they_complete(model, tmp_path):
    path = tmp_path / "completions.txt"
    numbers = np.array([[[0, 1], [1, 2]], [[2, 0], [0, 0]]])
    draws.save_completions(path, numbers[:, 0], None, numbers[:, 1:], model)
    parts = path.read_text().split("-" * 72)
    assert [part.strip() for part in parts] == [
        *("[the text]\nab", "[a completion]\nbc"),
        *("[the text]\nca", "[a completion]\naa"),
    ]


def test_a_text_is_no_picture(model, tmp_path):
    assert draws.form_of(model) == ".txt"
    with pytest.raises(UsageError, match=r"ends in .txt or .npz. Received"):
        draws.check_file(tmp_path / "a.png", draws.form_of(model))
