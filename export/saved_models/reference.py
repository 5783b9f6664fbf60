"""Requests with the answers that the model itself gives to them.

They travel with the SavedModel: `checker` compares its answers with those of
the model, wherever it is loaded, and servers warm up with the requests.

Shapes: B batch.
"""

import pathlib
import types
import typing
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_autoregressive import sampling
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.sampling_options import OPTIONS

from ..signatures.anomaly_signatures import answers
from ..signatures.model_signatures import has_bits_per_dim
from .doubt import doubt

_NUM_EXAMPLES = 4
_NUM_DRAWN = 32
_SEED = 20260501


class Exchange(typing.NamedTuple):
    """A request and its answer.

    Attributes:
        signature: Name of the signature.
        inputs: NumPy arrays by the names of the inputs.
        outputs: NumPy arrays by the names of the outputs.
        doubt: The arrays of `doubt` for the output `events` of a draw.
    """

    signature: str
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    doubt: Mapping[str, np.ndarray] = types.MappingProxyType({})


def exchanges(
    model: AutoregressiveModel,
    functions: Mapping[str, Callable],
    facts: dict[str, np.ndarray],
) -> list[Exchange]:
    """Returns at least one exchange for every signature.

    The answers are those of the methods of the model, not of the graphs.

    Args:
        model: An `AutoregressiveModel`.
        functions: The signatures, graphs by name.
        facts: The answer of `info`, arrays of one row by name.
    """
    num_examples = min(_NUM_EXAMPLES, int(facts["max_num_samples"][0]))
    context = _contexts(model, num_examples)
    options = {} if context is None else {"context": context}
    events = np.asarray(model.sample(num_examples, seed=_SEED, **options))
    scored = {"events": events.astype("float32"), **options}
    log_prob = _scores(model, model.log_prob(events, **options).numpy())
    found = [
        Exchange("serving_default", scored, log_prob),
        Exchange("log_prob", scored, log_prob),
    ]
    if "log_prob_per_dim" in functions:
        per_dim = model.log_prob_per_dim(events, **options).numpy()
        found.append(
            Exchange("log_prob_per_dim", scored, {"log_prob_per_dim": per_dim})
        )
    if "log_prob_text" in functions:
        found += _of_texts(model, events, options)
    off, on = _numbers(model, "off"), _numbers(model, "example")
    found += [
        _drawn(model, options, num_examples, 0, off),
        _drawn(model, options, num_examples, 3, on),
        _drawn_from_seeds(model, options, num_examples, off),
        _completed(model, scored, options),
        Exchange("info", {"request": np.zeros(1, "int32")}, facts),
    ]
    return found


def of_anomalies(model: AutoregressiveModel, detector: Any) -> list[Exchange]:
    """Returns an exchange for each signature of a detector.

    The events are those of many whose scores are the farthest from all that
    calibrate: rounding decides none of their p-values.

    Args:
        model: The model that is exported.
        detector: A calibrated `anomaly.Detector` of it.
    """
    context = _contexts(model, _NUM_DRAWN)
    scored = {} if context is None else {"context": context}
    events = np.asarray(model.sample(_NUM_DRAWN, seed=_SEED, **scored))
    scored["events"] = events.astype("float32")
    held_out = detector.calibration.scores
    rate = np.float64(2.0 / (len(held_out) + 1))
    scores = answers(detector, model, scored, rate)["anomaly"]["score"]
    gaps = np.abs(scores[:, None] - held_out).min(axis=1)
    chosen = np.argsort(-gaps, kind="stable")[:_NUM_EXAMPLES]
    scored = {name: value[chosen] for name, value in scored.items()}
    inputs: dict[str, Any] = {"anomaly": {"false_alarm_rate": rate}}
    return [
        Exchange(name, {**scored, **inputs.get(name, {})}, outputs)
        for name, outputs in answers(detector, model, scored, rate).items()
    ]


def of_streams(model: AutoregressiveModel, signatures: Any) -> Exchange:
    """Returns an exchange of `surprise_next`, in the middle of sequences.

    Args:
        model: The model that is exported.
        signatures: Its `StreamSignatures`.
    """
    context = _contexts(model, _NUM_EXAMPLES)
    options = {} if context is None else {"context": context}
    events = np.asarray(model.sample(_NUM_EXAMPLES, seed=_SEED, **options))
    inputs, outputs = signatures.answers(events, context)
    return Exchange("surprise_next", {**inputs, **options}, outputs)


def save(path: pathlib.Path, found: list[Exchange]) -> None:
    """Writes the exchanges to an `.npz` file.

    Its arrays are called `<number>/<signature>/inputs/<name>`, and `outputs`
    and `doubt` alike.
    """
    arrays = {}
    for number, exchange in enumerate(found):
        for kind in ("inputs", "outputs", "doubt"):
            for name, value in getattr(exchange, kind).items():
                arrays[f"{number}/{exchange.signature}/{kind}/{name}"] = value
    np.savez_compressed(path, **arrays)


