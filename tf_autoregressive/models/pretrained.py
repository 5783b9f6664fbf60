"""Trained models by name."""

import dataclasses

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
        num_bytes: The size of the files of the model.
    """

    name: str
    data: str
    nats: float
    standard_error: float | None
    num_bytes: int


def pretrained() -> list[PretrainedModel]:
    """Returns what trained models come with the package, by name.

    Example:
        >>> "fvsbn_binarized_mnist" in [model.name for model in pretrained()]
        True
    """
    return [_described(name) for name in trained.names()]


def load(name: str) -> LikelihoodModel:
    """Returns a trained model, of the package or of the Hugging Face Hub.

    Its attribute `result` holds the record of its training: `test["nats"]`, the
    mean of `-log p(x)` over all test examples, `data`, `versions` and more. Its
    files are those that its card describes, by their hashes, and no code of
    them is run.

    Args:
        name: The name of a model in the list of `pretrained()`, or
            `hf://OWNER/NAME`, a repository of the hub with what `tfar publish`
            has written.

    Raises:
        ValueError: If there is none of this name, its files are damaged, or
            another version of the package has to read them. The message says
            what to do.
        ImportError: If a model of the hub needs `huggingface_hub`, the extra
            `hub` of this package.

    Example:
        >>> model = load("gated_pixel_cnn_600s_binarized_mnist")
        >>> model.sample(2, seed=0).shape.as_list()
        [2, 28, 28, 1]
    """
    folder = trained.folder(name)
    trained.card(folder)
    model = load_model(folder)
    model.result = trained.record(folder)
    return model


def _described(name):
    folder = trained.folder(name)
    result = trained.record(folder)
    return PretrainedModel(
        name=name,
        data=result["data"]["name"],
        nats=result["test"]["nats"],
        standard_error=result["test"]["standard_error"],
        num_bytes=trained.size(folder),
    )
