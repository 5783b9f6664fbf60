import json
import re

import pydantic
import pytest

from trainers import recipes
from trainers.errors import UsageError
from trainers.overrides import with_overrides
from trainers.recipe import Recipe
from trainers.reports.records import record_files
from trainers.reports.records import recorded


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", "five"),
        ("epochs", 5.0),
        ("epochs", 0),
        ("epochs", True),
        ("learning_rate", -1.0),
        ("learning_rate", float("nan")),
        ("schedule", "linear"),
        ("precision", "float64"),
        ("ema_momentum", 1.0),
        ("final_learning_rate_fraction", 1.5),
        ("number_of_epochs", 3),
    ],
)
def test_a_wrong_value_or_an_unknown_field_is_refused(recipe, field, value):
    with pytest.raises(pydantic.ValidationError, match=field):
        recipe(**{field: value})


def test_schedules_that_cannot_be_are_refused(recipe):
    with pytest.raises(pydantic.ValidationError, match="warmup_steps=5"):
        recipe(
            schedule="exponential",
            warmup_steps=5,
            final_learning_rate_fraction=0.1,
        )
    with pytest.raises(pydantic.ValidationError, match="never reaches 0"):
        recipe(schedule="exponential")


def test_rows_that_go_on_are_whole_and_side_by_side(recipe):
    options = {"carried_rows": 8}
    assert recipe(model_options=options, batch_size=8).carried_rows == 8
    with pytest.raises(pydantic.ValidationError, match="batch_size=16"):
        recipe(model_options=options)
    with pytest.raises(pydantic.ValidationError, match="side by side"):
        recipe(
            model_options=options,
            batch_size=8,
            dataset_options={"steps": 10, "stride": 5},
        )


def test_a_recipe_is_frozen_and_survives_json(recipe):
    written = recipe(model_options={"units": [8, 9], "deep": {"a": [1]}})
    assert written.model_options == {"units": (8, 9), "deep": {"a": (1,)}}
    assert Recipe.model_validate(written.model_dump(mode="json")) == written
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        written.epochs = 3


def test_runs_of_old_recipes_are_read(recipe):
    old = recipe().model_dump() | {"measured": "1 nat", "cost": "1 s"}
    assert Recipe.of_run(old) == recipe()


def test_settings_leave_out_what_does_not_change_the_run(recipe):
    assert recipe().settings() == recipe(published="1 nat").settings()
    assert recipe().settings() != recipe(epochs=3).settings()


@pytest.mark.parametrize(
    ("assignment", "field", "expected"),
    [
        ("epochs=5", "epochs", 5),
        ("learning_rate=1e-4", "learning_rate", 1e-4),
        ("learning_rate=1", "learning_rate", 1.0),
        ("jit_compile=true", "jit_compile", True),
        ("early_stopping_patience=null", "early_stopping_patience", None),
        ("schedule=constant", "schedule", "constant"),
        ("schedule = constant", "schedule", "constant"),
        ("model_options.units=8,9", "model_options", {"units": (8, 9)}),
        ("model_options.units=8", "model_options", {"units": (8,)}),
        ("model_options.units=[8]", "model_options", {"units": (8,)}),
        (
            "model_options.direct=false",
            "model_options",
            {"units": (5,), "direct": False},
        ),
        ('model_options={"units": [3]}', "model_options", {"units": (3,)}),
    ],
)
def test_overrides_are_typed(recipe, assignment, field, expected):
    changed = with_overrides(
        recipe(model_options={"units": (5,)}), [assignment]
    )
    assert getattr(changed, field) == expected


def test_later_overrides_win(recipe):
    assert with_overrides(recipe(), ["epochs=3", "epochs=4"]).epochs == 4


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("epochs", "key=value.*Received: --set epochs"),
        ("epoch=5", "Did you mean 'epochs'.*Valid settings:.*learning_rate"),
        ("name=other", "no such setting"),
        ("epochs.x=5", "no such setting"),
        ("epochs=five", "`epochs`: .*valid integer.*Received: 'five'"),
        ("epochs=2.5", "`epochs`.*Received: 2.5"),
        ("schedule=linear", "'constant', 'cosine' or 'exponential'"),
        ("schedule=exponential", "^`final_learning_rate_fraction` must be"),
        ("model_options=3", "`model_options`.*dictionary"),
        ("gradient_accumulation_steps=1", "`gradient_accumulation_steps`: "),
    ],
)
def test_a_wrong_override_says_what_is_right(recipe, assignment, message):
    with pytest.raises(UsageError, match=message):
        with_overrides(recipe(), [assignment])


def test_gradients_are_clipped_in_one_way(recipe):
    with pytest.raises(UsageError, match=r"^Only one of `clipnorm` and"):
        with_overrides(recipe(clipnorm=1.0), ["global_clipnorm=2.0"])


def test_every_recipe_has_its_own_name_and_states_its_result():
    families = recipes.families()
    every = [recipe for family in families.values() for recipe in family]
    names = [recipe.name for recipe in every]
    assert len(set(names)) == len(names)
    assert {"fvsbn_dna", "nade_adult", "made_8000units_binarized_mnist"} <= {
        *names
    }
    for recipe in every:
        assert re.search(r"nats|bits/dim|^none", str(recipe.published))


def test_a_file_of_one_recipe_is_named_like_it_and_says_how_to_run_it():
    for name, family in recipes.families().items():
        text = getattr(recipes, name).__doc__
        for part in ("Paper:", "Published:"):
            assert part in text
        # What a run took is in its record; only without one it is estimated.
        assert "Measured:" not in text
        assert "Cost:" not in text or recorded(family[0]) is None
        assert f"Command: tfar train {name}" in text
        if len(family) == 1:
            assert family[0].name == name


def test_a_renamed_recipe_says_its_new_name():
    for old, new in recipes.RENAMED.items():
        assert recipes.find(new)
        with pytest.raises(UsageError, match=f"'{old}' is called '{new}' now"):
            recipes.find(old)


def test_results_are_recorded_under_names_of_recipes():
    families = recipes.families().values()
    names = {recipe.name for family in families for recipe in family}
    for name, path in record_files().items():
        assert name in names
        assert json.loads(path.read_text())["recipe"] == name


def test_a_family_stands_for_all_its_recipes():
    assert [recipe.dataset for recipe in recipes.find("made_binary_uci")] == [
        "adult",
        "connect4",
        "dna",
        "mushrooms",
        "nips_0_12",
        "ocr_letters",
    ]
    assert [recipe.name for recipe in recipes.find("made_dna")] == ["made_dna"]


def test_an_unknown_recipe_names_the_closest():
    with pytest.raises(
        UsageError, match=r"Did you mean 'made_dna'.*nade_adult"
    ):
        recipes.find("made_dan")
