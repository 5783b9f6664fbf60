"""The conditionals that the other tests of models rely on."""

import pytest

from tests.conformance.conditionals import conditionals
from tests.zoo.case import Case
from tf_autoregressive.models import FVSBN


def test_unknown_outputs_are_not_taken_for_levels():
    case = Case("bits", FVSBN, (3,), outputs="bits")
    model = case.make()
    with pytest.raises(ValueError, match="one of levels, symbols, columns"):
        conditionals(case, model, case.states())
