"""Training on rows that go on from batch to batch."""

import numpy as np
import pytest

from tests.trainers.training.test_run import Interrupt
from tf_autoregressive import datasets
from trainers.data import Data
from trainers.training import run

TEXT = "".join("abcdefghij"[index * 7 % 10] for index in range(600))


@pytest.fixture
def data():
    text = datasets.from_text(TEXT, steps=5, test_share=0.1)
    splits = (text.validation, text.test, text.info)
    return Data(text.train, None, *splits)


@pytest.fixture
def carried(recipe):
    return recipe(
        dataset="tiny_shakespeare",
        model="CharRNN",
        model_options={"units": 3, "num_layers": 1, "carried_rows": 4},
        batch_size=4,
        evaluation_batch_size=3,
    )


def test_rows_go_on_within_an_epoch_and_begin_again_with_the_next(
    carried, data
):
    a_run = run.Run(carried, directory=None, data=data, model=None)
    steps, batches = a_run.steps_per_epoch, a_run._training_batches()
    found = np.stack(list(batches.take(2 * steps).as_numpy_iterator()))
    row = found[:steps, 1].ravel()
    windows = np.concatenate(list(data.train.as_numpy_iterator()))
    np.testing.assert_array_equal(row, windows[len(row) : 2 * len(row)])
    np.testing.assert_array_equal(found[:steps], found[steps:])


@pytest.mark.slow
def test_an_interrupted_run_ends_like_one_that_was_not(
    carried, data, tmp_path, monkeypatch
):
    monkeypatch.setattr(run, "load", lambda *_: data)
    whole, broken = (run.RunDirectory(tmp_path / name) for name in "ab")
    expected = run.run(carried, whole, verbose=0)
    stop = Interrupt(
        "on_train_batch_end", run.steps_per_epoch(data.train, carried) + 3
    )
    with pytest.raises(InterruptedError):
        run.run(carried, broken, verbose=0, callbacks=lambda _: (stop,))
    assert run.run(carried, broken, verbose=0)["test"] == expected["test"]
