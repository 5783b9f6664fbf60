"""The cost of storing weights in fewer bits, in nats, and its limit.

Shapes: B reference events.
"""

import json
import pathlib
import typing

import numpy as np

from tf_autoregressive.files import replace_text
from tf_autoregressive.models import AutoregressiveModel

from ..signatures.stored_weights import SmallerWeights
from ..signatures.stored_weights import StoredWeights
from .reference import Exchange

QUANTIZATIONS = ("float16", "int8")
_RECORD = "quantization.json"


class Change(typing.NamedTuple):
    """The change of scores by weights that are stored in fewer bits.

    Attributes:
        quantize: The name of the way in which weights are stored.
        events: Number of reference events, `B`.
        mean_nats: Mean change of their `log_prob`, nats.
        largest_nats_per_dim: The largest change, without its sign, divided by
            the number of dimensions of an event.
        quantize_tolerance: The most that it may be.
    """

    quantize: str
    events: int
    mean_nats: float
    largest_nats_per_dim: float
    quantize_tolerance: float

    def checked(self) -> "Change":
        """Returns itself, or raises a `ValueError` beyond the tolerance."""
        # The comparison is negated, because NaN is beyond the tolerance as
        # well.
        if not self.largest_nats_per_dim <= self.quantize_tolerance:
            raise ValueError(
                f"`quantize_tolerance` is exceeded: with {self.quantize} "
                f"weights a score changes by {self.largest_nats_per_dim:.2g} "
                "nats per dimension. Received: "
                f"quantize_tolerance={self.quantize_tolerance}"
            )
        return self

    def save(self, folder: pathlib.Path) -> None:
        """Writes itself as JSON into a folder."""
        replace_text(folder / _RECORD, json.dumps(self._asdict(), indent=2))

    def __str__(self):
        return (
            f"{self.quantize} weights: log_prob of {self.events} reference "
            f"events changes by {self.mean_nats:+.2g} nats on average, by at "
            f"most {self.largest_nats_per_dim:.2g} nats per dimension "
            f"(tolerance {self.quantize_tolerance:g})"
        )


def stored_weights(
    model: AutoregressiveModel, quantize: str | None
) -> StoredWeights:
    """Returns the weights of a model as an export stores them.

    Raises:
        ValueError: If `quantize` is neither `None` nor one of `QUANTIZATIONS`.
    """
    if quantize is None:
        return StoredWeights(model)
    if quantize not in QUANTIZATIONS:
        raise ValueError(
            f"`quantize` must be None or one of {', '.join(QUANTIZATIONS)}. "
            f"Received: quantize={quantize!r}"
        )
    return SmallerWeights(model, quantize)


def measured(
    model: AutoregressiveModel,
    quantize: str,
    found: list[Exchange],
    quantize_tolerance: float,
) -> Change:
    """Returns the change of the scores of recorded events.

    Args:
        model: The model with its exact weights.
        quantize: The name of the way in which weights are stored.
        found: `reference.Exchange`s, answered with the stored weights.
        quantize_tolerance: The most that a score may change, nats per
            dimension.
    """
    scored = next(e for e in found if e.signature == "log_prob")
    inputs = dict(scored.inputs)
    x = inputs.pop("events").astype(model.event.dtype.as_numpy_dtype)
    exact = model.log_prob(x, **inputs).numpy().astype("float64")
    change = scored.outputs["log_prob"] - exact
    return Change(
        quantize,
        len(change),
        float(change.mean()),
        float(np.abs(change).max() / model.num_dims),
        quantize_tolerance,
    )
