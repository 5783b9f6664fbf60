"""Optimizers: equal to those of Keras, in every way of running a step."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests import processes
from tests.zoo import BY_NAME
from tf_autoregressive import optimizers

OPTIONS = {
    "plain": {"learning_rate": 0.01},
    "schedule": {
        "learning_rate": keras.optimizers.schedules.ExponentialDecay(
            0.01, 2, 0.5
        )
    },
    "all": {
        "learning_rate": 0.01,
        "weight_decay": 0.1,
        "global_clipnorm": 1.0,
        "use_ema": True,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 2,
    },
    "amsgrad": {"learning_rate": 0.01, "amsgrad": True},
}
WAYS = {
    "eager": {"run_eagerly": True},
    "graph": {"jit_compile": False},
    "XLA": {"jit_compile": True},
}


def variables_after(optimizer, way, name="made-two-layers"):
    """Returns the weights and the optimizer's variables after five updates."""
    case = BY_NAME[name]
    model = case.build(seed=0)
    model.compile(optimizer, **WAYS[way])
    x, context = case.batch(case.generator(1), 20)
    model.fit(x, context, batch_size=4, shuffle=False, verbose=0)
    variables = *model.trainable_variables, *optimizer.variables
    return [variable.numpy() for variable in variables]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_adam_is_that_of_keras(way, options):
    ours = variables_after(optimizers.Adam(**options), way)
    theirs = variables_after(keras.optimizers.Adam(**options), way)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("eagerly", [True, False])
def test_adam_is_its_formula(eagerly):
    rate, decay, epsilon, beta_1, beta_2 = 0.1, 0.5, 1e-2, 0.8, 0.95
    optimizer = optimizers.Adam(
        rate,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
        weight_decay=decay,
    )
    kernel = keras.Variable([1.0, -2.0], name="kernel")
    bias = keras.Variable([3.0], name="bias")
    optimizer.build([kernel, bias])
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    # Small beside epsilon, so that it matters where epsilon stands.
    gradients = [([0.02, -0.5], [0.003]), ([0.01, 0.4], [-0.002])]

    def update(of_kernel, of_bias):
        optimizer.apply([of_kernel, of_bias], [kernel, bias])

    update = update if eagerly else tf.function(update)
    for pair in gradients:
        update(*map(tf.constant, pair))

    for variable, w, decay_of_it, of_steps in (
        (kernel, [1.0, -2.0], decay, [pair[0] for pair in gradients]),
        (bias, [3.0], 0.0, [pair[1] for pair in gradients]),
    ):
        w, m, v = np.array(w), 0.0, 0.0
        for t, g in enumerate(map(np.array, of_steps), start=1):
            w = w - rate * decay_of_it * w
            m = beta_1 * m + (1 - beta_1) * g
            v = beta_2 * v + (1 - beta_2) * g**2
            corrected = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            w = w - corrected * m / (np.sqrt(v) + epsilon)
        np.testing.assert_allclose(variable.numpy(), w, rtol=1e-5)


def test_adam_takes_gradients_of_single_rows():
    ours = variables_after(optimizers.Adam(1e-3), "graph", "char-rnn")
    theirs = variables_after(keras.optimizers.Adam(1e-3), "graph", "char-rnn")
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_adam_is_one_operation_a_variable():
    variables = [keras.Variable(tf.ones([2])), keras.Variable(tf.ones([3]))]
    optimizer = optimizers.Adam(0.1)
    optimizer.build(variables)

    @tf.function
    def update():
        optimizer.apply([tf.ones([2]), tf.ones([3])], variables)

    operations = [
        operation.type
        for operation in update.get_concrete_function().graph.get_operations()
    ]
    assert operations.count("ResourceApplyAdam") == 2
    assert "AssignSubVariableOp" not in operations


def test_adam_works_on_replicas():
    devices = tf.config.list_logical_devices("CPU")
    strategy = tf.distribute.MirroredStrategy([d.name for d in devices[:1]])
    with strategy.scope():
        variable = keras.Variable(tf.ones([2]))
        optimizer = optimizers.Adam(0.1)
        optimizer.build([variable])
    strategy.run(lambda: optimizer.apply([tf.ones([2])], [variable]))
    np.testing.assert_allclose(variable.numpy(), [0.9, 0.9], rtol=1e-5)


def test_adam_is_saved_with_its_model(tmp_path):
    model = BY_NAME["fvsbn"].make()
    model.compile(optimizers.Adam(0.25, beta_1=0.5))
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    optimizer = keras.saving.load_model(tmp_path / "model.keras").optimizer
    assert type(optimizer) is optimizers.Adam
    assert (float(optimizer.learning_rate), optimizer.beta_1) == (0.25, 0.5)


def test_a_file_with_it_is_loaded_in_another_process(tmp_path):
    model = BY_NAME["fvsbn"].build(0)
    model.compile(optimizers.Adam(1e-3))
    model.save(tmp_path / "trained.keras")
    processes.run(
        "import sys\n"
        "from tf_autoregressive.models.loading import load_model\n"
        "load_model(sys.argv[1])\n",
        str(tmp_path / "trained.keras"),
    )
