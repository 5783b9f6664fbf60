"""An encoder and a decoder with one interface, from the library constriction.

Both turn probabilities into the same integers, so that whatever calls them
goes one way for both. They are called once for every position of all events, so
each operation of NumPy counts.

Shapes: n symbols, K levels.
"""

import abc
import functools
import itertools
from typing import Any

import numpy as np

# The coder loses about 1e-4 bits for every symbol, whatever its probability.
# Symbols of few levels are joined to one of at most so many.
_MAX_LEVELS = 256
# It stands for the log-probability of a level that is impossible, because a
# product of infinity and zero is not a number.
_IMPOSSIBLE = -1e4


class _Coder(abc.ABC):
    def __init__(self) -> None:
        categorical = _constriction().stream.model.Categorical
        self._family = categorical(perfect=False)

    @abc.abstractmethod
    def code(
        self, probabilities: np.ndarray, levels: np.ndarray | None
    ) -> np.ndarray:
        """Returns the levels `[n]`, in `[0, K)`, that are written or read.

        Args:
            probabilities: float64 `[n, K]`, each row up to a factor.
            levels: int `[n]`; a decoder does not use them.

        Raises:
            ValueError: If a row cannot be probabilities, or a decoder finds
                that no levels of these probabilities were written.
        """

    def code_logs(
        self, log_probabilities: np.ndarray, levels: np.ndarray | None
    ) -> np.ndarray:
        """Returns the levels `[n]`, as `code` does.

        Rows of few levels become one symbol together, which loses less.

        Args:
            log_probabilities: float64 `[n, K]`, at most 0 and not all of a row
                very small.
            levels: As `code` takes them.
        """
        num_rows, num_levels = log_probabilities.shape
        digits, chosen = _joining(num_levels)
        size = digits.shape[1]
        if size == 1:
            return self.code(np.exp(log_probabilities), levels)
        num_symbols = -(-num_rows // size)
        # Rows that are missing at the end cost nothing.
        rows = np.full([num_symbols * size, num_levels], _IMPOSSIBLE)
        rows[:, 0] = 0.0
        np.maximum(log_probabilities, _IMPOSSIBLE, out=rows[:num_rows])
        joined = np.exp(rows.reshape(num_symbols, -1) @ chosen)
        symbols = None
        if levels is not None:
            padded = np.zeros([num_symbols * size], "int64")
            padded[:num_rows] = levels
            places = num_levels ** np.arange(size)[::-1]
            symbols = padded.reshape(num_symbols, size) @ places
        return digits[self.code(joined, symbols)].reshape(-1)[:num_rows]


class Encoder(_Coder):
    """Writes levels; `words` are what it wrote."""

    def __init__(self) -> None:
        super().__init__()
        self._encoder = _constriction().stream.queue.RangeEncoder()

    def code(
        self, probabilities: np.ndarray, levels: np.ndarray | None
    ) -> np.ndarray:
        levels = np.asarray(levels)
        try:
            self._encoder.encode(
                levels.astype("int32"), self._family, probabilities
            )
        except ValueError:
            _check_finite(probabilities)
            raise
        return levels

    @property
    def words(self) -> bytes:
        """What was written so far, 32-bit words, the least byte first."""
        return self._encoder.get_compressed().astype("<u4").tobytes()


class Decoder(_Coder):
    """Reads the levels that an `Encoder` wrote.

    Args:
        words: The `words` of the encoder.
    """

    def __init__(self, words: bytes) -> None:
        super().__init__()
        numbers = np.frombuffer(words, "<u4").astype("uint32")
        self._decoder = _constriction().stream.queue.RangeDecoder(numbers)

    def code(
        self, probabilities: np.ndarray, levels: np.ndarray | None
    ) -> np.ndarray:
        try:
            return self._decoder.decode(self._family, probabilities)
        except AssertionError as error:
            raise ValueError(f"No levels were written: {error}") from None


@functools.cache
def _joining(num_levels):
    """Returns tables for symbols that are several levels each.

    Returns:
        digits: int `[symbols, size]`, the levels of each.
        chosen: `[size * K, symbols]`, 1 where a symbol has a level at a place.
    """
    size = 1
    while num_levels ** (2 * size) <= _MAX_LEVELS:
        size *= 2
    if size == 1:
        return np.arange(num_levels)[:, None], None
    digits = np.array([*itertools.product(range(num_levels), repeat=size)])
    chosen = digits[:, :, None] == np.arange(num_levels)
    chosen = chosen.reshape(len(digits), -1).T
    return digits, np.ascontiguousarray(chosen, "float64")


def _check_finite(probabilities):
    totals = probabilities.sum(axis=-1)
    if not np.isfinite(totals).all():
        raise ValueError(
            "The conditionals of the model must be finite numbers. Received: "
            f"probabilities that sum to {totals[~np.isfinite(totals)][0]}"
        )


def _constriction() -> Any:
    try:
        import constriction
    except ImportError as error:
        raise ImportError(
            "Compression needs constriction: "
            'pip install "tf_autoregressive[compression]"'
        ) from error
    return constriction
