"""Texts drawn from a run's model: saved, streamed, and what is refused."""

import types

import pytest

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import NGramMLP
from trainers import texts
from trainers.errors import UsageError


@pytest.fixture(scope="module")
def model():
    return NGramMLP((8,), vocabulary="abc \n", order=3, units=4)


def asked(**options):
    defaults = {"prime": None, "steps": None, "stream": False}
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


@pytest.mark.parametrize(
    "options", [{"prime": "a"}, {"steps": 3}, {"stream": True}]
)
def test_other_models_have_no_texts(options):
    with pytest.raises(UsageError, match="is for models of texts"):
        texts.check_options(FVSBN((4,)), asked(**options))
