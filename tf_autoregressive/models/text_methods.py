"""The texts of a sequence model that has a vocabulary.

Shapes: T steps.
"""

import numpy as np

from tf_autoregressive.types import Array
from tf_autoregressive.vocabulary import Vocabulary


class TextMethods:
    """The methods of a `SequenceModel` that translate texts and numbers.

    The model has the attributes `vocabulary` and `unknown`.
    """

    def encode(self, text: str) -> np.ndarray:
        """Returns the numbers of the characters of a text, int32.

        Characters that are not in the vocabulary become `unknown`.

        Raises:
            ValueError: If the model has no vocabulary, or a character is not in
                it and there is no `unknown`.
        """
        return self._vocabulary().encode(text)

    def decode(self, numbers: Array) -> str:
        """Returns the text of numbers `[T]`.

        Raises:
            ValueError: If the model has no vocabulary, or a number is not one
                of its characters.
        """
        return self._vocabulary().decode(numbers)

    def _vocabulary(self):
        if self.vocabulary is None:
            raise ValueError(
                "This model has no vocabulary: build it with `vocabulary=`."
            )
        return Vocabulary(self.vocabulary, unknown=self.unknown)


def num_levels_of_texts(
    vocabulary: str | None, unknown: str | None, num_levels: int | None
) -> int | None:
    """Returns the number of levels: of a model of texts, that of characters.

    Raises:
        ValueError: If there is a vocabulary and `num_levels` is another number,
            or `unknown` without a vocabulary.
    """
    if vocabulary is None:
        if unknown is not None:
            raise ValueError(
                f"`unknown` needs a `vocabulary`. Received: unknown={unknown!r}"
            )
        return num_levels
    size = len(Vocabulary(vocabulary, unknown=unknown))
    if num_levels not in (None, size):
        raise ValueError(
            f"`num_levels` must be the {size} characters of `vocabulary`. "
            f"Received: num_levels={num_levels}"
        )
    return size
