import json

import pytest

from tests.trainers.results import result
from trainers.cli import main
from trainers.files import write_json


@pytest.fixture
def make_run(tmp_path, recipe):
    """Makes the directory of a run on a fold, finished if it has nats."""

    def make_run(fold, nats, **changes):
        path = tmp_path / f"{fold}-{nats}"
        path.mkdir()
        options = {} if fold is None else {"fold": fold}
        config = recipe(dataset_options=options, **changes)
        config = {"recipe": config.model_dump(mode="json"), "sha256": None}
        write_json(path / "config.json", config)
        if nats is not None:
            test = result()["test"] | {"nats": nats}
            more = {
                "num_parameters": 7,
                "seed": 0,
                "stopped_by": "epochs",
                "data": {"name": "red_wine", "rate": None},
                "versions": {},
                "machine": {"cores": 2},
            }
            write_json(path / "result.json", result(test=test, **more))
        return str(path)

    return make_run


def test_the_mean_of_folds_has_the_error_of_their_mean(
    make_run, tmp_path, capsys
):
    runs = [make_run(fold, nats) for fold, nats in enumerate([1.0, 2.0, 6.0])]
    out = tmp_path / "mean.json"
    assert main(["folds", *runs, "--out", str(out)]) == 0
    assert "tiny: 3.000 ± 1.528 nats, mean of 3 folds" in (
        capsys.readouterr().out
    )
    mean = json.loads(out.read_text())
    # The variance of the three is 7.
    assert mean["test"]["standard_error"] == pytest.approx((7.0 / 3) ** 0.5)
    assert mean["test"]["nats"] == pytest.approx(3.0)
    assert mean["test"]["examples"] == 99
    assert (mean["steps"], mean["train_seconds"]) == (12, 3.0)
    assert [fold["test"]["nats"] for fold in mean["folds"]] == [1.0, 2.0, 6.0]


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ([], "at least two runs"),
        ([(0, 2.0, {})], "of its own. Received: [0, 0]"),
        ([(None, 2.0, {})], "of its own. Received: [0, None]"),
        ([(1, None, {})], "is not finished"),
        ([(1, 2.0, {"epochs": 99})], "differs from"),
    ],
)
def test_runs_that_have_no_mean_are_refused(make_run, capsys, others, message):
    runs = [make_run(0, 1.0)]
    runs += [make_run(fold, nats, **more) for fold, nats, more in others]
    assert main(["folds", *runs]) == 2
    assert message in capsys.readouterr().err
