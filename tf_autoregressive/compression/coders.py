"""An encoder and a decoder with one interface, from the library constriction.

Both turn probabilities into the same integers, so that whatever calls them
goes one way for both.

Shapes: n symbols, K levels.
"""

import functools
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
        places = _places(probabilities.shape[1])
        padded = np.zeros(-(-len(levels) // len(places)) * len(places), "int64")
        padded[: len(levels)] = levels
        symbols = (padded.reshape(-1, len(places)) @ places).astype("int32")
        joined = _joined(_normalized(probabilities), len(places))
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
        num_rows, num_levels = probabilities.shape
        places = _places(num_levels)
        joined = _joined(_normalized(probabilities), len(places))
        try:
            symbols = self._decoder.decode(self._family, joined)
        except AssertionError as error:
            raise ValueError(f"No levels were written: {error}") from None
        found = symbols[:, None].astype("int64") // places % num_levels
        return found.reshape(-1)[:num_rows]


def _normalized(probabilities):
    """Returns rows that sum to 1; rows without mass become uniform."""
    totals = probabilities.sum(axis=-1, keepdims=True)
    if not np.isfinite(totals.max()):
        raise ValueError(
            "The conditionals of the model must be finite numbers. Received: "
            f"probabilities that sum to {totals[~np.isfinite(totals)][0]}"
        )
    if totals.min() > 0.0:
        return probabilities / totals
    # A value far in the tails of a mixture has no mass in float64.
    return np.where(
        totals > 0.0,
        probabilities / np.where(totals > 0.0, totals, 1.0),
        1.0 / probabilities.shape[-1],
    )


@functools.cache
def _places(num_levels):
    """Returns what each of the levels that become a symbol is worth in it."""
    size = 1
    while num_levels ** (2 * size) <= _MAX_LEVELS:
        size *= 2
    return num_levels ** np.arange(size)[::-1]


def _joined(probabilities, size):
    """Returns the probabilities of `size` rows, a power of 2, as one symbol.

    They are `[ceil(n / size), K**size]`; rows that are missing at the end have
    level 0.
    """
    num_rows, num_levels = probabilities.shape
    missing = -num_rows % size
    if missing:
        certain = np.zeros([missing, num_levels])
        certain[:, 0] = 1.0
        probabilities = np.concatenate([probabilities, certain])
    while size > 1:
        pairs = probabilities[::2, :, None] * probabilities[1::2, None]
        probabilities, size = pairs.reshape(len(pairs), -1), size // 2
    return np.ascontiguousarray(probabilities)


def _constriction() -> Any:
    try:
        import constriction
    except ImportError as error:
        raise ImportError(
            "Compression needs constriction: "
            'pip install "tf_autoregressive[compression]"'
        ) from error
    return constriction
