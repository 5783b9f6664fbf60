"""How a request departs from the model's own distribution.

Shapes: P parameters per site, `...` any leading axes.
"""

import typing

import tensorflow as tf

from tf_autoregressive.distributions import BernoulliOutput
from tf_autoregressive.distributions import CategoricalOutput

# What leaves a distribution whole: a request has to name a number for each.
OFF = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}


class RequestOptions(typing.NamedTuple):
    """`sampling.SamplingOptions` whose numbers come with the request.

    Draws are those of `SamplingOptions` with the same numbers.

    Attributes:
        method: `"incremental"` or `"full"`.
        temperature: float32 scalar, at least 1e-6.
        cuts: Scalars by the names in `OFF`; empty where the output
            distribution offers none.
    """

    method: str
    temperature: typing.Any
    cuts: dict

    def tempered(self, output, parameters):
        """Returns the parameters `[..., P]` that these options draw from."""
        parameters = output.tempered(parameters, self.temperature)
        if not self.cuts:
            return parameters
        # One condition where nothing is cut, which is usual.
        is_cut = [tf.not_equal(self.cuts[name], OFF[name]) for name in OFF]
        return tf.cond(
            tf.reduce_any(is_cut),
            lambda: self._cut(output, parameters),
            lambda: parameters,
        )

    def _cut(self, output, parameters):
        # One after the other, as `tempered` does it with all of them.
        for name, off in OFF.items():
            number = {name: self.cuts[name]}
            parameters = tf.cond(
                tf.equal(self.cuts[name], off),
                lambda kept=parameters: kept,
                lambda whole=parameters, number=number: output.tempered(
                    whole, **number
                ),
            )
        return parameters


def offers_cuts(output) -> bool:
    """Whether draws from this output distribution can leave out values."""
    return isinstance(output, (BernoulliOutput, CategoricalOutput))
