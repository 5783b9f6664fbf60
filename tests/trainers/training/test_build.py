import keras
import numpy as np
import pytest

from trainers.data import load
from trainers.training.build import compiled_model


@pytest.fixture
def build(recipe, data_dir):
    """Builds a compiled model: 4 steps an epoch, 2 epochs."""

    def build(**changes):
        changed = recipe(**changes)
        return compiled_model(changed, load(changed, data_dir))

    return build


def learning_rates(model):
    rates = []
    for step in range(9):
        model.optimizer.iterations.assign(step)
        rates.append(float(model.optimizer.learning_rate))
    return rates


def test_a_constant_schedule_is_constant(build):
    model = build(schedule="constant", learning_rate=0.25)
    assert learning_rates(model) == [0.25] * 9


def test_a_cosine_ends_at_its_fraction(build):
    rates = learning_rates(
        build(
            schedule="cosine",
            learning_rate=0.25,
            final_learning_rate_fraction=0.5,
        )
    )
    assert rates[0] == 0.25
    assert rates[4] == pytest.approx(0.1875)
    assert rates[8] == pytest.approx(0.125)


def test_an_exponential_falls_by_one_factor_to_its_fraction(build):
    rates = np.array(
        learning_rates(
            build(
                schedule="exponential",
                learning_rate=0.25,
                final_learning_rate_fraction=0.1,
            )
        )
    )
    np.testing.assert_allclose(rates[1:] / rates[:-1], 0.1 ** (1 / 8), 1e-5)
    assert rates[8] == pytest.approx(0.025)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_warm_up_rises_linearly_from_0(build, schedule):
    rates = learning_rates(
        build(schedule=schedule, learning_rate=0.25, warmup_steps=5)
    )
    assert rates[:6] == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2, 0.25])
    assert rates[8] == pytest.approx(0.25 if schedule == "constant" else 0.0)


def test_the_optimizers_settings_arrive(build):
    optimizer = build(
        weight_decay=0.1, clipnorm=2.0, ema_momentum=0.9
    ).optimizer
    assert optimizer.weight_decay == 0.1
    assert optimizer.clipnorm == 2.0
    assert optimizer.use_ema
    assert optimizer.ema_momentum == 0.9
    assert not build().optimizer.use_ema


def test_one_limit_for_all_gradients_together_arrives(build):
    assert build(global_clipnorm=2.0).optimizer.global_clipnorm == 2.0


def test_a_schedule_ends_with_the_batches_if_they_are_accumulated(build):
    model = build(
        gradient_accumulation_steps=2, schedule="cosine", learning_rate=0.25
    )
    x = np.zeros((16, 112), "uint8")
    rates = []
    for _ in range(8):
        model.train_on_batch(x)
        rates.append(float(model.optimizer.learning_rate))
    assert rates[3] == pytest.approx(0.125)
    assert rates[7] == pytest.approx(0.0, abs=1e-6)
    assert int(model.optimizer.iterations) == 4


def test_weight_decay_spares_biases(build):
    model = build(
        model="NADE",
        model_options={"units": 3},
        optimizer="sgd",
        weight_decay=0.1,
    )
    model.set_weights([np.ones_like(w) for w in model.get_weights()])
    model.optimizer.apply([0.0 * v for v in model.trainable_variables])
    decayed = {v.name for v in model.trainable_variables if np.any(v < 1.0)}
    assert decayed == {"encoder", "decoder"}


def test_initial_weights_are_the_recipes(build):
    """The initial weights do not depend on earlier draws in the process."""
    options = {"model": "MADE", "model_options": {"units": (5,)}}
    first = build(**options).get_weights()
    keras.random.normal((3,))
    second = build(**options).get_weights()
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    other = build(**options, seed=1).get_weights()
    assert any(
        not np.array_equal(a, b) for a, b in zip(first, other, strict=True)
    )


@pytest.mark.parametrize(("asked", "taken"), [(1, 1), (3, 2), (4, 4), (50, 4)])
def test_an_execution_never_reaches_into_the_next_epoch(build, asked, taken):
    assert build(steps_per_execution=asked).steps_per_execution == taken


def test_levels_come_from_the_data_and_options_from_all_bases(build):
    model = build(
        dataset="mnist",
        model="MADE",
        model_options={
            "units": (4,),
            "direct": False,
            "distribution": "categorical",
        },
    )
    assert model.num_levels == 256
    assert model.event_shape == (28, 28, 1)
