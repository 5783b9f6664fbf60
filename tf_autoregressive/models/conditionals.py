"""The distribution that a model returns, which refuses other than events."""

import functools

from tf_autoregressive.models.plain_tensor import plain_tensor


def scoring_events_alone(distribution, event):
    """Returns a distribution over events that scores nothing else.

    TFP casts an array to the dtype of samples before it looks at it: pixels
    scaled to [-1, 1] would be scored as 0. Real values are left to TFP.

    Args:
        distribution: A `tfd.Distribution`, which is changed.
        event: The `Event`: what values it is over.
    """
    if event.num_levels is not None:
        for name in ("log_prob", "prob"):
            method = getattr(distribution, name)
            setattr(distribution, name, _of_valid_values(method, event))
    return distribution


def _of_valid_values(method, event):
    @functools.wraps(method)
    def score(value, *args, **kwargs):
        value = plain_tensor("value", value)
        value = event.with_valid_values(value, "value")
        return method(value, *args, **kwargs)

    return score
