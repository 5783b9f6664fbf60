"""How a draw departs from the model's own distribution."""

import pytest
import tensorflow as tf

from tf_autoregressive.distributions import BernoulliOutput
from tf_autoregressive.sampling import SamplingOptions


def test_defaults_draw_from_the_model_itself():
    parameters = tf.constant([[0.3]])
    for method in ("incremental", "full"):
        options = SamplingOptions(method=method).checked()
        assert options.tempered(BernoulliOutput(), parameters) is parameters


def test_options_reach_the_output_distribution():
    options = SamplingOptions(temperature=0.5, top_p=0.9).checked()
    logits = options.tempered(BernoulliOutput(), tf.constant([[0.3], [3.0]]))
    assert abs(float(logits[0, 0]) - 0.6) < 1e-6
    assert float(logits[1, 0]) > 1e6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "fast"}, "method='fast'"),
        ({"temperature": 0}, "temperature=0"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"top_k": 0}, "top_k=0"),
        ({"top_p": 0.0}, "top_p=0.0"),
        ({"top_p": 1.5}, "top_p=1.5"),
        ({"min_p": 0.0}, "min_p=0.0"),
        ({"min_p": 1.5}, "min_p=1.5"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        SamplingOptions(**options).checked()


def test_they_can_be_the_key_of_a_cache():
    assert hash(SamplingOptions(top_k=2)) == hash(SamplingOptions(top_k=2))
