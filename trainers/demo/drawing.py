"""What the page asks of a draw: a seed, and sampling options."""

from typing import Any

import pydantic

# NumPy takes seeds below.
_SEEDS = 2**32


class Drawing(pydantic.BaseModel):
    """The seed of a draw and its sampling options.

    Attributes:
        seed: The seed.
        temperature: As `sample` takes it.
        top_p: As `sample` takes it.
    """

    model_config = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False)

    seed: int = pydantic.Field(0, ge=0, lt=_SEEDS)
    temperature: float = pydantic.Field(1.0, gt=0, le=100)
    top_p: float = pydantic.Field(1.0, gt=0, le=1)

    def options(self) -> dict[str, Any]:
        """Returns the arguments of `sample`.

        Options that change nothing are left out. Both are given otherwise, so
        that the page needs two graphs of a model and no more.
        """
        if self.temperature == self.top_p == 1.0:
            return {"seed": self.seed}
        return {
            "seed": self.seed,
            "temperature": self.temperature,
            "top_p": self.top_p,
        }
