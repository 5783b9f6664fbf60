"""Output distributions: a network's parameters to a `tfd.Distribution`."""

import inspect

from tf_autoregressive import backend
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.distributions.bernoulli import BernoulliOutput
from tf_autoregressive.distributions.categorical import CategoricalOutput
from tf_autoregressive.distributions.categorical import LevelsOutput
from tf_autoregressive.distributions.columns import ColumnsOutput
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
from tf_autoregressive.distributions.output import deserialized
from tf_autoregressive.distributions.symbols import SymbolsOutput
from tf_autoregressive.distributions.vector import VectorOutput
from tf_autoregressive.distributions.vector import of_whole_sites

# The distributions that `distribution=` of a model may name.
SHORTHANDS = {
    cls.name: cls
    for cls in (
        BernoulliOutput,
        CategoricalOutput,
        DiscretizedLogisticMixtureOutput,
        GaussianMixtureOutput,
        SymbolsOutput,
    )
}


def output_distribution(
    distribution: str | OutputDistribution | dict,
    *,
    num_levels: int | None = None,
    num_components: int | None = None,
) -> OutputDistribution:
    """Returns the output distribution that a model's arguments stand for.

    Args:
        distribution: An `OutputDistribution`, the configuration that Keras
            makes of one, or one of the names in `SHORTHANDS`.
        num_levels: Number of values of a dimension; `None` for the default of
            a name (2, or 256), for real values, and for an object's own.
        num_components: Components of a mixture that is named; `None` for the
            default, and for an object's own.

    Raises:
        ValueError: If `distribution` is none of these, or the numbers do not
            fit it.
    """
    if isinstance(distribution, dict):
        distribution = deserialized(distribution)
    if isinstance(distribution, str) and distribution in SHORTHANDS:
        return _of_name(distribution, num_levels, num_components)
    if not isinstance(distribution, OutputDistribution):
        raise ValueError(
            "`distribution` must be an OutputDistribution, or one of "
            f"{sorted(SHORTHANDS)}. Received: distribution={distribution!r}"
        )
    if num_components is not None:
        raise ValueError(
            "`num_components` is for distributions that are named; an object "
            f"has its own. Received: num_components={num_components}"
        )
    if num_levels not in (None, distribution.num_levels):
        raise ValueError(
            f"`num_levels` must be that of `distribution`, "
            f"{distribution.num_levels}. Received: num_levels={num_levels}"
        )
    return distribution


def _of_name(name, num_levels, num_components):
    cls, options = SHORTHANDS[name], {}
    takes = inspect.signature(cls).parameters
    if num_levels is not None:
        if "num_levels" not in takes:
            raise ValueError(
                f'`num_levels` must be None for distribution="{name}". '
                f"Received: num_levels={num_levels}"
            )
        options["num_levels"] = checked_num_levels(num_levels)
    if num_components is not None:
        num_components = checked_count("num_components", num_components)
        # Users may give it whatever the distribution; old files do.
        if "num_components" in takes:
            options["num_components"] = num_components
    return cls(**options)


__all__ = [
    "SHORTHANDS",
    "BernoulliOutput",
    "CategoricalOutput",
    "ColumnsOutput",
    "DiscretizedLogisticMixture",
    "DiscretizedLogisticMixtureOutput",
    "GaussianMixtureOutput",
    "LevelsOutput",
    "OutputDistribution",
    "SymbolsOutput",
    "VectorOutput",
    "of_whole_sites",
    "output_distribution",
]
