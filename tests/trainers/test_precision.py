"""Training in the dtype that the device is fast in."""

import json

import pytest

from trainers import precision
from trainers.cli import main
from trainers.recipe import Recipe

RECIPE = Recipe(
    name="x",
    paper="none",
    published="none",
    dataset="x",
    model="MADE",
    epochs=1,
    precision="mixed_bfloat16",
)
SHORT = ("--set", "epochs=1", "--set", "steps_per_epoch=1")


@pytest.fixture(params=[0.5, 14.6], ids=["fast", "slow"])
def ratio(request, monkeypatch):
    """How many times slower this device is said to be in bfloat16."""
    monkeypatch.setattr(
        precision, "times_slower_in_bfloat16", lambda: request.param
    )
    return request.param


def test_the_device_is_measured():
    assert 0.01 < precision.times_slower_in_bfloat16() < 1000.0


def test_slow_devices_train_in_float32(ratio):
    slow = ratio > 1.0
    assert precision.is_slow(RECIPE, "default") is slow
    chosen = precision.in_the_faster(RECIPE, "default")
    assert chosen.precision == ("float32" if slow else "mixed_bfloat16")
    advice = precision.advice(RECIPE, "default")
    assert ("take 15 times as long in bfloat16" in advice) is slow
    assert bool(advice) is slow


@pytest.mark.parametrize("strategy", ["mirrored", "multi_worker", "tpu"])
def test_nothing_is_measured_for_other_strategies(strategy, monkeypatch):
    monkeypatch.delattr(precision, "times_slower_in_bfloat16")
    assert not precision.is_slow(RECIPE, strategy)


def test_nothing_is_measured_for_recipes_in_float32(monkeypatch):
    monkeypatch.delattr(precision, "times_slower_in_bfloat16")
    exact = RECIPE.model_copy(update={"precision": "float32"})
    assert precision.in_the_faster(exact, "default") is exact
    assert precision.advice(exact, "default") == ""


@pytest.fixture
def text(tmp_path):
    """A short text, and the arguments that train a small model on it."""
    path = tmp_path / "text.txt"
    path.write_text("to be or not to be " * 100)
    arguments = [
        *("train", "ngrammlp", "--data", str(path), "--steps", "10", *SHORT),
        *("--set", "model_options.units=4", "--run-dir", str(tmp_path / "r")),
    ]
    return tmp_path / "r" / "config.json", arguments


def test_models_of_own_data_are_trained_in_the_faster(ratio, text, capsys):
    config, arguments = text
    assert main(arguments) == 0
    stored = json.loads(config.read_text())["recipe"]["precision"]
    assert stored == ("float32" if ratio > 1.0 else "mixed_bfloat16")
    assert "bfloat16" not in capsys.readouterr().out


def test_what_is_asked_for_is_done_with_a_word_on_its_price(
    ratio, text, capsys
):
    config, arguments = text
    assert main([*arguments, "--set", "precision=mixed_bfloat16"]) == 0
    stored = json.loads(config.read_text())["recipe"]["precision"]
    assert stored == "mixed_bfloat16"
    printed = capsys.readouterr().out
    assert ("--set precision=float32 is faster" in printed) is (ratio > 1.0)
