"""Causal self-attention over a sequence, all steps or one at a time.

Shapes: B batch, T steps, h heads, k and v features of a head's keys and values,
t finished steps, n steps of a block.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.layers.compilation import is_compiled
from tf_autoregressive.layers.lstm import sizes
from tf_autoregressive.layers.rotation import rotated
from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.layers.sequence.layer import growing
from tf_autoregressive.types import State

# Number of queries that a pass over all steps looks up at once. Those of a
# block see no keys behind the block, so blocks save almost half of the
# products.
_BLOCK = 128

# Number of blocks beyond which they grow: each is a part of the graph, and a
# file may ask for any length.
_MOST_BLOCKS = 64

# The logit of a step that is not seen: float32 makes zero of its exponential.
_UNSEEN = -1e9


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CausalSelfAttention(SequenceLayer, keras.layers.Layer):
    """Attention from every step to itself and to steps before [1, Eq. 1].

        outputs[t] = sum_s softmax_s(<query[t], key[s]> / sqrt(k)) value[s]

    for every head, over the steps `s` that `t` sees: those with

        t - s in {0, stride, 2 * stride, ...},  t - s < window,  s >= 0

    A stride of 1 sees all of the last `window` steps. Alternating layers with
    `window=n` and with `stride=n` see all steps within two layers [2].

    The layer has no weights: layers before it make queries, keys and values of
    a step, and layers after it join the heads.

    Drawing keeps keys and values of the last `window - 1` steps: those of
    finished blocks in tensors, which grow from block to block, those of the
    current block in arrays. Under XLA the tensors have their full size from the
    start.

    Args:
        units: Number of output channels `h * v`.
        num_heads: `h`.
        window: Number of steps back that a step sees, itself included.
        stride: Distance of the steps that are seen.
        key_units: Number of channels of the keys, `h * k`; `None` for `units`.
        rotary: Whether queries and keys are rotated by their step, so that
            attention knows how far back a step lies.
        dropout: Share of the softmax's results that is set to zero in training,
            where a stack runs the layer.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, T, 2 * key_units + units]`, float: queries, keys and values, the
        heads one after the other in each.

    Output shape:
        `[B, T, units]`, in the compute dtype.

    Raises:
        ValueError: If a number is not positive and whole, the heads do not
            divide the channels, features to rotate do not come in pairs, the
            share is out of range, or the inputs do not have the channels of
            queries, keys and values.

    Example:
        >>> layer = CausalSelfAttention(8, num_heads=2, window=100)
        >>> layer(tf.zeros([1, 5, 24])).shape
        TensorShape([1, 5, 8])

    References:
        [1] Vaswani et al., "Attention Is All You Need", 2017.
            https://arxiv.org/abs/1706.03762
        [2] Child et al., "Generating Long Sequences with Sparse Transformers",
            2019, Sec. 4.3. https://arxiv.org/abs/1904.10509
            Deviation: the local pattern has `window` members, as in the
            authors' code, where the paper has one more.
    """

    has_steps = True

    def __init__(
        self,
        units: int,
        num_heads: int,
        window: int,
        *,
        stride: int = 1,
        key_units: int | None = None,
        rotary: bool = False,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        key_units = units if key_units is None else key_units
        self.units = checked_count("units", units)
        self.num_heads = checked_count("num_heads", num_heads)
        self.window = checked_count("window", window)
        self.stride = checked_count("stride", stride)
        self.key_units = checked_count("key_units", key_units)
        self.rotary = rotary
        self.dropout = checked_rate("dropout", dropout)
        self.dropout_layer = None
        if self.dropout:
            self.dropout_layer = keras.layers.Dropout(
                self.dropout, dtype=self.dtype_policy, name="dropout"
            )
        self._check_heads()

    def _check_heads(self):
        if self.units % self.num_heads or self.key_units % self.num_heads:
            raise ValueError(
                "`num_heads` must divide `units` and `key_units`. "
                f"Received: num_heads={self.num_heads}, units={self.units}, "
                f"key_units={self.key_units}"
            )
        if self.rotary and (self.key_units // self.num_heads) % 2:
            raise ValueError(
                "`key_units` must be an even number for each head with "
                f"`rotary`. Received: key_units={self.key_units}, "
                f"num_heads={self.num_heads}"
            )

    @property
    def in_channels(self) -> int:
        """Number of input channels: queries, keys and values."""
        return 2 * self.key_units + self.units

    def build(self, input_shape: Sequence[Any]) -> None:
        self._check_inputs(input_shape)

    def _check_inputs(self, input_shape):
        if len(input_shape) != 3 or input_shape[-1] != self.in_channels:
            raise ValueError(
                f"`inputs` must have shape [B, T, {self.in_channels}]: the "
                "channels of queries, keys and values. Received shape "
                f"{tuple(input_shape)}"
            )

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        return (*input_shape[:-1], self.units)

    def call(self, inputs: tf.Tensor, drop: Any = None) -> tf.Tensor:
        # Keras builds a layer once, whatever comes later.
        self._check_inputs(inputs.shape)
        query, key, value = self._of_all_steps(inputs)
        outputs = self._of_blocks(query, key, value, drop)
        outputs = tf.transpose(outputs, [0, 2, 1, 3])
        return tf.reshape(outputs, [-1, sizes(inputs)[1], self.units])

    def call_in_training(self, x: tf.Tensor, drop: Any) -> tf.Tensor:
        return self(x, drop=drop)

    def attention_weights(self, inputs: tf.Tensor) -> tf.Tensor:
        """Returns the weight of step `s` in the output of step `t`.

        Args:
            inputs: As `call` takes them.

        Returns:
            `[B, h, t, s]`, in the compute dtype: 0 where `t` does not see `s`,
            and in sum over `s` 1.
        """
        query, key, _ = self._of_all_steps(inputs)
        steps = tf.range(tf.shape(inputs)[1])
        scores = tf.matmul(query, key, transpose_b=True)
        return self._weights(scores, self._sees(steps[:, None] - steps))

    def _of_all_steps(self, inputs, time=0):
        """Returns queries / sqrt(k), keys and values `[B, h, T, k or v]`.

        Args:
            inputs: As `call` takes them.
            time: Number of steps before them.
        """
        query, key, value = (
            tf.transpose(part, [0, 2, 1, 3]) for part in self._heads(inputs)
        )
        if self.rotary:
            steps = time + tf.range(tf.shape(inputs)[1])
            query, key = rotated(query, steps), rotated(key, steps)
        return query, key, value

    def _heads(self, x):
        """Returns queries / sqrt(k), keys and values `[..., h, k or v]`."""
        channels = [self.key_units, self.key_units, self.units]
        # A step of a plain graph is spent on small operations: the number of
        # examples is not asked for.
        shape = [-1, *sizes(x)[1:-1], self.num_heads]
        query, key, value = (
            tf.reshape(part, [*shape, part.shape[-1] // self.num_heads])
            for part in tf.split(x, channels, axis=-1)
        )
        # There are fewer queries than products of theirs with keys.
        return query * query.shape[-1] ** -0.5, key, value

    def _of_blocks(self, query, key, value, drop):
        """Returns the outputs `[B, h, T, v]` of all steps."""
        length = query.shape[2]
        if length is None:
            return self._of_block(query, key, value, 0, 0, drop)
        block = max(_BLOCK, -(-length // _MOST_BLOCKS))
        starts = range(0, length, block)
        lengths = [min(block, length - start) for start in starts]
        parts = (tf.split(part, lengths, 2) for part in (query, key, value))
        keys, values = (tf.zeros_like(part[:, :, :0]) for part in (key, value))
        outputs, first = [], 0
        for start, *block_parts in zip(starts, *parts, strict=True):
            queries, new_keys, new_values = block_parts
            unseen = max(0, start - self.window + 1) - first
            first += unseen
            keys = _moved_on(keys, unseen, new_keys)
            values = _moved_on(values, unseen, new_values)
            outputs.append(
                self._of_block(queries, keys, values, start, first, drop)
            )
        return tf.concat(outputs, axis=2)

    def _of_block(self, query, key, value, start, first, drop):
        """Returns the outputs of the steps from `start` on.

        Args:
            query: `[B, h, n, k]`, of the steps from `start` on.
            key: `[B, h, s, k]`, of the steps from `first` on.
            value: `[B, h, s, v]`.
            start: A step.
            first: A step.
            drop: As `call_in_training` takes it, or `None`.
        """
        steps = tf.range(tf.shape(query)[2])[:, None] + start
        key_steps = tf.range(tf.shape(key)[2]) + first
        seen = self._sees(steps - key_steps)
        if not isinstance(first, int):
            # What is kept of a stream may begin before its first step.
            seen = seen & (key_steps >= 0)
        scores = tf.matmul(query, key, transpose_b=True)
        weights = self._weights(scores, seen)
        if drop is not None and self.dropout_layer is not None:
            weights = drop(self.dropout_layer, weights)
        return tf.matmul(weights, value)

    def _sees(self, back):
        """Returns whether a step sees the one so many steps back."""
        seen = (back >= 0) & (back < self.window)
        return seen if self.stride == 1 else seen & (back % self.stride == 0)

    def _weights(self, scores, seen):
        """Returns the weights of values from the products with keys."""
        unseen = tf.where(seen, 0.0, _UNSEEN)
        weights = tf.nn.softmax(tf.cast(scores, tf.float32) + unseen)
        return tf.cast(weights, self.compute_dtype)

    # The methods of drawing run one step at a time.

    def first_state(self, batch_size: int | tf.Tensor, num_steps: int) -> State:
        compiled = is_compiled()
        state = {}
        for name, units in self._kept().items():
            size = self.window - 1 if compiled else 0
            shape = [batch_size, self.num_heads, size, units]
            nothing = tf.zeros(shape, self.compute_dtype)
            state[name] = nothing if compiled else growing(nothing, axis=2)
        return state

    def _kept(self):
        """Returns the channels of a head that are kept of a step, by name."""
        return {
            "keys": self.key_units // self.num_heads,
            "values": self.units // self.num_heads,
        }

    def opened(
        self, state: State, time: int | tf.Tensor, num_steps: int
    ) -> State:
        batch_size = tf.shape(state["keys"])[0]
        arrays = {}
        for name, units in self._kept().items():
            shape = [num_steps, batch_size, self.num_heads, units]
            arrays[f"new_{name}"] = tf.TensorArray(
                self.compute_dtype,
                num_steps,
                element_shape=[None, self.num_heads, units],
                clear_after_read=False,
            ).unstack(tf.zeros(shape, self.compute_dtype))
        return {**state, **arrays, "start": tf.convert_to_tensor(time)}

    def step(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        query, key, value = self._heads(x)
        if self.rotary:
            query, key = rotated(query, time), rotated(key, time)
        index = time - state["start"]
        state = {
            **state,
            "new_keys": state["new_keys"].write(index, key),
            "new_values": state["new_values"].write(index, value),
        }
        outputs = self._attended(query, state, time)
        return tf.reshape(outputs, [-1, self.units]), state

    def _attended(self, query, state, time):
        """Returns the outputs `[B, h, v]` of one step."""
        new_keys, new_values = (
            _written(state[name], time + 1 - state["start"])
            for name in ("new_keys", "new_values")
        )
        finished = tf.matmul(
            query[..., None, :], state["keys"], transpose_b=True
        )[..., 0, :]
        new = tf.reduce_sum(query * new_keys, axis=-1)
        scores = tf.concat([finished, tf.transpose(new, [1, 2, 0])], axis=-1)
        num_finished, num_new = tf.shape(finished)[-1], tf.shape(new)[0]
        first = state["start"] - num_finished
        steps = first + tf.range(num_finished + num_new)
        seen = self._sees(time - steps) & (steps >= 0)
        weights = self._weights(scores, seen)
        of_finished, of_new = tf.split(weights, [num_finished, num_new], -1)
        outputs = tf.matmul(of_finished[..., None, :], state["values"])
        of_new = tf.transpose(of_new, [2, 0, 1])[..., None]
        return outputs[..., 0, :] + tf.reduce_sum(of_new * new_values, axis=0)

    def steps(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        query, key, value = self._of_all_steps(x, time)
        keys = tf.concat([state["keys"], key], axis=2)
        values = tf.concat([state["values"], value], axis=2)
        first = time - tf.shape(state["keys"])[2]
        outputs = self._of_block(query, keys, values, time, first, None)
        outputs = tf.transpose(outputs, [0, 2, 1, 3])
        num_kept = tf.minimum(tf.shape(keys)[2], self.window - 1)
        start = tf.shape(keys)[2] - num_kept
        return tf.reshape(outputs, [-1, sizes(x)[1], self.units]), {
            "keys": keys[:, :, start:],
            "values": values[:, :, start:],
        }

    def closed(self, state: State, time: int | tf.Tensor) -> State:
        return {
            name: self._with_block(
                state[name], state[f"new_{name}"].stack(), time - state["start"]
            )
            for name in self._kept()
        }

    def _with_block(self, finished, new, count):
        """Returns the last steps that later ones see, `[B, h, t, k or v]`.

        Args:
            finished: `[B, h, t, k or v]`, of the steps before the block.
            new: `[n, B, h, k or v]`, of the block.
            count: Number of steps of the block that have run, up to `n`.
        """
        steps = tf.concat([finished, tf.transpose(new, [1, 2, 0, 3])], axis=2)
        num_finished = tf.shape(finished)[2]
        most = self.window - 1
        is_full = finished.shape[2] == most
        size = most if is_full else tf.minimum(num_finished + count, most)
        begin = [0, 0, num_finished + count - size, 0]
        kept = tf.slice(steps, begin, [-1, -1, size, -1])
        shape = finished.shape.as_list()
        shape[2] = most if is_full else None
        return tf.ensure_shape(kept, shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "num_heads": self.num_heads,
            "window": self.window,
            "stride": self.stride,
            "key_units": self.key_units,
            "rotary": self.rotary,
            "dropout": self.dropout,
        }


def _moved_on(kept, unseen, new):
    """Returns what a block sees, from what the block before it saw.

    The gradient of a slice of all steps would fill all of them with zeros, once
    for each block. That of a concatenation copies what the block sees.

    Args:
        kept: `[B, h, s, k or v]`, what the block before saw.
        unseen: Number of its first steps that this block does not see.
        new: `[B, h, n, k or v]`, the steps of this block.
    """
    if unseen:
        kept = tf.split(kept, [unseen, -1], axis=2)[1]
    return tf.concat([kept, new], axis=2)


def _written(array, count):
    """Returns the first `count` tensors of an array, or under XLA all."""
    return array.stack() if is_compiled() else array.gather(tf.range(count))
