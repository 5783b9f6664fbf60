"""The table of the options of a draw, from which all that names them is made.

Arguments, checks, command-line flags, inputs of served models and arguments of
their clients come from `OPTIONS`. A new option is a row of it, a field of
`SamplingNumbers` and, where it leaves out values, a cut in `sampling/cuts.py`.
Pure Python, because the command line shows its help without TensorFlow.
"""

import numbers
import typing
from typing import Any


class Option(typing.NamedTuple):
    """A number by which a draw departs from the model's own distribution.

    Attributes:
        kind: `int` or `float`.
        off: The number with which nothing departs. It may lie outside the
            limits: only requests to served models name it, because they name
            a number for every option.
        example: A number to try the option with.
        help: The effect of the option, in a sentence.
        at_least: The smallest number allowed.
        above: A number that all allowed ones exceed.
        at_most: The largest number allowed.
        needs: The attribute of an output distribution that has to be true.
    """

    kind: type
    off: float
    example: float
    help: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    needs: str = "has_cuts"

    @property
    def is_cut(self) -> bool:
        """Whether it leaves out values, and so needs discrete ones."""
        return self.needs == "has_cuts"

    @property
    def rule(self) -> str:
        """The allowed numbers, as errors say them."""
        limits = [
            f"{words} {limit}"
            for words, limit in (
                ("of at least", self.at_least),
                ("above", self.above),
                ("at most", self.at_most),
            )
            if limit is not None
        ]
        kind = "an integer" if self.kind is int else "a number"
        return f"{kind} {' and '.join(limits)}"

    def allows(self, number: Any) -> Any:
        """Returns whether a number is within the limits; NaN never is.

        Args:
            number: A number of Python, or a tensor.
        """
        # False for NaN, as every comparison with it is.
        allowed = number == number
        if self.at_least is not None:
            allowed &= number >= self.at_least
        if self.above is not None:
            allowed &= number > self.above
        if self.at_most is not None:
            allowed &= number <= self.at_most
        return allowed

    def checked(self, name: str, number: Any) -> Any:
        """Returns a number of Python or NumPy as one of Python.

        Raises:
            ValueError: If it is not a number of this kind, or not allowed.
        """
        kind = numbers.Integral if self.kind is int else numbers.Real
        if not (
            isinstance(number, kind)
            and not isinstance(number, bool)
            and self.allows(number)
        ):
            raise ValueError(
                f"`{name}` must be {self.rule}. Received: {name}={number!r}"
            )
        return self.kind(number)


# The options are in the order in which a draw applies them.
OPTIONS = {
    "guidance": Option(
        float,
        off=1.0,
        example=2.0,
        help="Above 1 every conditional follows the context more closely, at "
        "0 not at all.",
        at_least=0,
        # Sums of logits stay in the range of float32.
        at_most=1e6,
        needs="has_guidance",
    ),
    "temperature": Option(
        float,
        off=1.0,
        example=0.8,
        help="Below 1 sharpens every conditional, above 1 flattens it.",
        # Outside these limits logits or scales leave the range of float32.
        at_least=1e-6,
        at_most=1e30,
        needs="has_temperature",
    ),
    "top_k": Option(
        int,
        off=0,
        example=2,
        help="Draw from the K most probable values of each conditional.",
        at_least=1,
        at_most=2**31 - 1,
    ),
    "top_p": Option(
        float,
        off=1.0,
        example=0.9,
        help="Draw from the fewest values that hold this probability.",
        above=0,
        at_most=1,
    ),
    "min_p": Option(
        float,
        off=0.0,
        example=0.05,
        help="Draw from the values that are at least this many times as "
        "probable as the most probable one.",
        above=0,
        at_most=1,
    ),
}


class SamplingNumbers(typing.TypedDict, total=False):
    """The numbers by which draws depart from the model's own distribution.

    What is left out, or `None`, changes nothing. Guidance comes first, then the
    temperature, then one cut after the other, in this order.

    Guidance `w` [1] draws from conditionals that are proportional to

        p(x_i | x_<i, c)^w p(x_i | x_<i)^(1 - w)

    with the context `c`, and without one. It needs a model that has learned
    both (`context_dropout`), and values whose probabilities can be listed. The
    product of these conditionals is the distribution that is drawn from; it is
    not proportional to `p(x | c)^w p(x)^(1 - w)`.

    Attributes:
        guidance: Above 1 every conditional follows the context more closely, at
            0 not at all. In [0, 1e6].
        temperature: Below 1 sharpens every conditional, above 1 flattens it.
            At least 1e-6.
        top_k: Draw from the K most probable values of each conditional. At
            least 1.
        top_p: Draw from the fewest values that hold this probability. In
            (0, 1].
        min_p: Draw from the values that are at least this many times as
            probable as the most probable one. In (0, 1].

    References:
        [1] Ho and Salimans, "Classifier-Free Diffusion Guidance", 2022, Eq. 6;
            their weight is `w - 1`. https://arxiv.org/abs/2207.12598
    """

    guidance: float | None
    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None


def checked(given: SamplingNumbers) -> dict:
    """Returns the numbers that change something, in the order of `OPTIONS`.

    Raises:
        TypeError: If there is no option of some name.
        ValueError: If a number is out of range.
    """
    for name in given.keys() - OPTIONS.keys():
        raise TypeError(
            f"There is no sampling option `{name}`, but {', '.join(OPTIONS)}."
        )
    numbers = {
        name: option.checked(name, given[name])  # type: ignore[literal-required]
        for name, option in OPTIONS.items()
        if given.get(name) is not None
    }
    return {
        name: number
        for name, number in numbers.items()
        if number != OPTIONS[name].off
    }
