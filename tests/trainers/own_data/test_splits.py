import itertools

import pytest

from trainers.own_data.splits import divided


def test_every_unit_is_in_one_split():
    splits = divided(range(100), ["validation", "test"], seed=0)
    sizes = {split: len(units) for split, units in splits.items()}
    assert sizes == {"train": 80, "validation": 10, "test": 10}
    assert sorted(itertools.chain(*splits.values())) == list(range(100))


def test_the_seed_alone_decides():
    splits = divided(range(100), ["test"], seed=3)
    assert splits == divided(range(100), ["test"], seed=3)
    assert splits != divided(range(100), ["test"], seed=4)
    # Were it another one, runs begun earlier would not find their data again.
    assert splits["test"] == [14, 15, 26, 50, 57, 59, 77, 85, 88, 98]


def test_labels_are_spread_over_the_splits():
    labels = ["a"] * 60 + ["b"] * 40
    splits = divided(range(100), ["validation"], seed=1, labels=labels)
    held_out = [labels[unit] for unit in splits["validation"]]
    assert len(held_out) == 10
    assert 5 <= held_out.count("a") <= 7


def test_of_every_label_one_is_trained_on():
    labels = list("abcdefgh") + ["i"] * 4
    splits = divided(range(12), ["test"], seed=0, labels=labels)
    assert {labels[unit] for unit in splits["train"]} == set(labels)


def test_no_more_are_held_out_than_a_score_needs():
    splits = divided(range(50_000), ["test"], seed=0)
    assert len(splits["test"]) == 2000


@pytest.mark.parametrize("count", [1, 4])
def test_too_few_are_refused(count):
    with pytest.raises(ValueError, match=f"There are only {count} in all"):
        divided(range(count), ["validation", "test"], seed=0)
