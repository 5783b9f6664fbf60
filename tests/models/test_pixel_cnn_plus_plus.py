"""PixelCNN++: the authors' network, its geometry, its initialisation.

Shapes: H rows, W columns, C channels, D = H * W * C dimensions, F filters.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests import processes
from tests.conformance.conditionals import joint_table
from tests.conformance.conftest import dataset
from tests.conformance.test_dependency_pattern import gradient_dependencies
from tests.layers.convolutions import normalised
from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tests.layers.convolutions import upsampled
from tests.models.probes import check_dependencies
from tests.models.probes import triangle
from tests.zoo.case import Case
from tf_autoregressive.layers import MapScope
from tf_autoregressive.models import PixelCNNPlusPlus
from tf_autoregressive.models.initialisation import first_examples
from tf_autoregressive.models.pixel_cnn_plus_plus import concat_elu

FOUR_LEVELS = {"num_levels": 4, "num_components": 2}


def small(event_shape=(4, 8, 1), **options):
    """Returns a model with few weights."""
    defaults = {
        "filters": 4,
        "num_blocks": 1,
        "num_resolutions": 2,
        "dropout": 0.0,
        **FOUR_LEVELS,
    }
    return PixelCNNPlusPlus(event_shape, **{**defaults, **options})


TINY = (3, 4, 1)


def tiny(**options):
    """Returns a model that is quickly built and trained."""
    return small(TINY, num_resolutions=1, **options)


def random_events(rng, num_events, event_shape=(4, 8, 1), num_levels=4):
    shape = (num_events, *event_shape)
    return rng.integers(num_levels, size=shape).astype("uint8")


# The network.


def elu(x):
    return np.where(x > 0.0, x, np.expm1(np.minimum(x, 0.0)))


def elus(x):
    return elu(np.concatenate([x, -x], axis=-1))


def conv(layer, x, above=1, left=1, strides=1):
    window = {"above": above, "left": left, "strides": strides}
    return shifted(x, normalised(layer), **window) + layer.bias.numpy()


def nin(layer, x):
    return x @ normalised(layer)[0, 0] + layer.bias.numpy()


def deconv(layer, x):
    return upsampled(x, normalised(layer)) + layer.bias.numpy()


def authors_network(model, x, shifts):
    """Returns the parameters `[B, H, W, P]`, as OpenAI's code computes them.

    With their lists of features; `shifts` by the name of the last layer of a
    block.
    """

    def resnet(block, x, *auxiliary):
        y = conv(block.conv_in, elus(x))
        y = y + sum(nin(layer, elus(features)) for layer, features in auxiliary)
        y = conv(block.conv_out, elus(y)) + shifts.get(block.conv_out.name, 0.0)
        c, d = np.split(y, 2, axis=-1)
        return x + c / (1.0 + np.exp(-d))

    x = np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)
    us = [conv(model.u_first, x, above=2)]
    uls = [conv(model.ul_above, x) + conv(model.ul_left, x)]
    for u, ul in zip(model.u, model.ul, strict=True):
        for of_u, of_ul in zip(u.down, ul.down, strict=True):
            us.append(resnet(of_u, us[-1]))
            uls.append(resnet(of_ul, uls[-1], (of_u.link, us[-1])))
        if u.stride is not None:
            us.append(conv(u.stride, us[-1], strides=2))
            uls.append(conv(ul.stride, uls[-1], strides=2))
    at_u, at_ul = us.pop(), uls.pop()
    for u, ul in zip(model.u[::-1], model.ul[::-1], strict=True):
        if u.unstride is not None:
            at_u, at_ul = deconv(u.unstride, at_u), deconv(ul.unstride, at_ul)
        for of_u, of_ul in zip(u.up, ul.up, strict=True):
            at_u = resnet(of_u, at_u, (of_u.skip, us.pop()))
            at_ul = resnet(
                of_ul, at_ul, (of_u.link, at_u), (of_ul.skip, uls.pop())
            )
    assert (us, uls) == ([], [])
    return nin(model.parameters_layer, elu(at_ul))


@pytest.mark.parametrize(
    ("event_shape", "options"),
    [
        ((4, 8, 3), {"num_resolutions": 3, "num_classes": 3}),
        pytest.param(
            (6, 4, 1),
            {"num_resolutions": 2, "num_blocks": 2},
            marks=pytest.mark.slow,
        ),
        ((3, 5, 2), {"num_resolutions": 1}),
    ],
    ids=["three", "two", "one"],
)
def test_parameters_are_those_of_the_authors_network(event_shape, options, rng):
    model = small(event_shape, **options)
    randomise([model], rng, 0.5)
    x, labels, shifts = random_events(rng, 3, event_shape), None, {}
    if "num_classes" in options:
        labels = np.array([0, 2, 2])
        shifts = {
            name: layer.kernel.numpy()[labels][:, None, None]
            for name, layer in model.context_layers.items()
        }
        # Both streams have three blocks down and five up.
        assert len(shifts) == 2 * (3 + 5)
    np.testing.assert_allclose(
        model.parameters_for(x, context=labels),
        authors_network(model, 2.0 * x / 3.0 - 1.0, shifts),
        rtol=1e-3,
        atol=1e-3,
    )


def test_concat_elu_has_both_signs():
    np.testing.assert_allclose(
        concat_elu(tf.constant([[2.0, -1.0]])),
        [[2.0, np.exp(-1.0) - 1.0, np.exp(-2.0) - 1.0, 1.0]],
        rtol=1e-6,
    )


def silenced(layers):
    """Makes layers return zeros."""
    for layer in layers:
        layer.scale.assign(0.0 * layer.scale)
        layer.bias.assign(0.0 * layer.bias)


@pytest.mark.slow
def test_long_skips_go_around_the_lower_resolutions(rng):
    model = small((4, 4, 1))
    randomise([model], rng)
    ul = model.ul[0]
    # Nothing comes back up, no residual, and nothing from the rows above.
    silenced([ul.unstride])
    silenced(block.link for block in [*model.u[0].down, *model.u[0].up])
    silenced(block.conv_in for block in ul.up)
    x = random_events(rng, 8, (4, 4, 1))
    changed = x.copy()
    changed[:, 2, 1] = 3 - changed[:, 2, 1]
    before, after = (model.parameters_for(events) for events in (x, changed))
    assert np.any(before[:, 2, 2] != after[:, 2, 2])
    silenced(block.skip for block in ul.up)
    before, after = (model.parameters_for(events) for events in (x, changed))
    np.testing.assert_array_equal(before, after)


@pytest.mark.slow
def test_a_border_is_not_a_grey_value(rng):
    # Grey is zero, as the padding is: without a channel of ones, and without
    # biases, nothing would tell an image of it from nothing.
    model = tiny(num_levels=3)
    randomise([model], rng)
    for layer in all_layers(model):
        layer.bias.assign(0.0 * layer.bias)
    grey = np.ones((1, *TINY), "uint8")
    np.testing.assert_array_equal(
        model.output_distribution.network_input(grey), 0
    )
    parameters = np.reshape(model.parameters_for(grey), (12, -1))
    assert np.all(parameters[0] == 0.0)
    assert np.all(parameters[1:] != 0.0)


def all_layers(model):
    layers = []
    for resolution in model.raster_stack.resolutions:
        layers += resolution.layers
    for streams in (model.u, model.ul):
        layers += [s.unstride for s in streams if s.unstride is not None]
    return layers


@pytest.mark.slow
def test_dropout_is_active_in_training_alone(rng):
    model, plain = (tiny(dropout=rate) for rate in (0.5, 0.0))
    randomise([model], rng)
    plain.set_weights(model.get_weights())
    x = random_events(rng, 5, TINY)
    expected = plain.parameters_for(x)
    np.testing.assert_array_equal(model.parameters_for(x), expected)
    np.testing.assert_array_equal(
        plain.parameters_for(x, training=True), expected
    )
    one, other = (model.parameters_for(x, training=True) for _ in range(2))
    assert np.all(np.any(one != expected, axis=(0, 3)))
    assert np.any(one != other)
    score = model(x).log_prob(x)
    np.testing.assert_array_equal(score, plain(x).log_prob(x))
    assert np.any(model.training_log_prob(x) != score)


@pytest.mark.slow
def test_dropout_keeps_the_pattern(seed):
    model = small((4, 4, 1), dropout=0.5)
    randomise([model], np.random.default_rng(seed))
    x = tf.Variable(np.random.default_rng(seed).normal(size=(16, 4, 4, 1)))
    for row, column in ((0, 0), (1, 2), (3, 1)):
        with tf.GradientTape() as tape:
            parameters = model.network(
                tf.cast(x, tf.float32), context=None, member=0, training=True
            )
            total = tf.reduce_sum(parameters[:, row, column])
        gradient = tape.gradient(total, x, unconnected_gradients="zero")
        seen = np.any(gradient != 0.0, axis=(0, 3)).ravel()
        assert not np.any(seen[4 * row + column :])


# What is seen.


def pattern_case(event_shape, **options):
    is_default = "distribution" not in options
    return Case(
        "pattern",
        PixelCNNPlusPlus,
        event_shape,
        dropout=0.0,
        weight_scale=0.5,
        outputs="logistics" if is_default else "levels",
        site_size=event_shape[-1] if is_default else 1,
        **{"filters": 6, "num_blocks": 1, **FOUR_LEVELS, **options},
    )


@pytest.mark.parametrize(
    ("event_shape", "options", "num_probes"),
    [
        ((6, 4, 2), {"num_resolutions": 2}, 1),
        # Nothing is left of the lowest resolution but its border.
        pytest.param((4, 4, 1), {}, 3, marks=pytest.mark.slow),
        *(
            pytest.param(
                *arguments, 3, marks=[pytest.mark.slow, pytest.mark.takes_turns]
            )
            for arguments in (
                # All offsets modulo 4.
                ((8, 4, 3), {}),
                ((1, 3, 3), {"num_resolutions": 1}),
                ((4, 8, 1), {"num_blocks": 2}),
                ((4, 8, 1), {"num_blocks": 2, "distribution": "categorical"}),
                ((2, 6, 1), {"num_resolutions": 2}),
                ((3, 1, 3), {"num_resolutions": 1}),
            )
        ),
    ],
    ids=str,
)
def test_all_that_comes_before_is_seen(event_shape, options, num_probes, seed):
    case = pattern_case(event_shape, **options)
    check_dependencies(case, triangle(event_shape), seed, num_probes)


@pytest.mark.slow
def test_parameters_of_a_pixel_see_the_pixels_before_it(seed):
    # It sees no channel of its own pixel, because the output couples those.
    case = pattern_case((8, 4, 3))
    seen = gradient_dependencies(case, case.build(seed), case.generator(seed))
    pixels = triangle((8, 4, 1))
    np.testing.assert_array_equal(seen, np.repeat(pixels, 3, axis=1))


@pytest.mark.slow
def test_probabilities_sum_to_one(seed):
    case = Case(
        "binary",
        PixelCNNPlusPlus,
        (3, 3, 1),
        distribution="bernoulli",
        filters=4,
        num_blocks=1,
        num_resolutions=1,
        dropout=0.0,
    )
    model = case.build(seed)
    states = case.states()
    assert len(states) == 2**9
    log_prob = tf.cast(model.log_prob(states), tf.float64)
    np.testing.assert_allclose(tf.reduce_logsumexp(log_prob), 0.0, atol=1e-5)
    np.testing.assert_allclose(
        log_prob, np.log(joint_table(case, model)), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize(
    "options",
    [
        {"num_classes": 3},
        pytest.param({"context_shape": 3}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_context_changes_all_positions(options, rng):
    model = tiny(**options)
    randomise([model], rng)
    x = random_events(rng, 8, TINY)
    contexts = np.arange(3)
    if "context_shape" in options:
        contexts = np.eye(3, dtype="float32")
    parameters = [
        model.parameters_for(x, context=np.stack([context] * 8))
        for context in contexts
    ]
    for one, other in ((0, 1), (1, 2), (2, 0)):
        differs = parameters[one] != parameters[other]
        assert np.all(np.any(differs, axis=0))


# Initialisation from data.


class Recording(MapScope):
    """Writes down what the layers themselves return."""

    def __init__(self, shifts):
        super().__init__(shifts)
        self.outputs = {}

    def run(self, layer, x):
        self.outputs[layer.name] = np.array(layer(x))
        return super().run(layer, x)


def check_statistics(model, x, context=None):
    """Fails unless all layers return what `initialise` promises on `x`."""
    if context is not None:
        context = model.context.encoded(tf.constant(context))
    scope = Recording(model._context_shifts(context))
    model._run_on_maps(scope, model.output_distribution.network_input(x))
    assert set(scope.outputs) == {layer.name for layer in all_layers(model)}
    for layer in all_layers(model):
        outputs = scope.outputs[layer.name]
        small = layer.name.endswith("_out") or layer.name == "parameters"
        np.testing.assert_allclose(
            np.std(outputs, axis=(0, 1, 2)), 0.1 if small else 1.0, rtol=2e-2
        )
        mean = layer.bias_initializer(layer.bias.shape)
        np.testing.assert_allclose(
            np.mean(outputs, axis=(0, 1, 2)), mean, atol=1e-3
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "with_labels", [False, True], ids=["without", "labels"]
)
def test_all_layers_start_with_the_promised_statistics(with_labels, rng):
    model = small((8, 8, 3), num_classes=3 if with_labels else None)
    x = random_events(rng, 20, (8, 8, 3))
    labels = np.arange(20) % 3 if with_labels else None
    if with_labels:
        for layer in model.context_layers.values():
            layer.kernel.assign(rng.normal(size=layer.kernel.shape))
    model.initialise(x, labels)
    assert model.initialised
    check_statistics(model, x, labels)
    # No layer was forgotten.
    layers = [*all_layers(model), *model.context_layers.values()]
    weights = {id(w) for layer in layers for w in layer.weights}
    assert weights == {id(w) for w in model.trainable_variables}


@pytest.mark.slow
def test_it_starts_near_the_bias_of_the_output(rng):
    model = tiny()
    x = random_events(rng, 50, TINY)
    model.initialise(x)
    bias = model.output_distribution.bias_initializer((6,))
    parameters = model.parameters_for(x)
    np.testing.assert_allclose(
        np.mean(parameters, axis=(0, 1, 2)), bias, atol=1e-3
    )
    np.testing.assert_allclose(
        np.std(parameters, axis=(0, 1, 2)), 0.1, rtol=1e-2
    )


def frozen(model):
    """Returns the model, compiled to train without moving."""
    model.compile(optimizer=keras.optimizers.SGD(0.0), run_eagerly=True)
    return model


def assert_same_weights(one, other):
    for mine, its in zip(one, other, strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("of", "with_labels"),
    [
        ("arrays", True),
        ("arrays", False),
        ("dataset", True),
        ("dataset", False),
    ],
)
def test_fit_initialises_from_its_first_batch(of, with_labels, rng):
    model = frozen(tiny(num_classes=2 if with_labels else None))
    x = random_events(rng, 150, TINY)
    labels = rng.integers(2, size=150) if with_labels else None
    if with_labels:
        for layer in model.context_layers.values():
            layer.kernel.assign(rng.normal(size=layer.kernel.shape))
    expected = type(model).from_config(model.get_config())
    expected.set_weights(model.get_weights())
    # An array gives as many as are enough, and a dataset a batch.
    first = slice(10)
    if of == "arrays":
        first = np.linspace(0, 149, 128).astype(int)
    expected.initialise(x[first], labels[first] if with_labels else None)
    assert not model.initialised
    if of == "arrays":
        model.fit(x, labels, batch_size=150, verbose=0)
    else:
        model.fit(dataset(x, labels, 10).take(2), verbose=0)
    assert model.initialised
    for one, other in zip(
        model.get_weights(), expected.get_weights(), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("number", [5, 128, 200, 1000])
def test_examples_are_from_all_over_an_array(number):
    x, y = first_examples(np.arange(number), np.arange(number), None)
    np.testing.assert_array_equal(x, y)
    assert len(x) == min(number, 128)
    assert (x[0], x[-1]) == (0, number - 1)
    assert np.max(np.diff(x)) <= np.ceil(number / 127)


@pytest.mark.slow
@pytest.mark.parametrize(
    "batch_of",
    [
        lambda x, labels: {"x": x, "context": labels},
        lambda x, labels: (x, labels, np.ones(len(x), "float32")),
    ],
    ids=["dictionary", "weights"],
)
def test_fit_initialises_from_all_that_datasets_yield(batch_of, rng):
    model = frozen(tiny(num_classes=2))
    x, labels = random_events(rng, 10, TINY), rng.integers(2, size=10)
    expected = type(model).from_config(model.get_config())
    expected.set_weights(model.get_weights())
    expected.initialise(x, labels)
    data = tf.data.Dataset.from_tensors(batch_of(x, labels))
    model.fit(data, verbose=0)
    assert_same_weights(model.get_weights(), expected.get_weights())


def test_fit_says_what_it_cannot_initialise_from(rng):
    model = frozen(tiny())
    x = random_events(rng, 4, TINY)
    with pytest.raises(ValueError, match="dataset is empty"):
        model.fit(tf.data.Dataset.from_tensors(x).take(0), verbose=0)
    with pytest.raises(ValueError, match="`x` must be a dataset or an array"):
        model.fit((batch for batch in [x]), steps_per_epoch=1, verbose=0)


@pytest.mark.slow
def test_constant_features_keep_their_scale():
    x = np.zeros([20, *TINY], "uint8")
    model = tiny()
    model.initialise(x)
    assert np.isfinite(model.log_prob(x)).all()
    for layer in all_layers(model):
        assert np.max(layer.scale) <= 1e3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("event_shape", "num_resolutions"),
    [
        pytest.param((4, 4, 1), 3, marks=pytest.mark.takes_turns),
        ((1, 1, 3), 1),
        pytest.param((8, 4, 1), 3, marks=pytest.mark.takes_turns),
        ((1, 6, 1), 1),
    ],
)
def test_small_images_train(event_shape, num_resolutions, rng):
    # Where maps have one row, or one pixel, whole layers are constant.
    model = small(event_shape, num_resolutions=num_resolutions)
    x = random_events(rng, 64, event_shape)
    model.compile(keras.optimizers.Adam(1e-3), run_eagerly=True)
    losses = model.fit(x, epochs=3, verbose=0).history["loss"]
    # No sensible model scores values that are drawn uniformly much worse.
    uniform = np.prod(event_shape) * np.log(4)
    assert uniform * 0.9 < losses[-1] < uniform * 1.5


@pytest.mark.slow
@pytest.mark.parametrize("trained_by", ["train_on_batch", "a loop"])
def test_fit_leaves_trained_weights_alone(trained_by, rng):
    model = tiny()
    x = random_events(rng, 10, TINY)
    optimizer = keras.optimizers.SGD(0.01)
    model.compile(optimizer, run_eagerly=True)
    if trained_by == "train_on_batch":
        model.train_on_batch(x)
    else:
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(model(x).log_prob(x))
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)
    assert_fit_changes_nothing(frozen(model), rng)


def assert_fit_changes_nothing(model, rng):
    before = [np.array(w) for w in model.weights]
    model.fit(random_events(rng, 10, TINY), verbose=0)
    for one, same in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(one, same)


@pytest.mark.slow
def test_fit_initialises_once(rng):
    model = frozen(tiny())
    model.fit(random_events(rng, 10, TINY), verbose=0)
    assert_fit_changes_nothing(model, rng)


@pytest.mark.slow
def test_a_loaded_model_is_not_initialised(rng, tmp_path):
    model = tiny()
    model.initialise(random_events(rng, 10, TINY))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for one, same in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(one, same)
    assert_fit_changes_nothing(frozen(loaded), rng)


@pytest.mark.slow
def test_nor_is_one_with_loaded_weights(rng, tmp_path):
    model = tiny()
    model.initialise(random_events(rng, 10, TINY))
    model.save_weights(tmp_path / "model.weights.h5")
    other = tiny()
    other.load_weights(tmp_path / "model.weights.h5")
    assert_fit_changes_nothing(frozen(other), rng)


@pytest.mark.slow
def test_initialisation_is_no_part_of_scoring(rng):
    model = tiny()
    before = [np.array(w) for w in model.weights]
    x = random_events(rng, 4, TINY)
    model(x)
    model.compile(run_eagerly=True)
    model.evaluate(x, verbose=0)
    for one, same in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(one, same)


@pytest.mark.slow
def test_events_are_checked_before_they_initialise(rng):
    model = frozen(tiny())
    before = [np.array(w) for w in model.weights]
    x = random_events(rng, 4, TINY)
    x[1, 2, 3, 0] = 4
    with pytest.raises(ValueError, match=r"`x` must hold.*: 4"):
        model.fit(x, verbose=0)
    for one, same in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(one, same)


REPLICAS = """
import keras
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
half = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(cpu, [half, half])

