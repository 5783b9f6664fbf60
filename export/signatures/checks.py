"""Checks on requests that run in the served graph.

A bad request ends in an error that names the input, states the rule and shows
what was received, before anything is computed from it.

Shapes: B batch.
"""

import tensorflow as tf

from tf_autoregressive.models.assertions import asserted
from tf_autoregressive.models.context import Context
from tf_autoregressive.models.event import Event
from tf_autoregressive.sampling_options import OPTIONS


def require(
    tensor: tf.Tensor, condition: tf.Tensor, rule: str, received: tf.Tensor
) -> tf.Tensor:
    """Returns `tensor`, once `condition` was found true.

    Args:
        tensor: The tensor that depends on the condition.
        condition: bool scalar.
        rule: The sentence of the error: the input, in backticks, and its rule.
        received: String scalar, the received values as the error shows them.
    """
    message = tf.strings.join([rule, received], separator=" Received ")
    return asserted(tensor, condition, [message])


def shaped(name: str, tensor: tf.Tensor, shape: list) -> tf.Tensor:
    """Returns `tensor` if it has this shape.

    Args:
        name: Name of the input.
        tensor: The input as it was received, of whatever shape.
        shape: The sizes of its axes; `None` for one of at least 1. Only the
            first, the batch, and the second, steps, can be that.
    """
    tensor = _of_unknown_shape(tensor)
    actual = tf.shape(tensor)
    open_axes = ["batch", "steps"][: shape.count(None)]
    fixed = shape[len(open_axes) :]
    fits = (
        (tf.rank(tensor) == len(shape))
        # Shapes are compared as texts, since those of other ranks cannot be
        # compared as numbers.
        & (_as_text(actual[len(open_axes) :]) == _as_text(fixed))
        & (tf.size(tensor) > 0)
    )
    wanted = ", ".join(open_axes + [str(size) for size in fixed])
    at_least = " with at least one example" if open_axes else ""
    tensor = require(
        tensor,
        fits,
        f"`{name}` must have shape [{wanted}]{at_least}.",
        tf.strings.join(["shape [", _as_text(actual), "]"]),
    )
    # `ensure_shape` would not do, because the optimizer believes it as well.
    sizes = [tf.shape(tensor)[axis] for axis in range(1, len(open_axes))]
    return tf.reshape(tensor, [*[-1] * bool(open_axes), *sizes, *fixed])


def checked_events(event: Event, tensor: tf.Tensor) -> tf.Tensor:
    """Returns event values `[B, *event_shape]` in the event's own dtype.

    Args:
        event: The model's `Event`.
        tensor: float32, the input `events`.
    """
    tensor = shaped("events", tensor, [None, *event.shape])
    tensor = _valid("events", event, tensor)
    return tf.cast(tensor, event.dtype)


def checked_steps(event: Event, tensor: tf.Tensor, most: int) -> tf.Tensor:
    """Returns the next steps of sequences, float32 `[B, n, ...]`.

    Args:
        event: The model's `Event`.
        tensor: float32, the input `events`.
        most: The largest `n`.
    """
    tensor = shaped("events", tensor, [None, None, *event.shape[1:]])
    number = tf.shape(tensor)[1]
    tensor = require(
        tensor,
        number <= most,
        f"`events` must hold at most {most} steps.",
        tf.strings.as_string(number),
    )
    return _valid("events", event, tensor)


def checked_state(
    tensor: tf.Tensor, size: int, batch_size: tf.Tensor
) -> tf.Tensor:
    """Returns the state of sequences, float32 `[B, size]` of finite numbers.

    Args:
        tensor: float32, the input `state`.
        size: Number of numbers of a sequence.
        batch_size: `B`, an int32 scalar.
    """
    tensor = shaped("state", tensor, [None, size])
    tensor = require(
        tensor,
        tf.reduce_all(tf.math.is_finite(tensor)),
        "`state` must hold finite numbers.",
        _range(tensor),
    )
    return _as_many("state", tensor, batch_size)


def checked_known(tensor: tf.Tensor, events: tf.Tensor) -> tf.Tensor:
    """Returns bool `[B, *event_shape]`, the input `known` for these events."""
    tensor = shaped("known", tensor, [None, *events.shape[1:]])
    return _as_many("known", tensor, tf.shape(events)[0])


