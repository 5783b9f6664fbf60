"""A model of the page, and what is made for it once."""

import copy
import functools
import math
from collections.abc import Callable
from typing import Any

from ..media import medium_of
from .contexts import WithContext
from .contexts import context_of
from .contexts import label_names
from .contexts import takes_labels
from .contexts import takes_numbers
from .examples import Examples
from .rows import described


class Shown:
    """A model that the page shows.

    Args:
        name: The name that the user gave.
        model: The model.
        rate: Samples a second of its sound, `None` for other events.
        load_data: Returns the `Data` of the training.
        table: The `Table` of rows of a table, `None` for other events.
        summary: A sentence about the training and its result.
        data_name: Name of the data set, which may name the labels.

    Attributes:
        detectors: Calibrated detectors of anomalies, by their scores.
        context: What its model is given, `None` without a context.
    """

    def __init__(
        self,
        name: str,
        model: Any,
        *,
        load_data: Callable[[], Any],
        rate: int | None = None,
        table: Any = None,
        summary: str = "",
        data_name: str = "",
    ) -> None:
        self.name = name
        self.model = model
        self.medium = medium_of(model, rate, table)
        self.summary = summary
        self._data_name = data_name
        self.detectors: dict[str, Any] = {}
        self.context: Any = None
        self._stream_steps = functools.cache(lambda: _endless_steps(model))
        self._examples = functools.cache(lambda: Examples(load_data().test))

    def given(self, context: str | None) -> "Shown":
        """Returns this with its model given a context; itself without one.

        Args:
            context: A label, or numbers, as a text.

        Raises:
            UsageError: If the model has no such context.
        """
        if not takes_labels(self.model) and not takes_numbers(self.model):
            return self
        shown = copy.copy(self)
        shown.context = context_of(self.model, context)
        shown.model = WithContext(self.model, shown.context)
        return shown

    @property
    def some_context(self) -> str:
        """A context as a text, the first label or zeros."""
        shape = self.model.context.shape or ()
        return " ".join(["0"] * math.prod(shape))

    @property
    def examples(self) -> Examples:
        """The test examples, loaded when they are first asked for.

        Raises:
            UsageError: If the data are not there any more.
        """
        return self._examples()

    @property
    def stream_steps(self) -> Any:
        """The steps of one sequence without an end, or `None`.

        All sequences of the page, and all contexts, share their graphs.
        """
        return self._stream_steps()

    @functools.cached_property
    def filler(self) -> Any:
        """The model of rows of a table that draws no missing values."""
        return self.medium.table.without_missing(self.model)

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
            "columns": described(self.medium.table),
            "any_order": bool(model.any_order),
            "labels": label_names(model, self._data_name),
            "context_shape": model.context.shape,
        }


def _endless_steps(model):
    from .reading import EndlessSteps

    return None if model.max_steps is not None else EndlessSteps(model)
