"""`tfar inspect`, from the command line to its exit status."""

import json
import re

import keras
import numpy as np
import pytest
from PIL import Image

from tests.models.user_models import RunningSum
from tf_autoregressive.dependencies import Dependencies
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import PixelCNN
from trainers.cli import main
from trainers.errors import UsageError
from trainers.reports import inspection
from trainers.training.run_directory import RunDirectory


@keras.saving.register_keras_serializable(package="tests")
class SeesItself(RunningSum):
    """A mistake that is easily made: the sum ends with the value itself."""

    def network(self, inputs, *, context, member, training):
        x = keras.ops.reshape(inputs, [-1, self.num_dims, 1])
        sums = keras.ops.cumsum(self.weighted(x), axis=1)
        return keras.ops.reshape(
            self.outputs(self.hidden(sums)), [-1, *self.event_shape, 1]
        )


@pytest.fixture
def finished(tmp_path, recipe):
    """Makes the directory of a finished run with this model."""

    def make(model):
        directory = RunDirectory(tmp_path / "run")
        with directory.begun(recipe(), None):
            model.save(directory.model)
            directory.result.write_text(json.dumps({}))
        return directory.path

    return make


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


def test_a_sound_model_ends_in_status_0(finished, capsys):
    run = finished(NADE((6,), units=4, activation="sigmoid"))
    assert main(["inspect", str(run)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "0: leaks: 0; unreachable: 0 of 0 earlier",
        "3: leaks: 0; unreachable: 0 of 3 earlier",
        "5: leaks: 0; unreachable: 0 of 5 earlier",
        "3 positions: leaks: 0; unreachable: 0 of 8 earlier",
        str(run / "dependencies.png"),
    ]
    assert min(size_of(run / "dependencies.png")) > 300


def test_a_leak_ends_in_status_1(finished, capsys):
    run = finished(SeesItself((2, 3, 1)))
    assert main(["inspect", str(run), "--position", "0,1"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "0,1,0: leaks: 1 (0,1,0); unreachable: 0 of 1 earlier"
    assert lines[1] == "1 positions: leaks: 1; unreachable: 0 of 1 earlier"
    picture = np.asarray(Image.open(run / "dependencies.png"))[..., :3]
    # The cell is larger than its colour in the legend.
    assert (picture == (255, 0, 0)).all(axis=-1).sum() > 3000


def test_all_positions_are_looked_at_if_asked(finished, capsys):
    run = finished(MADE((2, 3, 1), num_masks=2, order_agnostic=True))
    assert main(["inspect", str(run), "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    positions = [line.split(":")[0] for line in lines[:6]]
    assert positions == ["0,0,0", "0,1,0", "0,2,0", "1,0,0", "1,1,0", "1,2,0"]
    assert lines[6].startswith("6 positions of 2 members: leaks: 0; ")


def test_blind_spots_are_named(finished, capsys):
    model = PixelCNN(
        (5, 5, 1), filters=4, first_kernel_size=3, num_blocks=1, head_filters=4
    )
    run = finished(model)
    out = run / "picture.png"
    arguments = ["--position", "4,1,0", "--position", "1,0", "--out", str(out)]
    assert main(["inspect", str(run), *arguments]) == 0
    first, second, _, path = capsys.readouterr().out.splitlines()
    # Two windows of three: two rows above, and two columns to each side.
    assert first == (
        "4,1,0: leaks: 0; unreachable: 13 of 21 earlier "
        "(0,0,0 0,1,0 0,2,0 0,3,0 0,4,0 ...)"
    )
    assert re.fullmatch(r"1,0,0: .* \(0,2,0 0,3,0 0,4,0\)", second)
    assert path == str(out)
    assert out.exists()
    assert not (run / "dependencies.png").exists()


def test_the_seed_is_that_of_the_probes(finished, capsys, monkeypatch):
    run, seeds = finished(FVSBN((3,))), []

    def find(model, positions, *, seed):
        seeds.append(seed)
        return of_one_position([0, 0, 0], [0, 0, 0])

    monkeypatch.setattr(inspection.dependencies, "find_dependencies", find)
    assert main(["inspect", str(run)]) == 0
    assert main(["inspect", str(run), "--seed", "7"]) == 0
    assert seeds == [0, 7]


def of_one_position(depends, earlier):
    depends, earlier = (np.array(a, bool)[None] for a in (depends, earlier))
    influence = np.zeros(depends.shape, "float32")
    return Dependencies(
        np.array([[1]]), depends[None], earlier[None], influence
    )


@pytest.mark.parametrize(
    ("depends", "earlier", "line"),
    [
        ([1, 0], [1, 0], "1: leaks: 0; unreachable: 0 of 1 earlier"),
        ([0, 1], [1, 0], "1: leaks: 1 (1); unreachable: 1 of 1 earlier (0)"),
        (
            [1] * 7,
            [0] * 7,
            "1: leaks: 7 (0 1 2 3 4 ...); unreachable: 0 of 0 earlier",
        ),
    ],
)
def test_the_first_few_are_named(depends, earlier, line):
    report = inspection.report(of_one_position(depends, earlier))
    assert report.splitlines()[0] == line


@pytest.mark.parametrize(
    ("names", "positions"),
    [
        ([(1, 2, 0)], [[1, 2, 0]]),
        ([(0, 1)], [[0, 1, 0], [0, 1, 1]]),
        ([(1, 2, 1), (0, 0, 0)], [[1, 2, 1], [0, 0, 0]]),
    ],
)
def test_a_position_without_its_channel_is_all_channels(names, positions):
    chosen = inspection.chosen_positions((2, 3, 2), names)
    assert chosen.tolist() == positions


def test_the_model_chooses_unless_it_is_told():
    assert inspection.chosen_positions((2, 3), []) is None
    everything = inspection.chosen_positions((2, 3), [], everything=True)
    assert everything.tolist() == [list(p) for p in np.ndindex(2, 3)]


@pytest.mark.parametrize(
    ("name", "shape"), [((2, 0), (2, 3)), ((0, 3), (2, 3)), ((0, 0, 0), (2, 3))]
)
def test_positions_outside_are_refused(name, shape):
    text = ",".join(map(str, name))
    with pytest.raises(UsageError, match=rf"in \(2, 3\).* Received: {text}$"):
        inspection.chosen_positions(shape, [name])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--position", "0,9"], "--position must lie in (2, 3, 1), counted"),
        (["--position", "a"], "must be integers from 0, as in 14,14: a"),
        (["--position", "1.5"], "must be integers from 0"),
        (["--position", "1,"], "must be integers from 0"),
        (["--position", "0,0", "--all"], "not allowed with argument"),
        (["--out", "x.npz"], "--out must end in .png. Received: x.npz"),
        (["--out", "none/x.png"], "there is no directory none"),
        (["--seed", "x"], "invalid int value: 'x'"),
        (["--seed", "-1"], "must be 0 or above: -1"),
    ],
)
def test_mistakes_end_in_one_message_and_status_2(
    arguments, message, finished, capsys
):
    run = finished(FVSBN((2, 3, 1)))
    assert main(["inspect", str(run), *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert "Traceback" not in printed.err
    assert not (run / "dependencies.png").exists()


def test_what_is_no_finished_run_is_refused(directory, recipe, capsys):
    assert main(["inspect", str(directory.path)]) == 2
    assert "is not a run directory" in capsys.readouterr().err
    with directory.begun(recipe(), None):
        pass
    assert main(["inspect", str(directory.path)]) == 2
    assert "is not finished" in capsys.readouterr().err


def test_a_model_whose_training_diverged_is_refused(finished, capsys):
    model = FVSBN((3,))
    model.output_layer.bias.assign([0.0, np.nan, 0.0])
    assert main(["inspect", str(finished(model))]) == 2
    assert "must be finite. Received: nan" in capsys.readouterr().err


def test_the_help_says_what_status_1_means(capsys):
    assert main(["inspect", "--help"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "The exit status is 1 if there is a leak" in printed
    assert "--position ROW,COL[,CHANNEL]" in printed
