"""Texts drawn from a model that has a vocabulary."""

import pathlib
import sys

from ..errors import UsageError
from ..errors import usage_errors
from ..files import check_directory
from ..files import write_text

_RULE = "\n" + 72 * "-" + "\n"


def check_options(model, arguments):
    """Checks the arguments that only models of texts, or of sequences, take.

    Raises:
        UsageError: If a text is asked of a model without a vocabulary, a
            number of steps of a model that has one of its own, a file
            of a text that is printed, or the prime has a character that the
            model does not know.
    """
    if vocabulary(model) is None:
        for name in ("prime", "stream"):
            if getattr(arguments, name):
                raise _not_for(model, name, "texts")
        if arguments.steps and not hasattr(model, "generate"):
            raise _not_for(model, "steps", "sequences")
        if arguments.steps and model.variable_length:
            raise UsageError(
                "--steps is for models without `variable_length`; this one "
                "draws sequences of the lengths in its context."
            )
        return
    if arguments.stream and arguments.out:
        raise UsageError(
            "--stream prints a text and writes no file: leave out --out, or "
            f"--stream. Received: --out {arguments.out}"
        )
    with usage_errors("--prime: "):
        model.encode(arguments.prime or "")


def _not_for(model, name: str, what: str) -> UsageError:
    return UsageError(
        f"--{name} is for models of {what}; this is a {type(model).__name__} "
        f"of events of shape {model.event_shape}."
    )


def check_file(path: pathlib.Path):
    """Checks that texts can go into a file of this name.

    Raises:
        UsageError: If it does not end in `.txt`, or its directory does not
            exist.
    """
    if path.suffix != ".txt":
        raise UsageError(f"Texts go into a .txt file. Received: {path}")
    check_directory(path)


def vocabulary(model):
    """Returns the model's characters, `None` if its events are not texts."""
    return getattr(model, "vocabulary", None)


def draw_texts(model, num: int, steps: int, *, prime="", **options):
    """Returns `num` texts that begin with the prime.

    Args:
        model: A `SequenceModel` with a vocabulary.
        num: Number of texts.
        steps: Characters to draw.
        prime: The beginning that the texts continue.
        **options: Passed to the model's `generate`.
    """
    drawn = model.generate(num, steps, prime=prime, **options)
    prime = _as_known(model, prime)
    return [prime + model.decode(numbers) for numbers in drawn]


def print_as_drawn(model, steps: int, *, prime="", **options):
    """Prints one text, chunk after chunk, as it is drawn."""
    sys.stdout.write(_as_known(model, prime))
    for chunk in model.stream(1, steps, prime=prime, **options):
        sys.stdout.write(model.decode(chunk[0]))
        sys.stdout.flush()
    sys.stdout.write("\n")


def _as_known(model, text):
    """Returns the text as the model sees it: unknown characters replaced."""
    return model.decode(model.encode(text))


def save_completions(path: pathlib.Path, originals, completed, model):
    """Writes every text, and after it the completions of the model.

    Args:
        path: The file.
        originals: Numbers of characters `[num, T]`.
        completed: Numbers `[num, completions, T]`.
        model: The model, which has a vocabulary.
    """
    save_texts(
        path,
        [
            f"{title}\n{model.decode(numbers)}"
            for original, several in zip(originals, completed, strict=True)
            for title, numbers in [
                ("[the text]", original),
                *(("[a completion]", numbers) for numbers in several),
            ]
        ],
    )


def save_texts(path: pathlib.Path, texts: list[str]):
    """Writes texts to a file, with a rule between them."""
    write_text(path, _RULE.join(texts) + "\n")
