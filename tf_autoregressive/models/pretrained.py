"""Trained models by name."""

import dataclasses
import json
import typing

from tf_autoregressive import trained
from tf_autoregressive.models.likelihood_model import LikelihoodModel
from tf_autoregressive.models.loading import load_model


@dataclasses.dataclass(frozen=True)
class PretrainedModel:
    """What is known of a trained model without loading it.

    Attributes:
        name: The name, as `load` takes it.
        data: The name of the data that it was trained on.
        nats: The mean of `-log p(x)` over all test examples, in nats.
        standard_error: The standard error of that mean, in nats, or `None`.
        num_bytes: The size of the file of the model.
    """

    name: str
    data: str
    nats: float
    standard_error: float | None
    num_bytes: int


def pretrained() -> list[PretrainedModel]:
    """Returns what trained models come with the package, by name.

    Example:
        >>> [model.name for model in pretrained()][:1]
        ['fvsbn_binarized_mnist']
    """
    return [_described(name) for name in trained.names()]


def load(name: str) -> LikelihoodModel:
    """Returns a trained model.

    Its attribute `result` holds the record of its training: `test["nats"]`, the
    mean of `-log p(x)` over all test examples, `data`, `versions` and more.

    Args:
        name: The name of a model in the list of `pretrained()`.

    Raises:
        ValueError: If there is none of this name, or its files are damaged.

    Example:
        >>> model = load("gated_pixel_cnn_600s_binarized_mnist")
        >>> model.sample(2, seed=0).shape.as_list()
        [2, 28, 28, 1]
    """
    folder = trained.folder(name)
    trained.card(folder)
    model = load_model(folder / "model.keras")
    model.result = _result(name)
    return model


def _described(name):
    result = _result(name)
    return PretrainedModel(
        name=name,
        data=result["data"]["name"],
        nats=result["test"]["nats"],
        standard_error=result["test"]["standard_error"],
        num_bytes=(trained.folder(name) / "model.keras").stat().st_size,
    )


def _result(name) -> dict[str, typing.Any]:
    path = trained.folder(name) / "result.json"
    return json.loads(path.read_text(encoding="utf-8"))
