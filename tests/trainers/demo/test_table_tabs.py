import json
import math

import numpy as np
import pytest

from tf_autoregressive.anomaly import Detector
from trainers.demo import tabs
from trainers.demo.tabs.complete import NUM_COMPLETIONS
from trainers.errors import UsageError

from .served import served
from .test_application import answer
from .test_application import messages

DRAWING = {"seed": 2, "temperature": 0.7, "top_p": 0.9}
ROW = [30, "judge", True, 21.5]


def cells(columns):
    """Returns rows as JSON has them."""
    rows = zip(*(c.tolist() for c in columns.values()), strict=True)
    return [[None if v != v else v for v in row] for row in rows]


def test_rows_have_tabs(people, ordered_people):
    expected = ["sample", "row", "fill", "anomaly"]
    assert tabs.offered(people) == expected
    assert tabs.offered(ordered_people) == expected


def test_columns_are_described_as_json(people):
    age, job, owner, income = json.loads(
        json.dumps(people.description()["columns"])
    )
    assert (age["kind"], age["values"]) == ("count", None)
    assert job["values"] == ["baker", "judge", "nurse"]
    assert owner["values"] == [False, True]
    assert (income["kind"], income["has_missing"]) == ("real", True)


@pytest.mark.parametrize("drawing", [{"seed": 1}, DRAWING])
def test_rows_and_their_scores_are_those_of_the_model(people, ask, drawing):
    *drawn, last = ask(people, "sample", num=9, **drawing)
    expected = people.model.sample(9, **drawing)
    rows = [row for message in drawn for row in message["rows"]]
    assert rows == cells(people.medium.table.decode(expected))
    np.testing.assert_allclose(
        last["log_prob"], people.model.log_prob(expected), rtol=1e-5
    )


def test_a_row_may_hide_a_value(people, ask):
    *drawn, _ = ask(people, "sample", num=64)
    assert None in [row[3] for message in drawn for row in message["rows"]]


@pytest.mark.parametrize("drawing", [{"seed": 1}, DRAWING])
def test_empty_cells_are_those_that_the_table_fills(people, ask, drawing):
    (message,) = ask(people, "fill", row=[30, None, True, None], **drawing)
    given = {
        "age": [30] * NUM_COMPLETIONS,
        "job": [None] * NUM_COMPLETIONS,
        "owner": [True] * NUM_COMPLETIONS,
        "income": [None] * NUM_COMPLETIONS,
    }
    filled = people.medium.table.fill(people.model, given, **drawing)
    assert message["rows"] == cells(filled)
    assert message["known"] == [1, 0, 1, 0]
    assert message["note"] == ""
    assert all(row[0] == 30 and row[3] is not None for row in message["rows"])


def test_cells_without_an_influence_are_said(ordered_people, ask):
    (message,) = ask(ordered_people, "fill", row=[30, None, True, None])
    assert "known cells that come after an unknown one" in message["note"]
    (message,) = ask(ordered_people, "fill", row=[30, "judge", None, None])
    assert message["note"] == ""


def test_rows_are_judged(people, ask):
    *_, message = ask(people, "anomaly", row=ROW)
    event = people.medium.table.encode(
        dict(zip(people.medium.table.names, [[v] for v in ROW], strict=True))
    )
    detector = Detector(people.model).calibrate(people.examples.normal)
    assert message["p_value"] == detector.p_value(event)[0]
    surprise = detector.explain(event)[0] / math.log(2)
    np.testing.assert_allclose(message["bits"], surprise, atol=1e-3)


def test_examples_are_rows(people, ask):
    (message,) = ask(people, "row", number=2)
    example = people.examples.shown[2][None]
    assert [message["row"]] == cells(people.medium.table.decode(example))


@pytest.mark.parametrize("action", ["fill", "anomaly"])
@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ([30, "judge"], "for each of the 4 columns. Received: 2"),
        ([30, "juge", True, 1.5], "Column 'job' must hold .* Did you mean"),
        ([1000, "judge", True, 1.5], "Column 'age' must hold integers from"),
        (["x", "judge", True, 1.5], "Column 'age' must hold numbers"),
    ],
)
def test_cells_that_do_not_fit_get_a_sentence(
    people, ask, action, row, sentence
):
    with pytest.raises(UsageError, match=sentence):
        ask(people, action, row=row)


def test_a_cell_that_is_never_empty_cannot_be_judged_empty(people, ask):
    with pytest.raises(UsageError, match="'age' must have a value"):
        ask(people, "anomaly", row=[None, *ROW[1:]])
    with pytest.raises(UsageError, match="judges tables: choose one"):
        ask(people, "anomaly")


def test_a_page_sends_rows_as_they_are(people):
    with served([people]) as address:
        (message,) = messages(
            f"{address}/api/0/fill", {"row": [*ROW[:3], None]}
        )
        assert [row[:3] for row in message["rows"]] == [ROW[:3]] * 6
        status, text = answer(f"{address}/api/0/fill", {"row": [[1]]})
        assert status == 400
        assert json.loads(text)["error"].startswith("row 0")
