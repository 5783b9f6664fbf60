"""The fields of result.json that `tfar` reads back."""

from typing import Annotated
from typing import Any

import pydantic


class _Part(pydantic.BaseModel):
    # Other fields are for people.
    model_config = pydantic.ConfigDict(extra="allow", strict=True)


class _Score(_Part):
    # The score in each unit of the model, by the unit's name.
    __pydantic_extra__: dict[str, float | None]

    nats: float
    standard_error: float | None
    bits_per_dim: float | None
    examples: int


class _Data(_Part):
    # Samples a second of sound.
    rate: Annotated[int, pydantic.Field(gt=0, le=10**6)] | None = None
    # What decodes rows of a table.
    table: dict[str, Any] | None = None


class ResultFile(_Part):
    """The result of a finished run, as summaries and comparisons need it."""

    recipe: str
    published: str
    test: _Score
    validation_nats: float
    best_epoch: int
    epochs: int
    steps: int
    train_seconds: float
    weights: str
    data: _Data
