"""A causal Transformer over sequences.

Shapes: B batch, T steps, L layers.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.layers import CausalSelfAttention
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.models.transformer_blocks import make_block
from tf_autoregressive.models.transformer_blocks import norm
from tf_autoregressive.models.transformer_blocks import pattern_of
from tf_autoregressive.models.transformer_blocks import run_block
from tf_autoregressive.types import Shape

POSITIONS = ("learned", "rotary")


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Transformer(SequenceModel):
    """A Transformer decoder [1], with norms before its layers [2].

        x = W_0 embedding(x[t - 1]) (+ position[t])
        x = x + W_2 attention(W_1 norm(x))
        x = x + W_4 gelu(W_3 norm(x))                       in each of L layers
        parameters = W norm(x) + b

    Attention of a step is to itself and all steps before, which is all steps
    `< t` of the sequence, as a step gets the symbol before it. With `stride`,
    layers alternate between the last `stride` steps and every `stride`-th step
    before, which together are all steps [3].

    With rotary positions [4] attention knows how far back a step lies and no
    more. Then `stream` and `generate` may go on beyond `T`: every layer looks
    at its last `T` states. Step `t` is conditioned on the last `T` symbols, and
    through the states that the layers have kept of them on those before, as far
    as `L (T - 1) + 1` symbols back. For the first `T` steps that is all of the
    sequence, as in training. With learned positions there are no more than `T`
    steps.

    A context shifts the inputs of the first layer: labels and vectors equally
    at all steps, sequences step by step.

    Args:
        event_shape: `(T,)`, or `(T, N)` for steps of `N` values.
        units: Channels of the residual stream.
        num_layers: `L`.
        num_heads: Heads of attention; they divide the units.
        mlp_units: Units between the two layers of a step; `None` for four
            times `units`.
        dropout: Share of the first inputs, and of the outputs that layers add,
            that is set to zero in training.
        attention_dropout: Share of the weights of attention that is set to zero
            in training.
        positions: `"rotary"` or `"learned"`.
        stride: Distance of steps in attention of two alternating patterns;
            `None` for all steps in every layer.
        **kwargs: Passed to `SequenceModel`: `embedding_size` (by default
            `units`), `distribution`, `num_levels`, `num_components`,
            `vocabulary`, `num_classes`, `context_shape`, `variable_length`,
            `rematerialise`.

    Input shape:
        `[B, *event_shape]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, the heads do not divide the
            units, or the positions are not known.

    Example:
        >>> model = Transformer(
        ...     (64,), num_levels=65, units=16, num_heads=2, num_layers=1
        ... )
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 64])

    References:
        [1] Vaswani et al., "Attention Is All You Need", 2017.
            https://arxiv.org/abs/1706.03762
        [2] Radford et al., "Language Models are Unsupervised Multitask
            Learners", 2019, Sec. 2.3.
        [3] Child et al., "Generating Long Sequences with Sparse Transformers",
            2019, Sec. 4. https://arxiv.org/abs/1904.10509
        [4] Su et al., "RoFormer: Enhanced Transformer with Rotary Position
            Embedding", 2021. https://arxiv.org/abs/2104.09864
        Deviation: linear layers of the blocks have no biases, the embedding
        goes through a linear layer, and the last layer is not that embedding
        but begins at zero: a new model knows nothing.
    """

    block_size = 48

    def __init__(
        self,
        event_shape: Shape,
        *,
        units: int = 256,
        num_layers: int = 4,
        num_heads: int = 4,
        mlp_units: int | None = None,
        dropout: float = 0.1,
        attention_dropout: float = 0.0,
        positions: str = "rotary",
        stride: int | None = None,
        **kwargs: Any,
    ) -> None:
        units = checked_count("units", units)
        kwargs.setdefault("embedding_size", units)
        super().__init__(event_shape, **kwargs)
        if positions not in POSITIONS:
            raise ValueError(
                f"`positions` must be one of {POSITIONS}. "
                f"Received: positions={positions!r}"
            )
        mlp_units = 4 * units if mlp_units is None else mlp_units
        self.units = units
        self.num_layers = checked_count("num_layers", num_layers)
        self.num_heads = checked_count("num_heads", num_heads)
        self.mlp_units = checked_count("mlp_units", mlp_units)
        self.dropout = checked_rate("dropout", dropout)
        self.attention_dropout = checked_rate(
            "attention_dropout", attention_dropout
        )
        self.positions = positions
        self.stride = (
            None if stride is None else checked_count("stride", stride)
        )

        self.first_layer = keras.layers.Dense(
            units, use_bias=False, dtype=self.dtype_policy, name="first"
        )
        self.position_embedding = None
        if positions == "learned":
            self.max_steps = self.event_shape[0]
            self.position_embedding = keras.layers.Embedding(
                self.max_steps,
                units,
                keras.initializers.RandomNormal(stddev=0.02),
                dtype=self.dtype_policy,
                name="positions",
            )
        self.blocks = [self._block(index) for index in range(num_layers)]
        self.last_norm = norm("last_norm", self.dtype_policy)
        self.last_layer = keras.layers.Dense(
            self.output_distribution.num_parameters * self._sites_of_a_step,
            kernel_initializer="zeros",
            bias_initializer=self.output_distribution.bias_initializer,
            dtype="float32",
            name="parameters",
        )
        self.dropout_layer = keras.layers.Dropout(dropout, name="dropout")
        self.make_context_layers({"inputs": units})
        self.build()

    def _block(self, index):
        window, stride = pattern_of(index, self.event_shape[0], self.stride)
        attention = CausalSelfAttention(
            self.units,
            self.num_heads,
            window,
            stride=stride,
            dropout=self.attention_dropout,
            rotary=self.positions == "rotary",
            dtype=self.dtype_policy,
            name=f"attention_{index}",
        )
        return make_block(
            index,
            attention,
            mlp_units=self.mlp_units,
            num_blocks=self.num_layers,
            dtype=self.dtype_policy,
        )

    def stack(self, scope: Any, x: tf.Tensor) -> tf.Tensor:
        x = scope.shifted("inputs", self.first_layer(x))
        if self.position_embedding is not None:
            x = x + self.position_embedding(scope.positions(x))
        x = scope.dropout(self.dropout_layer, x)
        for block in self.blocks:
            x = run_block(scope, block, self.dropout_layer, x)
        return self.last_layer(self.last_norm(x))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "mlp_units": self.mlp_units,
            "dropout": self.dropout,
            "attention_dropout": self.attention_dropout,
            "positions": self.positions,
            "stride": self.stride,
        }
