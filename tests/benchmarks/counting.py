"""Counts the operations and the bytes of a pass from the layers that it calls.

A pass is traced, and every call of a layer is written down with its shapes. A
product of `[n, i]` and `[i, o]` counts `2 n i o` floating-point operations,
entries that a mask hides included: a product of the whole kernel computes them
too. Attention counts the pairs of steps that see each other. What is done to
each number by itself, such as an activation, is not counted.

The bytes are the least that has to move: every weight once, and what the
counted layers read and write once.
"""

import contextlib
import functools
import math
import typing
from unittest import mock

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive import layers
from tf_autoregressive.layers.raster.pixel_lstm import PixelLSTM
from tf_autoregressive.layers.raster.step_embedding import StepEmbedding

# The backward pass has two products for one of the forward pass: the gradient
# of the inputs and that of the kernel.
_PASSES_OF_A_STEP = 3

# Both passes read a weight, and its gradient is written. Then Adam reads the
# gradient, the weight and two moments, and writes the last three.
_MOVES_OF_A_WEIGHT = 2 + 1 + 4 + 3

_WEIGHT_BYTES = 4


class Work(typing.NamedTuple):
    """What has to be done.

    Attributes:
        operations: Number of floating-point operations.
        num_bytes: Number of bytes that move at least.
    """

    operations: int
    num_bytes: int


class Call(typing.NamedTuple):
    """A call of a layer.

    Attributes:
        layer: A Keras layer.
        inputs: Shape of its inputs.
        outputs: Shape of its outputs.
    """

    layer: typing.Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def operations(self):
        """Number of floating-point operations."""
        return operations(self.layer, self.inputs, self.outputs)

    @property
    def num_bytes(self):
        """Number of bytes of what it reads and writes, without weights."""
        size = tf.as_dtype(self.layer.compute_dtype).size
        return size * (math.prod(self.inputs) + math.prod(self.outputs))


def scoring(model, number):
    """Returns the `Work` of one pass over `number` events."""
    calls = calls_of_pass(model, number)
    return Work(
        sum(call.operations for call in calls),
        _WEIGHT_BYTES * model.count_params() + _bytes(calls),
    )


def training(model, number):
    """Returns the `Work` of a step of Adam on `number` events."""
    calls = calls_of_pass(model, number)
    weights = _MOVES_OF_A_WEIGHT * _WEIGHT_BYTES * model.count_params()
    return Work(
        _PASSES_OF_A_STEP * sum(call.operations for call in calls),
        weights + _PASSES_OF_A_STEP * _bytes(calls),
    )


def drawing(model, number):
    """Returns the `Work` of drawing `number` events.

    It is that of a pass. Attention reads the keys and values of earlier steps
    again at every step.
    """
    work = scoring(model, number)
    calls = calls_of_pass(model, number)
    return Work(work.operations, work.num_bytes + bytes_of_attention(calls))


def bytes_of_attention(calls):
    """Returns how many bytes of keys and values steps read one by one."""
    total = 0
    for layer, inputs, _ in calls:
        if isinstance(layer, layers.CausalSelfAttention):
            size = tf.as_dtype(layer.compute_dtype).size
            read = layer.key_units + layer.units
            total += size * inputs[0] * read * pairs(layer, inputs[1])
    return total


def calls_of_pass(model, number):
    """Returns the calls of layers in one pass over `number` events."""
    return calls_of(
        functools.partial(
            model.network, context=None, member=0, training=False
        ),
        [number, *model.event_shape],
    )


def calls_of(function, shape):
    """Returns the `Call`s that a function of a float32 tensor makes.

    Layers must be built: a function that makes variables is traced twice.
    """
    with _noted() as calls:
        tf.function(function, autograph=False).get_concrete_function(
            tf.TensorSpec(shape)
        )
    return calls


@contextlib.contextmanager
def _noted():
    """Yields a list, to which every call of a layer is added."""
    calls, call = [], keras.layers.Layer.__call__

    def noting(layer, inputs, *args, **kwargs):
        outputs = call(layer, inputs, *args, **kwargs)
        calls.append(Call(layer, _shape(inputs), _shape(outputs)))
        return outputs

    with mock.patch.object(keras.layers.Layer, "__call__", noting):
        yield calls


def _shape(tensors):
    return tuple(tf.nest.flatten(tensors)[0].shape)


def _bytes(calls):
    return sum(call.num_bytes for call in calls if call.operations)


@functools.singledispatch
def operations(layer, inputs, outputs):
    """Returns the floating-point operations of a call of a layer.

    Args:
        layer: A Keras layer.
        inputs: Shape of its inputs.
        outputs: Shape of its outputs.

    Raises:
        TypeError: If it has a kernel, and there is no rule for it.
    """
    if any(len(weight.shape) > 1 for weight in layer._trainable_variables):
        raise TypeError(f"There is no rule to count {type(layer).__name__}.")
    return 0


@operations.register(layers.MaskedDense)
@operations.register(layers.ShiftedConv2D)
@operations.register(layers.CausalConv1D)
@operations.register(keras.layers.Dense)
def _of_outputs(layer, inputs, outputs):
    return 2 * math.prod(layer.kernel.shape) * math.prod(outputs[:-1])


@operations.register(layers.UpsamplingConv2D)
@operations.register(PixelLSTM)
def _of_inputs(layer, inputs, outputs):
    return 2 * math.prod(layer.kernel.shape) * math.prod(inputs[:-1])


@operations.register(keras.layers.LSTM)
@operations.register(keras.layers.GRU)
def _of_steps(layer, inputs, outputs):
    kernels = layer.cell.kernel, layer.cell.recurrent_kernel
    size = sum(math.prod(kernel.shape) for kernel in kernels)
    return 2 * size * math.prod(inputs[:-1])


@operations.register(layers.NADEConditionals)
def _of_dimensions(layer, inputs, outputs):
    kernels = layer.encoder, layer.decoder
    return 2 * sum(math.prod(kernel.shape) for kernel in kernels) * inputs[0]


@operations.register(layers.CausalSelfAttention)
def _of_pairs(layer, inputs, outputs):
    examples, steps, _ = inputs
    products = layer.key_units + layer.units
    return 2 * examples * products * pairs(layer, steps)


@operations.register(keras.layers.Embedding)
@operations.register(StepEmbedding)
def _of_nothing(layer, inputs, outputs):
    # Tables are read without products. A layer within is counted by itself.
    return 0


def pairs(layer, steps):
    """Returns the number of pairs of steps that attention looks at."""
    reach = np.minimum(np.arange(steps), layer.window - 1)
    return int((reach // layer.stride + 1).sum())
