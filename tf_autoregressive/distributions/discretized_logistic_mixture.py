"""Discretized mixture of logistics over the channels of a pixel.

Shapes: C channels, K mixture components, `...` batch axes, which broadcast.
Positions: level `v` of `num_levels` is at `2 * v - (num_levels - 1)`, a whole
number, and its bin reaches 1 to either side. The scale [-1, 1] of `loc`,
`log_scale` and `coeffs` is the position divided by `num_levels - 1`.
"""

import math
import typing
from itertools import accumulate
from itertools import pairwise

import tensorflow as tf
import tensorflow_probability as tfp
from tensorflow_probability.python.internal import dtype_util
from tensorflow_probability.python.internal import tensor_util

from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.distributions.inverse_cdf import chosen_index
from tf_autoregressive.distributions.uncast import Uncast

tfd = tfp.distributions

# The least log-scale. Below it a component collapses on a value of the training
# data. It is for 8 bits; with more levels the bins are narrower, and so is the
# least scale: else 16 bits of silence would cost 7 of them.
_MIN_LOG_SCALE, _MIN_LEVELS = -7.0, 256

# The largest log-scale. Above it nearly all mass is in the two outer bins, the
# exponential underflows and gradients are not finite.
_MAX_LOG_SCALE = 20.0

# The end of a bin that has none. It is finite, so that its gradient is zero and
# not NaN, and far in units of any scale.
_FAR = 1e30


