"""OrderAgnosticCNN: its equations, what it sees, and its patches of pixels."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.models import OrderAgnosticCNN
from tf_autoregressive.models.order_agnostic_cnn import patches
from tf_autoregressive.models.order_agnostic_cnn import pixels


def random_model(rng, event_shape, scale=0.4, **options):
    model = OrderAgnosticCNN(event_shape, **{"num_blocks": 1, **options})
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0.0, scale, variable.shape))
    return model


def relu(x):
    return np.maximum(x, 0.0)


def convolved(x, layer):
    """Returns a convolution of one image, written as a loop over pixels."""
    kernel, bias = (weight.numpy() for weight in layer.weights)
    size = kernel.shape[0]
    padded = np.pad(x, [(size // 2, size // 2)] * 2 + [(0, 0)])
    return bias + np.array(
        [
            [
                np.einsum(
                    "ijc,ijco->o",
                    padded[row : row + size, column : column + size],
                    kernel,
                )
                for column in range(x.shape[1])
            ]
            for row in range(x.shape[0])
        ]
    )


def block(u, layers, shift):
    first, second = layers
    hidden = convolved(relu(u), first) + shift(first)
    return u + convolved(relu(hidden), second)


def test_conditionals_are_those_of_the_equations(rng):
    model = random_model(rng, (3, 2, 1), filters=(3, 2), num_classes=2)
    x = rng.integers(2, size=(3, 2, 1)).astype("float64")
    known = rng.integers(2, size=(3, 2, 1)).astype("float64")

    def shift(layer):
        return model.context_layers[layer.name].kernel.numpy()[1]

    u = convolved(np.concatenate([x * known, known], -1), model.first_layer)
    u += model.place.embeddings.numpy().reshape(3, 2, 3)
    u = block(u, model.blocks_down[0][0], shift)
    # Rows of zeros fill up the last patches.
    filled = np.pad(u, [(0, 1), (0, 0), (0, 0)])
    coarse = np.array([[filled[i : i + 2].ravel()] for i in (0, 2)])
    coarse = convolved(coarse, model.coarsening[0])
    coarse = block(coarse, model.blocks_down[1][0], shift)
    fine = convolved(coarse, model.refining[0]).reshape(2, 2, 2, 3)
    u += fine.reshape(4, 2, 3)[:3]
    u = block(u, model.blocks_up[0][0], shift)
    kernel, bias = (weight.numpy() for weight in model.output_layer.weights)
    expected = relu(u) @ kernel + bias

    flat = [
        tf.constant(a.reshape(1, 6), tf.float32) for a in (x * known, known)
    ]
    found = model.conditionals(*flat, tf.constant([[0.0, 1.0]]))
    np.testing.assert_allclose(
        found[0, :, 0], expected.ravel(), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("patch_size", [1, 2])
def test_every_pixel_sees_the_whole_image(patch_size, rng):
    model = random_model(
        rng,
        (28, 28, 1),
        scale=0.2,
        filters=(4, 4, 4),
        num_blocks=2,
        patch_size=patch_size,
    )
    inputs = tf.constant(rng.random((1, 784)), tf.float32)
    known = tf.ones([1, 784])
    corners = [0, 27, 756, 783]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        parameters = tf.gather(
            model.conditionals(inputs, known, None)[0, :, 0], corners
        )
    seen = tape.jacobian(parameters, inputs).numpy()
    assert np.all(seen != 0)


def test_what_comes_later_is_not_seen(rng):
    """The first conditional after what is known has no other condition."""
    model = random_model(rng, (3, 3, 2), filters=4, patch_size=2)
    given = np.ones((3, 3, 2), bool)
    given[0, 1, 1] = given[2, 2, 0] = False
    x = np.repeat(rng.integers(2, size=(1, 3, 3, 2)), 4, axis=0)
    x[:, 0, 1, 1], x[:, 2, 2, 0] = [0, 0, 1, 1], [0, 1, 0, 1]
    score = np.exp(model.log_prob(x, given=given))
    assert score.sum() == pytest.approx(1.0, abs=1e-5)
    x[:, given] = 1 - x[:, given]
    assert np.any(np.exp(model.log_prob(x, given=given)) != score)


@pytest.mark.parametrize("shape", [(4, 4, 3), (5, 3, 2), (1, 1, 1)])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_patches_hold_pixels_side_by_side(shape, size, rng):
    x = rng.normal(size=(2, *shape)).astype("float32")
    found = patches(tf.constant(x), size)
    rows, columns = (-(-side // size) for side in shape[:2])
    assert found.shape == (2, rows, columns, size * size * shape[2])
    first = np.zeros((2, size, size, shape[2]))
    corner = x[:, :size, :size]
    first[:, : corner.shape[1], : corner.shape[2]] = corner
    np.testing.assert_array_equal(found[:, 0, 0], first.reshape(2, -1))
    np.testing.assert_array_equal(pixels(found, size, shape[:2]), x)


def test_the_channels_of_a_pixel_are_drawn_one_by_one():
    model = OrderAgnosticCNN(
        (2, 2, 3),
        filters=4,
        num_blocks=1,
        distribution="discretized_logistic_mixture",
        num_components=2,
    )
    assert model.site_shape == (2, 2, 3)
    known = np.zeros((2, 2, 3), bool)
    known[1, 1, 2] = True
    x = np.full((2, 2, 2, 3), 7, "uint8")
    np.testing.assert_array_equal(
        model.complete(x, known, seed=0).numpy()[:, known], x[:, known]
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": ()}, r"`filters`.*filters=\(\)"),
        ({"filters": (4, 0)}, "`filters`"),
        ({"num_blocks": 0}, "num_blocks=0"),
        ({"kernel_size": 2}, "kernel_size=2"),
        ({"patch_size": 0}, "patch_size=0"),
        ({"num_orderings": 0}, "num_orderings=0"),
        ({"ordering": [0, 0, 1, 2]}, "`ordering` must be a permutation"),
    ],
)
def test_arguments_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        OrderAgnosticCNN((2, 2, 1), **options)


def test_events_that_are_not_images_are_refused():
    with pytest.raises(ValueError, match="`event_shape` must be"):
        OrderAgnosticCNN((4,))
