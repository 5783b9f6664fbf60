"""Whole runs, interrupted and not."""

import json
import time

import keras
import numpy as np
import pytest

import tf_autoregressive as tfar
from tests.trainers.final_state import final_state
from trainers.errors import UsageError
from trainers.training import outcome
from trainers.training.run import run
from trainers.training.run_directory import RunDirectory


class Interrupt(keras.callbacks.Callback):
    """Breaks off training, from the inside, the `count`-th time at a point."""

    def __init__(self, point, count):
        super().__init__()
        self.left = count
        setattr(self, point, self.pass_by)

    def pass_by(self, *args, logs=None):
        self.left -= 1
        if not self.left:
            raise InterruptedError


@keras.saving.register_keras_serializable(package="tests")
class Dropout(tfar.models.AutoregressiveModel):
    """Independent dimensions with dropout: a model with random state."""

    def __init__(self, event_shape, *, rate=0.5, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.rate = rate
        self.dropout = keras.layers.Dropout(rate)
        self.logits = keras.layers.EinsumDense(
            "bij,ijp->bip", (self.num_dims, 1), bias_axes="ip"
        )
        self.build()

    def network(self, inputs, *, context, member, training):
        ones = keras.ops.ones_like(inputs)[..., None]
        return self.logits(self.dropout(ones, training=training))

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


@pytest.fixture(scope="module")
def random_model():
    """Makes `Dropout` a model that recipes can name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfar.models, "Dropout", Dropout, raising=False)
        yield "Dropout"


@pytest.fixture(scope="module")
def everything(random_model):
    """Settings under which much has to be restored."""
    return {
        "model": random_model,
        "epochs": 3,
        "ema_momentum": 0.5,
        "warmup_steps": 3,
        "clipnorm": 1.0,
        "weight_decay": 0.01,
        "steps_per_execution": 2,
    }


@pytest.fixture(scope="module")
def uninterrupted(recipe, everything, train, tmp_path_factory):
    """The final state of a run of `everything` in one go."""
    directory = RunDirectory(tmp_path_factory.mktemp("uninterrupted"))
    train(recipe(**everything), directory)
    return final_state(directory)


@pytest.fixture(scope="module")
def train(data_dir):
    """Trains into a directory, quietly."""

    def train(recipe, directory, *callbacks):
        return run(
            recipe,
            directory,
            data_dir=data_dir,
            verbose=0,
            callbacks=lambda _: callbacks,
        )

    return train


def test_a_run_leaves_everything_that_it_promises(recipe, directory, train):
    result = train(recipe(name="tiny"), directory)

    assert {path.name for path in directory.path.iterdir()} == {
        "checkpoints",
        "config.json",
        "learning_curve.png",
        "metrics.csv",
        "model.keras",
        "result.json",
    }
    assert json.loads(directory.result.read_text()) == result
    assert result["test"]["examples"] == 33
    assert result["test"]["nats"] == pytest.approx(112 * np.log(2), rel=0.2)
    assert result["test"]["bits_per_dim"] == pytest.approx(
        result["test"]["nats"] / 112 / np.log(2)
    )
    assert result["published"] == "77.63 nats, a fair coin"
    assert (result["epochs"], result["steps"]) == (2, 8)
    assert result["stopped_by"] == "epochs"
    # Every dimension's bias and its weights on the other 111.
    assert result["num_parameters"] >= 112 + 112 * 111 // 2
    assert result["data"]["split_sizes"]["train"] == 70
    assert len(result["data"]["sha256"]) == 64
    assert result["versions"]["keras"] == keras.__version__
    assert len(directory.metrics.read_text().splitlines()) == 3
    assert result["learning_curve"] == directory.read_metrics()


def test_the_result_is_the_saved_models_score(
    recipe, directory, train, data_dir
):
    result = train(recipe(), directory)
    data = tfar.datasets.load("mushrooms", data_dir=data_dir)
    model = directory.load_model()
    scores = model.evaluate(data.test.batch(7), verbose=0, return_dict=True)
    assert scores["loss"] == pytest.approx(result["test"]["nats"])
    assert scores["bits_per_dim"] == pytest.approx(
        result["test"]["bits_per_dim"]
    )


@pytest.mark.slow
def test_images_come_with_pictures(recipe, directory, train):
    options = {"binarization": "threshold", "with_labels": True}
    images = recipe(
        dataset="mnist",
        dataset_options=options,
        model_options={"num_classes": 10},
        epochs=1,
    )
    train(images, directory)
    for path in (directory.samples, directory.completions):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_a_finished_run_is_not_trained_again(
    recipe, directory, train, monkeypatch
):
    result = train(recipe(), directory)
    monkeypatch.setattr("trainers.training.run.compiled_model", None)
    assert train(recipe(), directory) == result


@pytest.mark.slow
def test_random_state_is_restored(
    recipe, everything, directory, train, uninterrupted
):
    """The states of Keras's seed generators are not in a `.keras` file.

    With checkpoints in that format, dropout would draw other masks after an
    interruption.
    """
    with pytest.raises(InterruptedError):
        train(
            recipe(**everything), directory, Interrupt("on_train_batch_end", 3)
        )
    train(recipe(**everything), directory)
    assert final_state(directory) == uninterrupted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "count"),
    [
        ("on_train_batch_end", 1),
        ("on_train_batch_end", 6),
        ("on_test_begin", 2),
        ("on_test_end", 1),
        ("on_epoch_end", 1),
        ("on_epoch_end", 3),
    ],
)
def test_an_interrupted_run_ends_as_if_it_had_not_been(
    recipe, everything, directory, train, uninterrupted, point, count
):
    with pytest.raises(InterruptedError):
        train(recipe(**everything), directory, Interrupt(point, count))
    train(recipe(**everything), directory)
    assert final_state(directory) == uninterrupted


@pytest.mark.slow
def test_gradients_that_were_accumulated_are_restored(
    recipe, tmp_path, train, random_model
):
    # 4 batches an epoch: the first epoch ends in the middle of an update.
    settings = recipe(
        model=random_model, gradient_accumulation_steps=3, epochs=3
    )
    whole, broken = RunDirectory(tmp_path / "a"), RunDirectory(tmp_path / "b")
    assert train(settings, whole)["steps"] == 4
    with pytest.raises(InterruptedError):
        train(settings, broken, Interrupt("on_train_batch_end", 6))
    train(settings, broken)
    assert final_state(broken) == final_state(whole)


@pytest.mark.slow
def test_a_run_interrupted_while_finishing_is_finished(
    recipe, directory, train, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(outcome, "result", Interrupt("result", 1).pass_by)
        with pytest.raises(TypeError):
            train(recipe(), directory)
    assert directory.model.exists()
    assert not directory.result.exists()
    assert train(recipe(), directory)["epochs"] == 2


@pytest.mark.slow
def test_a_row_that_was_not_written_with_its_checkpoint_is_not_lost(
    recipe, directory, train, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr("trainers.training.record.write_text", None)
        with pytest.raises(TypeError):
            train(recipe(epochs=1), directory)
    assert not directory.metrics.exists()
    train(recipe(epochs=1), directory)
    assert len(directory.metrics.read_text().splitlines()) == 2


@pytest.mark.slow
def test_a_damaged_newest_checkpoint_costs_one_epoch(
    recipe, tmp_path, train, capsys
):
    whole, broken = RunDirectory(tmp_path / "a"), RunDirectory(tmp_path / "b")
    settings = recipe(epochs=3)
    train(settings, whole)
    with pytest.raises(InterruptedError):
        train(settings, broken, Interrupt("on_train_batch_end", 9))
    newest = broken.checkpoints.directory / "epoch-0002.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    train(settings, broken)
    printed = capsys.readouterr().out
    assert "epoch-0002.npz is damaged" in printed
    assert "continuing after epoch 1" in printed
    assert final_state(broken) == final_state(whole)


@pytest.mark.slow
@pytest.mark.parametrize(("momentum", "told"), [(0.999, True), (0.5, False)])
def test_an_average_that_is_too_slow_is_told(
    momentum, told, recipe, directory, train, capsys
):
    train(recipe(ema_momentum=momentum), directory)
    message = "of the initial weights in the averaged ones after"
    assert (message in capsys.readouterr().out) == told


@pytest.mark.slow
def test_the_best_epoch_is_the_one_that_is_saved(recipe, directory, train):
    # Fitting coin tosses by heart makes validation worse from some epoch on.
    settings = recipe(
        learning_rate=0.1,
        schedule="constant",
        epochs=20,
        early_stopping_patience=2,
    )
    result = train(settings, directory)
    assert result["stopped_by"] == "early stopping"
    assert result["epochs"] == result["best_epoch"] + 2 < 20
    model = directory.load_model()
    best = result["best_epoch"]
    with np.load(
        directory.checkpoints.directory / f"epoch-{best:04d}.npz"
    ) as file:
        for index, variable in enumerate(model.variables):
            np.testing.assert_array_equal(
                variable, file[f"variable_{index:04d}"]
            )


@pytest.mark.slow
def test_validation_and_the_saved_model_use_averaged_weights(
    recipe, directory, train, data_dir
):
    result = train(recipe(epochs=1, ema_momentum=0.9), directory)
    assert result["weights"] == "exponential moving average"
    model = directory.load_model()
    data = tfar.datasets.load("mushrooms", data_dir=data_dir)
    nats = model.evaluate(data.validation.batch(21), verbose=0)[0]
    assert nats == pytest.approx(result["validation_nats"])
    with np.load(
        directory.checkpoints.directory / "epoch-0001.npz"
    ) as checkpoint:
        assert not np.array_equal(
            checkpoint["variable_0000"], model.variables[0]
        )


@pytest.mark.slow
def test_a_time_limit_ends_the_run_cleanly(recipe, directory, train):
    result = train(recipe(epochs=100, max_seconds=1e-3), directory)
    assert result["stopped_by"] == "max_seconds"
    assert result["steps"] == 1
    assert directory.result.exists()


@pytest.mark.slow
def test_training_seconds_add_up_over_interruptions(recipe, directory, train):
    class Slow(Interrupt):
        def on_train_batch_begin(self, batch, logs=None):
            time.sleep(0.2)

    with pytest.raises(InterruptedError):
        train(recipe(), directory, Slow("on_train_batch_end", 5))
    assert train(recipe(), directory)["train_seconds"] > 4 * 0.2


class Overwrite(keras.callbacks.Callback):
    """Sets the first weights to a value, at a point, after so many steps."""

    def __init__(self, point, value, after=5):
        super().__init__()
        self.value = value
        self.after = after
        setattr(self, point, self.pass_by)

    def pass_by(self, *args, logs=None):
        if self.model.optimizer.iterations >= self.after:
            weights = self.model.trainable_variables[0]
            weights.assign(np.full(weights.shape, self.value))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "value", "message"),
    [
        ("on_train_batch_end", np.nan, r"step 6 \(batch 2 of epoch 2\): nan"),
        ("on_train_batch_end", -1e6, r"step 6 \(batch 2 of epoch 2\): .*e\+09"),
        ("on_test_begin", np.nan, r"step 8 .*: nan nats on validation"),
    ],
)
def test_training_that_diverges_stops_with_the_last_good_checkpoint(
    recipe, directory, train, point, value, message
):
    message = rf"diverged in {message}.*epoch-0001\.npz"
    with pytest.raises(UsageError, match=message):
        train(recipe(), directory, Overwrite(point, value))
    assert directory.checkpoints.epochs() == [1]


@pytest.mark.slow
def test_several_steps_at_a_time_are_named_together(recipe, directory, train):
    settings = recipe(steps_per_execution=4)
    with pytest.raises(UsageError, match=r"in steps 5 to 8 .*epoch-0001"):
        train(settings, directory, Overwrite("on_epoch_begin", np.nan, 4))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "MAED"}, "no model 'MAED'. Did you mean 'MADE'.*NADE"),
        (
            {"model_options": {"orderings": "random"}},
            "FVSBN has no option 'orderings'. Did you mean 'ordering'",
        ),
        (
            {"model": "MADE", "model_options": {"direct": "yes"}},
            "`model_options.direct` must be of type bool. Received: 'yes'",
        ),
        (
            {"model": "NADE", "model_options": {"units": 2.5}},
            "`model_options.units` must be of type int or tuple",
        ),
        (
            {"model_options": {"ordering": (0, 1)}},
            "FVSBN: .*ordering",
        ),
        ({"batch_size": 71}, "Received: 70 examples, batch_size=71"),
    ],
)
def test_an_impossible_recipe_leaves_no_directory(
    recipe, directory, train, changes, message
):
    with pytest.raises(UsageError, match=message):
        train(recipe(**changes), directory)
    assert not directory.path.exists()


def test_other_data_under_the_same_settings_is_refused(
    recipe, directory, train, tmp_path
):
    with pytest.raises(InterruptedError):
        train(recipe(), directory, Interrupt("on_train_batch_end", 6))
    other = {
        s: np.zeros((20, 112), int) for s in ("train", "validation", "test")
    }
    np.savez(tmp_path / "mushrooms.npz", **other)
    with pytest.raises(UsageError, match="a run on other data: the hash was"):
        run(recipe(), directory, data_dir=str(tmp_path), verbose=0)
    assert directory.checkpoints.epochs() == [1]


@pytest.mark.slow
def test_a_mixed_policy_is_set_for_the_run_alone(recipe, directory, train):
    train(recipe(precision="mixed_bfloat16", epochs=1), directory)
    assert keras.config.dtype_policy().name == "float32"
    policy = directory.load_model().dtype_policy
    assert policy.name == "mixed_bfloat16"
