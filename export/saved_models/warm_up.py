"""The requests that a server answers by itself before it takes others."""

import pathlib
from typing import Any

import tensorflow as tf

from .reference import Exchange


def write(path: pathlib.Path, name: str, found: list[Exchange]) -> None:
    """Writes TFRecords of `PredictionLog`, as TF-Serving reads them.

    Args:
        path: `assets.extra/tf_serving_warmup_requests` of a SavedModel.
        name: The name that the model is served by.
        found: `reference.Exchange`s; their requests are written.
    """
    with tf.io.TFRecordWriter(str(path)) as writer:
        for exchange in found:
            log = _prediction_log(name, exchange)
            writer.write(log.SerializeToString())


def messages() -> Any:
    """Returns the module of TF-Serving's `PredictionLog`.

    Raises:
        ImportError: If tensorflow-serving-api is not installed.
    """
    try:
        # It is imported late, because only exporting needs the package.
        from tensorflow_serving.apis import prediction_log_pb2
    except ImportError as error:
        raise ImportError(
            "Exporting needs the messages of TF-Serving: "
            'pip install "tf_autoregressive[serving]"'
        ) from error
    return prediction_log_pb2


def _prediction_log(name, exchange):
    log = messages().PredictionLog()
    request = log.predict_log.request
    request.model_spec.name = name
    request.model_spec.signature_name = exchange.signature
    for key, value in exchange.inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return log
