import numpy as np
import pytest

from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from trainers.demo import pieces


@pytest.mark.parametrize(
    "model", [FVSBN((6,)), MADE((6,), units=(8,), num_masks=3)]
)
def test_pieces_are_one_draw(model):
    drawn = pieces.pieces(
        11, lambda seed, num: model.sample(num, seed=seed).numpy(), 5
    )
    firsts, events = zip(*drawn, strict=True)
    assert firsts[:2] == (0, 2)
    expected = model.sample(11, seed=5)
    np.testing.assert_array_equal(np.concatenate(events), expected)


def test_pieces_are_as_large_as_they_are_quick(monkeypatch):
    clock = iter([0.0, 0.1, 1.0, 1.1, 2.0, 4.0, 5.0, 9.0, 10.0, 14.0])
    monkeypatch.setattr(pieces.time, "perf_counter", lambda: next(clock))
    drawn = pieces.pieces(16, lambda seed, num: num, 0)
    assert [*drawn] == [(0, 2), (2, 4), (6, 8), (14, 2)]
    clock = iter([0.0, 1.0] * 9)
    drawn = pieces.pieces(4, lambda seed, num: num, 0)
    assert [*drawn] == [(0, 2), (2, 1), (3, 1)]
