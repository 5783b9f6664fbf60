"""Characters and the numbers that stand for them."""

from collections.abc import Sequence
from typing import Any
from typing import Self

import numpy as np

from tf_autoregressive.types import Array


class Vocabulary:
    """The characters that a model knows, in the order of their numbers.

    Args:
        characters: Different characters; the number of each is its index.
        unknown: The character that replaces all that are not among them, or
            `None`, for which these are an error.

    Raises:
        ValueError: If there are fewer than two characters, one appears twice or
            is not a single character, or `unknown` is not among them.

    Example:
        >>> vocabulary = Vocabulary.of("to be")
        >>> vocabulary.characters
        ' beot'
        >>> vocabulary.encode("bet").tolist()
        [1, 2, 4]
        >>> vocabulary.decode([4, 3])
        'to'
    """

    def __init__(
        self, characters: str | Sequence[str], *, unknown: str | None = None
    ) -> None:
        if not isinstance(characters, (str, list, tuple)) or any(
            not _is_character(character) for character in characters
        ):
            raise ValueError(
                "`characters` must be a text or a list of single characters "
                f"that UTF-8 has. Received: characters={characters!r}"
            )
        characters = "".join(characters)
        if len(characters) < 2 or len(set(characters)) < len(characters):
            raise ValueError(
                "`characters` must be at least two, all different. "
                f"Received: characters={characters!r}"
            )
        if unknown is not None and not (
            _is_character(unknown) and unknown in characters
        ):
            raise ValueError(
                "`unknown` must be None or one of the characters. "
                f"Received: unknown={unknown!r}"
            )
        self.characters = characters
        self.unknown = unknown
        self._numbers = {c: number for number, c in enumerate(characters)}

    @classmethod
    def of(cls, text: str, **options: Any) -> Self:
        """Returns the vocabulary of the characters of a text, sorted."""
        return cls("".join(sorted(set(text))), **options)

    def __len__(self):
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Returns the numbers of the characters, int32 `[len(text)]`.

        Raises:
            ValueError: If a character is unknown and there is no replacement.
        """
        default = None
        if self.unknown is not None:
            default = self._numbers[self.unknown]
        numbers = [self._numbers.get(c, default) for c in text]
        if None in numbers:
            at = numbers.index(None)
            raise ValueError(
                f"`text` must be of the {len(self)} characters that the model "
                f"knows. Received: {text[at]!r} at position {at}"
            )
        return np.array(numbers, "int32")

    def decode(self, numbers: Array) -> str:
        """Returns the text of numbers `[T]`.

        Raises:
            ValueError: If a number is not an integer in `[0, len(self))`.
        """
        numbers = np.asarray(numbers)
        if numbers.ndim != 1 or (
            numbers.size and numbers.dtype.kind not in "iu"
        ):
            raise ValueError(
                "`numbers` must be integers [T], those of one text. Received: "
                f"shape {numbers.shape}, dtype={numbers.dtype}"
            )
        if numbers.size and not (
            numbers.min() >= 0 and numbers.max() < len(self)
        ):
            raise ValueError(
                f"`numbers` must be in [0, {len(self)}). Received values from "
                f"{numbers.min()} to {numbers.max()}"
            )
        return "".join(self.characters[int(number)] for number in numbers)


def _is_character(value):
    # Half of a pair of surrogates is not a character: files could not hold it.
    return (
        isinstance(value, str)
        and len(value) == 1
        and not "\ud800" <= value <= "\udfff"
    )
