"""FVSBN is logistic regression of each dimension on those before it."""

import numpy as np
import pytest

from tests.conformance.conditionals import probabilities
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE

ORDERING = (2, 0, 3, 1)


@pytest.mark.parametrize(("num_levels", "num_logits"), [(2, 1), (3, 3)])
def test_conditionals_are_those_of_the_equation(num_levels, num_logits, rng):
    options = {}
    if num_levels > 2:
        options = {"distribution": "categorical", "num_levels": num_levels}
    model = FVSBN((4,), ordering=ORDERING, **options)
    model.set_weights([rng.normal(size=w.shape) for w in model.weights])
    kernel, bias = sorted(
        (w.numpy() for w in model.weights), key=np.ndim, reverse=True
    )
    kernel = kernel.reshape(4, 4, num_logits)
    bias = bias.reshape(4, num_logits)
    x = rng.integers(num_levels, size=(6, 4))
    # Binary values as they are, levels on [-1, 1].
    seen = x if num_levels == 2 else x - 1.0
    for rank, dim in enumerate(ORDERING):
        before = list(ORDERING[:rank])
        logits = bias[dim] + np.einsum(
            "bj,jp->bp", seen[:, before], kernel[before, dim]
        )
        expected = np.log(
            np.take_along_axis(probabilities(logits), x[:, dim, None], 1)
        )
        np.testing.assert_allclose(
            model.log_prob_per_dim(x)[:, dim], expected[:, 0], rtol=1e-4
        )


def test_the_first_dimension_has_its_bias_alone():
    model = FVSBN((3,))
    assert model.count_params() == 3 * 3 + 3
    assert sum(np.count_nonzero(model.output_layer.mask()) for _ in [0]) == 3


def test_it_is_a_made_without_hidden_layers():
    model = FVSBN((3,), ordering="reversed")
    assert isinstance(model, MADE)
    assert not model.units
    assert not model.direct


@pytest.mark.parametrize("option", ["units", "direct", "num_masks"])
def test_options_of_hidden_layers_are_not_its_own(option):
    assert option not in FVSBN((3,)).get_config()
