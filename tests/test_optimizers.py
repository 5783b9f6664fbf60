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
