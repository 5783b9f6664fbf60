"""A model survives its configuration, its file and a pause in training."""

import json

import keras
import numpy as np
import pytest

from tests.conformance.conftest import dataset
from tests.zoo import BY_NAME
from tests.zoo import FAMILIES
from tests.zoo import HARDEST
from tests.zoo import REPRESENTATIVE
from tests.zoo import all_but
from tests.zoo import taking_turns
from tests.zoo.vectors import ORDER_6
from tf_autoregressive.distributions import ColumnsOutput
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import DeepNADE


def assert_same_model(case, expected, actual, rng):
    assert type(actual) is type(expected)
    # Files make lists of the tuples that Keras has in its own configurations.
    one, other = (json.dumps(m.get_config()) for m in (actual, expected))
    assert json.loads(one) == json.loads(other)
    assert actual.event_shape == case.event_shape
    assert actual.num_levels == case.num_levels
    np.testing.assert_array_equal(actual.ordering, expected.ordering)
    for one, other in zip(expected.weights, actual.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    x, context = case.batch(rng, 9)
    np.testing.assert_array_equal(
        expected(x, context=context).log_prob(x),
        actual(x, context=context).log_prob(x),
    )


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_the_configuration_makes_the_model_again(case, model, rng):
    config = json.loads(json.dumps(model.get_config()))
    again = type(model).from_config(config)
    again.set_weights(model.get_weights())
    assert_same_model(case, model, again, rng)


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_the_configuration_holds_the_arguments(case, model):
    config = model.get_config()
    for name, value in case.options.items():
        if isinstance(value, tuple):
            value = list(value)
        if isinstance(value, ColumnsOutput):
            value = keras.saving.serialize_keras_object(value)
        given = config[name]
        assert (list(given) if isinstance(given, tuple) else given) == value
    assert tuple(config["event_shape"]) == case.event_shape


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_the_file_holds_the_model(case, model, reload, rng):
    assert_same_model(case, model, reload(model), rng)


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_the_weights_alone_can_be_saved(case, model, rng, seed, tmp_path):
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    other = case.build(seed + 1, name=model.name)
    other.load_weights(path)
    assert_same_model(case, model, other, rng)


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_a_copy_is_another_model(case, seed, rng):
    model = case.build(seed)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    assert_same_model(case, model, copy, rng)
    copy.set_weights([0.0 * w for w in copy.get_weights()])
    assert np.any(model.weights[0].numpy() != 0.0)


@pytest.mark.parametrize(
    ("constructor", "ordering"),
    [
        (FVSBN, ORDER_6),
        (MADE, list(ORDER_6)),
        (NADE, np.array(ORDER_6)),
        (DeepNADE, np.array(ORDER_6, "uint8")),
    ],
)
def test_a_given_ordering_is_kept(constructor, ordering):
    model = constructor((2, 3), ordering=ordering)
    config = json.loads(json.dumps(model.get_config()))
    assert config["ordering"] == list(ORDER_6)
    again = constructor.from_config(config)
    np.testing.assert_array_equal(again.ordering, [ORDER_6])


@keras.saving.register_keras_serializable(package="tests")
def bent(x):
    return keras.ops.tanh(x) + 0.1 * x


@pytest.mark.parametrize(
    ("case", "activation"),
    [
        (BY_NAME["made-two-layers"], bent),
        (BY_NAME["nade-relu"], keras.activations.leaky_relu),
        (BY_NAME["deep-nade"], "gelu"),
    ],
)
def test_an_activation_is_kept(case, activation, reload, seed, rng):
    model = case.build(seed, activation=activation)
    plain = case.build(seed)
    assert_same_model(case, model, reload(model), rng)
    x, _ = case.batch(rng, 9)
    assert np.any(model(x).log_prob(x) != plain(x).log_prob(x))


@pytest.mark.parametrize(
    "case",
    all_but([*HARDEST, BY_NAME["deep-nade-two-layers"]], FAMILIES),
    ids=repr,
)
def test_training_goes_on_from_a_file(case, seed, reload):
    model = case.build(seed)
    x, context = case.batch(case.generator(seed), 30)
    model.compile(optimizer=keras.optimizers.Adam(1e-2), run_eagerly=True)
    # Five updates end in the middle of a cycle of three members.
    model.fit(dataset(x, context, 6), verbose=0)
    reloaded = reload(model)
    assert int(reloaded.optimizer.iterations) == 5
    histories = [
        m.fit(dataset(x, context, 10), verbose=0).history
        for m in (model, reloaded)
    ]
    assert histories[0] == histories[1]
    for one, other in zip(model.weights, reloaded.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_a_dtype_policy_is_kept(case, seed, reload):
    model = case.build(seed, dtype="mixed_bfloat16")
    reloaded = reload(model)
    assert reloaded.dtype_policy.name == "mixed_bfloat16"
    x, context = case.batch(case.generator(seed), 5)
    np.testing.assert_array_equal(
        model(x, context=context).log_prob(x),
        reloaded(x, context=context).log_prob(x),
    )


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_a_name_is_kept(case, seed, reload):
    assert reload(case.build(seed, name="mine")).name == "mine"
