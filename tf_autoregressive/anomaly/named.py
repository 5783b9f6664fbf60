"""The names of scores."""

from collections.abc import Mapping
from typing import Any

from tf_autoregressive.anomaly.conditional_surprise import ConditionalSurprise
from tf_autoregressive.anomaly.input_complexity import InputComplexity
from tf_autoregressive.anomaly.likelihood import Likelihood
from tf_autoregressive.anomaly.likelihood_ratio import LikelihoodRatio
from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.anomaly.typicality import BatchTypicality
from tf_autoregressive.anomaly.typicality import Typicality

SCORES: dict[str, type[Score]] = {
    "likelihood": Likelihood,
    "likelihood_ratio": LikelihoodRatio,
    "input_complexity": InputComplexity,
    "typicality": Typicality,
    "batch_typicality": BatchTypicality,
    "conditional_surprise": ConditionalSurprise,
}


def score_of(score: str | Score, options: Mapping[str, Any]) -> Score:
    """Returns a score from its name and arguments, or as it is.

    Raises:
        ValueError: If there is no such score, it does not take the arguments,
            or arguments come with a score that is made already.
    """
    if isinstance(score, Score):
        if options:
            raise ValueError(
                "Arguments of a score must come with its name, not with a "
                f"Score that is made already. Received: {sorted(options)}"
            )
        return score
    if not isinstance(score, str) or score not in SCORES:
        raise ValueError(
            f"`score` must be a Score or one of {sorted(SCORES)}. "
            f"Received: score={score!r}"
        )
    try:
        return SCORES[score](**options)
    except TypeError as error:
        raise ValueError(
            f"`score` {score!r} takes other arguments: {error}"
        ) from error
