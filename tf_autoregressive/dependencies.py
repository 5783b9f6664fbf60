"""The dependencies of a model's conditionals, found from the model itself.

Shapes: B probes, S positions that are looked at, n coordinates of a position,
D event dimensions, E ensemble members, P parameters per position.
"""

import typing

import numpy as np
import tensorflow as tf

from tf_autoregressive import orderings
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.types import Array


class Dependencies(typing.NamedTuple):
    """The dependencies of the parameters of some positions.

    Attributes:
        positions: int `[S, n]`, coordinates in the model's `site_shape`.
        depends: bool `[E, S, *event_shape]`: whether the parameters of a
            position, in one ensemble member, depend on an event dimension.
        earlier: bool `[E, S, *event_shape]`: whether they may: the dimension
            comes before the position in the member's ordering.
        influence: float32 `[S, *event_shape]`: mean magnitude of the gradient
            of the parameters, weighted at random, with respect to the values
            on the network's scale. 0 where nothing but a finite change shows
            the dependence.
    """

    positions: np.ndarray
    depends: np.ndarray
    earlier: np.ndarray
    influence: np.ndarray

    @property
    def leaks(self) -> np.ndarray:
        """Dimensions that a member sees and must not, `[S, *event_shape]`."""
        return (self.depends & ~self.earlier).any(axis=0)

    @property
    def unreachable(self) -> np.ndarray:
        """Earlier dimensions that no member sees, bool `[S, *event_shape]`."""
        return np.logical_and(
            self.earlier.any(axis=0), ~self.depends.any(axis=0)
        )


def find_dependencies(
    model: AutoregressiveModel,
    positions: Array | None = None,
    *,
    num_probes: int = 8,
    seed: int = 0,
    context: Array | None = None,
) -> Dependencies:
    """Finds the dependencies of the parameters of some positions.

    A dependence is found by a gradient that is not zero, or by values changed
    to other valid ones that change a parameter, compared exactly. Gradients
    find dependencies that are too small to change a float; changes find those
    in dead zones or behind rounding. A dependence that is found is there; one
    that is there is missed only if every probe misses it. It takes about
    `4 * S * E` passes of the network over `B` events, and one more for every
    halving that tells apart dimensions which changes alone show.

    The probes run on the CPU: on other devices convolutions may mix rounding
    errors of the values of neighbours into outputs that do not depend on them.

    Args:
        model: An `AutoregressiveModel`.
        positions: int `[S, n]`, coordinates in `model.site_shape`; all of them
            with `list(np.ndindex(*model.site_shape))`. `None` for the first and
            the last in the order of generation and, for images, the corners and
            the centre, else the middle.
        num_probes: Number of random events `B`, from a constant one to noise.
        seed: Seed of the probes.
        context: One context for all probes, or `[B, ...]`; `None` for random
            ones where the model expects a context.

    Returns:
        `Dependencies`.

    Raises:
        ValueError: If an argument is out of range, or the model's parameters
            are not finite or change from call to call.

    Example:
        >>> from tf_autoregressive.models import NADE
        >>> model = NADE((4,), activation="sigmoid")
        >>> find_dependencies(model, [(2,)]).depends.astype(int)
        array([[[1, 1, 0, 0]]])
    """
    num_probes = checked_count("num_probes", num_probes)
    if positions is None:
        positions = _some_positions(model)
    positions = _checked_positions(positions, model.site_shape)
    sites = np.ravel_multi_index(positions.T, model.site_shape)
    with tf.device("CPU:0"):
        probes = _Probes(model, num_probes, seed, context)
        found = [probes.seen(m, sites) for m in range(model.ensemble_size)]
    depends, influence = map(np.array, zip(*found, strict=True))
    shape = (len(sites), *model.event_shape)
    return Dependencies(
        positions,
        depends.reshape(-1, *shape),
        _earlier(model, sites).reshape(-1, *shape),
        influence.mean(axis=0).reshape(shape),
    )


def _checked_positions(positions, shape):
    positions = np.asarray(positions)
    if (
        positions.ndim != 2
        or positions.shape[1] != len(shape)
        or not np.issubdtype(positions.dtype, np.integer)
        or not positions.size
    ):
        raise ValueError(
            f"`positions` must hold at least one position, each {len(shape)} "
            f"integers: coordinates in {shape}. Received: shape="
            f"{positions.shape}, dtype={positions.dtype}"
        )
    outside = ((positions < 0) | (positions >= shape)).any(axis=1)
    if outside.any():
        raise ValueError(
            f"`positions` must lie in {shape}. Received: "
            f"{tuple(positions[outside][0].tolist())}"
        )
    return positions


