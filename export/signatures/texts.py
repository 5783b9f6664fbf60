"""Texts in the served graph: characters to numbers and back.

Shapes: B batch, T steps.
"""

import numpy as np
import tensorflow as tf

from . import checks


class Texts:
    """The characters of a model as operations on string tensors.

    Args:
        characters: Characters in the order of their numbers.
        num_steps: `T`, the characters of one text.
        unknown: The character that stands for all others, `None` for an error.
    """

    def __init__(
        self, characters: str, num_steps: int, unknown: str | None = None
    ) -> None:
        codes = np.array([ord(character) for character in characters], "int32")
        self._num_steps = num_steps
        self._codes = codes
        self._order = np.argsort(codes).astype("int32")
        self._unknown = None if unknown is None else characters.index(unknown)

    def decode(self, numbers: tf.Tensor) -> tf.Tensor:
        """Returns the texts `[B]`, strings, of numbers `[B, T]`."""
        codes = tf.gather(tf.constant(self._codes), numbers)
        return tf.strings.unicode_encode(codes, "UTF-8")

    def encode(self, texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns numbers `[B, T]` and their counts `[B]`; zeros follow.

        Args:
            texts: The input `text`, strings in UTF-8. Texts that are too long
                end in an error, and so do those that hold other characters
                unless there is an `unknown` one.
        """
        texts = checks.shaped("text", texts, [None])
        # Bytes that are not UTF-8 become U+FFFD, which is then looked up like
        # any other character.
        codes = tf.strings.unicode_decode(texts, "UTF-8", errors="replace")
        counts = tf.cast(codes.row_lengths(), tf.int32)
        texts = checks.require(
            texts,
            tf.reduce_all((counts >= 1) & (counts <= self._num_steps)),
            f"`text` must have 1 to {self._num_steps} characters.",
            tf.strings.join(
                [
                    "texts of ",
                    tf.strings.as_string(tf.reduce_min(counts)),
                    " to ",
                    tf.strings.as_string(tf.reduce_max(counts)),
                ]
            ),
        )
        numbers, known = self._numbers(codes.flat_values)
        unknown = tf.reduce_max(tf.where(known, 0, codes.flat_values))
        numbers = checks.require(
            numbers,
            tf.reduce_all(known),
            "`text` must hold characters of the model.",
            tf.strings.unicode_encode(unknown[None], "UTF-8"),
        )
        # The numbers come from the texts as they were before their check, which
        # the graph would leave out if nothing depended on it.
        with tf.control_dependencies([texts]):
            numbers = codes.with_flat_values(numbers).to_tensor(
                shape=[None, self._num_steps]
            )
        return numbers, counts

    def _numbers(self, codes):
        """Returns the numbers of code points, and whether each has one."""
        ordered = tf.constant(self._codes[self._order])
        # A code above all others would have a place behind the last.
        place = tf.minimum(
            tf.searchsorted(ordered, codes), len(self._codes) - 1
        )
        known = tf.gather(ordered, place) == codes
        numbers = tf.gather(tf.constant(self._order), place)
        if self._unknown is None:
            return numbers, known
        return tf.where(known, numbers, self._unknown), tf.ones_like(known)
