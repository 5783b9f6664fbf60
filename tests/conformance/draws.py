"""A comparison of the events of two ways of drawing.

A draw is the number of thresholds (the cumulative probabilities of a
conditional) below its uniform. Two ways of computing a conditional differ by
rounding, and so may differ in a draw whose uniform lies that close to a
threshold, and in all that follows from it. Nothing else is excused.
"""

import contextlib
import typing

import numpy as np
import tensorflow as tf

from tests.conformance.conditionals import member_parameters
from tests.conformance.conditionals import probabilities
from tf_autoregressive.sampling import noise

NUM_SAMPLES = 128

# These are some units in the last place of a float32 near 1, through a few
# layers.
ROUNDING = 1e-5


class Draws(typing.NamedTuple):
    """The draws of a sampler, and their parameters.

    Attributes:
        x: Events `[B, *event_shape]`.
        log_prob: `[B]`.
        context: Contexts `[B, ...]` or `None`.
        members: int `[B]`, the ensemble member of each example.
        parameters: `[N, B, P]`, what each rank was drawn from.
    """

    x: np.ndarray
    log_prob: np.ndarray
    context: typing.Any
    members: np.ndarray
    parameters: np.ndarray


def record_draws(case, model, seed, method):
    """Draws `NUM_SAMPLES` events, op by op, and records the conditionals."""
    context = case.contexts(case.generator(seed), NUM_SAMPLES)
    with run_eagerly(), recorded(model.output_distribution) as records:
        x, log_prob = model.sample(
            NUM_SAMPLES,
            seed=seed,
            context=context,
            method=method,
            return_log_prob=True,
        )
    drawn_from = members(case, seed, NUM_SAMPLES)
    return Draws(
        x.numpy(),
        log_prob.numpy(),
        context,
        drawn_from,
        _of_own_values(case, model, np.stack(records), drawn_from),
    )


def _of_own_values(case, model, records, members):
    """Returns the records of the values that were kept, `[N, B, P]`.

    A model of several scales draws a small image, and then passes over all
    sites of the large one, in raster order. An ensemble draws all examples
    from their own members at once, or from one member after the other.
    """
    num_small = len(records) % model.num_sites
    if num_small:
        kept = num_small + case.sites(model)[num_small:]
        return np.concatenate([records[:num_small], records[kept]])
    passes = records.reshape(-1, model.num_sites, *records.shape[1:])
    if len(passes) == 1:
        return passes[0]
    # No pass is made for a member that no example is drawn from.
    own = np.searchsorted(np.unique(members), members)
    return passes[own, :, np.arange(len(members))].swapaxes(0, 1)


@contextlib.contextmanager
def run_eagerly():
    """Runs what the library compiles op by op: cheap for a tiny model."""
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


@contextlib.contextmanager
def recorded(output):
    """Gives a list of the parameters that an output distribution draws from."""
    records, draw, draw_given = [], output.draw, output.draw_given

    def recording(parameters, noise):
        records.append(np.array(parameters))
        return draw(parameters, noise)

    def recording_given(parameters, *args):
        count = len(records)
        value = draw_given(parameters, *args)
        # A position is counted once, whether or not it called `draw`.
        records[count:] = [np.array(parameters)]
        return value

    output.draw, output.draw_given = recording, recording_given
    try:
        yield records
    finally:
        del output.draw, output.draw_given


def assert_same_draws(
    case,
    model,
    expected,
    actual,
    *,
    seed,
    context=None,
    known=None,
    tolerance=ROUNDING,
):
    """Fails unless all events agree, but for rounding at a threshold.

    Args:
        case: The model's `Case`.
        model: The model.
        expected: Events `[B, *event_shape]`, drawn without options.
        actual: Events to compare.
        seed: The seed of both.
        context: The context of every example, one or `[B, ...]`.
        known: bool `[B, *event_shape]` if the events were completed.
        tolerance: The most by which a uniform may differ from the threshold.
    """
    expected, actual = np.asarray(expected), np.asarray(actual)
    assert expected.shape == actual.shape
    assert expected.dtype == actual.dtype
    for index in different_examples(case, expected, actual):
        margin = margin_of_difference(
            case,
            model,
            expected,
            actual,
            index,
            seed=seed,
            context=context,
            known=known,
        )
        assert margin < tolerance, (
            f"example {index} is {actual[index].ravel()}, not "
            f"{expected[index].ravel()}: margin {margin:.2e}"
        )


def different_examples(case, expected, actual):
    flat = (len(expected), case.num_dims)
    equal = _equal(case, expected.reshape(flat), actual.reshape(flat))
    return np.flatnonzero(~equal.all(axis=1))


def _equal(case, expected, actual):
    if case.is_discrete:
        return expected == actual
    return np.isclose(expected, actual, rtol=1e-4, atol=1e-4)


def margin_of_difference(
    case, model, expected, actual, index, *, seed, context=None, known=None
):
    """Returns the distance of the uniform from the threshold of two draws.

    Looks at the first rank at which example `index` differs: up to there both
    have the same history, and so the same conditional.
    """
    if case.has_logistics or case.has_whole_steps:
        # Many uniforms have more ways to differ, so no difference is excused.
        return np.inf
    member = members(case, seed, len(expected))[index]
    ordering, extra = case.ordering(model, member), {}
    if known is not None and model.any_order:
        ordering = known_first(ordering, known[index])
        extra = {"ordering": ordering}
    one, other = (
        events[index].reshape(-1)[ordering] for events in (expected, actual)
    )
    rank = np.flatnonzero(~_equal(case, one, other))[0]
    parameters = member_parameters(
        model,
        expected[index : index + 1],
        _context_of_example(model, context, index),
        member=member,
        **extra,
    )[0, ordering[rank]]
    thresholds = _thresholds(case, parameters)
    uniform = _uniform(case, model, seed, len(expected), index, rank)
    if case.is_discrete:
        low, high = sorted([int(one[rank]), int(other[rank])])
        return np.abs(uniform - thresholds[low:high]).max()
    # It does not matter which of two components of a mixture it was.
    return np.abs(uniform - thresholds).min()


def known_first(ordering, known):
    """Returns `[D]`: the known dimensions in front, else as ordered."""
    known = np.reshape(known, -1)
    front = [dim for dim in ordering if known[dim]]
    return np.array(front + [dim for dim in ordering if not known[dim]])


def _thresholds(case, parameters):
    if not case.is_discrete:
        # The weights of a Gaussian mixture come first.
        parameters = np.split(parameters, 3)[0]
    return np.cumsum(probabilities(parameters))


def _uniform(case, model, seed, num_samples, index, rank):
    shape = [num_samples, case.num_dims, model.output_distribution.num_uniforms]
    return float(noise.uniforms(noise.as_seed(seed), shape)[index, rank, 0])


def members(case, seed, num_samples):
    """Returns int `[num_samples]`: the ensemble member of each example."""
    if case.ensemble_size == 1:
        return np.zeros(num_samples, int)
    seed = noise.as_seed(seed)
    return noise.members(seed, num_samples, case.ensemble_size).numpy()


def _context_of_example(model, context, index):
    if context is None:
        return None
    context = np.asarray(context)
    if context.ndim > model.context.rank:
        return context[index : index + 1]
    return context[None]
