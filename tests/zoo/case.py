"""One tiny instance of a model, and what is known of it beforehand.

What a case knows of its model is declared, or comes from the arguments, not
from the model: its alphabet, its order, its contexts.

Shapes: B batch, D event dimensions, E ensemble members, K levels.
"""

import itertools
import math
import zlib

import numpy as np

from tf_autoregressive.distributions import ColumnsOutput

# A rate of `context_dropout` that gives a model an empty context, and leaves
# its training without chance, so that two ways of it can be compared.
NEVER = 1e-12


class Case:
    """A model and what is known of it beforehand.

    Args:
        name: The name in the ids of tests.
        constructor: The class, or a function that returns a model.
        event_shape: Shape of one event, few enough states to enumerate.
        kind: The kind of its events: "vectors", "images" in raster order or
            "sequences".
        block_size: Positions per block of models that work in blocks: no
            divisor of the number of dimensions, or 1 for several groups.
        weight_scale: Standard deviation of random weights.
        outputs: The parameters of its distribution: "levels" by logits,
            "symbols" by logits that the network embeds, "logistics" for a
            discretized logistic mixture, "columns" by logits of the levels
            that each dimension can take, "reals".
        levels: The levels that each dimension can take, `None` for all.
        site_size: Number of dimensions that are drawn in one go.
        rank_order: `[D]`, the order of a model whose arguments do not say it.
        **options: Arguments of the constructor.
    """

    def __init__(
        self,
        name,
        constructor,
        event_shape,
        *,
        kind="vectors",
        block_size=4,
        weight_scale=1.0,
        outputs="levels",
        levels=None,
        site_size=1,
        rank_order=None,
        **options,
    ):
        self.name = name
        self.constructor = constructor
        self.event_shape = event_shape
        self.kind = kind
        self.block_size = block_size
        self.weight_scale = weight_scale
        self.outputs = outputs
        self.levels = levels
        self.site_size = site_size
        self.rank_order = rank_order
        self.options = options

    def __repr__(self):
        return self.name

    @property
    def num_dims(self):
        return math.prod(self.event_shape)

    @property
    def num_levels(self):
        """Number of values of a dimension, `None` if real-valued."""
        if not self.is_discrete:
            return None
        if self.levels is not None:
            return 1 + max(map(max, self.levels))
        return self.options.get("num_levels", 2)

    @property
    def is_discrete(self):
        return self.outputs != "reals"

    @property
    def ensemble_size(self):
        options = self.options
        return options.get("num_masks", options.get("num_orderings", 1))

    @property
    def has_many_orderings(self):
        options = self.options
        return options.get("order_agnostic", False) or (
            options.get("num_orderings", 1) > 1
        )

    @property
    def has_local_context(self):
        """Whether a context is seen pixel by pixel, or step by step."""
        rank = len(self.options.get("context_shape", ()))
        return rank == {"vectors": None, "images": 3, "sequences": 2}[self.kind]

    @property
    def is_conditional(self):
        names = {"num_classes", "context_shape", "variable_length"}
        return bool(names & set(self.options))

    def make(self, **overrides):
        """Returns a new model, with the weights that Keras gives it."""
        model = self.constructor(
            self.event_shape, **{**self.options, **overrides}
        )
        if self.constructor.block_size is not None:
            model.block_size = self.block_size
        return model

    def build(self, seed, **overrides):
        """Returns a model with large random weights, biases included."""
        model = self.make(**overrides)
        rng = self.generator(seed)
        for variable in model.trainable_variables:
            shape = variable.shape
            variable.assign(
                rng.normal(0.0, self.weight_scale, shape).astype("float32")
            )
        return model

    def generator(self, seed):
        """Returns a NumPy generator of this case alone."""
        return np.random.default_rng([seed, zlib.crc32(self.name.encode())])

    def ordering(self, model, member=0):
        """Returns `[D]`: the dimension generated at each rank.

        Read from the arguments; where those say "random", from the model.
        """
        if self.rank_order is not None:
            return np.asarray(self.rank_order)
        ordering = self.options.get("ordering", "natural")
        is_drawn = self.has_many_orderings and member > 0
        if is_drawn or ordering == "random":
            return np.asarray(model.ordering[member])
        if ordering == "natural":
            return np.arange(self.num_dims)
        if ordering == "reversed":
            return np.arange(self.num_dims)[::-1]
        return np.asarray(ordering)

    @property
    def has_logistics(self):
        """Whether the output is a discretized logistic mixture."""
        return self.outputs == "logistics"

    @property
    def has_symbols(self):
        """Whether the network embeds its inputs."""
        return self.outputs == "symbols"

    @property
    def has_vector_steps(self):
        """Whether it is a sequence whose steps have several values."""
        return self.kind == "sequences" and len(self.event_shape) == 2

    @property
    def has_whole_steps(self):
        """Whether a site is a step of several values."""
        return self.has_vector_steps and self.site_size > 1

    def sites(self, model, member=0):
        """Returns `[S]`: the site that is drawn at each rank."""
        return self.ordering(model, member)[:: self.site_size] // self.site_size

    def ranks(self, model, member=0):
        """Returns `[D]`: the rank of each dimension."""
        ranks = np.empty(self.num_dims, int)
        for rank, dim in enumerate(self.ordering(model, member)):
            ranks[dim] = rank
        return ranks

    def states(self):
        """Returns all `K^D` events, uint8."""
        states = itertools.product(range(self.num_levels), repeat=self.num_dims)
        return np.array(list(states), "uint8").reshape(-1, *self.event_shape)

    def events(self, rng, num_events):
        """Returns random events."""
        shape = (num_events, *self.event_shape)
        if self.levels is not None:
            rows = [rng.choice(of_dim, num_events) for of_dim in self.levels]
            return np.stack(rows, axis=1).reshape(shape).astype("uint8")
        if self.is_discrete:
            return rng.integers(self.num_levels, size=shape).astype("uint8")
        return rng.normal(size=shape).astype("float32")

    def contexts(self, rng, num_contexts):
        """Returns random contexts `[num_contexts, ...]`, or `None`."""
        if not self.is_conditional:
            return None
        if "variable_length" in self.options:
            steps = self.event_shape[0]
            return (steps - np.arange(num_contexts) % (steps + 1)).astype(
                "int32"
            )
        if "num_classes" in self.options:
            labels = np.arange(num_contexts) % self.options["num_classes"]
            return labels.astype("int32")
        shape = self.options["context_shape"]
        return rng.normal(size=(num_contexts, *shape)).astype("float32")

    def all_contexts(self, rng):
        """Returns the contexts to try, one by one; `[None]` without."""
        if not self.is_conditional:
            return [None]
        return list(self.contexts(rng, self.options.get("num_classes", 3)))

    def batch(self, rng, num_events):
        """Returns `(events, contexts)`."""
        x, context = (
            self.events(rng, num_events),
            self.contexts(rng, num_events),
        )
        if "variable_length" in self.options:
            steps = np.arange(self.event_shape[0])
            is_part = steps < context[:, None]
            x *= is_part.reshape(*is_part.shape, *[1] * (x.ndim - 2))
        return x, context


def three_levels(num_levels=3):
    """Returns the arguments of a categorical distribution."""
    return {"distribution": "categorical", "num_levels": num_levels}


def columns(*levels):
    """Returns the arguments of the columns of a table, which differ."""
    return {
        "distribution": ColumnsOutput(levels),
        "outputs": "columns",
        "levels": levels,
    }


def logistics(num_levels=3):
    """Returns the arguments of a mixture of few logistics."""
    return {
        "distribution": "discretized_logistic_mixture",
        "outputs": "logistics",
        "num_levels": num_levels,
        "num_components": 2,
    }
