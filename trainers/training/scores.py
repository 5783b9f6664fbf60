"""The score of a model on a split, in nats, with its standard error."""

import math
from typing import Any

import keras
import tensorflow as tf

from .sharding import sharded_evaluation


def score(
    model: keras.Model, examples: tf.data.Dataset, batch_size: int
) -> dict[str, Any]:
    """Returns the score of the examples, as it goes into a result.

    Args:
        model: The model.
        examples: Unbatched examples, at least one.
        batch_size: Examples in a step.

    Returns:
        `nats`, the mean of -log p(x) over the examples; `standard_error` of
        that mean, in nats, `None` for a single example; `examples`, their
        number; `bits_per_dim`, `None` where the model has other units; and
        those by their names.
    """
    batches, steps = sharded_evaluation(
        examples, batch_size, model.distribute_strategy
    )
    log_prob = model.predict(batches, steps=steps, verbose=0)
    # This drops the padding that fills up the last batch.
    log_prob = log_prob[: int(examples.cardinality())].astype("float64")
    nats = float(-log_prob.mean())
    units = _in_units(model, log_prob, examples)
    if "bits_per_dim" in units:
        # The metric would round the sum to float32.
        bits = nats / math.prod(model.event_shape) / math.log(2)
        units["bits_per_dim"] = bits
    return {
        "nats": nats,
        "standard_error": _standard_error(log_prob),
        "bits_per_dim": None,
        **units,
        "examples": len(log_prob),
    }


def _standard_error(values) -> float | None:
    """Returns that of the mean, which one value alone does not tell."""
    if len(values) < 2:
        return None
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def _in_units(model, log_prob, examples) -> dict[str, float]:
    """Returns the score of the examples in the model's own units."""
    context = None
    if isinstance(examples.element_spec, tuple):
        contexts = examples.map(lambda x, context: context)
        context = contexts.batch(len(log_prob)).get_single_element()
    metrics = model.make_unit_metrics()
    model.update_unit_metrics(metrics, log_prob, context)
    return {metric.name: float(metric.result()) for metric in metrics}
