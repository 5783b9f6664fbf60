"""Output distributions: a network's parameters to a `tfd.Distribution`."""

from tf_autoregressive import backend
from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.distributions.bernoulli import BernoulliOutput
from tf_autoregressive.distributions.categorical import CategoricalOutput
from tf_autoregressive.distributions.discretized_logistic_mixture import (
    DiscretizedLogisticMixture,
)
from tf_autoregressive.distributions.gaussian_mixture import (
    GaussianMixtureOutput,
)
from tf_autoregressive.distributions.logistic_mixture_output import (
    DiscretizedLogisticMixtureOutput,
)
from tf_autoregressive.distributions.output import OutputDistribution
from tf_autoregressive.distributions.symbols import SymbolsOutput
from tf_autoregressive.distributions.vector import VectorOutput

OUTPUTS = {
    "bernoulli": BernoulliOutput,
    "categorical": CategoricalOutput,
    "discretized_logistic_mixture": DiscretizedLogisticMixtureOutput,
    "gaussian_mixture": GaussianMixtureOutput,
    "symbols": SymbolsOutput,
}


def output_distribution(
    name, *, num_levels=None, num_components=10, num_channels=None
) -> OutputDistribution:
    """Returns the output distribution called `name`.

    Args:
        name: One of `"bernoulli"`, `"categorical"`,
            `"discretized_logistic_mixture"`, `"gaussian_mixture"`, `"symbols"`.
        num_levels: Number of values of a dimension; `None` for the default
            of the distribution (2, or 256), and for real values.
        num_components: Components of a mixture.
        num_channels: Number of channels of a pixel, for outputs that couple
            them; `None` for dimensions that are sites of their own.

    Raises:
        ValueError: If the name is unknown, or `num_levels` does not fit it.
    """
    if not isinstance(name, str) or name not in OUTPUTS:
        raise ValueError(
            f"`distribution` must be one of {sorted(OUTPUTS)}. "
            f"Received: distribution={name!r}"
        )
    if num_levels is not None:
        # Before all else: some outputs keep a number for each level.
        num_levels = checked_num_levels(num_levels)
    options = {"num_levels": num_levels, "num_components": num_components}
    if OUTPUTS[name].couples_channels:
        options["num_channels"] = num_channels
    return OUTPUTS[name](**options)


__all__ = [
    "BernoulliOutput",
    "CategoricalOutput",
    "DiscretizedLogisticMixture",
    "DiscretizedLogisticMixtureOutput",
    "GaussianMixtureOutput",
    "OutputDistribution",
    "SymbolsOutput",
    "VectorOutput",
    "output_distribution",
]
