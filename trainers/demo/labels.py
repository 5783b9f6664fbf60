"""Models that are conditioned on a label, as the page shows them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

# Labels of published sets, in the order of their numbers. Others are numbers.
_NAMES = {
    "cifar10": "airplane automobile bird cat deer dog frog horse ship truck",
    "fashion_mnist": "T-shirt trouser pullover dress coat sandal shirt sneaker "
    "bag boot",
}


def label_names(model: Any, data: str) -> list[str]:
    """Returns the names of the labels of a model, none if it takes none.

    Args:
        model: The model.
        data: Name of the data set that it was trained on.
    """
    if not takes_labels(model):
        return []
    count = model.context.num_classes
    names = _NAMES.get(data, "").split()
    return names if len(names) == count else [*map(str, range(count))]


def takes_labels(model: Any) -> bool:
    """Returns whether a model is conditioned on labels, and nothing else."""
    context = model.context
    return context.num_classes is not None and not context.is_length


class WithLabel:
    """A model all of whose methods are given one label.

    It has the methods that tabs call, and every other attribute of the model.

    Args:
        model: A model that `takes_labels`.
        label: The label.
    """

    def __init__(self, model: Any, label: int) -> None:
        self._model, self._label = model, label

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def sample(self, num_samples: int, **options: Any) -> Any:
        """Returns `sample` of the model given the label."""
        return self._model.sample(num_samples, context=self._label, **options)

    def complete(self, x: Any, known: Any, **options: Any) -> Any:
        """Returns `complete` of the model given the label."""
        return self._model.complete(x, known, context=self._label, **options)

    def stream(
        self, num_samples: int, num_steps: int, **options: Any
    ) -> Iterator[Any]:
        """Returns `stream` of the model given the label."""
        return self._model.stream(
            num_samples, num_steps, context=self._label, **options
        )

    def walk(self, num_events: int) -> Any:
        """Returns `walk` of the model given the label."""
        return self._model.walk(num_events, context=self._label)

    def log_prob(self, x: Any) -> Any:
        """Returns `log_prob` of the model given the label."""
        return self._model.log_prob(x, self._labels(x))

    def log_prob_per_dim(self, x: Any) -> Any:
        """Returns `log_prob_per_dim` of the model given the label."""
        return self._model.log_prob_per_dim(x, self._labels(x))

    def _labels(self, x):
        return np.full(len(x), self._label)
