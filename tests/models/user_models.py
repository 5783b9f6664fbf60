"""Models as a user writes them, from the guide in `AutoregressiveModel`."""

import keras

from tf_autoregressive.models import AutoregressiveModel


@keras.saving.register_keras_serializable(package="tests")
class RunningSum(AutoregressiveModel):
    """Conditionals from a weighted sum of the values before, and no more.

    As little as the guide asks for: layers, `network`, `get_config`.
    """

    regularizer = None

    def __init__(self, event_shape, *, units=8, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.units = units
        self.weighted = keras.layers.EinsumDense(
            "bdi,diu->bdu", (self.num_dims, units)
        )
        self.hidden = keras.layers.Dense(
            units, activation="tanh", kernel_regularizer=self.regularizer
        )
        self.outputs = keras.layers.Dense(
            self.output_distribution.num_parameters
        )
        self.from_context = None
        if self.context.expected:
            self.from_context = keras.layers.Dense(units, use_bias=False)
        self.build()

    def network(self, inputs, *, context, member, training):
        x = keras.ops.reshape(inputs, [-1, self.num_dims, 1])
        sums = keras.ops.cumsum(self.weighted(x), axis=1)
        # The sum that a dimension sees ends with the value before it.
        before = keras.ops.pad(sums[:, :-1], [[0, 0], [1, 0], [0, 0]])
        if self.from_context is not None:
            before += self.from_context(context)[:, None]
        return keras.ops.reshape(
            self.outputs(self.hidden(before)),
            [-1, *self.event_shape, self.output_distribution.num_parameters],
        )

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="tests")
class SteppedRunningSum(RunningSum):
    """The same with what incremental sampling needs."""

    incremental = True

    def init_cache(self, batch_size, *, context, member):
        if self.from_context is not None:
            return self.from_context(context)
        return keras.ops.zeros([batch_size, self.units])

    def step(self, state, position):
        return self.outputs(self.hidden(state)), state

    def observe(self, state, position, value):
        value = self.output_distribution.network_input(value)
        return state + value @ self.weighted.kernel[position.rank]
