"""Signatures as a server describes them, and checks of its answers.

Shapes: B examples, samples or rows of a request.
"""

import typing
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.sampling_options import OPTIONS

from .errors import AnswerError

_FLOATS, _INTEGERS = ("float32", "float64"), ("int32", "int64")
_VALUES = (*_FLOATS, *_INTEGERS, "uint8")

# The dtypes that a client sends and reads tensors of these names in. In others
# numbers would lose digits, or be others: a score as an integer, say.
_DTYPES = {
    "events": _VALUES,
    "context": _VALUES,
    "known": ("bool",),
    "seed": ("int64",),
    "seeds": ("int64",),
    "first": ("int64",),
    "num_samples": _INTEGERS,
    "num_steps": _INTEGERS,
    "false_alarm_rate": _FLOATS,
    "log_prob": _FLOATS,
    "log_prob_per_dim": _FLOATS,
    "score": _FLOATS,
    "p_value": _FLOATS,
    "prediction": _INTEGERS,
    "surprise": _FLOATS,
    "state": ("float32",),
    **{
        name: _INTEGERS if option.kind is int else _FLOATS
        for name, option in OPTIONS.items()
    },
}


class Spec(typing.NamedTuple):
    """A tensor of a signature.

    Attributes:
        dtype: Its NumPy dtype; `object` for strings.
        shape: Its axes, `None` for one of any size; `None` for any shape.
    """

    dtype: np.dtype
    shape: tuple | None

    def check(
        self, name: str, dtype: np.dtype, shape: tuple, num_rows: int
    ) -> None:
        """Checks the values of an answer for this tensor.

        Args:
            name: Name of the output.
            dtype: Its dtype in the answer.
            shape: Its shape in the answer.
            num_rows: The size that the first axis must have, `B`.

        Raises:
            AnswerError: If dtype or shape are others.
        """
        rest = shape[1:] if self.shape is None else self.shape[1:]
        fits = len(shape) == 1 + len(rest) and all(
            size in (None, actual)
            for size, actual in zip((num_rows, *rest), shape, strict=True)
        )
        if not fits or dtype != self.dtype:
            sizes = ", ".join(
                "any" if n is None else str(n) for n in (num_rows, *rest)
            )
            raise AnswerError(
                f"The answer's `{name}` must be {self.dtype} of shape "
                f"[{sizes}]. Received: {dtype}, shape {list(shape)}"
            )


class Signature(typing.NamedTuple):
    """The inputs and the outputs of a signature, `Spec`s by name."""

    inputs: dict[str, Spec]
    outputs: dict[str, Spec]

    @property
    def has_only_numbers(self) -> bool:
        """Whether no output holds texts."""
        return all(spec.dtype != object for spec in self.outputs.values())

    def check_dtypes(self, name: str) -> None:
        """Checks that a client can send these inputs and read these outputs.

        Args:
            name: Name of the signature.

        Raises:
            AnswerError: If the server describes one with another dtype.
        """
        for key, spec in [*self.inputs.items(), *self.outputs.items()]:
            described = "string" if spec.dtype == object else spec.dtype.name
            known = _DTYPES.get(key, (described,))
            if described not in known:
                raise AnswerError(
                    f"The signature {name!r} must have `{key}` of dtype "
                    f"{' or '.join(known)}. The server describes {described}"
                )

    def check_names(self, names: Collection[str]) -> None:
        """Checks that an answer has the outputs of this signature.

        Raises:
            AnswerError: If it has others.
        """
        if set(names) != set(self.outputs):
            raise AnswerError(
                f"The answer must hold {sorted(self.outputs)}. "
                f"Received: {sorted(map(str, names))[:20]}"
            )


class Served(typing.NamedTuple):
    """A version of a model on a server.

    Attributes:
        version: Its number, `None` if the server does not say.
        signatures: `Signature`s by name.
    """

    version: int | None
    signatures: dict[str, Signature]


def signatures_of(definitions: Mapping[str, Any]) -> dict[str, Signature]:
    """Returns the signatures that `SignatureDef`s by name describe.

    Raises:
        AnswerError: If a tensor has no dtype that NumPy has.
    """
    try:
        return {
            name: Signature(
                _specs(definition.inputs), _specs(definition.outputs)
            )
            for name, definition in definitions.items()
            # A signature without inputs initializes the model.
            if definition.inputs
        }
    except (TypeError, ValueError) as error:
        raise AnswerError(
            f"The server does not describe signatures: {error}"
        ) from error


def check_values(name: str, array: np.ndarray) -> None:
    """Checks that all numbers of an output are finite.

    Raises:
        AnswerError: If one is not.
    """
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    at = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
    raise AnswerError(
        f"The answer's `{name}` must be finite. Received: {array[at]} at "
        f"{list(at)}"
    )


def _specs(infos):
    return {name: _spec(info) for name, info in infos.items()}


def _spec(info):
    dtype = np.dtype(tf.as_dtype(info.dtype).as_numpy_dtype)
    if info.tensor_shape.unknown_rank:
        return Spec(dtype, None)
    sizes = (dim.size for dim in info.tensor_shape.dim)
    return Spec(dtype, tuple(None if n < 0 else n for n in sizes))
