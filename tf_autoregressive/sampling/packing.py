"""Packing of a nest of tensors and arrays into a single tensor.

A call of a graph costs time for every tensor that is handed over. A model keeps
hundreds of them while it draws, which would cost more than the step itself.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.types import State


def pack(nest: State) -> tf.Tensor:
    """Returns a nest of tensors and `TensorArray`s as one tensor.

    Nothing is copied, and what is packed stays as it is when a graph goes on
    from it.

    Returns:
        packed: A scalar of dtype variant.
        specs: The nest with a `tf.TensorSpec` or a `tf.TensorArraySpec` for
            each leaf, as `unpack` takes it.
    """
    components = [
        _as_list(leaf) if is_array(leaf) else tf.convert_to_tensor(leaf)
        for leaf in tf.nest.flatten(nest)
    ]
    packed = tf.raw_ops.OptionalFromValue(components=components)
    return packed, tf.nest.map_structure(_spec, nest)


def unpack(packed: tf.Tensor, specs: Any) -> State:
    """Returns the nest that was packed."""
    flat = [_component(spec) for spec in tf.nest.flatten(specs)]
    components = tf.raw_ops.OptionalGetValue(
        optional=packed,
        output_types=[component.dtype for component in flat],
        output_shapes=[component.shape for component in flat],
    )
    return tf.nest.pack_sequence_as(specs, components, expand_composites=True)


def is_array(leaf: Any) -> bool:
    """Returns whether a leaf of a nest is a `tf.TensorArray`."""
    return isinstance(leaf, tf.TensorArray)


def _as_list(array):
    """Returns the tensor that stands for an array in a graph."""
    if array.flow is not None and array.flow.dtype == tf.variant:
        return array.flow
    # An eager array is a Python list, which a later step would write to.
    rows = array.stack()
    shape = tf.constant(rows.shape[1:].as_list(), tf.int32)
    return tf.raw_ops.TensorListFromTensor(tensor=rows, element_shape=shape)


def _spec(leaf):
    # Eager shapes would be those of one batch size, so they are left out.
    is_eager = tf.executing_eagerly()
    if is_array(leaf):
        shape = None if is_eager else leaf.element_shape
        return tf.TensorArraySpec(shape, leaf.dtype, leaf.dynamic_size)
    leaf = tf.convert_to_tensor(leaf)
    return tf.TensorSpec(None if is_eager else leaf.shape, leaf.dtype)


def _component(spec):
    """Returns the `tf.TensorSpec` of the tensor that stands for a leaf."""
    if isinstance(spec, tf.TensorArraySpec):
        return tf.TensorSpec([], tf.variant)
    return spec
