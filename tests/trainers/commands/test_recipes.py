"""The lists of recipes and of their results."""

import pytest

from trainers import recipes
from trainers.cli import main
from trainers.reports.records import recorded


@pytest.fixture
def printed(capsys):
    """Returns what a command prints, as lines."""

    def lines(*words):
        assert main([*words]) == 0
        return capsys.readouterr().out.splitlines()

    return lines


def blocks(lines):
    """Returns the rows below each title, until an empty line."""
    texts = "\n".join(lines).split("\n\n")
    return {text.split()[0]: text.splitlines()[1:] for text in texts}


def test_recipes_are_listed_with_their_figures(printed):
    lines = printed("recipes")
    (title,) = (line for line in lines if line.startswith("dna "))
    assert title.split() == ["dna", "(nats)", "published", "measured", "time"]
    (row,) = (row for row in blocks(lines)["dna"] if "fvsbn_dna" in row)
    nats = recorded(recipes.find("fvsbn_dna")[0])["test"]["nats"]
    assert row.split()[:4] == ["fvsbn_dna", "83.64", "±", "0.50"]
    assert f"{nats:.2f} ± " in row
    first = lines.index("Names of families stand for all of theirs:") + 1
    assert "made_binary_uci" in " ".join(lines[first:-1]).split(", ")


def test_every_recipe_is_listed(printed):
    names = [line.partition(" ")[0] for line in printed("recipes")]
    for family in recipes.families().values():
        for recipe in family:
            assert names.count(recipe.name) == 1


def test_one_recipe_is_told_with_its_sources(printed):
    told = " ".join(" ".join(printed("recipes", "fvsbn_dna")).split())
    assert "83.64 ± 0.50 nats (Germain et al. 2015, Table 4)" in told
    assert "FVSBN(" in told
    assert "tfar train fvsbn_dna" in told


def test_a_family_is_told_recipe_by_recipe(printed):
    lines = printed("recipes", "made_binary_uci")
    told = [line for line in lines if line.startswith("made_")]
    family = recipes.find("made_binary_uci")
    assert told == [recipe.name for recipe in family]


def test_results_are_ranked_in_the_unit_of_the_data(printed):
    ranked = blocks(printed("results"))
    rows = ranked["jsb_chorales"]
    names = [row.split()[0] for row in rows]
    scores = [
        recorded(recipes.find(name)[0])["test"]["nats_per_step"]
        for name in names
    ]
    assert len(scores) > 1
    assert scores == sorted(scores)
    assert [row.split()[1] for row in rows] == [f"{s:.2f}" for s in scores]
    (row,) = (row for row in rows if row.startswith("char_cnn_"))
    assert row.split()[1:] == ["8.09", "8.10", "-0.01"]
