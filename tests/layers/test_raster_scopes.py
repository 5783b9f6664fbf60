"""One stack, run over maps, rows and pixels."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests.layers.convolutions import randomise
from tf_autoregressive.layers import MapScope
from tf_autoregressive.layers import MaskedConv2D
from tf_autoregressive.layers import NormedConv2D
from tf_autoregressive.layers import PixelScope
from tf_autoregressive.layers import RowScope
from tf_autoregressive.layers import ShiftedConv2D
from tf_autoregressive.layers import UpsamplingConv2D
from tf_autoregressive.layers.raster.maps import InitialisingScope
from tf_autoregressive.layers.raster.maps import RecordingScope
from tf_autoregressive.layers.raster.stack import RasterStack

BATCH_SIZE, FILTERS = 2, 4


def bent(x):
    return x + 0.5 * tf.tanh(x)


class Colours:
    """Masked windows, one of them reading the first layer's features."""

    size = (3, 4, 2)
    num_colours = 2

    def __init__(self, **options):
        self.layers = [
            MaskedConv2D(
                [0, 1], [0, 0, 1], (3, 3), exclusive=True, name="a", **options
            ),
            MaskedConv2D([0, 0, 1], [0, 1, 1], (5, 5), name="b", **options),
            MaskedConv2D([0, 1, 1], [0, 1], (1, 1), name="c", **options),
        ]

    def row_stack(self, scope, x=None):
        pass

    def pixel_stack(self, scope, x):
        for layer in self.layers:
            x = bent(scope.run(layer, x))
        return x


class TwoStreams:
    """Rows above by a stream of their own; it links to two layers."""

    size = (3, 4, 1)
    num_colours = 1

    def __init__(self, **options):
        def conv(name, size, above, left):
            return ShiftedConv2D(
                FILTERS, size, above=above, left=left, name=name, **options
            )

        self.rows = [conv("u", (2, 3), 2, 1), conv("v", (2, 3), 1, 1)]
        self.links = [conv("to_a", (1, 1), 0, 0), conv("to_b", (1, 1), 0, 0)]
        self.pixels = [
            MaskedConv2D(
                [0], [0] * FILTERS, (1, 5), exclusive=True, name="a", **options
            ),
            conv("b", (2, 2), 1, 1),
        ]
        self.layers = [*self.rows, *self.links, *self.pixels]

    def row_stack(self, scope, x=None):
        for row, link, pixel in zip(
            self.rows, self.links, self.pixels, strict=True
        ):
            x = bent(scope.run(row, x))
            scope.link(pixel, scope.run(link, x))
        # Links add up.
        scope.link(self.pixels[0], x)

    def pixel_stack(self, scope, x):
        for layer in self.pixels:
            x = bent(scope.run(layer, x))
        return x


class ThreeResolutions:
    """Two streams that go down twice; the lower row stream links too."""

    size = (4, 8, 1)
    num_colours = 1

    def __init__(self, **options):
        def conv(name, size, above=1, left=1, strides=1):
            return NormedConv2D(
                FILTERS,
                size,
                above=above,
                left=left,
                strides=strides,
                name=name,
                **options,
            )

        self.first = conv("u_first", (2, 3), above=2)
        self.left = conv("ul_left", (2, 1))
        self.u, self.ul = [], []
        for name, stream, width in (("u", self.u, 3), ("ul", self.ul, 2)):
            for depth in range(3):
                # One layer looks further up than the last row.
                rows = 3 if depth == 1 else 2
                layers = [
                    conv(f"{name}_{depth}", (rows, width), above=rows - 1)
                ]
                if depth < 2:
                    layers += [
                        conv(f"{name}_{depth}_down", (2, width), strides=2),
                        UpsamplingConv2D(
                            FILTERS, width, name=f"{name}_{depth}_up", **options
                        ),
                        conv(f"{name}_{depth}_last", (2, width)),
                    ]
                stream.append(layers)
        self.layers = [self.first, self.left]
        for layers in self.u + self.ul:
            self.layers += layers
        self.num_lower_runs = 0

    def row_stack(self, scope, x=None):
        self._run(scope, 0, self.u, scope.run(self.first, x))

    def pixel_stack(self, scope, x):
        return self._run(scope, 0, self.ul, scope.run(self.left, x))

    def _run(self, scope, depth, stream, x):
        layer, *others = stream[depth]
        x = bent(scope.run(layer, x))
        if stream is self.u:
            scope.link(self.ul[depth][0], x)
        if not others:
            return x
        down, up, last = others

        def lower(scope, x):
            self.num_lower_runs += 1
            return self._run(scope, depth + 1, stream, x)

        # A residual goes around the lower resolution too, or odd rows of this
        # one would not count.
        x = x + bent(scope.run(last, scope.lower(down, up, lower, x)))
        if stream is self.u:
            scope.link(self.ul[depth][-1], x)
        return x


