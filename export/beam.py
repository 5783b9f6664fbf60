"""Scores of many events as an Apache Beam pipeline.

    python -m tf_autoregressive.export.beam models/made --input big.npz \
        --output scores [--runner ... and other options of Beam]

It runs in this process unless a runner is named. The workers of another runner
need this library, apache-beam, and the paths of the model and the input.
"""

import argparse
import pathlib
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow
from apache_beam.io.parquetio import WriteToParquet
from apache_beam.ml.inference.base import KeyedModelHandler
from apache_beam.ml.inference.base import PredictionResult
from apache_beam.ml.inference.base import RunInference
from apache_beam.ml.inference.tensorflow_inference import TFModelHandlerNumpy
from apache_beam.options.pipeline_options import PipelineOptions

from .saved_models.versions import newest_version
from .scoring.inputs import open_rows
from .scoring.saved_model_scorer import SavedModelScorer

_SCHEMA = pyarrow.schema([("row", "int64"), ("log_prob", "float32")])


class SavedModelHandler(TFModelHandlerNumpy):
    """Beam's handler of TensorFlow models, for those of `export_model`.

    Examples are dictionaries of `events` and, of conditional models,
    `context`; the inference of each is its `log_prob`, in nats. (Beam 2.77
    loads SavedModels by `tf.keras`, and Keras 3 loads none.)

    Args:
        path: A version, as `models/made/1`.
        **options: Options of Beam's handler, such as `max_batch_size`.
    """

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(path, inference_fn=_scores, **options)

    def load_model(self) -> SavedModelScorer:
        return SavedModelScorer(self._model_uri)


class ReadRows(beam.DoFn):
    """A function from the number of a row to `(row, example)` from there on.

    Args:
        path: The file or folder that `open_rows` opens.
        shapes: Shapes of a row, by the names of its keys.
        keys: Keys of the rows, by the names of the model's inputs.
        num_levels: As `open_rows` takes it.
        count: Rows to read for each element.
    """

    def __init__(
        self,
        path: str,
        shapes: dict,
        keys: dict,
        num_levels: int | None,
        count: int,
    ) -> None:
        self._path = path
        self._num_levels = num_levels
        self._shapes = shapes
        self._keys = keys
        self._count = count

    def setup(self) -> None:
        self._rows = {
            name: open_rows(
                self._path,
                key,
                self._shapes[name],
                num_levels=self._num_levels,
            )
            for name, key in self._keys.items()
        }

    def teardown(self) -> None:
        for rows in self._rows.values():
            rows.close()

    def process(self, start: int) -> Iterator[tuple[int, dict]]:
        parts = {
            name: rows.read(start, start + self._count)
            for name, rows in self._rows.items()
        }
        for offset in range(len(parts["events"])):
            example = {name: part[offset] for name, part in parts.items()}
            yield start + offset, example


def score_rows(
    model: str | pathlib.Path,
    path: str | pathlib.Path,
    output: str | pathlib.Path,
    *,
    key: str = "x",
    context_key: str | None = None,
    batch_size: int = 256,
    part_size: int = 4096,
    options: PipelineOptions | None = None,
) -> None:
    """Writes the score of every row to a directory of Parquet files.

    The columns are `row` (int64, from 0) and `log_prob` (float32, nats), as
    those of `export.score_rows`; the rows are in no order. Files appear when
    the pipeline has ended.

    Args:
        model: A SavedModel that `export_model` wrote, or its directory.
        path: The file or folder that `open_rows` opens, at the same place on
            every worker.
        output: The directory, new or empty.
        key: Key of the events.
        context_key: Key of the contexts, for conditional models.
        batch_size: Examples that are scored together, at most.
        part_size: Rows that are read together.
        options: Options of Beam: the runner and its own.

    Raises:
        ValueError: If the model or the rows cannot be used, or `output` holds
            something.
    """
    output = pathlib.Path(output)
    if output.exists() and any(output.iterdir()):
        raise ValueError(f"`output` must be empty. {output} is not.")
    model = newest_version(model)
    scorer = SavedModelScorer(model)
    shapes = {"events": scorer.event_shape, "context": scorer.context_shape}
    keys = {"events": key}
    if context_key is not None:
        keys["context"] = context_key
    num_levels = scorer.num_levels
    with open_rows(
        path, key, scorer.event_shape, num_levels=num_levels
    ) as rows:
        starts = range(0, len(rows), part_size)
    handler = SavedModelHandler(str(model), max_batch_size=batch_size)
    with beam.Pipeline(options=options) as pipeline:
        (
            pipeline
            | "parts" >> beam.Create(starts)
            | "spread" >> beam.Reshuffle()
            | "read"
            >> beam.ParDo(
                ReadRows(str(path), shapes, keys, num_levels, part_size)
            )
            | "score" >> RunInference(KeyedModelHandler(handler))
            | "row" >> beam.MapTuple(_as_row)
            | "write"
            >> WriteToParquet(
                str(output / "part"), _SCHEMA, file_name_suffix=".parquet"
            )
        )


def main(argv: list[str] | None = None) -> None:
    """Scores the rows that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", metavar="SAVEDMODEL")
    parser.add_argument("--input", required=True, metavar="PATH")
    parser.add_argument("--output", required=True, metavar="DIR")
    parser.add_argument("--key", default="x")
    parser.add_argument("--context-key")
    parser.add_argument("--batch-size", type=int, default=256)
    arguments, rest = parser.parse_known_args(argv)
    score_rows(
        arguments.model,
        arguments.input,
        arguments.output,
        key=arguments.key,
        context_key=arguments.context_key,
        batch_size=arguments.batch_size,
        options=PipelineOptions(rest),
    )


def _scores(scorer, examples, inference_args, model_id=None):
    """Returns Beam's results for a batch of examples."""
    inputs = {
        name: np.stack([example[name] for example in examples])
        for name in examples[0]
    }
    log_prob = scorer(inputs["events"], inputs.get("context"))
    return [
        PredictionResult(None, float(score), model_id) for score in log_prob
    ]


def _as_row(row, result):
    return {"row": row, "log_prob": result.inference}


if __name__ == "__main__":
    main()