class DiscretizedLogisticMixture(Uncast, tfd.Distribution):
    """`C` integers in `[0, num_levels)` from a mixture of `K` logistics [1].

        p(v) = sum{ softmax(logits)[k] * prod{ p(v[c] | v[<c], k) } }
        p(v[c] | v[<c], k) = sigmoid((x[c] + h - m[c, k]) / scale[c, k])
                             - sigmoid((x[c] - h - m[c, k]) / scale[c, k])
        m[c, k] = loc[c, k]
            + sum{ tanh(coeffs[c * (c - 1) / 2 + j, k]) * x[j] : j < c }

    with the product over the channels `c`, `x = 2 * v / (num_levels - 1) - 1`
    and `h = 1 / (num_levels - 1)`. The lowest level takes all mass below it,
    the highest all above, so the probabilities sum to 1. One component is
    shared by all channels.

    `log_prob` takes whole numbers of any dtype; outside `[0, num_levels)` it
    is `-inf`. `mean`, `variance`, `stddev`, `mode`, `entropy`, `cdf` and
    `quantile` need `C = 1`, and enumerate the levels, all but `cdf`. It is not
    a composite tensor: a `tf.function` can make and use one, not return it.

    Args:
        logits: `[..., K]`.
        loc: `[..., C, K]`, on the scale [-1, 1].
        log_scale: `[..., C, K]`; taken to be within [-7, 20], by `log_prob` as
            by draws; with more than 256 levels at least
            `-7 - log((num_levels - 1) / 255)`, the same share of a level.
        coeffs: `[..., C * (C - 1) / 2, K]`, for channel 1 on 0, 2 on 0, 2 on
            1, 3 on 0 and so on; `None` for zeros, channels that are
            independent given the component.
        num_levels: Number of levels, at least 2 and at most 2**20.
        validate_args: Whether to assert that values are levels.
        allow_nan_stats: As `tfd.Distribution` takes it.
        name: Name of the distribution.

    Raises:
        ValueError: If shapes do not go together, `num_levels` is out of range
            or no integer, or the parameters are float16, which has no room for
            their scales. `log_prob` raises one if `value` has not `C`
            channels.

    Example:
        >>> import tensorflow as tf
        >>> pixel = DiscretizedLogisticMixture(
        ...     logits=tf.zeros([10]),
        ...     loc=tf.zeros([3, 10]),
        ...     log_scale=tf.zeros([3, 10]),
        ...     num_levels=2,
        ... )
        >>> print(f"{pixel.prob([0, 1, 1]):.3f}")
        0.125

    References:
        [1] Salimans, Karpathy, Chen and Kingma, "PixelCNN++: Improving the
            PixelCNN with discretized logistic mixture likelihood and other
            modifications", 2017, Eqs. 1 to 3.
            https://arxiv.org/abs/1701.05517
            Deviation: exact in the tails, where the authors take the density
            for the mass; draws condition on levels, as `log_prob` does, where
            the authors condition on values that are not yet rounded.
    """

    def __init__(
        self,
        logits: tf.Tensor,
        loc: tf.Tensor,
        log_scale: tf.Tensor,
        coeffs: tf.Tensor | None = None,
        *,
        num_levels: int = 256,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "DiscretizedLogisticMixture",
    ) -> None:
        tensors = {
            "logits": logits,
            "loc": loc,
            "log_scale": log_scale,
            "coeffs": coeffs,
        }
        dtype = dtype_util.common_dtype([*tensors.values()], tf.float32)
        self._logits, self._loc, self._log_scale, self._coeffs = (
            tensor_util.convert_nonref_to_tensor(tensor, name=key, dtype=dtype)
            for key, tensor in tensors.items()
        )
        self._num_levels = num_levels
        self._check_arguments()
        super().__init__(
            dtype=tf.int32,
            reparameterization_type=tfd.NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            parameters={
                **tensors,
                "num_levels": num_levels,
                "validate_args": validate_args,
                "allow_nan_stats": allow_nan_stats,
                "name": name,
            },
            name=name,
        )

    def _check_arguments(self):
        checked_num_levels(self.num_levels)
        if self.logits.dtype == tf.float16:
            raise ValueError(
                "`logits`, `loc` and `log_scale` must be float32, float64 or "
                "bfloat16. Received: dtype=float16"
            )
        logits, loc, log_scale = (
            tuple(tensor.shape)
            for tensor in (self.logits, self.loc, self.log_scale)
        )
        if (
            len(loc) < 2
            or None in loc[-2:]
            or loc[-2:] != log_scale[-2:]
            or loc[-1:] != logits[-1:]
        ):
            raise ValueError(
                "`logits`, `loc` and `log_scale` must have shapes [..., K], "
                "[..., C, K] and [..., C, K], C and K known. Received shapes "
                f"{logits}, {loc} and {log_scale}"
            )
        expected = (math.comb(loc[-2], 2), loc[-1])
        if self.coeffs is not None and (
            tuple(self.coeffs.shape[-2:]) != expected
        ):
            raise ValueError(
                "`coeffs` must have shape [..., C * (C - 1) / 2, K] and so end "
                f"in {expected}. Received shape {tuple(self.coeffs.shape)}"
            )

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        properties = tfp.util.ParameterProperties
        return {
            "logits": properties(event_ndims=1),
            "loc": properties(event_ndims=2),
            "log_scale": properties(event_ndims=2),
            "coeffs": properties(event_ndims=2),
        }

    @property
    def logits(self) -> tf.Tensor:
        """`[..., K]`, unnormalised."""
        return self._logits

    @property
    def loc(self) -> tf.Tensor:
        """`[..., C, K]`, as it was given."""
        return self._loc

    @property
    def log_scale(self) -> tf.Tensor:
        """`[..., C, K]`, as it was given."""
        return self._log_scale

    @property
    def coeffs(self) -> tf.Tensor | None:
        """`[..., C * (C - 1) / 2, K]` before the tanh, or `None`."""
        return self._coeffs

    @property
    def num_levels(self) -> int:
        """Number of values of a channel."""
        return self._num_levels

    @property
    def num_channels(self) -> int:
        """`C`."""
        return self.loc.shape[-2]

    def _event_shape(self):
        return tf.TensorShape([self.num_channels])

    def _event_shape_tensor(self):
        return tf.constant([self.num_channels], tf.int32)

    def _default_event_space_bijector(self):
        return None

    def _sample_control_dependencies(self, value):
        if not self.validate_args:
            return ()
        value = tf.cast(value, self.loc.dtype)
        return [
            tf.debugging.assert_equal(
                value,
                tf.clip_by_value(tf.round(value), 0, self.num_levels - 1),
                f"`value` must hold integers in [0, {self.num_levels - 1}].",
            )
        ]

    # Scoring.

    def _log_prob(self, value):
        log_prob = tf.reduce_logsumexp(self._log_joints(value)[-1], axis=-1)
        return _or_impossible(
            log_prob, tf.reduce_all(self._in_support(value), axis=-1)
        )

    def _in_support(self, value):
        value = tf.cast(value, self.loc.dtype)
        return (value >= 0) & (value <= self.num_levels - 1)

    def log_prob_per_channel(
        self, value: tf.Tensor, name: str = "log_prob_per_channel"
    ) -> tf.Tensor:
        """Returns `log p(v[c] | v[<c])`, `[..., C]` nats; sums to `log_prob`.

        Args:
            value: `[..., C]`, whole numbers.
            name: Name of the operations.
        """
        value = tf.convert_to_tensor(value)
        with self._name_and_control_scope(name, value):
            prefixes = [
                tf.reduce_logsumexp(log_joint, axis=-1)
                for log_joint in self._log_joints(value)
            ]
            conditionals = [
                prefixes[0],
                *(b - a for a, b in pairwise(prefixes)),
            ]
            # The last channel has all batch axes.
            shape = tf.shape(conditionals[-1])
            conditionals = tf.stack(
                [tf.broadcast_to(each, shape) for each in conditionals], axis=-1
            )
            return _or_impossible(conditionals, self._in_support(value))

    def _log_joints(self, value):
        """Returns `log p(k, v[<=c])`, `[..., K]`, for each channel `c`."""
        if not value.shape[-1:].is_compatible_with([self.num_channels]):
            raise ValueError(
                f"`value` must have shape [..., C] with C={self.num_channels} "
                f"channels. Received shape {tuple(value.shape)}"
            )
        bins = self._bins(value)
        positions = [position for position, *_ in bins]
        masses = [
            channel.log_mass(positions[:c], bins[c])
            for c, channel in enumerate(self._channels())
        ]
        masses[0] += tf.nn.log_softmax(self.logits)
        return list(accumulate(masses))

    def _channels(self):
        """Returns a `_Channel` for each channel."""
        count = self.num_channels
        scale = self.num_levels - 1
        loc = tf.unstack(self.loc * scale, axis=-2)
        log_scale = bounded_log_scale(self.log_scale, self.num_levels)
        rate = tf.unstack(tf.exp(-math.log(scale) - log_scale), axis=-2)
        coeffs = []
        if self.coeffs is not None and count > 1:
            coeffs = tf.unstack(tf.tanh(self.coeffs), axis=-2)
        return [
            _Channel(
                loc[c], rate[c], coeffs[math.comb(c, 2) : math.comb(c + 1, 2)]
            )
            for c in range(count)
        ]

    def _bins(self, value):
        """Returns a `_Bin` for each channel of `value [..., C]`."""
        value = tf.cast(value, self.loc.dtype)
        highest = self.num_levels - 1
        position = 2.0 * value - highest
        far = tf.constant(_FAR, value.dtype)
        is_lowest, is_highest = value <= 0, value >= highest
        ends = _Bin(
            position,
            lower=tf.where(is_lowest, -far, position - 1.0),
            upper=tf.where(is_highest, far, position + 1.0),
            width=tf.where(is_lowest | is_highest, far, 2.0),
        )
        columns = [tf.unstack(tensor[..., None], axis=-2) for tensor in ends]
        return [_Bin(*column) for column in zip(*columns, strict=True)]

    # Drawing.

    def _sample_n(self, n, seed=None):
        # Uniforms are made from bits, because stateless floats differ under
        # XLA.
        bits = tf.random.stateless_uniform(
            tf.concat(
                [[n], self.batch_shape_tensor(), [2 * self.num_channels]], 0
            ),
            tfp.random.sanitize_seed(seed),
            minval=None,
            maxval=None,
            dtype=tf.uint32,
            alg="philox",
        )
        cells = tf.cast(tf.bitwise.right_shift(bits, 9), self.loc.dtype)
        levels = self.from_uniforms((cells + 0.5) * 2.0**-23)
        return tf.cast(levels, self.dtype)

    def from_uniforms(
        self,
        uniforms: tf.Tensor,
        known: tf.Tensor | None = None,
        values: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Returns levels `[..., C]`, a float dtype, by inverse CDF.

        It goes channel by channel, and draws a component from its probabilities
        given the earlier channels, then a level from that component. Each level
        follows `p(v[c] | v[<c])`, whether the earlier ones were drawn or known.

        Args:
            uniforms: `[..., 2 * C]` in (0, 1), with all batch axes: the first
                half for components, the second for levels.
            known: bool `[..., C]`, which channels are kept, not drawn.
            values: `[..., C]`, the levels of known channels.
        """
        return self.from_noise(standard_noise(uniforms), known, values)

    def from_noise(
        self,
        noise: tf.Tensor,
        known: tf.Tensor | None = None,
        values: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Returns `from_uniforms` of uniforms that `standard_noise` took.

        Args:
            noise: `[..., 2 * C]`.
            known: As in `from_uniforms`.
            values: As in `from_uniforms`.
        """
        self._check_noise(noise, known, values)
        uniform, logistic = tf.split(noise, 2, axis=-1)
        if known is not None:
            known = tf.convert_to_tensor(known)
            values = tf.cast(values, self.loc.dtype)
        log_joint = tf.nn.log_softmax(self.logits)
        levels, positions = [], []
        for c, channel in enumerate(self._channels()):
            chosen = _chosen(log_joint, uniform[..., c : c + 1])
            level = self._level(
                channel.draw(positions, chosen, logistic[..., c : c + 1])
            )
            if known is not None and values is not None:
                level = tf.where(
                    known[..., c : c + 1], values[..., c : c + 1], level
                )
            levels.append(level)
            if c + 1 < self.num_channels:
                [end] = self._bins(level)
                log_joint += channel.log_mass(positions, end)
                positions.append(end.position)
        return tf.concat(levels, axis=-1)

    def _check_noise(self, noise, known, values):
        if noise.shape[-1] != 2 * self.num_channels:
            raise ValueError(
                "`uniforms` must have shape [..., 2 * C], with C="
                f"{self.num_channels}. Received shape {tuple(noise.shape)}"
            )
        if (known is None) != (values is None):
            raise ValueError(
                "`known` and `values` go together. Received: "
                f"known={known}, values={values}"
            )

    def _level(self, position):
        """Returns the level in whose bin a position is."""
        level = tf.floor(0.5 * (position + self.num_levels))
        return tf.clip_by_value(level, 0.0, self.num_levels - 1)

    # Statistics of a single channel.

    def _log_cdf(self, value):
        self._check_single_channel("cdf")
        value = tf.floor(tf.cast(value, self.loc.dtype))
        [channel], [end] = self._channels(), self._bins(value)
        below = tf.math.log_sigmoid((end.upper - channel.loc) * channel.rate)
        log_cdf = tf.reduce_logsumexp(
            tf.nn.log_softmax(self.logits) + below, axis=-1
        )
        return _or_impossible(log_cdf, value[..., 0] >= 0)

    def _mean(self):
        self._check_single_channel("mean")
        levels = self._all_levels()
        mass = tf.exp(self._log_prob(levels))[..., None]
        return tf.reduce_sum(tf.cast(levels, mass.dtype) * mass, axis=0)

    def _variance(self):
        self._check_single_channel("variance")
        levels = self._all_levels()
        mass = tf.exp(self._log_prob(levels))[..., None]
        deviation = tf.cast(levels, mass.dtype) - self._mean()
        return tf.reduce_sum(deviation**2 * mass, axis=0)

    def _entropy(self):
        self._check_single_channel("entropy")
        log_mass = self._log_prob(self._all_levels())
        # A level without mass adds nothing.
        terms = tf.math.multiply_no_nan(log_mass, tf.exp(log_mass))
        return -tf.reduce_sum(terms, axis=0)

    def _quantile(self, value):
        self._check_single_channel("quantile")
        value = tf.cast(value, self.loc.dtype)
        # An axis of levels comes before all axes of probabilities.
        rank = max(value.shape.rank, self.batch_shape.rank + 1)
        ones = tf.ones([rank], tf.int32)
        levels = tf.reshape(
            tf.range(self.num_levels), tf.concat([[-1], ones], 0)
        )
        below = tf.exp(self._log_cdf(levels))[..., None]
        # The quantile is the lowest level up to which there is as much mass.
        quantile = tf.reduce_sum(tf.cast(below < value, tf.int32), axis=0)
        return tf.minimum(quantile, self.num_levels - 1)

    def _mode(self):
        self._check_single_channel("mode")
        log_mass = self._log_prob(self._all_levels())[..., None]
        return tf.argmax(log_mass, axis=0, output_type=self.dtype)

    def _all_levels(self):
        """Returns int32 `[num_levels, 1, ..., 1]`, to broadcast with values."""
        ones = tf.ones_like(self.batch_shape_tensor())
        return tf.reshape(
            tf.range(self.num_levels), tf.concat([[-1], ones, [1]], 0)
        )

    def _check_single_channel(self, method):
        if self.num_channels > 1:
            raise NotImplementedError(
                f"`{method}` of {self.num_channels} channels would take an "
                "enumeration of all their values; one channel has it."
            )


class _Bin(typing.NamedTuple):
    """Positions of levels and of the ends of their bins, `[..., 1]`."""

    position: typing.Any
    lower: typing.Any
    upper: typing.Any
    # The width is computed apart: a difference of the two ends would not be
    # exact.
    width: typing.Any


class _Channel(typing.NamedTuple):
    """The components of one channel, in units of positions.

    Attributes:
        loc: `[..., K]`.
        rate: `[..., K]`, one over the scale.
        coeffs: `[..., K]` for each earlier channel, or none at all.
    """

    loc: typing.Any
    rate: typing.Any
    coeffs: typing.Any

    def mean(self, positions):
        """Returns `[..., K]`, given the positions of the earlier channels."""
        mean = self.loc
        for coeff, position in zip(self.coeffs, positions, strict=False):
            mean += coeff * position
        return mean

    def log_mass(self, positions, end):
        """Returns `log p(v[c] | v[<c], k)`, `[..., K]`.

        With `a` and `b` the standardized ends of the bin,

            log(sigmoid(b) - sigmoid(a)) =
                log(1 - exp(a - b)) + log_sigmoid(-a) + log_sigmoid(b)

        which neither cancels nor underflows in the tails, and takes a single
        logarithm, as `-log_sigmoid(-z) = relu(z) - log(sigmoid(abs(z)))`.
        """
        mean = self.mean(positions)
        above = (mean - end.upper) * self.rate
        below = (end.lower - mean) * self.rate
        relu_above, relu_below = tf.nn.relu(above), tf.nn.relu(below)
        # `2 * relu(z) - z` is `abs(z)`, but with the slope at zero that makes
        # the slopes of the two terms add up to that of `-log_sigmoid(-z)`.
        sure = (
            -tf.math.expm1(-end.width * self.rate)
            * tf.sigmoid(2.0 * relu_above - above)
            * tf.sigmoid(2.0 * relu_below - below)
        )
        return tf.math.log(sure) - (relu_above + relu_below)

    def draw(self, positions, chosen, logistic):
        """Returns a real position `[..., 1]` from the chosen component.

        Args:
            positions: Positions of the earlier channels.
            chosen: One-hot `[..., K]`.
            logistic: Standard logistic noise, `[..., 1]`.
        """
        mean = tf.reduce_sum(
            chosen * self.mean(positions), axis=-1, keepdims=True
        )
        rate = tf.reduce_sum(chosen * self.rate, axis=-1, keepdims=True)
        return mean + logistic / rate


def _or_impossible(log_prob, possible):
    """Returns log-probabilities, `-inf` where it is not possible."""
    return tf.where(possible, log_prob, tf.constant(-math.inf, log_prob.dtype))


def bounded_log_scale(log_scale: tf.Tensor, num_levels: int) -> tf.Tensor:
    """Returns log-scales as `DiscretizedLogisticMixture` takes them."""
    finer = max(num_levels, _MIN_LEVELS) - 1
    lowest = _MIN_LOG_SCALE - math.log(finer / (_MIN_LEVELS - 1))
    return tf.clip_by_value(log_scale, lowest, _MAX_LOG_SCALE)


def standard_noise(uniforms: tf.Tensor) -> tf.Tensor:
    """Returns `[..., 2 * C]`: uniforms, then standard logistic noise.

    Args:
        uniforms: `[..., 2 * C]` in (0, 1); the second half becomes logistic.
    """
    uniform, logistic = tf.split(uniforms, 2, axis=-1)
    logistic = tf.math.log(logistic) - tf.math.log1p(-logistic)
    return tf.concat([uniform, logistic], axis=-1)


def _chosen(log_weights, uniform):
    """Returns one-hot `[..., K]`: the component that `uniform [..., 1]` is."""
    highest = tf.reduce_max(log_weights, axis=-1, keepdims=True)
    mass = tf.exp(log_weights - highest)
    component = chosen_index(mass, uniform)
    return tf.one_hot(component, mass.shape[-1], dtype=mass.dtype)
