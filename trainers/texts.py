"""Texts drawn from a model that has a vocabulary."""

import pathlib
import sys

from .errors import UsageError
from .files import write_text

_RULE = "\n" + 72 * "-" + "\n"


def check_options(model, arguments):
    """Checks what only models of texts can do.

    Raises:
        UsageError: If a text is asked of a model without a vocabulary, or the
            prime has a character that the model does not know.
    """
    if vocabulary(model) is None:
        for name in ("prime", "steps", "stream"):
            if getattr(arguments, name):
                raise UsageError(
                    f"--{name} is for models of texts; this is a "
                    f"{type(model).__name__} of events of shape "
                    f"{model.event_shape}."
                )
        return
    try:
        model.encode(arguments.prime or "")
    except ValueError as error:
        raise UsageError(f"--prime: {error}") from error


def vocabulary(model):
    """Returns the model's characters, `None` if it is no model of texts."""
    return getattr(model, "vocabulary", None)


def draw_texts(model, num: int, steps: int, *, prime="", **options):
    """Returns `num` texts that begin with the prime.

    Args:
        model: A `SequenceModel` with a vocabulary.
        num: Number of texts.
        steps: Characters to draw.
        prime: What the texts continue.
        **options: Passed to the model's `generate`.
    """
    drawn = model.generate(num, steps, prime=prime, **options)
    return [prime + model.decode(numbers) for numbers in drawn]


def print_as_drawn(model, steps: int, *, prime="", **options):
    """Prints one text, chunk after chunk, as it is drawn."""
    sys.stdout.write(prime)
    for chunk in model.stream(1, steps, prime=prime, **options):
        sys.stdout.write(model.decode(chunk[0]))
        sys.stdout.flush()
    sys.stdout.write("\n")


def save_texts(path: pathlib.Path, texts: list[str]):
    """Writes texts to a file, with a rule between them."""
    write_text(path, _RULE.join(texts) + "\n")
