"""Training, evaluation and prediction through Keras, in honest units."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests import processes
from tests.conformance.conftest import dataset
from tests.conformance.test_dependency_pattern import dependencies
from tests.conformance.test_dependency_pattern import expected_dependencies
from tests.zoo import BY_NAME
from tests.zoo import CONDITIONAL
from tests.zoo import DISCRETE
from tests.zoo import FAMILIES
from tests.zoo import HARDEST
from tests.zoo import IMAGE_FAMILIES
from tests.zoo import REPRESENTATIVE
from tests.zoo import dear
from tests.zoo import dearest
from tests.zoo import taking_turns
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import DeepNADE

# There are batches of 16, and 2 examples are left over.
NUM_EXAMPLES, BATCH_SIZE = 50, 16


def compiled(case, seed, **options):
    model = case.build(seed)
    model.compile(optimizer=keras.optimizers.Adam(1e-2), **options)
    return model


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_updates_lower_the_loss_of_their_batch(case, trained):
    model, (x, context), before = trained
    after = model(x, context=context).log_prob(x)
    assert np.mean(after) > np.mean(before)


@pytest.mark.parametrize("case", dear([], FAMILIES), ids=repr)
def test_a_compiled_update_is_the_same(case, seed):
    check_compiled_update(case, seed, jit_compile=False)


@pytest.mark.parametrize(
    "case", dearest([*FAMILIES, *IMAGE_FAMILIES]), ids=repr
)
def test_an_update_under_xla_is_the_same(case, seed):
    check_compiled_update(case, seed, jit_compile=True)


def units(case, log_prob, context):
    """Returns the score in the units of these events, by their names."""
    nats, steps = -np.sum(log_prob, dtype="float64"), case.event_shape[0]
    count = len(log_prob)
    if case.num_levels is None:
        return {}
    if not (case.has_symbols or case.has_vector_steps):
        bits = nats / (count * case.num_dims * math.log(2.0))
        return {"bits_per_dim": bits}
    is_variable = "variable_length" in case.options and context is not None
    total = np.sum(context) if is_variable else count * steps
    if case.has_vector_steps:
        return {"nats_per_step": nats / total}
    per_token = nats / total
    return {"nats_per_token": per_token, "perplexity": math.exp(per_token)}


def check_compiled_update(case, seed, jit_compile):
    x, context = case.batch(case.generator(seed), NUM_EXAMPLES)
    losses = []
    for options in ({"run_eagerly": True}, {"jit_compile": jit_compile}):
        model = compiled(case, seed, **options)
        data = dataset(x, context, NUM_EXAMPLES)
        history = model.fit(data, epochs=2, verbose=0).history
        losses.append(history["loss"])
        assert set(history) == {"loss", *units(case, np.zeros(1), None)}
    assert np.isfinite(losses).all()
    if jit_compile and model.any_order:
        # Its updates draw orderings, and the random floats of XLA are others.
        return
    # The weights are not compared, because Adam makes a whole step of a
    # gradient that is rounding alone.
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-3)


@pytest.mark.parametrize("case", dear(HARDEST), ids=repr)
def test_mixed_precision_scores_and_trains_in_float32(case, seed):
    model = case.build(seed, dtype="mixed_bfloat16")
    x, context = case.batch(case.generator(seed), NUM_EXAMPLES)
    assert model.parameters_for(x, context=context).dtype == tf.float32
    before = model(x, context=context).log_prob(x)
    assert before.dtype == tf.float32
    exact = case.build(seed)(x, context=context).log_prob(x)
    np.testing.assert_allclose(before, exact, rtol=0.1, atol=0.3)
    model.compile(optimizer=keras.optimizers.Adam(1e-2), run_eagerly=True)
    loss = model.fit(dataset(x, context), verbose=0).history["loss"][0]
    assert math.isfinite(loss)
    for variable in model.trainable_variables:
        assert variable.dtype == "float32"
        assert np.isfinite(variable).all()


@pytest.mark.parametrize(
    "case", dear([*HARDEST, BY_NAME["rnade-vector"]], FAMILIES), ids=repr
)
def test_evaluation_means_over_examples_and_prediction_lists_them(case, seed):
    model = compiled(case, seed, jit_compile=False)
    x, context = case.batch(case.generator(seed), NUM_EXAMPLES)
    expected = model.log_prob(x, context=context).numpy()
    data = dataset(x, context, BATCH_SIZE)

    predicted = model.predict(data, verbose=0)
    assert predicted.shape == (NUM_EXAMPLES,)
    np.testing.assert_allclose(predicted, expected, rtol=1e-5, atol=1e-5)

    result = model.evaluate(data, return_dict=True, verbose=0)
    loss = -np.mean(expected, dtype="float64")
    np.testing.assert_allclose(result["loss"], loss, rtol=1e-5)
    del result["loss"]
    expected = units(case, expected, context)
    assert set(result) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(result[name], value, rtol=1e-5)


@pytest.mark.parametrize("batch_size", [7, 50])
@pytest.mark.parametrize("case", HARDEST, ids=repr)
def test_batches_do_not_matter_to_evaluation(case, seed, batch_size):
    model = compiled(case, seed, run_eagerly=True)
    x, context = case.batch(case.generator(seed), NUM_EXAMPLES)
    expected = model(x, context=context).log_prob(x)
    data = dataset(x, context, batch_size)
    np.testing.assert_allclose(
        model.predict(data, verbose=0), expected, rtol=1e-5
    )
    np.testing.assert_allclose(
        model.evaluate(data, verbose=0)[0], -np.mean(expected), rtol=1e-5
    )


@pytest.mark.parametrize("case", taking_turns(CONDITIONAL), ids=repr)
def test_fit_takes_the_context_with_the_event(case, trained, seed):
    # It trained on datasets of pairs, so the weights of the context have moved.
    model, _, _ = trained
    fresh = case.build(seed)
    moved = [
        np.any(one.numpy() != other.numpy())
        for one, other in zip(
            model.trainable_variables, fresh.trainable_variables, strict=True
        )
    ]
    assert all(moved)


@pytest.mark.parametrize("case", [BY_NAME["made-labels"]], ids=repr)
def test_arrays_work_like_datasets(case, seed):
    x, context = case.batch(case.generator(seed), NUM_EXAMPLES)
    data = dataset(x, context, BATCH_SIZE)
    of_arrays, of_dataset = (
        compiled(case, seed, run_eagerly=True) for _ in range(2)
    )
    options = {"batch_size": BATCH_SIZE, "verbose": 0}
    of_arrays.fit(
        x, context, shuffle=False, validation_data=(x, context), **options
    )
    of_dataset.fit(data, validation_data=data, verbose=0)
    assert of_arrays.history.history == of_dataset.history.history
    assert of_arrays.evaluate(x, context, **options) == of_dataset.evaluate(
        data, verbose=0
    )


@pytest.mark.parametrize("case", [BY_NAME["made-two-layers"]], ids=repr)
def test_arrays_without_a_context_work_like_datasets(case, seed):
    x, _ = case.batch(case.generator(seed), NUM_EXAMPLES)
    data = dataset(x, None, BATCH_SIZE)
    of_arrays, of_dataset = (
        compiled(case, seed, run_eagerly=True) for _ in range(2)
    )
    options = {"batch_size": BATCH_SIZE, "verbose": 0}
    of_arrays.fit(x, shuffle=False, validation_data=x, **options)
    of_dataset.fit(data, validation_data=data, verbose=0)
    assert of_arrays.history.history == of_dataset.history.history
    np.testing.assert_array_equal(
        of_arrays.predict(x, **options), of_dataset.predict(data, verbose=0)
    )


def uniform(model):
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.compile(jit_compile=False)
    return model


@pytest.mark.parametrize(
    ("constructor", "options"),
    [
        (FVSBN, {}),
        (MADE, {"units": (4,), "num_masks": 2}),
        (NADE, {"units": 2}),
        pytest.param(DeepNADE, {"units": (4,)}, marks=pytest.mark.slow),
    ],
)
def test_a_uniform_model_of_binary_images_scores_one_bit(
    constructor, options, rng
):
    model = uniform(constructor((28, 28, 1), **options))
    # There are 7 examples in batches of 4.
    x = rng.integers(2, size=(7, 28, 28, 1)).astype("uint8")
    result = model.evaluate(dataset(x, None, 4), return_dict=True, verbose=0)
    assert round(result["loss"], 2) == 543.43
    np.testing.assert_allclose(result["loss"], 784 * math.log(2.0), rtol=1e-6)
    assert round(result["bits_per_dim"], 4) == 1.0


@pytest.mark.parametrize("constructor", [FVSBN, NADE])
def test_a_uniform_model_of_8_bit_images_scores_eight_bits(constructor, rng):
    model = uniform(constructor((3, 3, 3), distribution="categorical"))
    assert model.num_levels == 256
    x = rng.integers(256, size=(7, 3, 3, 3)).astype("uint8")
    result = model.evaluate(dataset(x, None, 4), return_dict=True, verbose=0)
    assert f"{result['bits_per_dim']:.3f}" == "8.000"


REPLICAS = """
import sys

