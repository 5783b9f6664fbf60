"""Functions of a model as graphs, which are traced once and kept."""

import tensorflow as tf


class GraphMethods:
    """The methods that run functions as graphs, a part of every model."""

    def adaptations(self) -> tuple[bool, ...]:
        """Returns for each layer whether it has LoRA, a part of graph keys.

        Raises:
            ValueError: If a layer was quantized: drawing reads its weights.
        """
        layers = list(self._flatten_layers())
        for layer in layers:
            if getattr(layer, "quantization_mode", None) is not None:
                raise ValueError(
                    "Layers of a model must not be quantized by themselves: "
                    "drawing reads their weights. Received: layer "
                    f"{layer.name!r} quantized to {layer.quantization_mode}"
                )
        return tuple(getattr(layer, "lora_enabled", False) for layer in layers)

    def _run(self, key, function, *args, jit_compile=False):
        """Runs `function` in a graph of its own, traced once per `key`."""
        if not tf.executing_eagerly():
            return function(*args)
        key = (key, jit_compile, self.adaptations())
        if key not in self._functions:
            self._functions[key] = tf.function(
                function,
                autograph=False,
                jit_compile=jit_compile,
                reduce_retracing=True,
            )
        return self._functions[key](*args)
