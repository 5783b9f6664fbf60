"""Sampling options, by which a draw departs from the model's distribution."""

import types
import typing
from collections.abc import Hashable
from typing import Any
from typing import Self

import tensorflow as tf

from tf_autoregressive import sampling_options
from tf_autoregressive.sampling.cuts import CUTS
from tf_autoregressive.sampling.cuts import CUTS_OF_BITS
from tf_autoregressive.sampling_options import OPTIONS
from tf_autoregressive.sampling_options import Option
from tf_autoregressive.sampling_options import SamplingNumbers


class SamplingOptions(typing.NamedTuple):
    """Options of a draw; the default draws from the model itself.

    Which options are on is known when a graph is traced. Their numbers are
    numbers of Python as a caller gives them, and scalar tensors in a graph, so
    that one graph serves all numbers.

    Attributes:
        method: `"incremental"` computes every activation once; `"full"`
            recomputes the network at every position, as a reference.
        numbers: The numbers of the options that are on, by name and in the
            order of `sampling_options.OPTIONS`.
        may_be_off: Whether a number may be its option's `off`, as it may in a
            graph whose numbers come with a request.
    """

    method: str = "incremental"
    numbers: typing.Mapping = types.MappingProxyType({})
    may_be_off: bool = False

    @classmethod
    def checked(
        cls,
        method: str = "incremental",
        **numbers: typing.Unpack[SamplingNumbers],
    ) -> Self:
        """Returns the options of a caller.

        Raises:
            TypeError: If there is no option of some name.
            ValueError: If there is no such method, or a number is out of range.
        """
        if method not in ("incremental", "full"):
            raise ValueError(
                '`method` must be "incremental" or "full". '
                f"Received: method={method!r}"
            )
        return cls(method, sampling_options.checked(numbers))

    def check_offered_by(self, model: Any) -> None:
        """Raises a `ValueError` if a model does not offer one of them."""
        offered, output = offered_by(model), model.output_distribution
        for name, number in self.numbers.items():
            if not getattr(output, OPTIONS[name].needs):
                raise ValueError(
                    f"`{name}` is not a sampling option of "
                    f"{type(output).__name__}, which has "
                    f"{', '.join(offered) or 'none'}. "
                    f"Received: {name}={number}"
                )
            if name not in offered:
                raise ValueError(
                    f"`{name}` needs an empty context, which a model learns "
                    "that is built with `context_dropout`. "
                    f"Received: {name}={number} for a {type(model).__name__} "
                    "without context_dropout"
                )

    @property
    def graph_key(self) -> Hashable:
        """The part of a graph's key that these options decide, hashable."""
        return (self.method, *self.numbers)

    def tensors(self) -> dict[str, tf.Tensor]:
        """Returns the numbers as scalar tensors, by name."""
        return {
            name: tf.constant(number, dtype_of(OPTIONS[name]))
            for name, number in self.numbers.items()
        }

    @property
    def is_guided(self) -> bool:
        """Whether there is guidance, which takes the empty context as well."""
        return "guidance" in self.numbers

    @property
    def temperature(self) -> Any:
        """The temperature, a scalar."""
        return self.numbers.get("temperature", OPTIONS["temperature"].off)

    @property
    def cuts(self) -> dict:
        """The numbers of the options that leave out values, by name."""
        return {
            name: number
            for name, number in self.numbers.items()
            if OPTIONS[name].is_cut
        }

    def tempered(
        self, output: Any, parameters: tf.Tensor
    ) -> tuple[Any, tf.Tensor]:
        """Returns the output distribution that is drawn from, and parameters.

        Args:
            output: The output distribution of a model.
            parameters: `[B, ..., P]`; with guidance `[2 * B, ..., P]`, those
                given the contexts before those given the empty one.
        """
        if self.is_guided:
            given, empty = tf.split(parameters, 2)
            output, parameters = output.guided(
                given, empty, self.numbers["guidance"]
            )
        if self.numbers.keys() <= {"guidance"}:
            return output, parameters
        return output.tempered(parameters, self)

    def cut(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `logits [..., K]` of K values without those left out."""
        return self._cut(CUTS, logits)

    def cut_bit(self, logit: tf.Tensor) -> tf.Tensor:
        """Returns `logit [..., 1]` of a bit, certain if one value is left."""
        return self._cut(CUTS_OF_BITS, logit)

    def _cut(self, functions, logits):
        cuts = self.cuts
        if not (cuts and self.may_be_off):
            return _cut_by_all(cuts, functions, logits)
        is_on = [tf.not_equal(cuts[name], OPTIONS[name].off) for name in cuts]
        # Usually nothing is cut, and then one condition is all that it costs.
        return tf.cond(
            tf.reduce_any(is_on),
            lambda: _cut_by_those_on(cuts, functions, logits),
            lambda: logits,
        )


def offered_by(model: Any) -> dict[str, Option]:
    """Returns the options that a model offers, by name."""
    return {
        name: option
        for name, option in OPTIONS.items()
        if getattr(model.output_distribution, option.needs)
        and (name != "guidance" or model.context.has_empty)
    }


def dtype_of(option: Option) -> tf.DType:
    """Returns the dtype that an option's number has in graphs."""
    return tf.int32 if option.kind is int else tf.float32


def _cut_by_all(cuts, functions, logits):
    for name, number in cuts.items():
        logits = functions[name](logits, number)
    return logits


def _cut_by_those_on(cuts, functions, logits):
    for name, number in cuts.items():
        logits = tf.cond(
            tf.equal(number, OPTIONS[name].off),
            lambda whole=logits: whole,
            lambda whole=logits, name=name, number=number: functions[name](
                whole, number
            ),
        )
    return logits
