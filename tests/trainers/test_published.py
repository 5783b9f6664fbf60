"""Published figures beside measured ones."""

import pydantic
import pytest

from trainers.published import Published


@pytest.mark.parametrize(
    ("nats", "difference", "verdict"),
    [
        (13.164, -0.01, "beaten"),
        (13.166, 0.0, "within"),
        (13.214, 0.04, "within"),
        (13.216, 0.05, "missed by 0.01"),
        (14.0, 0.83, "missed by 0.79"),
    ],
)
def test_verdicts_count_from_the_end_of_the_interval(nats, difference, verdict):
    figure = Published(value=13.17, source="a paper", interval=0.04)
    assert figure.difference({"nats": nats}) == difference
    assert figure.verdict({"nats": nats}) == verdict


def test_without_an_interval_nothing_above_the_figure_is_within():
    figure = Published(value=2.92, unit="bits_per_dim", source="a paper")
    score = {"nats": 1.0, "bits_per_dim": 2.9251}
    assert figure.verdict(score) == "missed by 0.01"
    assert figure.verdict(score | {"bits_per_dim": 2.9249}) == "within"


def test_a_figure_is_read_as_a_person_writes_it():
    figure = Published(
        value=8.1, unit="nats_per_step", source="a paper", interval=0.5
    )
    assert str(figure) == "8.10 ± 0.50 nats/step (a paper)"
    assert Published.model_validate(figure.model_dump(mode="json")) == figure


def test_a_figure_has_a_unit_of_scores():
    with pytest.raises(pydantic.ValidationError, match="unit"):
        Published(value=1.0, unit="perplexity", source="a paper")