STACKS = [Colours, TwoStreams, ThreeResolutions]


def random_stack(make, rng, **options):
    """Returns a stack with random weights, and inputs for it."""
    stack = make(**options)
    x = rng.normal(size=(BATCH_SIZE, *make.size)).astype("float32")
    stack.recorded = RasterStack()
    on_maps(stack, x, scope=RecordingScope(stack.recorded))
    randomise(stack.layers, rng)
    return stack, x


def on_maps(stack, x, shifts=None, scope=None):
    scope = scope or MapScope(shifts)
    stack.row_stack(scope, x)
    scope.begin_pixels()
    return stack.pixel_stack(scope, x)


def on_pixels(stack, x, shifts=None):
    """Runs a stack as a sampler would, on given pixels.

    Yields `(row, column, colour, outputs)` and the cache after each value.
    """
    height, width, channels = stack.size
    by_colour = channels // stack.num_colours
    resolutions = stack.recorded.resolutions
    cache = stack.recorded.first_cache(BATCH_SIZE, width)
    for row in range(height):
        size = (width, BATCH_SIZE)
        scope = RowScope(cache, row, size, shifts or {}, resolutions)
        stack.row_stack(scope)
        cache = scope.begin_pixels(stack.num_colours)
        for column, colour in np.ndindex(width, stack.num_colours):
            scope = PixelScope(cache, row, column, colour, resolutions)
            outputs = stack.pixel_stack(scope, None)
            cache = scope.next_colour()
            scope = PixelScope(cache, row, column, colour, resolutions)
            channel = colour * by_colour
            scope.observe(x[:, row, column, channel : channel + by_colour])
            is_last = colour == stack.num_colours - 1
            cache = scope.next_pixel() if is_last else scope.next_colour()
            yield row, column, colour, outputs, cache
        image = x[:, row].swapaxes(0, 1)
        cache = stack.recorded.end_row(cache, row, image)
        del cache["pixels"]


def check_pixels(stack, x, shifts=None, row_shifts=None, tolerance=1e-5):
    expected = np.array(tf.cast(on_maps(stack, x, shifts), tf.float32))
    scale = np.max(np.abs(expected))
    count = 0
    for row, column, colour, outputs, _ in on_pixels(stack, x, row_shifts):
        here = expected[:, row, column]
        if stack.num_colours > 1:
            # One output for each.
            here = here[:, colour : colour + 1]
        np.testing.assert_allclose(
            tf.cast(outputs, tf.float32) / scale, here / scale, atol=tolerance
        )
        count += 1
    assert count == np.prod(stack.size[:2]) * stack.num_colours


@pytest.mark.parametrize("make", STACKS)
def test_rows_and_pixels_make_up_the_map(make, rng):
    check_pixels(*random_stack(make, rng))


@pytest.mark.parametrize(
    "make",
    [*STACKS[:2], pytest.param(STACKS[2], marks=pytest.mark.slow)],
)
def test_half_precision_differs_by_its_rounding_alone(make, rng):
    stack, x = random_stack(make, rng, dtype="mixed_bfloat16")
    check_pixels(stack, x, tolerance=0.03)


@pytest.mark.parametrize(
    "make",
    [*STACKS[:2], pytest.param(STACKS[2], marks=pytest.mark.slow)],
)
def test_shifts_are_added_by_name(make, rng):
    stack, x = random_stack(make, rng)
    shifts = {
        layer.name: rng.normal(size=(BATCH_SIZE, 1, 1, layer.filters))
        for layer in (
            stack.layers[0],
            stack.recorded.resolutions[0].pixel_layers[-2],
        )
    }
    of_row = {name: tf.constant(s[:, 0, 0]) for name, s in shifts.items()}
    check_pixels(stack, x, shifts, of_row)
    before = on_maps(stack, x)
    for name, shift in shifts.items():
        assert np.any(on_maps(stack, x, {name: shift}) != before)


