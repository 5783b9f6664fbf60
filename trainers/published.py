"""Published figures, and how measured ones compare with them."""

from typing import Any
from typing import Literal

import pydantic

# Papers give a score of music by the step and one of texts by the symbol.
_UNITS = ("nats_per_step", "nats_per_token", "nats")


def usual_unit(score: dict[str, Any]) -> str:
    """Returns the unit of papers for such a score, as the entry that has it.

    Args:
        score: An entry `test` of a result.
    """
    return next(unit for unit in _UNITS if score.get(unit) is not None)


class Published(pydantic.BaseModel):
    """A figure that a paper gives for a model and data.

    Attributes:
        value: The figure: a negative log-likelihood, so that lower is better.
        unit: Its unit, as the entry of a score that has the same one.
        source: The paper and the table that give it, and what else has to be
            known to compare it.
        interval: Half the width of its 95% confidence interval, `None` where
            the paper gives none.
        is_checked: Whether it was compared with the paper. One that was not is
            shown, and counts in no summary.
    """

    model_config = pydantic.ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False
    )

    value: float
    unit: Literal["nats", "bits_per_dim", "nats_per_step", "nats_per_token"] = (
        "nats"
    )
    source: str
    interval: pydantic.PositiveFloat | None = None
    is_checked: bool = True

    def __str__(self) -> str:
        unit = self.unit.replace("_per_", "/")
        return f"{self.number} {unit} ({self.source})"

    @property
    def number(self) -> str:
        """The figure with its interval, without the unit."""
        interval = "" if self.interval is None else f" ± {self.interval:.2f}"
        return f"{self.value:.2f}{interval}"

    def measured(self, score: dict[str, Any]) -> float:
        """Returns the score in the unit of the figure, to two decimals."""
        return round(score[self.unit], 2)

    def difference(self, score: dict[str, Any]) -> float:
        """Returns the score minus the figure, to the decimals of papers.

        Args:
            score: An entry `test` of a result.
        """
        return round(self.measured(score) - self.value, 2)

    def verdict(self, score: dict[str, Any]) -> str:
        """Returns "beaten", "within", or by how much the figure is missed.

        A score is within where it is not above the end of the figure's
        interval, or equal to the figure if that has no interval. What is
        missing is counted from there.

        Args:
            score: An entry `test` of a result.
        """
        difference = self.difference(score)
        if difference < 0:
            return "beaten"
        missing = round(difference - (self.interval or 0.0), 2)
        return "within" if missing <= 0 else f"missed by {missing:.2f}"
