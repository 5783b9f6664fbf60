"""Models that are conditioned on labels or numbers, as the page shows them."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import UsageError

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


def takes_numbers(model: Any) -> bool:
    """Returns whether a model is conditioned on numbers, of any shape."""
    return model.context.shape is not None


def context_of(model: Any, text: str | None) -> int | np.ndarray:
    """Returns the context that a text stands for.

    Args:
        model: A model that `takes_labels` or `takes_numbers`.
        text: A label, or numbers with blanks or commas between them, by rows.

    Raises:
        UsageError: If it does not stand for a context of the model.
    """
    if takes_labels(model):
        return _label(model.context.num_classes, text)
    shape = model.context.shape
    sides = " x ".join(map(str, shape))
    try:
        numbers = [
            float(word) for word in (text or "").replace(",", " ").split()
        ]
    except ValueError:
        numbers = []
    if len(numbers) != math.prod(shape) or not np.isfinite(numbers).all():
        raise UsageError(
            f"The context must be {sides} finite numbers with blanks between "
            f"them. Received: {text!r:.80}"
        )
    return np.reshape(np.array(numbers, "float32"), shape)


def _label(num_classes, text):
    if text is None or not text.isdecimal() or int(text) >= num_classes:
        raise UsageError(
            f"The context must be a label from 0 to {num_classes - 1}. "
            f"Received: {text!r:.80}"
        )
    return int(text)


class WithContext:
    """A model all of whose methods are given one context.

    It has the methods that tabs call, and every other attribute of the model.

    Args:
        model: The model.
        context: A context, as `context_of` returns it.
    """

    def __init__(self, model: Any, context: int | np.ndarray) -> None:
        self._model, self._context = model, context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def sample(self, num_samples: int, **options: Any) -> Any:
        """Returns `sample` of the model given the context."""
        return self._model.sample(num_samples, context=self._context, **options)

    def complete(self, x: Any, known: Any, **options: Any) -> Any:
        """Returns `complete` of the model given the context."""
        return self._model.complete(x, known, context=self._context, **options)

    def stream(
        self, num_samples: int, num_steps: int, **options: Any
    ) -> Iterator[Any]:
        """Returns `stream` of the model given the context."""
        return self._model.stream(
            num_samples, num_steps, context=self._context, **options
        )

    def walk(self, num_events: int) -> Any:
        """Returns `walk` of the model given the context."""
        return self._model.walk(num_events, context=self._context)

    def log_prob(self, x: Any) -> Any:
        """Returns `log_prob` of the model given the context."""
        return self._model.log_prob(x, self._contexts(x))

    def log_prob_per_dim(self, x: Any) -> Any:
        """Returns `log_prob_per_dim` of the model given the context."""
        return self._model.log_prob_per_dim(x, self._contexts(x))

    def _contexts(self, x):
        return np.repeat(np.asarray(self._context)[None], len(x), axis=0)