@pytest.mark.slow
def test_a_shift_may_differ_from_pixel_to_pixel(rng):
    stack, x = random_stack(TwoStreams, rng)
    # Equal rows, so that one row of shifts serves all.
    shift = rng.normal(size=(BATCH_SIZE, 1, 4, FILTERS)).astype("float32")
    of_row = tf.constant(shift[:, 0].swapaxes(0, 1))
    for name in ("u", "v", "a", "b"):
        check_pixels(stack, x, {name: shift}, {name: of_row})


def test_links_add_to_shifts(rng):
    layer = ShiftedConv2D(2, (1, 1), above=0, left=0, name="layer")
    x, *shifts = rng.normal(size=(4, 1, 1, 1, 2)).astype("float32")
    scope = MapScope({"layer": shifts[0]})
    scope.link(layer, shifts[1])
    scope.link(layer, shifts[2])
    np.testing.assert_allclose(
        scope.run(layer, x), layer(x) + sum(shifts), rtol=1e-5
    )


def test_a_scope_leaves_the_shifts_that_it_gets_alone(rng):
    layer = ShiftedConv2D(2, (1, 1), above=0, left=0, name="layer")
    shifts = {}
    MapScope(shifts).link(layer, np.ones(2, "float32"))
    assert shifts == {}


def test_only_maps_are_trained_on():
    assert MapScope(training=True).training
    for scope in (MapScope(), RowScope, PixelScope):
        assert not scope.training


@pytest.mark.slow
def test_an_initialising_scope_initialises_all_layers(rng):
    stack, x = random_stack(ThreeResolutions, rng)
    seen = {}

    class Recording(InitialisingScope):
        def run(self, layer, x):
            outputs = super().run(layer, x)
            # The shift comes after this.
            seen[layer.name] = layer(x)
            return outputs

    scope = Recording()
    stack.row_stack(scope, x)
    stack.pixel_stack(scope, x)
    assert set(seen) == {layer.name for layer in stack.layers}
    for outputs in seen.values():
        np.testing.assert_allclose(
            np.mean(outputs, axis=(0, 1, 2)), 0.0, atol=1e-3
        )
        np.testing.assert_allclose(
            np.std(outputs, axis=(0, 1, 2)), 1.0, rtol=1e-2
        )


@pytest.mark.slow
def test_lower_resolutions_are_run_once_a_pixel(rng):
    stack, x = random_stack(ThreeResolutions, rng)
    height, width, _ = stack.size
    stack.num_lower_runs = 0
    for _ in on_pixels(stack, x):
        pass
    rows = height // 2 + height // 4
    pixels = height // 2 * width // 2 + height // 4 * width // 4
    assert stack.num_lower_runs == rows + pixels


@pytest.mark.slow
@pytest.mark.parametrize("make", STACKS)
def test_caches_keep_their_structure(make, rng):
    # They are the variables of a loop.
    stack, x = random_stack(make, rng)
    by_colour = {colour: [] for colour in range(stack.num_colours)}
    for *_, colour, _, cache in on_pixels(stack, x):
        by_colour[colour].append(cache)
    for caches in by_colour.values():
        for one, other in itertools.pairwise(caches):
            tf.nest.assert_same_structure(one, other)
            for tensors in zip(*map(tensors_of, (one, other)), strict=True):
                assert tensors[0].shape == tensors[1].shape


def tensors_of(cache):
    return [
        leaf.stack() if isinstance(leaf, tf.TensorArray) else leaf
        for leaf in tf.nest.flatten(cache)
    ]


def test_nothing_of_a_row_is_seen_before_it_is_finished(rng):
    stack, x = random_stack(TwoStreams, rng)
    caches = [cache for *_, cache in on_pixels(stack, x)]
    for before, after in itertools.pairwise(caches[:4]):
        tf.nest.map_structure(
            np.testing.assert_array_equal, before["above"], after["above"]
        )
    assert np.any(caches[4]["above"]["u"][-1] != caches[3]["above"]["u"][-1])
