"""Events of one dimension, and shapes given as users give them."""

import numpy as np
import pytest

from tests.conformance.draws import run_eagerly
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import RNADE
from tf_autoregressive.models import DeepNADE

MODELS = [
    (FVSBN, {}),
    (MADE, {"units": (3, 2)}),
    (MADE, {"units": (3,), "num_classes": 2}),
    (NADE, {"units": 3}),
    (DeepNADE, {"units": (3,)}),
]


@pytest.mark.parametrize(("constructor", "options"), MODELS)
def test_one_dimension_is_a_coin(constructor, options, seed):
    model = constructor((1,), **options)
    context = np.array([0, 1]) if "num_classes" in options else None
    log_prob = model.log_prob(np.array([[0], [1]]), context=context)
    if context is None:
        np.testing.assert_allclose(np.sum(np.exp(log_prob)), 1.0, rtol=1e-5)
    with run_eagerly():
        full = model.sample(2, seed=seed, context=context, method="full")
        x = model.sample(2, seed=seed, context=context)
    np.testing.assert_array_equal(x, full)


def test_one_real_value(seed):
    model = RNADE((1,))
    x = model.sample(3, seed=seed)
    assert x.shape == (3, 1)
    assert np.isfinite(model.log_prob(x)).all()


@pytest.mark.parametrize("event_shape", [4, [4], (4,), [2, 2], (2, 2, 1)])
def test_shapes_may_be_ints_lists_and_tuples(event_shape):
    model = FVSBN(event_shape)
    expected = (4,) if event_shape == 4 else tuple(event_shape)
    assert model.event_shape == expected
    with run_eagerly():
        assert model.sample(2, seed=0).shape == (2, *expected)