def checked_context(
    context: Context,
    tensor: tf.Tensor,
    batch_size: tf.Tensor,
    of: str = "events",
) -> tf.Tensor:
    """Returns contexts `[B, ...]`.

    Args:
        context: The model's `Context`.
        tensor: The input `context`: int32 labels `[B]` or float32 `[B, ...]`.
        batch_size: `B`, an int32 scalar.
        of: Name of the input that has as many examples.
    """
    return _as_many("context", _valid_context(context, tensor), batch_size, of)


def repeated_context(
    context: Context, tensor: tf.Tensor, batch_size: tf.Tensor
) -> tf.Tensor:
    """Returns contexts `[B, ...]`; a batch of one stands for all examples.

    The arguments are those of `checked_context`.
    """
    tensor = _valid_context(context, tensor)
    size = tf.shape(tensor)[0]
    tensor = require(
        tensor,
        (size == 1) | (size == batch_size),
        "`context` must hold one context, or one for each sample.",
        _counts(size, batch_size),
    )
    return tf.gather(tensor, tf.minimum(tf.range(batch_size), size - 1))


def checked_number(
    name: str, tensor: tf.Tensor, *, at_least: int, at_most: int
) -> tf.Tensor:
    """Returns a scalar within these limits.

    Args:
        name: Name of the input.
        tensor: The input, a scalar of an integer dtype.
        at_least: The smallest number allowed.
        at_most: The largest number allowed.
    """
    tensor = shaped(name, tensor, [])
    return require(
        tensor,
        (tensor >= at_least) & (tensor <= at_most),
        f"`{name}` must be at least {at_least} and at most {at_most}.",
        tf.strings.as_string(tensor),
    )


def checked_options(numbers: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Returns the numbers by which a draw departs, within their limits.

    Args:
        numbers: Inputs called as the options in `OPTIONS`. The number that
            switches an option off is always allowed.
    """
    return {
        name: _checked_option(name, OPTIONS[name], tensor)
        for name, tensor in numbers.items()
    }


def _checked_option(name, option, tensor):
    tensor = shaped(name, tensor, [])
    rule = f"`{name}` must be {option.rule}"
    if not option.allows(option.off):
        rule += f", or {option.off} to switch it off"
    return require(
        tensor,
        option.allows(tensor) | tf.equal(tensor, option.off),
        f"{rule}.",
        tf.strings.as_string(tensor),
    )


def _valid_context(context, tensor):
    shape = () if context.num_classes is not None else context.shape
    tensor = shaped("context", tensor, [None, *shape])
    return _valid("context", context, tensor)


def _valid(name, of, tensor):
    """Returns `tensor` if its values are those of an event or a context."""
    rule, valid = of.validity(tensor)
    return require(
        tensor,
        tf.reduce_all(valid),
        f"`{name}` must hold {rule}.",
        _range(tensor),
    )


def _as_many(name, tensor, batch_size, of="events"):
    size = tf.shape(tensor)[0]
    return require(
        tensor,
        size == batch_size,
        f"`{name}` must hold as many examples as `{of}`.",
        _counts(size, batch_size),
    )


def _counts(size, batch_size):
    numbers = [tf.strings.as_string(number) for number in (size, batch_size)]
    return tf.strings.join(numbers, separator=" for ")


def _of_unknown_shape(tensor):
    # The server does not hold requests to the shapes that a signature states,
    # and the graph optimizer believes them: it would remove the checks. A
    # tensor that comes out of a string has no shape that it could know.
    return tf.io.parse_tensor(tf.io.serialize_tensor(tensor), tensor.dtype)


def _as_text(sizes):
    if not tf.is_tensor(sizes):
        return tf.constant(", ".join(map(str, sizes)))
    return tf.strings.reduce_join(tf.strings.as_string(sizes), separator=", ")


def _range(tensor):
    return tf.strings.join(
        [
            "values from ",
            tf.strings.as_string(tf.reduce_min(tensor)),
            " to ",
            tf.strings.as_string(tf.reduce_max(tensor)),
        ]
    )
