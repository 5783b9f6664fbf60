"""What models with deep stacks have in common: memory for time."""

import keras

from tf_autoregressive.layers import segments
from tf_autoregressive.models.base import AutoregressiveModel


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SegmentedModel(AutoregressiveModel):
    """A model whose stack is run in segments.

    A part of the stack that is run by `scope.segment(body, layers, x)`, which
    returns `body(scope, layers, x)`, is a segment.

    Args:
        event_shape: As `AutoregressiveModel` takes it.
        rematerialise: Whether training computes the segments once more when it
            needs their gradients, and keeps only what goes from one to the
            next: less memory, one more forward pass in a step, the same
            gradients.
        **kwargs: Passed to `AutoregressiveModel`.
    """

    def __init__(self, event_shape, *, rematerialise=False, **kwargs):
        super().__init__(event_shape, **kwargs)
        self.rematerialise = rematerialise
        self.segments = segments.PLAIN
        if rematerialise:
            # An attribute of the model, for checkpoints to hold its state.
            self.seeds = keras.random.SeedGenerator()
            self.segments = segments.Rematerialised(self.seeds)

    def get_config(self):
        return {**super().get_config(), "rematerialise": self.rematerialise}
