"""Texts drawn from a run's model: saved, streamed, and what is refused."""

import numpy as np
import pytest

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import NGramMLP
from tf_autoregressive.models import Transformer
from trainers.commands.drawn_files import files_to_write
from trainers.errors import UsageError
from trainers.media import Text
from trainers.media import medium_of


@pytest.fixture(scope="module")
def model():
    return NGramMLP((8,), vocabulary="abc \n", order=3, units=4)


def asked(**options):
    defaults = {"prime": None, "steps": None, "stream": False, "out": None}
    return defaults | options


def test_texts_begin_with_the_prime(model):
    drawn = Text(model).draw(2, steps=5, prime="ab", seed=0)
    assert [len(text) for text in drawn] == [7, 7]
    assert all(text.startswith("ab") for text in drawn)


def test_a_stream_is_what_is_drawn_at_once(model, capsys):
    Text(model).stream(steps=130, prime="ab", seed=3)
    (expected,) = Text(model).draw(1, steps=130, prime="ab", seed=3)
    assert capsys.readouterr().out == expected + "\n"


def test_texts_are_saved_with_a_rule_between_them(model, tmp_path):
    path = tmp_path / "texts.txt"
    Text(model).save_samples(path, ["abc", "cab"])
    assert path.read_text().split("\n" + 72 * "-" + "\n") == ["abc", "cab\n"]


def test_an_unknown_character_in_the_prime_is_named(model):
    with pytest.raises(UsageError, match=r"--prime: .*Received: 'x'"):
        Text(model).check_request(**asked(prime="abx"))
    Text(model).check_request(**asked(prime="ab", stream=True))


def test_texts_are_no_longer_than_the_model_knows():
    model = Transformer(
        (8,),
        vocabulary="abc",
        units=4,
        num_layers=1,
        num_heads=1,
        positions="learned",
    )
    Text(model).check_request(**asked())
    Text(model).check_request(**asked(prime="abc", steps=5))
    for wrong in ({"prime": "a"}, {"steps": 9}, {"prime": "abc", "steps": 6}):
        with pytest.raises(UsageError, match="at most 8 together"):
            Text(model).check_request(**asked(**wrong))


def test_steps_are_no_more_than_the_model_knows():
    model = Transformer(
        (8,),
        num_levels=3,
        units=4,
        num_layers=1,
        num_heads=1,
        positions="learned",
    )
    medium_of(model).check_request(**asked(steps=8))
    with pytest.raises(UsageError, match="Received: 9 and 0"):
        medium_of(model).check_request(**asked(steps=9))


def test_what_is_printed_goes_into_no_file(model):
    with pytest.raises(UsageError, match="--stream prints a text"):
        Text(model).check_request(**asked(stream=True, out="a.txt"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.wav", r"a file that ends in .txt. Received: .*a.wav"),
        ("none/a.txt", "no directory"),
    ],
)
def test_files_of_texts_are_checked(name, message, tmp_path):
    out, default = str(tmp_path / name), tmp_path / "samples"
    with pytest.raises(UsageError, match=message):
        files_to_write(out, default, Text.sample_suffixes)


def test_the_prime_is_printed_as_the_model_sees_it(capsys):
    model = CharRNN((4,), vocabulary="ab_", unknown="_", units=3)
    Text(model).stream(steps=1, prime="axb", seed=0)
    assert capsys.readouterr().out.startswith("a_b")
    (drawn,) = Text(model).draw(1, steps=1, prime="axb", seed=0)
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
        medium_of(FVSBN((4,))).check_request(**asked(**options))


def test_sequences_with_a_length_have_no_steps():
    model = CharRNN(
        (4, 3), distribution="bernoulli", units=3, variable_length=True
    )
    medium_of(model).check_request(**asked())
    with pytest.raises(UsageError, match="--steps is for models without"):
        medium_of(model).check_request(**asked(steps=3))


def test_completions_stand_behind_what_they_complete(model, tmp_path):
    path = tmp_path / "completions.txt"
    numbers = np.array([[[0, 1], [1, 2]], [[2, 0], [0, 0]]])
    Text(model).save_completions(path, numbers[:, 0], None, numbers[:, 1:])
    parts = path.read_text().split("-" * 72)
    assert [part.strip() for part in parts] == [
        *("[the text]\nab", "[a completion]\nbc"),
        *("[the text]\nca", "[a completion]\naa"),
    ]


def test_completions_of_texts_are_texts_or_numbers(model, tmp_path):
    suffixes = medium_of(model).completion_suffixes
    assert suffixes == (".txt", ".npz")
    with pytest.raises(UsageError, match=r"ends in .txt or .npz. Received"):
        files_to_write(str(tmp_path / "a.png"), tmp_path / "x", suffixes)
