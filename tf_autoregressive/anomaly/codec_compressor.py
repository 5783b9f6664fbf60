"""The codec of another model as a compressor, which a detector can save."""

from typing import Any

import keras
import numpy as np

from tf_autoregressive.compression import Codec


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CodecCompressor(keras.Layer):
    """Compresses an event by the conditionals of another model.

    As the compressor of `InputComplexity`, a model of all kinds of data that
    may come in, or a simple one, stands where a general compressor would. The
    score is then a likelihood ratio to it, up to a code's rounding and the
    bytes of its header, which are the same for every event. A header and a
    walk through the conditionals make this slow: `LikelihoodRatio` gives the
    ratio itself.

    Args:
        model: An `AutoregressiveModel` of levels.
        name: Name of the layer.

    Raises:
        ValueError: If the model has real values.
        ImportError: If `constriction` is not installed (extra `compression`).
    """

    def __init__(self, model: Any, name: str | None = None) -> None:
        super().__init__(name=name, autocast=False)
        self.model = model
        self._codec = Codec(model, batch_size=1)
        self.built = True

    def __call__(self, event: np.ndarray) -> bytes:
        """Returns the compressed event.

        Args:
            event: Integers `[1, *event_shape]`.
        """
        return self._codec.compress(event)

    def get_config(self) -> dict[str, Any]:
        model = keras.saving.serialize_keras_object(self.model)
        return {"name": self.name, "model": model}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "CodecCompressor":
        model = keras.saving.deserialize_keras_object(config["model"])
        return cls(**{**config, "model": model})
