"""How well a model predicts a split: in nats, with its standard error."""

import math
from typing import Any

import tensorflow as tf

from .sharding import sharded_evaluation


def score(model, examples: tf.data.Dataset, batch_size: int) -> dict[str, Any]:
    """Returns the score of the examples, as it goes into a result.

    Args:
        model: The model.
        examples: Unbatched examples, at least two.
        batch_size: Examples in a step.

    Returns:
        `nats`, the mean of -log p(x) over the examples; `standard_error` of
        that mean, in nats; `bits_per_dim`, `None` for real-valued data; and
        `examples`, their number.
    """
    batches, steps = sharded_evaluation(
        examples, batch_size, model.distribute_strategy
    )
    log_prob = model.predict(batches, steps=steps, verbose=0)
    # Behind the examples comes what a last batch was filled up with.
    log_prob = log_prob[: int(examples.cardinality())].astype("float64")
    nats = float(-log_prob.mean())
    bits_per_dim = None
    if model.num_levels is not None:
        bits_per_dim = nats / math.prod(model.event_shape) / math.log(2)
    return {
        "nats": nats,
        "standard_error": float(
            log_prob.std(ddof=1) / math.sqrt(len(log_prob))
        ),
        "bits_per_dim": bits_per_dim,
        "examples": len(log_prob),
    }
