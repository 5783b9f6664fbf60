"""The signatures of a served model.

Shapes: B batch, N samples, D event dimensions.
"""

import json
import math
from collections.abc import Callable
from collections.abc import Collection
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive import sampling
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.sampling_options import OPTIONS
from tf_autoregressive.types import Array

from . import checks
from .stored_weights import StoredWeights

COMPILABLE = frozenset({"log_prob", "sample", "complete"})
# The limit is far from where the numbering of the noise would overflow.
_LARGEST_FIRST = 2**40


class Signatures:
    """The signatures of a model, as functions of tensors.

    - `log_prob`, also the default: `events [B, *event_shape]` to `log_prob
      [B]` nats and, of discrete events of one size, `bits_per_dim [B]`;
    - `log_prob_per_dim`: `events` to `log_prob_per_dim [B, *event_shape]`
      nats. Ensembles over several orderings have none;
    - `sample`: `num_samples`, `seed`, `first` and a number for each option
      that the output distribution offers, its `off` for the model's own
      distribution (`sampling_options.OPTIONS`), to `events [N, *event_shape]`
      and their `log_prob [N]` nats under what they were drawn from. They are
      samples `first` to `first + num_samples` of the seed, so that several
      requests draw what one would;
    - `sample_seeds`: `seeds [N]` in place of `num_samples`, `seed` and
      `first`: example `i` is the first sample of `seeds[i]`;
    - `complete`: `events`, `known [B, *event_shape]`, `seed` and `first` to
      `events`, completions `first` to `first + B` of the seed;
    - `info`: `request [B]`, whatever its values, to facts on the model, one row
      for each.

    Conditional models take a `context` as well: labels or floats, one for
    each example, and in `sample` also one for all. Answers are those of the
    model's methods of these names for the same seed, an int64.

    Events are float32, whatever their values, so that a value which is not an
    integer comes as far as the check that refuses it by name.

    Args:
        model: An `AutoregressiveModel`.
        max_num_samples: The largest `num_samples` of a request.
        result: The record of the training, for `info`.
        weights: `StoredWeights` to compute with; by default the model's own.
        compiled: The names of `COMPILABLE` that are compiled with XLA: these
            answers need a server that has it.
    """

    def __init__(
        self,
        model: AutoregressiveModel,
        *,
        max_num_samples: int,
        result: dict | None = None,
        weights: StoredWeights | None = None,
        compiled: Collection[str] = frozenset(),
    ) -> None:
        self._model = model
        self._weights = weights or StoredWeights(model)
        self._compiled = compiled
        self._max_num_samples = max_num_samples
        self._result = result or {}
        self._events = tf.TensorSpec([None, *model.event_shape], tf.float32)

    def concrete_functions(self) -> dict[str, Callable]:
        """Returns a `tf.function` graph for each name of a signature."""
        scored = self.scored_specs()
        seeded = {"seed": tf.TensorSpec([], tf.int64)}
        first = {"first": tf.TensorSpec([], tf.int64)}
        # Two names share one graph, which is stored once.
        log_prob = self.graph(self.log_prob, scored)
        functions = {"serving_default": log_prob, "log_prob": log_prob}
        if not self._model.has_many_orderings:
            functions["log_prob_per_dim"] = self.graph(
                self.log_prob_per_dim, scored
            )
        drawn = {**self._option_specs(), **self._context_spec()}
        functions["sample"] = self.graph(
            self.sample,
            {
                "num_samples": tf.TensorSpec([], tf.int32),
                **seeded,
                **first,
                **drawn,
            },
        )
        functions["sample_seeds"] = self.graph(
            self.sample_seeds,
            {"seeds": tf.TensorSpec([None], tf.int64), **drawn},
        )
        known = tf.TensorSpec(self._events.shape, tf.bool)
        functions["complete"] = self.graph(
            self.complete, {**scored, "known": known, **seeded, **first}
        )
        request = {"request": tf.TensorSpec([None], tf.int32)}
        functions["info"] = self.graph(self.info, request)
        return functions

    def scored_specs(self) -> dict[str, tf.TensorSpec]:
        """Returns the `tf.TensorSpec`s of what is scored, by name."""
        return {"events": self._events, **self._context_spec()}

    def graph(
        self, function: Callable, specs: dict[str, tf.TensorSpec]
    ) -> Callable:
        """Returns the graph of a function of named tensors with these specs."""

        def answer(**inputs):
            with self._weights.in_graph():
                return function(**inputs)

        specs = {
            name: tf.TensorSpec(spec.shape, spec.dtype, name=name)
            for name, spec in specs.items()
        }
        traced = tf.function(answer, autograph=False)
        return traced.get_concrete_function(**specs)

    def log_prob(
        self, events: tf.Tensor, context: Array = None
    ) -> dict[str, tf.Tensor]:
        """Answers with the score of each example."""
        events, context = self.checked(events, context)
        log_prob = self._run("log_prob", self._model.score, events, context)
        answer = {"log_prob": log_prob}
        if has_bits_per_dim(self._model):
            bits = -log_prob / (self._model.num_dims * math.log(2.0))
            answer["bits_per_dim"] = bits
        return answer

    def log_prob_per_dim(
        self, events: tf.Tensor, context: Array = None
    ) -> dict[str, tf.Tensor]:
        """Answers with the score of each dimension of each example."""
        events, context = self.checked(events, context)
        return {
            "log_prob_per_dim": self._model.log_prob_per_dim(events, context)
        }

    def sample(
        self,
        num_samples: tf.Tensor,
        seed: tf.Tensor,
        first: tf.Tensor,
        context: Array = None,
        **options: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Answers with draws from one seed and their scores."""
        num_samples = checks.checked_number(
            "num_samples",
            num_samples,
            at_least=1,
            at_most=self._max_num_samples,
        )
        seed = _later_examples(seed, first)
        return self._sampled("sample", num_samples, seed, context, options)

    def sample_seeds(
        self, seeds: tf.Tensor, context: Array = None, **options: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Answers with a draw from each seed and their scores."""
        seeds = checks.shaped("seeds", seeds, [None])
        num_samples = tf.shape(seeds)[0]
        seeds = checks.require(
            seeds,
            num_samples <= self._max_num_samples,
            f"`seeds` must be at most {self._max_num_samples}.",
            tf.strings.as_string(num_samples),
        )
        seed = sampling.SeedPerExample(tf.bitcast(seeds, tf.int32))
        return self._sampled(
            "sample_seeds", num_samples, seed, context, options
        )

    def complete(
        self,
        events: tf.Tensor,
        known: tf.Tensor,
        seed: tf.Tensor,
        first: tf.Tensor,
        context: Array = None,
    ) -> dict[str, tf.Tensor]:
        """Answers with the events, drawn where they are not known."""
        events, context = self.checked(events, context)
        known = checks.checked_known(known, events)
        seed = _later_examples(seed, first)
        return self._completed(events, known, seed, context)

    def info(self, request: tf.Tensor) -> dict[str, tf.Tensor]:
        """Answers with facts on the model and its training."""
        num_rows = tf.shape(checks.shaped("request", request, [None]))[0]
        return {
            name: tf.repeat(tf.constant(row), num_rows, axis=0)
            for name, row in self.facts().items()
        }

    def facts(self, **more: Any) -> dict[str, np.ndarray]:
        """Returns the answer of `info`: arrays of one row by name."""
        model = self._model
        facts = {
            "model": type(model).__name__,
            "distribution": model.output_distribution.name,
            "event_shape": model.event_shape,
            # Real values have zero levels, because an array cannot hold None.
            "num_levels": model.num_levels or 0,
            "weights": self._weights.name,
            "max_num_samples": self._max_num_samples,
            "result": json.dumps(self._result),
            **more,
        }
        if model.context.is_length:
            facts["max_length"] = model.context.num_steps
        elif model.context.num_classes is not None:
            facts["num_classes"] = model.context.num_classes
        elif model.context.expected:
            facts["context_shape"] = model.context.shape
        return {name: _row(value) for name, value in facts.items()}

    def checked(
        self, events: tf.Tensor, context: Array
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Returns the inputs `events` and `context`, checked in the graph."""
        events = checks.checked_events(self._model.event, events)
        if context is not None:
            context = checks.checked_context(
                self._model.context, context, tf.shape(events)[0]
            )
        return events, context

    def _run(self, name, function, *args):
        """Calls a function of tensors, under XLA if its signature is."""
        if name in self._compiled:
            function = tf.function(function, autograph=False, jit_compile=True)
        return function(*args)

    def _sampled(self, name, num_samples, seed, context, options):
        numbers = checks.checked_options(options)
        if context is not None:
            context = checks.repeated_context(
                self._model.context, context, num_samples
            )
        events, log_prob = self._run(
            name,
            self._drawn,
            # XLA knows the shape of this tensor, which tells the number.
            tf.zeros([num_samples]),
            seed,
            context,
            numbers,
        )
        return {**self._with_events(events), "log_prob": log_prob}

    def _completed(self, events, known, seed, context):
        completed = self._run(
            "complete",
            self._drawn_given,
            events,
            known,
            seed,
            context,
        )
        return self._with_events(completed)

    def _drawn_given(self, events, known, seed, context):
        request = sampling.Request(
            sampling.SamplingOptions(self._method()),
            context,
            sampling.Given(events, known),
        )
        completed, _ = self._model.draw_events(
            tf.shape(events)[0], seed, request
        )
        return completed

    def _with_events(self, events):
        """Returns the contents of an answer with these events."""
        return {"events": events}

    def _drawn(self, rows, seed, context, numbers):
        guidance = numbers.get("guidance")
        if guidance is None:
            return self._drawn_from(rows, seed, context, numbers)
        # Without guidance there is no need to draw twice as many.
        others = {k: v for k, v in numbers.items() if k != "guidance"}
        return tf.cond(
            tf.equal(guidance, OPTIONS["guidance"].off),
            lambda: self._drawn_from(rows, seed, context, others),
            lambda: self._drawn_from(rows, seed, context, numbers),
        )

    def _drawn_from(self, rows, seed, context, numbers):
        options = sampling.SamplingOptions(
            self._method(), numbers, may_be_off=True
        )
        request = sampling.Request(options, context, with_log_prob=True)
        return self._model.draw_events(tf.shape(rows)[0], seed, request)

    def _method(self):
        return "incremental" if self._model.incremental else "full"

    def _context_spec(self):
        context = self._model.context
        if context.num_classes is not None:
            return {"context": tf.TensorSpec([None], tf.int32)}
        if context.expected:
            spec = tf.TensorSpec([None, *context.shape], tf.float32)
            return {"context": spec}
        return {}

    def _option_specs(self):
        offered = sampling.offered_by(self._model)
        return {
            name: tf.TensorSpec([], sampling.dtype_of(option))
            for name, option in offered.items()
        }


def has_bits_per_dim(model: AutoregressiveModel) -> bool:
    """Returns whether all events have as many dimensions, and values."""
    return model.num_levels is not None and not model.context.is_length


def _later_examples(seed, first):
    first = checks.checked_number(
        "first", first, at_least=0, at_most=_LARGEST_FIRST
    )
    return sampling.LaterExamples(stateless(seed), first)


def stateless(seed: tf.Tensor) -> tf.Tensor:
    """Returns int32 `[2]`, the seed of `sampling.as_seed` for the same int."""
    return tf.bitcast(checks.shaped("seed", seed, []), tf.int32)


def _row(value):
    if isinstance(value, str):
        return np.array([value.encode()])
    return np.array([value], "int32")
