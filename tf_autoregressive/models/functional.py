"""The parameters of a model as a layer of a functional graph of Keras."""

from typing import Any

import keras


def symbolic_parameters(model: Any, x: Any, context: Any = None) -> Any:
    """Returns `model.parameters_for` of symbolic tensors, as one layer.

    Args:
        model: An `AutoregressiveModel`.
        x: A `keras.KerasTensor` of events.
        context: One of contexts, or `None`.
    """
    return _Parameters(model)(x, context)


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class _Parameters(keras.layers.Layer):
    """`parameters_for` of a model as a layer of a functional graph."""

    def __init__(self, model, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.model = model

    def build(self, x_shape, context_shape=None):
        # The layers of the model build themselves when they are called.
        pass

    def call(self, x, context=None):
        return self.model.parameters_for(x, context)

    def get_config(self):
        model = keras.saving.serialize_keras_object(self.model)
        return {**super().get_config(), "model": model}

    @classmethod
    def from_config(cls, config):
        model = keras.saving.deserialize_keras_object(config["model"])
        return cls(**{**config, "model": model})