from tests.models.test_pixel_cnn_plus_plus import check_statistics
from tests.models.test_pixel_cnn_plus_plus import random_events
from tests.models.test_pixel_cnn_plus_plus import small
from tf_autoregressive.models.replicas import share_first


def copies(variable):
    return [np.array(copy) for copy in variable.value.values]


x = random_events(np.random.default_rng(0), 48)
labels = np.arange(48) % 3
data = tf.data.Dataset.from_tensor_slices((x, labels)).batch(24)
results = []
for devices in (["CPU:0"], ["CPU:0", "CPU:1"]):
    keras.utils.set_random_seed(0)
    with tf.distribute.MirroredStrategy(devices).scope():
        model = small(num_classes=3)
        model.compile(keras.optimizers.SGD(0.01), jit_compile=False)
        # Without a step, to look at what it starts from.
        model.optimizer.learning_rate = 0.0
    model.fit(data, verbose=0)
    check_statistics(model, x[:24], labels[:24])
    assert model.initialised
    model.optimizer.learning_rate = 0.01
    history = model.fit(data, epochs=2, verbose=0).history
    for variable in model.trainable_variables:
        first, *others = copies(variable)
        assert len(others) == len(devices) - 1
        for other in others:
            np.testing.assert_array_equal(other, first)
    results.append([*history["loss"], model.evaluate(data, verbose=0)[0]])
