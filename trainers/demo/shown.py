"""A model of the page, and what is made for it once."""

import copy
import functools
from collections.abc import Callable
from typing import Any

from ..errors import UsageError
from ..media import medium_of
from .examples import Examples
from .labels import WithLabel
from .labels import label_names
from .labels import takes_labels


class Shown:
    """A model that the page shows.

    Args:
        name: The name that the user gave.
        model: The model.
        rate: Samples a second of its sound, `None` for other events.
        load_data: Returns the `Data` of the training.
        summary: A sentence about the training and its result.
        data_name: Name of the data set, which may name the labels.

    Attributes:
        detectors: Calibrated detectors of anomalies, by their scores.
    """

    def __init__(
        self,
        name: str,
        model: Any,
        *,
        load_data: Callable[[], Any],
        rate: int | None = None,
        summary: str = "",
        data_name: str = "",
    ) -> None:
        self.name = name
        self.model = model
        self.medium = medium_of(model, rate)
        self.summary = summary
        self._data_name = data_name
        self.detectors: dict[str, Any] = {}
        self._examples = functools.cache(lambda: Examples(load_data().test))

    def given(self, label: int | None) -> "Shown":
        """Returns this with its model given a label; itself without labels.

        Raises:
            UsageError: If the model has no such label.
        """
        if not takes_labels(self.model):
            return self
        num_classes = self.model.context.num_classes
        if label is None or not 0 <= label < num_classes:
            raise UsageError(
                f"{self.name} needs a label from 0 to {num_classes - 1}. "
                f"Received: {label}"
            )
        shown = copy.copy(self)
        shown.model = WithLabel(self.model, label)
        return shown

    @property
    def examples(self) -> Examples:
        """The test examples, loaded when they are first asked for.

        Raises:
            UsageError: If the data are not there any more.
        """
        return self._examples()

    @functools.cached_property
    def stream_steps(self) -> Any:
        """The steps of one sequence without an end, or `None`.

        All sequences of the page share their graphs.
        """
        from tf_autoregressive.compression import stream_steps

        if not stream_steps.can_stream(self.model):
            return None
        return stream_steps.StreamSteps(self.model, 1)

    def description(self) -> dict[str, Any]:
        """Returns what the page has to know of the model."""
        model = self.model
        return {
            "name": self.name,
            "model": type(model).__name__,
            "medium": self.medium.name,
            "summary": self.summary,
            "event_shape": list(model.event_shape),
            "num_levels": model.num_levels,
            "rate": self.medium.rate,
            "vocabulary": getattr(model, "vocabulary", None),
            "any_order": bool(model.any_order),
            "labels": label_names(model, self._data_name),
        }