import keras
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
half = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(cpu, [half, half])

from tests.zoo import BY_NAME

case = BY_NAME[sys.argv[1]]
x, context = case.batch(case.generator(0), 24)
# Nothing of the second batch counts, and nothing of a replica's in the third.
weight = np.repeat([1.0, 0.0, 0.0, 2.0], [8, 8, 4, 4]).astype("float32")
data = {"x": x, "weight": weight}
if context is not None:
    data["context"] = context
data = tf.data.Dataset.from_tensor_slices(data).batch(8)
results = []
for devices in (["CPU:0"], ["CPU:0", "CPU:1"]):
    with tf.distribute.MirroredStrategy(devices).scope():
        model = case.build(0)
        model.compile(optimizer=keras.optimizers.SGD(0.1), jit_compile=False)
    history = model.fit(data, epochs=3, verbose=0).history
    results.append(history["loss"] + [model.evaluate(data, verbose=0)[0]])
np.testing.assert_allclose(*results, rtol=1e-5)
assert np.isfinite(results).all()
"""


@pytest.mark.slow
@pytest.mark.parametrize("case", HARDEST, ids=repr)
def test_two_replicas_train_like_one(case):
    processes.run(REPLICAS, case.name)


@pytest.mark.parametrize("case", DISCRETE[:1], ids=repr)
def test_a_model_scores_and_samples_before_it_is_compiled(case):
    model = case.make()
    x = model.sample(3, seed=0)
    assert model.log_prob(x).shape == (3,)


@pytest.mark.parametrize("case", REPRESENTATIVE[:1], ids=repr)
def test_averaged_weights_are_masked_too(case, seed, rng):
    model = case.build(seed)
    x, context = case.batch(case.generator(seed), NUM_EXAMPLES)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-2, use_ema=True, ema_momentum=0.5),
        run_eagerly=True,
    )
    model.fit(dataset(x, context, BATCH_SIZE), verbose=0)
    model.optimizer.finalize_variable_values(model.trainable_variables)
    np.testing.assert_array_equal(
        dependencies(case, model, rng), expected_dependencies(case, model)
    )
