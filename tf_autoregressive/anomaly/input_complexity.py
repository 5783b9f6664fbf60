"""The likelihood against the code length of a compressor, as a score."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.anomaly.compressors import COMPRESSORS
from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.types import Array


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class InputComplexity(Score):
    """The surprise that a general compressor does not share [1].

        s(x) = -log p(x) - L(x) log 2

    `L(x)` is the length in bits of what the compressor makes of the event. It
    detects events that are simple, and yet cost the model more than such events
    should. It is blind to what is anomalous for the compressor too: for noise
    `L(x)` is as large as the surprise. Units: nats.

    Args:
        compressor: `"png"`, `"zlib"`, a `CodecCompressor`, which is the codec
            of another model, or a function of an array `[1, *event_shape]` to
            bytes. A detector with a function of your own can be saved if the
            function is registered with Keras.
        **kwargs: Passed to `Score`: `name`.

    Raises:
        ValueError: If there is no such compressor.

    References:
        [1] Serra et al., Input complexity and out-of-distribution detection
            with likelihood-based generative models, 2020,
            https://arxiv.org/abs/1909.11480, Sec. 3.
    """

    in_graphs = False

    def __init__(
        self,
        compressor: str | Callable[[np.ndarray], bytes] = "zlib",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.compressor = compressor
        self._compress = _function(compressor)

    def check(self, model: Any) -> None:
        if model.num_levels is None:
            raise ValueError(
                "`score` must not be InputComplexity for real-valued events: "
                "no compressor has a code length for a density."
            )

    def scores(
        self, model: Any, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        # The model checks the values before the compressor sees them.
        surprise = -model.log_prob(x, context)
        x = np.asarray(x).astype("int64")
        lengths = [8 * self._num_bytes(event[None]) for event in x]
        return surprise - np.array(lengths, "float32") * math.log(2.0)

    def _num_bytes(self, event):
        compressed = self._compress(event)
        if not isinstance(compressed, bytes | bytearray | memoryview):
            raise ValueError(
                "`compressor` must return bytes. Received: "
                f"{type(compressed).__name__}"
            )
        return len(compressed)

    def get_config(self) -> dict[str, Any]:
        if _is_name(self.compressor):
            return {**super().get_config(), "compressor": self.compressor}
        if not _is_registered(self.compressor):
            raise ValueError(
                "`compressor` must be registered before it is saved: put "
                "@keras.saving.register_keras_serializable() above it. "
                f"Received: {self.compressor!r}"
            )
        compressor = keras.saving.serialize_keras_object(self.compressor)
        return {**super().get_config(), "compressor": compressor}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "InputComplexity":
        compressor = config["compressor"]
        if not _is_name(compressor):
            compressor = keras.saving.deserialize_keras_object(compressor)
        return cls(**{**config, "compressor": compressor})


def _function(
    compressor: str | Callable[[np.ndarray], bytes],
) -> Callable[[np.ndarray], bytes]:
    """Returns a compressor from its name, or as it is."""
    if isinstance(compressor, str):
        if compressor in COMPRESSORS:
            return COMPRESSORS[compressor]
    elif callable(compressor):
        return compressor
    raise ValueError(
        f"`compressor` must be a function or one of {sorted(COMPRESSORS)}. "
        f"Received: compressor={compressor!r}"
    )


def _is_registered(compressor):
    """Returns whether Keras knows a function, or the class of an object."""
    is_layer = isinstance(compressor, keras.Layer)
    name = keras.saving.get_registered_name(
        type(compressor) if is_layer else compressor
    )
    return keras.saving.get_registered_object(name) is not None


def _is_name(compressor):
    return isinstance(compressor, str)
