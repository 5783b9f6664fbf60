"""A sample does not depend on how many others are drawn with it."""

import pytest

from tests.conformance.draws import assert_same_draws
from tests.conformance.draws import run_eagerly
from tests.zoo import REPRESENTATIVE
from tests.zoo import all_but
from tests.zoo import taking_turns


def check_prefixes(case, model, seed, drawn, sizes, **options):
    for size in sizes:
        context = None if drawn.context is None else drawn.context[:size]
        x = model.sample(size, seed=seed, context=context, **options)
        assert_same_draws(
            case, model, drawn.x[:size], x, seed=seed, context=context
        )


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_the_first_of_many_samples_are_those_of_few(case, model, seed, draws):
    method = "incremental" if case.constructor.incremental else "full"
    drawn = draws(method)
    with run_eagerly():
        check_prefixes(case, model, seed, drawn, (1, 7), method=method)


@pytest.mark.parametrize(
    "case", all_but(REPRESENTATIVE[:1], REPRESENTATIVE), ids=repr
)
def test_the_first_of_many_samples_are_those_of_few_in_graphs(
    case, model, seed, draws
):
    for method in ("incremental", "full"):
        check_prefixes(case, model, seed, draws(method), (1, 64), method=method)
