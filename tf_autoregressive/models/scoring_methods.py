"""Scoring events with a model: `log_prob`, of wholes and of parts.

Shapes: B batch, D event dimensions, E ensemble members, P parameters per site
of the output distribution.
"""

import functools

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.models.conditionals import log_prob_per_dim_of_mixture
from tf_autoregressive.models.functional import symbolic_parameters
from tf_autoregressive.models.joint import Joint
from tf_autoregressive.models.known_parts import check_has_conditionals
from tf_autoregressive.models.known_parts import score_given
from tf_autoregressive.models.known_parts import with_known_prefix
from tf_autoregressive.types import Array

tfd = tfp.distributions


class ScoringMethods:
    """The methods of an `AutoregressiveModel` that score."""

    def parameters_for(
        self,
        x: Array,
        context: Array | None = None,
        training: bool = False,  # noqa: FBT001
    ) -> tf.Tensor:
        """Returns the parameters from which `model(x)` is made, float32.

        They are `[B, *site_shape, P]`, or `[B, E, *site_shape, P]` for an
        ensemble. `x` and the context may be symbolic Keras tensors, for
        functional graphs.
        """
        if isinstance(x, keras.KerasTensor):
            return symbolic_parameters(self, x, context)
        x, context = self.checked(x, context)
        context = self.context.encoded(context, training=training)
        return self._ensemble_parameters(x, context, training)

    def log_prob(
        self,
        x: Array,
        context: Array | None = None,
        *,
        given: Array | None = None,
    ) -> tf.Tensor:
        """Returns `log p(x)`, or `log p(x[~given] | x[given])`, `[B]` nats.

        Models of one order say the second where what is given comes first in
        it. Those of any order (`any_order`) visit it first, and say it of any
        part; an ensemble of them is a mixture of equal parts.

        Args:
            x: Event values `[B, *event_shape]`.
            context: Labels `[B]` or floats `[B, *context_shape]`, or `None`.
            given: bool `event_shape` or `[B, *event_shape]`, or `None`.

        Raises:
            ValueError: If the model cannot say it of what is given.
        """
        x, context = self.checked(x, context)
        if given is None:
            return self._run("log_prob", self.score, x, context)
        check_has_conditionals(self)
        given = self._checked_part("given", given, x)
        if not self.any_order:
            x = with_known_prefix(self, x, given)
        function = functools.partial(score_given, self)
        return self._run("log_prob of a part", function, x, context, given)

    def log_prob_per_dim(
        self, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        """Returns `log p(x[o[i]] | x[o[<i]])`, `[B, *event_shape]` nats.

        The sum over the event is `log_prob(x)`. For an ensemble over masks of
        one ordering these are the conditionals of the mixture.

        Raises:
            ValueError: For an ensemble over several orderings: its members
                have no conditionals in common.
        """
        if self.has_many_orderings:
            raise ValueError(
                "`log_prob_per_dim` needs one ordering. This ensemble of "
                f"{self.ensemble_size} members has several: use `log_prob`."
            )
        x, context = self.checked(x, context)
        return self._run("log_prob_per_dim", self._log_prob_per_dim, x, context)

    def score(self, x: Array, context: Array | None = None) -> tf.Tensor:
        """Returns `log p(x)`, `[B]` nats, for tensors that were checked."""
        context = self.context.encoded(context)
        parameters = self._ensemble_parameters(x, context)
        return self._distribution(parameters).log_prob(x)

    def joint(self, context: Array | None = None) -> Joint:
        """Returns the `tfd.Distribution` over whole events.

        Args:
            context: One context for all draws (a label, a vector, a map), or
                a batch of them: its leading axis is the batch shape.
        """
        return Joint(self, context)

    # The context is encoded from here on.

    def _parameters(self, x, context, member, training=False):
        return self.network(
            self.output_distribution.network_input(x),
            context=context,
            member=member,
            training=training,
        )

    def _ensemble_parameters(self, x, context, training=False):
        if self.ensemble_size == 1:
            return self._parameters(x, context, 0, training)
        # The pass that builds a model makes its weights, which members share.
        num_members = self.ensemble_size if self.built else 1
        return tf.stack(
            [
                self._parameters(x, context, member, training)
                for member in range(num_members)
            ],
            axis=1,
        )

    def _conditionals(self, parameters):
        return self.output_distribution.distribution(
            parameters, event_ndims=len(self.event_shape)
        )

    def _distribution(self, parameters):
        return self._mixture(self.output_distribution, parameters)

    def _mixture(self, output, parameters):
        """Returns the distribution of events, a mixture for an ensemble."""
        conditionals = output.distribution(
            parameters, event_ndims=len(self.event_shape)
        )
        if self.ensemble_size == 1:
            return conditionals
        return tfd.MixtureSameFamily(
            tfd.Categorical(logits=tf.zeros([self.ensemble_size])), conditionals
        )

    def _log_prob_per_dim(self, x, context):
        return self.score_per_dim(x, self.context.encoded(context))

    def score_per_dim(self, x: Array, context: Array | None) -> tf.Tensor:
        """Returns `log_prob_per_dim` for tensors, the context encoded."""
        parameters = self._ensemble_parameters(x, context)
        if self.ensemble_size == 1:
            return self.output_distribution.log_prob_per_dim(parameters, x)
        members = self.output_distribution.log_prob_per_dim(
            parameters, x[:, None]
        )
        return log_prob_per_dim_of_mixture(members, self.ordering[0])