first, second = model.parameters_layer.scale.value.values
expected = first.numpy()
second.assign(2.0 * second)
share_first([model.parameters_layer.scale], model.distribute_strategy)
np.testing.assert_array_equal(first, expected)
np.testing.assert_array_equal(second, expected)
np.testing.assert_allclose(*results, rtol=1e-4)
"""


@pytest.mark.slow
def test_replicas_start_alike_and_train_like_one():
    processes.run(REPLICAS)


@pytest.mark.slow
@pytest.mark.takes_turns
def test_it_trains_under_xla(rng):
    # A pixel is black or white as the one to its left, so there is much to
    # learn.
    x = 3 * rng.integers(2, size=(32, 3, 1, 1)).astype("uint8")
    x = np.repeat(x, 4, axis=2)
    model = tiny(dropout=0.1)
    model.compile(optimizer=keras.optimizers.Adam(1e-2), jit_compile=True)
    losses = model.fit(x, batch_size=16, epochs=20, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.5 * losses[0]


# Sizes.


@pytest.mark.slow
def test_the_papers_size_has_53_million_weights():
    model = PixelCNNPlusPlus((32, 32, 3))
    options = model.get_config()
    assert (options["filters"], options["num_blocks"]) == (160, 5)
    assert options["num_resolutions"] == 3
    assert model.output_distribution.num_components == 10
    # In units of F^2, for windows with 6 taps in `u` and 4 in `ul`: a window
    # from 2F to F, one from 2F to 2F, a link, and on the way up two skips.
    down = (6 * 2 + 6 * 4 + 2) + (4 * 2 + 4 * 4)
    up = down + 2 + 2
    resampled = 2 * (6 + 4)
    squares = 15 * down + 17 * up + 2 * resampled
    # From 3 channels and ones, through 6, 3 and 2 taps; to 100 parameters.
    units = 4 * (6 + 3 + 2) + 100
    # A scale and a bias for each filter: 7F in two blocks down, 9F up.
    filters = 15 * 7 + 17 * 9 + 2 * 4 + 3
    expected = 160**2 * squares + 160 * (units + 2 * filters) + 2 * 100
    assert expected == 53_664_520
    num_weights = sum(w.numpy().size for w in model.trainable_variables)
    print(f"\n{num_weights:,} weights, 53M published")  # noqa: T201
    assert num_weights == expected


@pytest.mark.parametrize(
    ("event_shape", "options", "message"),
    [
        ((6, 8, 3), {}, "divisible by 4 with num_resolutions=3: 8 x 8 would"),
        ((28, 28, 1), {"num_resolutions": 4}, "divisible by 8.*32 x 32 would"),
        ((5, 1, 1), {"num_resolutions": 2}, "divisible by 2.*6 x 2 would"),
        ((4, 4, 1), {"filters": 0}, "`filters`.*at least 1.*0"),
        ((4, 4, 1), {"num_blocks": 0}, "`num_blocks`.*at least 1.*0"),
        ((4, 4, 1), {"num_resolutions": 0}, "`num_resolutions`.*at least 1"),
        ((4, 4, 1), {"dropout": 1.5}, "Received: dropout=1.5"),
        (
            (4, 4, 3),
            {"distribution": "categorical"},
            "`distribution`.*mixture.*3 channels.*'categorical'",
        ),
        ((4, 4, 1), {"context_shape": (4, 4, 2)}, r"`context_shape`.*\(n,\)"),
        ((4, 4, 1), {"context_shape": (3, 2)}, r"`context_shape`.*\(n,\)"),
    ],
)
def test_arguments_are_checked(event_shape, options, message):
    with pytest.raises(ValueError, match=message):
        PixelCNNPlusPlus(event_shape, **options)


@pytest.mark.slow
def test_four_channels_are_coupled_too(rng):
    model = small((2, 4, 4), num_resolutions=1)
    x = random_events(rng, 3, (2, 4, 4))
    assert model.parameters_for(x).shape == (3, 2, 4, 2 * (1 + 4 + 4 + 6))
    assert np.all(model(x).log_prob(x) < 0.0)
