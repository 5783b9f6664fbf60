"""A model that cannot be made leaves nothing behind."""

import keras
import pytest
import tensorflow as tf

from tests.models.user_models import RunningSum
from tf_autoregressive.models import FVSBN


def without_memory(shape, dtype=None):
    """Fails as the allocation of a tensor that is too large."""
    raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")


class TooLarge(RunningSum):
    """Has no memory for its last layer."""

    def network(self, inputs, **options):
        self.outputs.kernel_initializer = without_memory
        return super().network(inputs, **options)


class Mistaken(RunningSum):
    """Makes some of its weights, then fails."""

    def network(self, inputs, **options):
        super().network(inputs, **options)
        raise KeyError("mistake")


@pytest.mark.slow
def test_a_model_too_large_for_memory_does_not_break_later_ones():
    with pytest.raises(MemoryError, match=r"TooLarge do not fit.*\(3,\)"):
        TooLarge((3,))
    assert FVSBN((2,)).sample(1, seed=0).shape == (1, 2)
    assert keras.layers.Dense(2)(tf.zeros([1, 3])).shape == (1, 2)


@pytest.mark.slow
def test_a_mistake_keeps_its_own_error():
    with pytest.raises(KeyError, match="mistake"):
        Mistaken((3,))
    assert FVSBN((2,)).sample(1, seed=0).shape == (1, 2)
