import json

import pytest
from PIL import Image

from tests.trainers.results import result
from trainers.cli import main
from trainers.files import write_json
from trainers.files import write_text
from trainers.training.history import COLUMNS
from trainers.training.history import as_csv


@pytest.fixture
def make_run(tmp_path, recipe):
    """Makes a directory with these validation nats, and a result or none."""

    def make_run(name, nats, test=None):
        path = tmp_path / name
        path.mkdir()
        config = {"recipe": recipe().model_dump(mode="json"), "sha256": None}
        write_json(path / "config.json", config)
        rows = [dict.fromkeys(COLUMNS, 1.5) for _ in nats]
        for epoch, (row, value) in enumerate(zip(rows, nats, strict=True), 1):
            row |= {"epoch": epoch, "step": 1000 * epoch}
            row |= {"validation_nats": value, "validation_bits_per_dim": None}
        write_text(path / "metrics.csv", as_csv(rows))
        if test is not None:
            (path / "result.json").write_text(json.dumps(result(test=test)))
        return str(path)

    return make_run


def test_runs_are_compared_in_a_table_and_a_picture(make_run, tmp_path, capsys):
    test = result()["test"] | {"nats": 2.126}
    runs = [
        make_run("finished", [3.0, 2.0, 2.5], test),
        make_run("unfinished", [4.0]),
    ]
    out = tmp_path / "comparison.png"
    assert main(["compare", *runs, "--out", str(out)]) == 0
    head, finished, unfinished, written = capsys.readouterr().out.splitlines()
    columns = ["run", "test nats", "bits/dim", "validation nats", "best epoch"]
    assert head.split() == " ".join([*columns, "steps seconds state"]).split()
    assert finished.split() == [
        *(runs[0], "2.13", "0.5000", "2.00", "2", "3,000", "2", "finished")
    ]
    assert unfinished.split() == [
        *(runs[1], "-", "-", "4.00", "1", "1,000", "2", "in", "epoch", "2")
    ]
    assert written == str(out)
    with Image.open(out) as picture:
        assert picture.width > 2 * picture.height


def test_what_cannot_be_compared_is_refused(make_run, tmp_path, capsys):
    run = make_run("run", [3.0])
    assert main(["compare", run, str(tmp_path)]) == 2
    assert "is not a run directory" in capsys.readouterr().err
    assert main(["compare", run, "--out", "x.pdf"]) == 2
    assert "--out must end in .png. Received: x.pdf" in capsys.readouterr().err
    assert main(["compare", make_run("empty", [])]) == 2
    assert "has no finished epoch yet" in capsys.readouterr().err


HEAD = ",".join(COLUMNS) + "\n"
WHOLE = "1,4,3.0,2.0,0.5,0.001,1.0\n"


@pytest.mark.parametrize(
    "text",
    [
        *("epoch\nx\n", HEAD + "1,4,3.0", HEAD + "7" + WHOLE[1:]),
        *(HEAD + WHOLE + WHOLE, HEAD + WHOLE.replace("2.0", "")),
        HEAD + WHOLE.replace("3.0", "3" * 200_000),
    ],
    ids=["column", "half", "epoch 7", "twice", "no number", "field"],
)
def test_damaged_metrics_are_named(text, make_run, tmp_path, capsys):
    run = make_run("run", [3.0])
    (tmp_path / "run" / "metrics.csv").write_text(text)
    assert main(["compare", run]) == 2
    assert "metrics.csv is damaged" in capsys.readouterr().err