def _some_positions(model):
    """Returns `[S, n]`: few positions that show most of a pattern."""
    shape = model.site_shape
    by_rank = model.ordering[0] // model.output_distribution.num_dims
    chosen = {by_rank[0], by_rank[-1]}
    if len(model.event_shape) == 3:
        pixels = np.arange(model.num_sites).reshape(*shape[:2], -1)
        chosen |= set(pixels[[0, 0, -1, -1], [0, -1, 0, -1], -1])
        chosen |= set(pixels[shape[0] // 2, shape[1] // 2])
    else:
        chosen.add(by_rank[len(by_rank) // 2])
    return np.stack(np.unravel_index(sorted(chosen), shape), axis=1)


def _earlier(model, sites):
    """Returns bool `[E, S, D]`: the dimensions before each site.

    Dimensions that are drawn in one go come before none of their own.
    """
    ranks = np.stack([orderings.ranks(o) for o in model.ordering])
    first = ranks.reshape(len(ranks), model.num_sites, -1).min(axis=2)
    earlier = ranks[:, None, :] < first[:, sites, None]
    shape = (model.ensemble_size, *earlier.shape[1:])
    return np.broadcast_to(earlier, shape)


class _Probes:
    """Events to try a model on, with another valid value for each of theirs.

    All probes are in every batch, each in its place, because only there equal
    values give equal bits.
    """

    def __init__(self, model, num_probes, seed, context):
        rng = np.random.default_rng(seed)
        self.model = model
        self.before = _events(model, num_probes, rng)
        self.after = _changed(model, self.before, rng)
        width = model.output_distribution.num_parameters
        self.weights = rng.normal(size=(num_probes, width)).astype("float32")
        self.context = _contexts(model, num_probes, rng, context)
        self._parameters = tf.function(self._call_network, autograph=False)
        self._gradients = tf.function(self._call_gradients, autograph=False)

    def seen(self, member, sites):
        """Returns dependencies and influences of a member's sites, `[S, D]`."""
        unchanged = self._parameters_at(self.before, member)
        self._check(unchanged, self._parameters_at(self.before, member))
        depends, influence = [], []
        for site in sites:
            gradients = self._gradients(
                self._batch(self.before), tf.constant(member), tf.constant(site)
            )
            gradients = np.reshape(gradients, self.before.shape)
            # Gradients that are not finite tell nothing; the changes have to.
            gradients = np.where(np.isfinite(gradients), gradients, 0.0)
            found = (gradients != 0.0).any(axis=0)
            hidden = np.flatnonzero(~found)
            found[self._by_changes(member, site, hidden, unchanged)] = True
            depends.append(found)
            influence.append(np.abs(gradients).mean(axis=0))
        return np.array(depends), np.array(influence)

    def _by_changes(self, member, site, dims, unchanged):
        """Returns those of `dims` whose change changes a site's parameters.

        Think of them as changed one after the other. A run of changes that
        ends in the parameters that it began with is not looked into; any other
        is halved, and then at least one half changes the parameters.
        """

        def after(num_changed):
            values = self.before.copy()
            some = dims[:num_changed]
            values[:, some] = self.after[:, some]
            return self._parameters_at(values, member)[:, site]

        def search(low, high, at_low, at_high):
            if np.array_equal(at_low, at_high, equal_nan=True):
                return []
            if high - low == 1:
                return [dims[low]]
            middle = (low + high) // 2
            at_middle = after(middle)
            return [
                *search(low, middle, at_low, at_middle),
                *search(middle, high, at_middle, at_high),
            ]

        return search(0, len(dims), unchanged[:, site], after(len(dims)))

    def _check(self, parameters, again):
        if not np.isfinite(parameters).all():
            raise ValueError(
                "The parameters that `model.network` returns must be finite. "
                f"Received: {parameters[~np.isfinite(parameters)][0]} among "
                "them."
            )
        if (parameters != again).any():
            raise ValueError(
                "`model.network` must return the same parameters for the same "
                "inputs with training=False. Received others in a second call."
            )

    def _batch(self, values):
        shape = (-1, *self.model.event_shape)
        return tf.constant(values.reshape(shape))

    def _parameters_at(self, values, member):
        """Returns `[B, S, P]`, NumPy, of all sites of the model."""
        parameters = self._parameters(self._batch(values), tf.constant(member))
        return parameters.numpy()

    def _call_network(self, x, member):
        return self._from_inputs(
            self.model.output_distribution.network_input(x), member
        )

    def _call_gradients(self, x, member, site):
        inputs = self.model.output_distribution.network_input(x)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            parameters = self._from_inputs(inputs, member)[:, site]
            total = tf.reduce_sum(parameters * self.weights)
        return tape.gradient(total, inputs, unconnected_gradients="zero")

    def _from_inputs(self, inputs, member):
        parameters = self.model.network(
            inputs,
            context=self.model.context.encoded(self.context),
            member=member,
            training=False,
        )
        return tf.reshape(
            parameters, [len(self.before), self.model.num_sites, -1]
        )


def _events(model, num_probes, rng):
    """Returns `[B, D]`, from noise to one value in all dimensions."""

    def draw(*shape):
        if model.num_levels is None:
            return rng.normal(size=shape).astype("float32")
        return rng.integers(model.num_levels, size=shape, dtype="int32")

    shape = (num_probes, model.num_dims)
    share = np.linspace(1, 0, num_probes)[:, None]
    return np.where(rng.random(shape) < share, draw(*shape), draw(shape[0], 1))


def _changed(model, events, rng):
    """Returns `[B, D]`: another valid value for each.

    In all events but the first, a random half of the values changes only.
    Changes that cancel out, as those of two bits of a parity do, then do not
    cancel everywhere.
    """
    if model.num_levels is None:
        step = rng.uniform(0.5, 3.0, events.shape)
        others = events + step.astype("float32")
    else:
        step = rng.integers(1, model.num_levels, events.shape, "int32")
        others = (events + step) % model.num_levels
    kept = rng.random(events.shape) < 0.5
    kept[0] = False
    return np.where(kept, events, others)


def _contexts(model, num_probes, rng, context):
    """Returns contexts `[B, ...]`, drawn if none is given, or `None`."""
    if context is None and model.context.expected:
        context = model.context.random(rng, num_probes)
    return model.context.batched(context, num_probes)
