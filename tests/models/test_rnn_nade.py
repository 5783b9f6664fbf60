"""RNN-NADE: its equations, written out."""

import numpy as np
import pytest

from tests.layers.convolutions import randomise
from tf_autoregressive.models import RNNNADE


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def written_out(model, x):
    """Returns the logits `[T, N]` of one event, value by value."""
    before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
    states = np.array(model.rnns[0](before[None].astype("float32"))[0])
    nade = {
        name: np.array(rows) for name, rows in model.conditionals.rows().items()
    }
    to_bias = np.array(model.bias_layer.kernel)[0]
    to_hidden = np.array(model.hidden_bias_layer.kernel)
    logits = np.empty(x.shape)
    for t, state in enumerate(states):
        bias = nade["bias"][:, 0] + state @ to_bias
        hidden = np.array(model.conditionals.hidden_bias) + state @ to_hidden
        for n in range(x.shape[1]):
            shown = x[t, :n].astype(float) @ nade["encoder"][:n]
            logits[t, n] = bias[n] + nade["decoder"][n, 0] @ sigmoid(
                hidden + shown
            )
    return logits


def test_the_logits_are_those_of_the_equations(rng):
    model = RNNNADE((4, 3), units=5, nade_units=6)
    randomise([model], rng, scale=0.7)
    x = rng.integers(2, size=(2, 4, 3)).astype("uint8")
    parameters = model.parameters_for(x)
    assert parameters.shape == (2, 4, 3, 1)
    expected = [written_out(model, event) for event in x]
    np.testing.assert_allclose(
        parameters[..., 0], expected, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"event_shape": (4,)}, r"must be \(steps, values\)"),
        ({"nade_units": 0}, "`nade_units` must be an integer of"),
        ({"cell": "rnn"}, "`cell` must be one of"),
        ({"distribution": "symbols"}, "for steps of several values"),
    ],
)
def test_arguments_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        RNNNADE(**{"event_shape": (4, 3), **options})
