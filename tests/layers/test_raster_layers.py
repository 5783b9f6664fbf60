"""A layer of images that a user writes, and stacks with mistakes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tests.layers.convolutions import randomise
from tf_autoregressive.layers import RasterLayer
from tf_autoregressive.layers import UpsamplingConv2D
from tf_autoregressive.models import RasterModel


class Sums(RasterLayer, keras.layers.Layer):
    """The sum of all pixels so far, the own one included."""

    filters = 3

    def call(self, x):
        pixels = tf.reshape(x, [-1, x.shape[1] * x.shape[2], x.shape[3]])
        return tf.reshape(tf.cumsum(pixels, axis=1), tf.shape(x))

    def first_above(self, batch_size, width):
        return tf.zeros([batch_size, self.filters])

    def begin_row(self, above, shift, row, size, num_colours):
        return {"sum": above, "shift": 0.0 if shift is None else shift[0]}

    def pixel(self, x, state, column, colour):
        total = state["sum"] + x
        return total + state["shift"], {**state, "sum": total}

    def end_row(self, state, above):
        return state["sum"]


class Model(RasterModel):
    """A first convolution, and layers that are given."""

    def __init__(self, layers, context_layers=()):
        super().__init__((2, 3, 1), num_classes=2)
        colours = self._colours(3)
        self.first_layer = self._conv(
            "first", self._colours(1), colours, 3, exclusive=True
        )
        self.own_layers = layers
        self.last_layer = self.make_parameters_layer(colours)
        self.make_context_layers(context_layers)
        self.build()

    def pixel_stack(self, scope, x):
        x = scope.run(self.first_layer, x)
        for layer in self.own_layers:
            x = scope.run(layer, x)
        return scope.run(self.last_layer, x)


def test_a_layer_of_a_user_is_drawn_as_it_is_scored(rng, seed):
    layer = Sums(name="sums")
    model = Model([layer], context_layers=[layer])
    randomise([model], rng, scale=0.7)
    labels = np.arange(64) % 2
    with run_eagerly():
        drawn = [
            model.sample(64, seed=seed, context=labels, method=method)
            for method in ("incremental", "full")
        ]
    np.testing.assert_array_equal(*drawn)


def test_layers_of_a_stack_have_different_names():
    with pytest.raises(ValueError, match="Received twice: 'sums'"):
        Model([Sums(name="sums"), Sums(name="sums")])


def test_other_layers_are_not_run():
    with pytest.raises(ValueError, match=r"takes a `RasterLayer`.*Dense"):
        Model([keras.layers.Dense(3)])


def test_a_context_that_is_never_added_is_an_error():
    with pytest.raises(ValueError, match=r"do not run: \['elsewhere'\]"):
        Model([Sums(name="sums")], context_layers=[Sums(name="elsewhere")])


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (lambda layer: layer.row(None, ()), "row"),
        (lambda layer: layer.begin_row((), None, 0, (1, 1), 1), "begin_row"),
        (lambda layer: layer.pixel(None, (), 0, 0), "pixel"),
    ],
)
def test_what_is_not_written_says_so(use, name):
    layer = UpsamplingConv2D(1, 2)
    message = f"UpsamplingConv2D has no `{name}`"
    with pytest.raises(NotImplementedError, match=message):
        use(layer)
