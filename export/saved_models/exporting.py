"""Export of a model to a directory that TF-Serving serves."""

import contextlib
import pathlib
import re
import typing
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.models.precision import in_float32

from .. import fingerprints
from ..signatures.anomaly_signatures import AnomalySignatures
from ..signatures.anomaly_signatures import weights_of
from ..signatures.model_signatures import COMPILABLE
from ..signatures.stream_signatures import StreamSignatures
from ..signatures.stream_signatures import streams
from ..signatures.text_signatures import signatures_of
from . import quantization
from . import reference
from . import serving_files
from . import warm_up
from .checker import RECORD
from .versions import check_version
from .versions import new_version
from .xla import faster_under_xla


def export_model(
    model: AutoregressiveModel,
    path: str | pathlib.Path,
    *,
    version: int | None = None,
    result: dict[str, Any] | None = None,
    detector: Any = None,
    max_num_samples: int = 1024,
    xla: bool = False,
    quantize: str | None = None,
    quantize_tolerance: float = 1e-3,
) -> pathlib.Path:
    """Writes a SavedModel that answers as the model does, without Python.

    `path` becomes the directory of a model for TF-Serving, called as its last
    part: versions with numbers for names, which appear whole or not at all,
    configuration files for the server, and a README with a request for each
    signature. `Signatures` says what they take and give, and `TextSignatures`
    what models of texts add; for equal seeds they give the values of
    `model.sample` and `model.complete`.

    The weights are those that the model has. For a trained run they are those
    in `model.keras`, which is the moving average where the run keeps one.
    Graphs compute in float32. A model in bfloat16 draws other values for a
    seed than its export, which are those of the same weights in float32.

    Args:
        model: An `AutoregressiveModel`.
        path: The directory of the served model, as `models/made`.
        version: A number that `path` does not hold yet; `None` for the next.
        result: The record of the training, for the signature `info`, of values
            that JSON can hold.
        detector: A calibrated `anomaly.Detector` of a model with these weights;
            the export then has the signatures of `AnomalySignatures`, too, and
            that of `StreamSignatures` if sequences can go on without an end.
        max_num_samples: The largest `num_samples` that a request may ask for.
        xla: Whether to compile with XLA the signatures that it makes faster
            on this machine; what was measured is printed. Such an export needs
            a server that has XLA, which compiles anew for every batch size.
        quantize: `"float16"` or `"int8"` to store matrices and kernels in so
            few bits; graphs compute with float32 all the same. The change of
            scores and the saved bytes are printed and recorded.
        quantize_tolerance: The most nats per dimension by which `log_prob` of a
            recorded event may differ from the model's own.

    Returns:
        The directory of the new version, as `models/made/1`.

    Raises:
        ValueError: If the version exists, or `path` does not end in a name
            of letters, digits, `_`, `-` and `.`, or holds a README.md or such
            of something else, or `max_num_samples` is not
            in [1, 2**31), or there is no such way to quantize, or it changes a
            score by more than `quantize_tolerance`, or a weight is not finite,
            or the detector is not calibrated, is that of another model, or has
            a score that no graph computes.
        OSError: If the version cannot be written, as on a full disk.
        ImportError: If tensorflow-serving-api is not installed.
    """
    path = pathlib.Path(path)
    name = _checked_name(path)
    checked_count("max_num_samples", max_num_samples, at_most=2**31 - 1)
    # These checks come before the expensive work.
    check_version(path, version)
    serving_files.check_ours(path)
    # This fails if the package with the messages is missing.
    warm_up.messages()
    _check_finite(model)
    _check_detector(detector, model)
    model = in_float32(model)
    weights = quantization.stored_weights(model, quantize)
    options = {
        "max_num_samples": max_num_samples,
        "result": result,
        "weights": weights,
    }
    signatures = signatures_of(model, **options)
    functions = signatures.concrete_functions()
    with weights.in_model():
        found = reference.exchanges(model, functions, signatures.facts())
        of_anomalies = _of_anomalies(signatures, model, detector)
    change = None
    if quantize is not None:
        change = quantization.measured(
            model, quantize, found, quantize_tolerance
        ).checked()
    # Signatures under XLA are made twice: all of them to be timed, then the
    # fast ones to be stored.
    compiled = _worth_compiling(model, functions, found, options) if xla else ()
    if compiled:
        signatures = signatures_of(model, compiled=compiled, **options)
        functions = signatures.concrete_functions()
    functions |= of_anomalies.functions
    found += of_anomalies.exchanges
    with new_version(path, version) as (directory, publish):
        with _disk_errors(path):
            variables = [*weights.variables, *of_anomalies.variables]
            _save(directory, variables, functions, name, found)
        # The report is a part of the version, so it is written before
        # `publish`.
        if change is not None:
            change.save(directory / RECORD.parent)
            print(f"{change}\n{_sizes(model, directory)}")
        serving_files.write(path, name, functions, found, compiled)
        return publish()


