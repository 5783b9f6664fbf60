"""The ways in which `tfar` ends, by what a command raises."""

import pytest
import tensorflow as tf

from trainers.ending import ended
from trainers.errors import UsageError

EXHAUSTED = tf.errors.ResourceExhaustedError(None, None, "no memory\nat all")


def ends(error, words=()):
    def command():
        raise error

    return ended(command, list(words))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UsageError("--num is wrong."), "tfar: --num is wrong."),
        (ImportError("pip install x"), "tfar: pip install x"),
        (FileNotFoundError(2, "No such file", "a"), "tfar: a: No such file."),
        (OSError("it ended"), "tfar: it ended"),
        (MemoryError(), "tfar: there is not enough memory"),
        (EXHAUSTED, "for this: no memory\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_users_can_put_right_is_a_sentence(error, said, capsys):
    assert ends(error) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert len(printed.splitlines()) == 1


def test_a_fault_asks_for_an_issue(capsys):
    words = ["client", "score", "--header", "Key=secret", "--header=K=secret"]
    assert ends(ZeroDivisionError("division by zero"), words) == 70
    printed = capsys.readouterr().err
    assert "open an issue" in printed
    assert f"tensorflow {tf.__version__}" in printed
    assert "tfar client score --header ... --header=..." in printed
    assert "ZeroDivisionError: division by zero" in printed
    assert "secret" not in printed


def test_the_status_of_a_command_is_that_of_the_program():
    assert ended(lambda: 1, []) == 1
    assert ended(lambda: None, []) == 0
