"""How a request departs from the model's own distribution.

Shapes: P parameters per site, `...` any leading axes.
"""

import typing

import tensorflow as tf

from tf_autoregressive.distributions import BernoulliOutput
from tf_autoregressive.distributions import CategoricalOutput


class RequestOptions(typing.NamedTuple):
    """`sampling.SamplingOptions` whose numbers come with the request.

    Draws are those of `SamplingOptions` with the same numbers.

    Attributes:
        method: `"incremental"` or `"full"`.
        temperature: float32 scalar, positive.
        top_k: int32 scalar, 0 for all values; `None` where the output
            distribution does not offer it.
    """

    method: str
    temperature: typing.Any
    top_k: typing.Any = None

    def tempered(self, output, parameters):
        """Returns the parameters `[..., P]` that these options draw from."""
        parameters = output.tempered(parameters, temperature=self.temperature)
        if self.top_k is None:
            return parameters
        return tf.cond(
            self.top_k > 0,
            lambda: _most_probable(output, parameters, self.top_k),
            lambda: parameters,
        )


def offers_top_k(output) -> bool:
    """Whether draws from this output distribution can be cut to `k` values."""
    return isinstance(output, (BernoulliOutput, CategoricalOutput))


def _most_probable(output, parameters, top_k):
    if isinstance(output, BernoulliOutput):
        return tf.where(
            top_k == 1, output.tempered(parameters, top_k=1), parameters
        )
    ordered = tf.sort(parameters, direction="DESCENDING")
    last = tf.minimum(top_k, output.num_levels) - 1
    kept = parameters >= tf.gather(ordered, last, axis=-1)[..., None]
    return tf.where(kept, parameters, parameters.dtype.min)
