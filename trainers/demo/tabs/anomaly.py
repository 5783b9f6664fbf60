"""How unusual a picture, a text or a row of a table is, and where."""

import math
from collections.abc import Iterator
from typing import Any
from typing import Literal

import numpy as np
import pydantic

from ...errors import UsageError
from ...errors import usage_errors
from ..events import event_of
from ..rows import Cell
from ..rows import event_of_row
from ..shown import Shown
from .kinds import draws_images
from .kinds import draws_rows
from .kinds import has_conditionals
from .kinds import has_context
from .kinds import writes_texts

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """A picture as levels, a text or a row, and the score that judges it."""

    image: list[int] | None = None
    text: str = pydantic.Field("", max_length=100_000)
    row: list[Cell] | None = None
    score: Literal["likelihood", "typicality"] = "likelihood"


def offered(shown: Shown) -> bool:
    """Returns whether the events of the model are pictures, texts or rows.

    Its detector knows no labels.
    """
    kinds = (draws_images, writes_texts, draws_rows)
    is_shown = any(is_kind(shown) for is_kind in kinds)
    return is_shown and has_conditionals(shown) and not has_context(shown)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the p-value of a detector, and the surprise of each value."""
    event, text = _event(shown, asked)
    normal = shown.examples.normal
    if asked.score not in shown.detectors:
        yield {"said": f"Scoring {len(normal)} normal test examples, once."}
    detector = _detector(shown, asked.score, normal)
    scores = detector.calibration.scores
    surprise = detector.explain(event[None])[0]
    if surprise.ndim == 3:
        surprise = surprise.sum(axis=-1)
    yield {
        "p_value": float(detector.p_value(event[None])[0]),
        "score": float(detector.score(event[None])[0]),
        "normal": [float(scores[0]), float(np.median(scores))],
        "highest": float(scores[-1]),
        "num_normal": len(scores),
        "bits": np.round(surprise.ravel() / math.log(2), 4).tolist(),
        "text": text,
    }


def _event(shown, asked):
    """Returns the event to judge, and its text if it has one."""
    model = shown.model
    if asked.row is not None and draws_rows(shown):
        return event_of_row(asked.row, shown.medium.table), ""
    if asked.image is not None:
        return event_of(asked.image, model), ""
    if not hasattr(model, "encode"):
        raise UsageError(f"The model judges {shown.medium.name}: choose one.")
    (length,) = model.event_shape
    if len(asked.text) < length:
        raise UsageError(
            f"The detector judges {length} characters at once. "
            f"Received: {len(asked.text)}"
        )
    text = asked.text[:length]
    with usage_errors():
        return model.encode(text), text


def _detector(shown, score, normal):
    """Returns the calibrated detector of a model, made once for a score."""
    from tf_autoregressive.anomaly import Detector

    if score not in shown.detectors:
        detector = Detector(shown.model, score, batch_size=64)
        shown.detectors[score] = detector.calibrate(normal)
    return shown.detectors[score]
