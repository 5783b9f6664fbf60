"""The hidden layer of NADE that grows with every dimension it has seen.

Shapes: B batch, D event dimensions in generation order, H hidden units,
P parameters per dimension.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.types import Activation
from tf_autoregressive.types import Initializer


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class NADEConditionals(keras.layers.Layer):
    """Parameters of p(x[i] | x[<i]) from one shared, running hidden layer.

        a[0] = c,   a[i + 1] = a[i] + W[i] * x[i]
        outputs[i] = b[i] + g(a[i]) @ V[i]

    so `outputs[i]` sees exactly `x[0], ..., x[i - 1]` and a pass costs
    `O(D * H)` [1, Alg. 1]. `W` and `V` are not tied.

    `call` evaluates every dimension, for training and scoring. `step` and
    `observe` do one, for sampling, with the same arithmetic.

    Args:
        units: Number of hidden units `H`.
        num_parameters: Parameters per dimension `P`.
        activation: The nonlinearity `g`.
        bias_initializer: Keras initializer of `b`.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, D]`, float, and `hidden_bias`, `[B, H]` or `None`: added to `c`,
        where a context enters.

    Output shape:
        `[B, D, P]`, float32.

    References:
        [1] Larochelle and Murray, "The Neural Autoregressive Distribution
            Estimator", 2011, Eqs. 8 to 10.
            https://proceedings.mlr.press/v15/larochelle11a.html
    """

    def __init__(
        self,
        units: int,
        num_parameters: int,
        *,
        activation: Activation = "relu",
        bias_initializer: Initializer = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = checked_count("units", units)
        self.num_parameters = checked_count("num_parameters", num_parameters)
        self.activation = keras.activations.get(activation)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(
        self, inputs_shape: Sequence[Any], hidden_bias_shape: Any = None
    ) -> None:
        num_dims = inputs_shape[-1]
        self.encoder = self.add_weight(
            name="encoder",
            shape=(num_dims, self.units),
            initializer=keras.initializers.VarianceScaling(),
        )
        self.hidden_bias = self.add_weight(
            name="hidden_bias", shape=(self.units,), initializer="zeros"
        )
        self.decoder = self.add_weight(
            name="decoder",
            shape=(num_dims, self.num_parameters, self.units),
            initializer=keras.initializers.RandomNormal(
                stddev=self.units**-0.5
            ),
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(num_dims, self.num_parameters),
            initializer=self.bias_initializer,
        )

    def first_activation(
        self, batch_size: int | tf.Tensor, hidden_bias: tf.Tensor | None = None
    ) -> Any:
        """Returns `a[0]`, `[B, H]`."""
        activation = ops.tile(
            ops.cast(self.hidden_bias, "float32")[None], [batch_size, 1]
        )
        if hidden_bias is None:
            return activation
        return activation + ops.cast(hidden_bias, "float32")

    def step(self, activation: tf.Tensor, row: Mapping[str, tf.Tensor]) -> Any:
        """Returns the parameters `[B, P]` of the dimension of `row`.

        Args:
            activation: `[B, H]`, `a[i]`.
            row: The entries of `rows` for dimension `i`.
        """
        hidden = self.activation(activation)
        if self.num_parameters == 1:
            # A matrix product with one column is slower than this reduction.
            product = ops.sum(hidden * row["decoder"], axis=1, keepdims=True)
        else:
            product = ops.matmul(hidden, ops.transpose(row["decoder"]))
        return product + row["bias"]

    def observe(
        self,
        activation: tf.Tensor,
        row: Mapping[str, tf.Tensor],
        value: tf.Tensor,
    ) -> Any:
        """Returns `a[i + 1]` from `a[i]` and the value `[B, 1]` at `i`."""
        return activation + value * row["encoder"]

    def rows(self) -> dict[str, tf.Tensor]:
        """Returns the weights by dimension: a dict of tensors `[D, ...]`."""
        return {
            name: ops.cast(weight, "float32")
            for name, weight in self._weights_by_dimension().items()
        }

    def row(self, rows: Mapping[str, tf.Tensor], index: int | tf.Tensor) -> Any:
        """Returns the weights of one dimension, from those of all."""
        return {name: tensor[index] for name, tensor in rows.items()}

    def _weights_by_dimension(self):
        return {
            "encoder": self.encoder,
            "decoder": self.decoder,
            "bias": self.bias,
        }

    def compute_output_shape(
        self, inputs_shape: Sequence[Any], hidden_bias_shape: Any = None
    ) -> tuple:
        return (*inputs_shape, self.num_parameters)

    def compute_output_spec(
        self, inputs: tf.Tensor, *args: Any, **kwargs: Any
    ) -> Any:
        # The compute dtype would round them: parameters are float32.
        shape = self.compute_output_shape(inputs.shape)
        return keras.KerasTensor(shape, "float32")

    def call(
        self, inputs: tf.Tensor, hidden_bias: tf.Tensor | None = None
    ) -> tf.Tensor:
        # The running sum stays in float32, because hundreds of terms are added
        # to it.
        batch_size = ops.shape(inputs)[0]
        num_dims = inputs.shape[1]
        by_dimension = {**self.rows(), "value": ops.transpose(inputs)}
        arrays = {
            name: tf.TensorArray(tf.float32, num_dims).unstack(
                tf.cast(tensor, tf.float32)
            )
            for name, tensor in by_dimension.items()
        }

        def body(index, activation, outputs):
            row = {name: array.read(index) for name, array in arrays.items()}
            outputs = outputs.write(index, self.step(activation, row))
            value = row["value"][:, None]
            return index + 1, self.observe(activation, row, value), outputs

        _, _, outputs = tf.while_loop(
            lambda index, *_: index < num_dims,
            body,
            (
                0,
                self.first_activation(batch_size, hidden_bias),
                tf.TensorArray(
                    tf.float32,
                    num_dims,
                    element_shape=[inputs.shape[0], self.num_parameters],
                ),
            ),
            maximum_iterations=num_dims,
        )
        return tf.transpose(outputs.stack(), [1, 0, 2])

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.update(
            units=self.units,
            num_parameters=self.num_parameters,
            activation=keras.activations.serialize(self.activation),
            bias_initializer=keras.initializers.serialize(
                self.bias_initializer
            ),
        )
        return config
