"""Output distributions: a network's parameters to a `tfd.Distribution`."""

from tf_autoregressive.distributions.bernoulli import BernoulliOutput
from tf_autoregressive.distributions.categorical import CategoricalOutput
from tf_autoregressive.distributions.gaussian_mixture import (
    GaussianMixtureOutput,
)
from tf_autoregressive.distributions.output import OutputDistribution

OUTPUTS = {
    "bernoulli": BernoulliOutput,
    "categorical": CategoricalOutput,
    "gaussian_mixture": GaussianMixtureOutput,
}


def output_distribution(
    name, *, num_levels=None, num_components=10
) -> OutputDistribution:
    """Returns the output distribution called `name`.

    Args:
        name: One of `"bernoulli"`, `"categorical"`, `"gaussian_mixture"`.
        num_levels: Number of values of a dimension; `None` for the default
            of the distribution (2, or 256), and for real values.
        num_components: Components of a mixture.

    Raises:
        ValueError: If the name is unknown, or `num_levels` does not fit it.
    """
    if name not in OUTPUTS:
        raise ValueError(
            f"`distribution` must be one of {sorted(OUTPUTS)}. "
            f"Received: distribution={name!r}"
        )
    return OUTPUTS[name](num_levels=num_levels, num_components=num_components)


__all__ = [
    "BernoulliOutput",
    "CategoricalOutput",
    "GaussianMixtureOutput",
    "OutputDistribution",
    "output_distribution",
]