def _scores(model, log_prob):
    scores = {"log_prob": log_prob}
    if has_bits_per_dim(model):
        bits = -log_prob / (model.num_dims * np.log(2.0))
        scores["bits_per_dim"] = bits.astype("float32")
    return scores


def _drawn(model, options, num_examples, first, numbers):
    inputs = {
        "num_samples": np.int32(num_examples),
        "seed": np.int64(_SEED),
        "first": np.int64(first),
        **numbers,
        **options,
    }
    # The first samples are drawn and left out, so any context serves for them.
    contexts = {
        name: np.concatenate([value[:1]] * first + [value])
        for name, value in options.items()
    }
    drawn = model.sample(
        first + num_examples,
        seed=_SEED,
        return_log_prob=True,
        **_arguments(numbers),
        **contexts,
    )
    events, log_prob = (tensor.numpy()[first:] for tensor in drawn)
    outputs = {**_with_events(model, events), "log_prob": log_prob}
    seed = sampling.LaterExamples(sampling.as_seed(_SEED), np.int64(first))
    request = _request(options, numbers)
    return Exchange(
        "sample", inputs, outputs, doubt(model, events, seed, request)
    )


def _drawn_from_seeds(model, options, num_examples, numbers):
    # The model answers seed by seed, which the signature does at once.
    seeds = np.arange(_SEED, _SEED + num_examples, dtype="int64")
    drawn = [
        model.sample(
            1,
            seed=seed,
            return_log_prob=True,
            **{name: value[row : row + 1] for name, value in options.items()},
        )
        for row, seed in enumerate(seeds)
    ]
    events, log_prob = (
        np.concatenate(parts) for parts in zip(*drawn, strict=True)
    )
    outputs = {**_with_events(model, events), "log_prob": log_prob}
    seed = sampling.SeedPerExample(seeds.view("int32").reshape(-1, 2))
    return Exchange(
        "sample_seeds",
        {"seeds": seeds, **numbers, **options},
        outputs,
        doubt(model, events, seed, _request(options)),
    )


def _numbers(model, which):
    """Returns the options of a draw as a request has them: `off`, `example`."""
    return {
        name: sampling.dtype_of(option).as_numpy_dtype(getattr(option, which))
        for name, option in sampling.offered_by(model).items()
    }


def _arguments(numbers):
    """Returns arguments of `model.sample`; 0.8 is another number in float32."""
    return {
        name: None if number == OPTIONS[name].off else number.item()
        for name, number in numbers.items()
    }


def _request(options, numbers=types.MappingProxyType({}), given=None):
    """Returns the arguments of `doubt` for a draw."""
    drawn = sampling.SamplingOptions.checked(**_arguments(numbers))
    return sampling.Request(drawn, options.get("context"), given)


def _completed(model, scored, options):
    events = scored["events"]
    known = np.zeros(events.shape, bool)
    known.reshape(len(known), -1)[:, : model.num_dims // 2] = True
    x = events.astype(model.event.dtype.as_numpy_dtype)
    completed, uncertain = _completion(model, x, known, options)
    inputs = {
        **scored,
        "known": known,
        "seed": np.int64(_SEED),
        "first": np.int64(0),
    }
    outputs = _with_events(model, completed)
    return Exchange("complete", inputs, outputs, uncertain)


def _completion(model, x, known, options):
    """Returns completions of events by the model, and their doubt."""
    completed = model.complete(x, known, seed=_SEED, **options).numpy()
    request = _request(options, given=sampling.Given(x, known))
    seed = sampling.as_seed(_SEED)
    return completed, doubt(model, completed, seed, request)


def _of_texts(model, events, options):
    """Returns exchanges on the beginnings of texts, of different lengths."""
    counts = np.arange(len(events)) % model.num_dims + 1
    known = np.arange(model.num_dims) < counts[:, None]
    texts = [
        model.decode(event[:count])
        for event, count in zip(events, counts, strict=True)
    ]
    inputs = {"text": _as_bytes(texts), **options}
    per_dim = model.log_prob_per_dim(events, **options).numpy()
    log_prob = np.where(known, per_dim, 0.0).sum(axis=-1, dtype="float32")
    bits = (-log_prob / (counts * np.log(2.0))).astype("float32")
    completed, uncertain = _completion(model, events, known, options)
    return [
        Exchange(
            "log_prob_text",
            inputs,
            {"log_prob": log_prob, "bits_per_char": bits},
        ),
        Exchange(
            "complete_text",
            {**inputs, "seed": np.int64(_SEED)},
            _with_events(model, completed),
            uncertain,
        ),
    ]


def _with_events(model, events):
    outputs = {"events": events}
    if getattr(model, "vocabulary", None) is not None:
        outputs["text"] = _as_bytes([model.decode(event) for event in events])
    return outputs


def _as_bytes(texts):
    return np.array([text.encode() for text in texts])


def _contexts(model, num_examples):
    context = model.context
    if context.num_classes is not None:
        return np.arange(num_examples, dtype="int32") % context.num_classes
    if context.expected:
        generator = np.random.default_rng(_SEED)
        shape = (num_examples, *context.shape)
        return generator.normal(size=shape).astype("float32")
    return None
