"""How a draw departs from the model's own distribution."""

import numbers
import typing

# Below, logits over the temperature leave the range of float32.
MIN_TEMPERATURE = 1e-6


class SamplingOptions(typing.NamedTuple):
    """Options of a draw; the default draws from the model itself.

    Attributes:
        method: `"incremental"` computes every activation once; `"full"`
            recomputes the network at every position, as a reference.
        temperature: At least 1e-6; below 1 sharpens every conditional.
        top_k: Draw from the `k` most probable values, `None` from all.
        top_p: Draw from the fewest values that hold this probability.
        min_p: Draw from the values that are at least this many times as
            probable as the most probable one.
    """

    method: str = "incremental"
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None

    def checked(self):
        """Returns itself, or raises a `ValueError` naming what is wrong."""
        if self.method not in ("incremental", "full"):
            raise ValueError(
                '`method` must be "incremental" or "full". '
                f"Received: method={self.method!r}"
            )
        if not (
            _is_real(self.temperature) and self.temperature >= MIN_TEMPERATURE
        ):
            raise ValueError(
                "`temperature` must be positive, a number of at least "
                f"{MIN_TEMPERATURE}. Received: temperature={self.temperature}"
            )
        if self.top_k is not None and not (
            isinstance(self.top_k, numbers.Integral) and self.top_k >= 1
        ):
            raise ValueError(
                "`top_k` must be at least 1, and whole. "
                f"Received: top_k={self.top_k}"
            )
        for name in ("top_p", "min_p"):
            share = getattr(self, name)
            if share is not None and not (
                _is_real(share) and 0.0 < share <= 1.0
            ):
                raise ValueError(
                    f"`{name}` must be in (0, 1]. Received: {name}={share}"
                )
        return self

    def tempered(self, output, parameters):
        """Returns the parameters `[..., P]` that these options draw from."""
        if self == SamplingOptions(method=self.method):
            return parameters
        return output.tempered(
            parameters, self.temperature, self.top_k, self.top_p, self.min_p
        )


def _is_real(number):
    """Whether it is a number of Python or NumPy, no tensor or text."""
    return isinstance(number, numbers.Real)
