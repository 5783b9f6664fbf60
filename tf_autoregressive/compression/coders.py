"""An encoder and a decoder with one interface, from the library constriction.

Both turn probabilities into the same integers, so that whatever calls them
goes one way for both.

Shapes: n symbols, K levels.
"""

from typing import Any

import numpy as np

# The coder loses about 1e-4 bits for every symbol, whatever its probability.
# Symbols of few levels are joined to one of at most so many.
_MAX_LEVELS = 256


class Encoder:
    """Writes levels; `words` are what it wrote."""

    def __init__(self) -> None:
        constriction = _constriction()
        self._encoder = constriction.stream.queue.RangeEncoder()
        self._family = constriction.stream.model.Categorical(perfect=False)

    def code(
        self, probabilities: np.ndarray, levels: np.ndarray | None
    ) -> np.ndarray:
        """Writes levels `[n]`, and returns them.

        Args:
            probabilities: float64 `[n, K]`, up to a factor.
            levels: int `[n]`, in `[0, K)`.

        Raises:
            ValueError: If a probability is not a finite number.
        """
        levels = np.asarray(levels)
        normalized = _normalized(probabilities)
        for rows, size in _parts(*normalized.shape):
            joined = _joined(normalized[rows], size)
            symbols = _symbols(levels[rows], normalized.shape[1], size)
            self._encoder.encode(symbols, self._family, joined)
        return levels

    @property
    def words(self) -> bytes:
        """What was written so far, 32-bit words, the least byte first."""
        return self._encoder.get_compressed().astype("<u4").tobytes()


class Decoder:
    """Reads the levels that an `Encoder` wrote.

    Args:
        words: The `words` of the encoder.
    """

    def __init__(self, words: bytes) -> None:
        constriction = _constriction()
        numbers = np.frombuffer(words, "<u4").astype("uint32")
        self._decoder = constriction.stream.queue.RangeDecoder(numbers)
        self._family = constriction.stream.model.Categorical(perfect=False)

    def code(
        self, probabilities: np.ndarray, levels: np.ndarray | None
    ) -> np.ndarray:
        """Returns the next levels, int64 `[n]`.

        Args:
            probabilities: float64 `[n, K]`, up to a factor.
            levels: Not used.

        Raises:
            ValueError: If no levels of these probabilities were written.
        """
        normalized = _normalized(probabilities)
        levels = np.empty(len(normalized), "int64")
        for rows, size in _parts(*normalized.shape):
            joined = _joined(normalized[rows], size)
            try:
                symbols = self._decoder.decode(self._family, joined)
            except AssertionError as error:
                raise ValueError(f"No levels were written: {error}") from None
            levels[rows] = _levels(symbols, normalized.shape[1], size)
        return levels


def _normalized(probabilities):
    """Returns rows that sum to 1; rows without mass become uniform."""
    totals = probabilities.sum(axis=-1, keepdims=True)
    if not np.all(np.isfinite(totals)):
        raise ValueError(
            "The conditionals of the model must be finite numbers. Received: "
            f"probabilities that sum to {totals[~np.isfinite(totals)][0]}"
        )
    # A value far in the tails of a mixture has no mass in float64.
    return np.where(
        totals > 0.0,
        probabilities / np.where(totals > 0.0, totals, 1.0),
        1.0 / probabilities.shape[-1],
    )


def _parts(num_rows, num_levels):
    """Yields slices of rows, and how many rows of each become one symbol."""
    size = 1
    while num_levels ** (size + 1) <= _MAX_LEVELS:
        size += 1
    whole = num_rows // size * size
    if whole:
        yield slice(0, whole), size
    if whole < num_rows:
        yield slice(whole, num_rows), num_rows - whole


def _joined(probabilities, size):
    """Returns `[n / size, K**size]`: probabilities of `size` rows at once."""
    rows = probabilities.reshape(-1, size, probabilities.shape[1])
    joined = rows[:, 0]
    for index in range(1, size):
        joined = joined[:, :, None] * rows[:, index, None]
        joined = joined.reshape(len(rows), -1)
    return np.ascontiguousarray(joined)


def _symbols(levels, num_levels, size):
    places = num_levels ** np.arange(size)[::-1]
    return (levels.reshape(-1, size) @ places).astype("int32")


def _levels(symbols, num_levels, size):
    places = num_levels ** np.arange(size)[::-1]
    return (symbols[:, None].astype("int64") // places % num_levels).reshape(-1)


def _constriction() -> Any:
    try:
        import constriction
    except ImportError as error:
        raise ImportError(
            "Compression needs constriction: "
            'pip install "tf_autoregressive[compression]"'
        ) from error
    return constriction
