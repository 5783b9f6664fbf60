"""The Beam pipeline writes the scores of the model."""

import numpy as np
import pyarrow.parquet
import pytest

pytest.importorskip("apache_beam", reason="needs .[beam]")
pytest.importorskip("tensorflow_hub", reason="needs .[beam]")

from export import export_model
from tests.zoo import BY_NAME

pytestmark = [
    pytest.mark.slow,
    # These warnings are Beam's own.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture
def pipeline():
    """The pipeline's module; Beam warns while it is imported."""
    from export import beam

    return beam


@pytest.mark.parametrize("name", ["fvsbn", "fvsbn-labels"])
def test_every_row_has_its_score_once(pipeline, tmp_path, rng, seed, name):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    case = BY_NAME[name]
    model = case.build(seed)
    export_model(model, tmp_path / "model")
    x, labels = case.batch(rng, 103)
    keys = [] if labels is None else ["--context-key", "labels"]
    labels = {} if labels is None else {"labels": labels}
    np.savez(tmp_path / "events.npz", x=x, **labels)
    output = tmp_path / "scores"
    arguments = ["--input", str(tmp_path / "events.npz"), "--batch-size", "16"]
    arguments += ["--output", str(output), "--runner=DirectRunner", *keys]
    pipeline.main([str(tmp_path / "model"), *arguments])
    table = pyarrow.parquet.read_table(output).sort_by("row")
    np.testing.assert_array_equal(table["row"], np.arange(103))
    np.testing.assert_allclose(
        table["log_prob"], model.log_prob(x, *labels.values()), rtol=1e-5
    )
    with pytest.raises(ValueError, match="`output` must be empty"):
        pipeline.main([str(tmp_path / "model"), *arguments])
