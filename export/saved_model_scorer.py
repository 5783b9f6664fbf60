"""Scores events by asking a SavedModel in this process.

Shapes: B batch.
"""

import pathlib

import tensorflow as tf


class SavedModelScorer:
    """The scores that a SavedModel gives, as a function.

    Args:
        path: A version that `export_model` wrote.

    Attributes:
        event_shape: Shape of one event.
        context_shape: Shape of one context, `None` if it takes none.

    Raises:
        ValueError: If it is none.
    """

    def __init__(self, path: str | pathlib.Path):
        if not (pathlib.Path(path) / "saved_model.pb").exists():
            raise ValueError(f"{path} is neither a SavedModel nor a run.")
        # Kept: the signature holds its weights by weak references.
        self._loaded = tf.saved_model.load(path)
        self._function = self._loaded.signatures["log_prob"]
        _, self._specs = self._function.structured_input_signature
        self.event_shape = self._shape("events")
        self.context_shape = self._shape("context")

    def __call__(self, events, contexts=None):
        """Returns `log p(x)`, NumPy `[B]` nats.

        Args:
            events: `[B, *event_shape]`.
            contexts: `[B, *context_shape]`, of conditional models.
        """
        inputs = {"events": tf.constant(events, tf.float32)}
        if contexts is not None:
            dtype = self._specs["context"].dtype
            inputs["context"] = tf.constant(contexts, dtype)
        return self._function(**inputs)["log_prob"].numpy()

    def _shape(self, name):
        if name not in self._specs:
            return None
        return tuple(self._specs[name].shape[1:])
