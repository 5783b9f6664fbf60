"""The methods of every Keras model: they work here, or are refused by name.

Shapes: B batch.
"""

import pathlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import plain_array
from tf_autoregressive.types import Path


class KerasModel(keras.Model):
    """A `keras.Model` whose loss and output are log-probabilities.

    - `compile` takes an optimizer; the loss is `-log_prob`, and the units of
      the events are the metrics.
    - `save` writes `.keras` files, `save_weights` files of weights, and
      `tf.train.Checkpoint(model=model)` holds all weights.
    - `export` writes a SavedModel of `log_prob`.
    - `quantize` is refused.
    """

    def __call__(self, *args, **kwargs):
        # Keras makes tensors of arrays before `call`, and drops their masks.
        arguments = zip(("x", "context"), args, strict=False)
        for name, value in (*arguments, *kwargs.items()):
            if isinstance(value, np.ma.MaskedArray):
                plain_array(name, value)
        return super().__call__(*args, **kwargs)

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        **kwargs: Any,
    ) -> None:
        """Prepares training, as `keras.Model.compile` does.

        Args:
            optimizer: A Keras optimizer, or its name.
            loss: Must be `None`: the loss is `-log_prob`.
            loss_weights: Must be `None`.
            metrics: Must be `None`: `evaluate` returns the units of the events.
            weighted_metrics: Must be `None`.
            **kwargs: Passed to `keras.Model.compile`.

        Raises:
            ValueError: If one of these is given.
        """
        refused = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        for name, value in refused.items():
            if value is not None:
                raise ValueError(
                    f"`{name}` must be None: the loss is -log_prob of the "
                    "model, in nats per example, and its metrics are made "
                    "from log_prob too. Call `compile(optimizer)`. Received: "
                    f"{name}={value!r}"
                )
        super().compile(optimizer=optimizer, **kwargs)

    def compile_from_config(self, config: Any) -> None:
        # Keras does this by itself only for models that keep its own `compile`.
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    def save(self, filepath: Path, *args: Any, **kwargs: Any) -> None:
        """Writes the model to a `.keras` file, as `keras.Model.save` does.

        Raises:
            ValueError: If the file is one of HDF5. Keras would write it, and
                could not read it again.
        """
        if pathlib.Path(str(filepath)).suffix in (".h5", ".hdf5"):
            raise ValueError(
                "`filepath` must end in .keras: Keras cannot read these models "
                "from HDF5. Weights alone can be saved by `save_weights`, to a "
                f"file that ends in .weights.h5. Received: {filepath}"
            )
        return super().save(filepath, *args, **kwargs)

    def export(
        self,
        filepath: Path,
        format: str = "tf_saved_model",
        verbose: bool | None = None,  # noqa: FBT001
    ) -> None:
        """Writes a SavedModel whose endpoint `serve` is `log_prob`.

        It takes events, and contexts after them for a conditional model, and
        returns `[B]` nats. A SavedModel that also samples, completes and is
        ready for TensorFlow Serving is written by `tfar export` and by
        `tf_autoregressive.export.export_model`.

        Args:
            filepath: The directory to write.
            format: `"tf_saved_model"`.
            verbose: As `keras.Model.export` takes it.

        Raises:
            ValueError: If `format` is another one.
        """
        if format != "tf_saved_model":
            raise ValueError(
                '`format` must be "tf_saved_model". A SavedModel that samples '
                "too is written by tf_autoregressive.export.export_model. "
                f"Received: format={format!r}"
            )
        inputs = [tf.TensorSpec([None, *self.event.shape], self.event.dtype)]
        if self.context.expected:
            inputs.append(self.context.spec)
        archive = keras.export.ExportArchive()
        archive.track(self)
        archive.add_endpoint(
            "serve",
            lambda *batch: self.score(*self.checked(*batch)),
            input_signature=inputs,
        )
        verbose = True if verbose is None else verbose
        archive.write_out(str(filepath), verbose=verbose)

    def quantize(self, *args: Any, **kwargs: Any) -> None:
        """Raises an error: Keras would leave most of these layers as they are.

        Raises:
            ValueError: Always.
        """
        raise ValueError(
            "`quantize` is not available: Keras knows none of the layers that "
            "hold most of the weights. Exports can store weights in fewer "
            "bits: `quantize` of tf_autoregressive.export.export_model."
        )

    # TensorFlow's checkpoints see no layers in lists, and so miss weights.

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        children = super()._trackable_children(save_type, **kwargs)
        if save_type != "checkpoint":
            # A SavedModel has graphs of its own, and would not take the keys of
            # those that were traced so far.
            graphs = "_functions", "_steppers"
            return {k: v for k, v in children.items() if k not in graphs}
        return {**children, **self._weights_by_name()}

    def _lookup_dependency(self, name, cached_dependencies=None):
        found = super()._lookup_dependency(name, cached_dependencies)
        return self._weights_by_name().get(name) if found is None else found

    def _weights_by_name(self):
        return {f"weight-{i}": v for i, v in enumerate(self.variables)}