class _OfAnomalies(typing.NamedTuple):
    """Graphs of a detector by name, its exchanges and its variables."""

    functions: dict
    exchanges: list
    variables: list


def _of_anomalies(signatures, model, detector):
    """Returns what a detector adds to an export, nothing without one."""
    if detector is None:
        return _OfAnomalies({}, [], [])
    functions = AnomalySignatures(
        signatures, model, detector
    ).concrete_functions()
    found = reference.of_anomalies(model, detector)
    if streams(model):
        of_streams = StreamSignatures(signatures, model)
        graphs = of_streams.concrete_functions()
        functions |= graphs
        found += [reference.of_streams(model, of_streams) for _ in graphs]
    return _OfAnomalies(functions, found, weights_of(detector))


def _save(directory, variables, functions, name, found):
    """Writes the files that all exports of a model share."""
    module = tf.Module()
    # A SavedModel holds only the variables that its module names.
    module.weights = variables
    tf.saved_model.save(module, directory, signatures=functions)
    extra = directory / RECORD.parent
    extra.mkdir()
    reference.save(directory / RECORD, found)
    warm_up.write(extra / "tf_serving_warmup_requests", name, found)
    fingerprints.write_sums(directory)


@contextlib.contextmanager
def _disk_errors(path):
    """Turns errors of TensorFlow about writing into `OSError`s."""
    try:
        yield
    except tf.errors.OpError as error:
        raise OSError(f"{path} cannot be written: {error.message}") from error


def _worth_compiling(model, functions, found, options):
    signatures = signatures_of(model, compiled=COMPILABLE, **options)
    compiled = signatures.concrete_functions()
    compiled = {name: compiled[name] for name in sorted(COMPILABLE)}
    return faster_under_xla(
        functions, compiled, found, options["max_num_samples"]
    )


def _check_finite(model):
    for weight in model.weights:
        count = np.count_nonzero(~np.isfinite(weight.numpy()))
        if count:
            raise ValueError(
                f"`model` must have finite weights. Received: `{weight.path}` "
                f"holds {count} values that are NaN or infinite"
            )


def _check_detector(detector, model):
    """Raises a `ValueError` unless a detector is one of these weights."""
    if detector is None:
        return
    pairs = zip(detector.model.weights, model.weights, strict=False)
    is_same = len(detector.model.weights) == len(model.weights) and all(
        np.array_equal(here.numpy(), there.numpy()) for here, there in pairs
    )
    if type(detector.model) is not type(model) or not is_same:
        raise ValueError(
            "`detector` must be one of the model that is exported, with its "
            f"weights. Received: a detector of {type(detector.model).__name__}"
        )
    _check_finite(detector.scoring)


def _sizes(model, directory):
    files = (file for file in directory.rglob("*") if file.is_file())
    total = sum(file.stat().st_size for file in files)
    whole = sum(weight.numpy().nbytes for weight in model.weights)
    return f"{total / 1e6:.2f} MB; float32 weights alone: {whole / 1e6:.2f} MB"


def _checked_name(path):
    name = path.resolve().name
    if (
        not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name)
        or name.isdecimal()
    ):
        raise ValueError(
            "`path` must end in the name of the model: letters, digits, `_`, "
            f"`-` and `.`, and not digits alone. Received: {path}"
        )
    if path.exists() and not path.is_dir():
        raise ValueError(f"`path` must be a directory. {path} is a file.")
    return name
