"""A layer of causal attention and a model of it, as a user writes them.

Shapes: B batch, T steps, F features, t finished steps, n steps of a block.
"""

import keras
import tensorflow as tf

from tf_autoregressive.layers import SequenceLayer
from tf_autoregressive.layers import growing
from tf_autoregressive.models import SequenceModel


@keras.saving.register_keras_serializable(package="tests")
class CausalAttention(SequenceLayer, keras.layers.Layer):
    """Attention of every step to itself and the steps before, one head.

    Drawing keeps keys and values: those of finished blocks in tensors, which
    grow block by block, those of the current block in arrays.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.projections = [
            keras.layers.Dense(units, use_bias=False, dtype=self.dtype_policy)
            for _ in ("query", "key", "value")
        ]

    def build(self, input_shape):
        for projection in self.projections:
            projection.build(input_shape)

    def call(self, x):
        query, key, value = (project(x) for project in self.projections)
        steps = tf.range(tf.shape(x)[1])
        scores = tf.einsum("btf,bsf->bts", query, key)
        return tf.einsum(
            "bts,bsf->btf",
            self._weights(scores, steps <= steps[:, None]),
            value,
        )

    def _weights(self, scores, seen):
        scores = tf.cast(scores, tf.float32) / self.units**0.5
        weights = tf.nn.softmax(tf.where(seen, scores, -1e9))
        return tf.cast(weights, self.compute_dtype)

    def first_state(self, batch_size, num_steps):
        nothing = tf.zeros([batch_size, 0, self.units], self.compute_dtype)
        return {name: growing(nothing, axis=1) for name in ("keys", "values")}

    def opened(self, state, time, num_steps):
        def array():
            shape = [num_steps, tf.shape(state["keys"])[0], self.units]
            return tf.TensorArray(
                self.compute_dtype,
                num_steps,
                element_shape=[None, self.units],
                clear_after_read=False,
            ).unstack(tf.zeros(shape, self.compute_dtype))

        return {**state, "new_keys": array(), "new_values": array()}

    def step(self, x, state, time):
        query, key, value = (project(x) for project in self.projections)
        index = time - tf.shape(state["keys"])[1]
        state = {
            **state,
            "new_keys": state["new_keys"].write(index, key),
            "new_values": state["new_values"].write(index, value),
        }
        new_keys, new_values = (
            state[name].stack() for name in ("new_keys", "new_values")
        )
        finished = tf.einsum("bf,bsf->bs", query, state["keys"])
        new = tf.einsum("bf,sbf->bs", query, new_keys)
        scores = tf.concat([finished, new], axis=-1)
        seen = tf.range(tf.shape(scores)[1]) <= time
        weights = self._weights(scores, seen)
        finished, new = tf.split(
            weights, [time - index, tf.shape(new)[1]], axis=-1
        )
        outputs = tf.einsum("bs,bsf->bf", finished, state["values"])
        return outputs + tf.einsum("bs,sbf->bf", new, new_values), state

    def closed(self, state, time):
        count = time - tf.shape(state["keys"])[1]
        return {
            name: tf.concat(
                [
                    state[name],
                    tf.transpose(
                        state[f"new_{name}"].stack()[:count], [1, 0, 2]
                    ),
                ],
                axis=1,
            )
            for name in ("keys", "values")
        }

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="tests")
class AttentionModel(SequenceModel):
    """Two layers of attention over symbols and their positions."""

    def __init__(self, event_shape, *, units=8, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.units = units
        self.max_steps = self.event_shape[0]
        self.block_size = 4
        self.first_layer = keras.layers.Dense(units, dtype=self.dtype_policy)
        self.position_embedding = keras.layers.Embedding(
            self.max_steps, units, dtype=self.dtype_policy
        )
        self.attentions = [
            CausalAttention(units, dtype=self.dtype_policy, name=f"layer_{i}")
            for i in range(2)
        ]
        self.last_layer = self.make_parameters_layer()
        self.make_context_layers({"layer_0": units})
        self.build()

    def stack(self, scope, x):
        x = self.first_layer(x) + self.position_embedding(scope.positions(x))
        for attention in self.attentions:
            x = x + scope.segment(_attention, [attention], x)
        return scope.run(self.last_layer, x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def _attention(scope, layers, x):
    (attention,) = layers
    return keras.ops.tanh(scope.run(attention, x))
