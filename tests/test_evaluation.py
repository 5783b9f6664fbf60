import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive import evaluation
from tf_autoregressive import models


def test_neighbours_are_the_nearest_examples(rng):
    # These have 8 bits, in which differences and their squares overflow.
    examples = rng.integers(256, size=(50, 3, 2, 1)).astype("uint8")
    samples = rng.integers(256, size=(4, 3, 2, 1)).astype("uint8")
    differences = samples[:, None].astype(int) - examples.astype(int)
    differences = differences.reshape(4, 50, -1)
    distances = np.sqrt((differences**2).sum(axis=-1))
    found, found_distances = evaluation.nearest_neighbours(samples, examples)
    np.testing.assert_allclose(
        found_distances, np.sort(distances, axis=1)[:, :5]
    )
    expected = examples[np.argsort(distances, axis=1, kind="stable")[:, :5]]
    np.testing.assert_array_equal(found, expected)


def test_neighbours_come_from_batches_of_pairs_too(rng):
    examples = rng.integers(2, size=(20, 9)).astype("uint8")
    dataset = tf.data.Dataset.from_tensor_slices((examples, np.zeros(20)))
    whole = evaluation.nearest_neighbours(examples[3:5], examples)
    batched = evaluation.nearest_neighbours(examples[3:5], dataset.batch(7))
    for one, other in zip(whole, batched, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (whole[1][:, 0] == 0).all()


def test_neighbours_that_do_not_exist_are_refused():
    examples = np.zeros((3, 2))
    with pytest.raises(ValueError, match="num_neighbours=4"):
        evaluation.nearest_neighbours(examples, examples, num_neighbours=4)
    with pytest.raises(ValueError, match="num_neighbours=0"):
        evaluation.nearest_neighbours(examples, examples, num_neighbours=0)
    with pytest.raises(ValueError, match=r"\(3,\) and \(2,\)"):
        evaluation.nearest_neighbours(examples, np.zeros((5, 3)))


@pytest.mark.parametrize(
    ("model", "positions"),
    [
        (models.NADE((2, 2, 1), units=3), [(0, 0, 0), (1, 1, 0)]),
        (models.MADE((3,), units=(4,), num_masks=2), [(1,), (2,)]),
        (
            models.PixelCNN(
                (2, 2, 3),
                filters=3,
                num_blocks=1,
                distribution="discretized_logistic_mixture",
                num_levels=300,
                num_components=2,
            ),
            [(0, 1, 2), (1, 0, 0)],
        ),
    ],
    ids=["nade", "ensemble", "coupled channels"],
)
def test_predictive_probabilities_are_those_of_the_model(model, positions, rng):
    x = rng.integers(model.num_levels, size=model.event_shape)
    found = evaluation.predictive_probabilities(model, x, positions)
    assert found.shape == (2, model.num_levels)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-4)
    log_prob = model.log_prob_per_dim(x[None])[0].numpy()
    for row, position in zip(found, positions, strict=True):
        np.testing.assert_allclose(
            np.log(row[x[position]]), log_prob[position], rtol=1e-4
        )


def test_predictive_probabilities_depend_on_the_context():
    model = models.FVSBN((2,), num_classes=3)
    for weight in model.trainable_variables:
        weight.assign(np.arange(np.prod(weight.shape)).reshape(weight.shape))
    for label in range(3):
        (found,) = evaluation.predictive_probabilities(
            model, [1, 0], [(1,)], context=label
        )
        expected = np.exp(model.log_prob([[1, 1]], [label]).numpy())
        first = np.exp(model.log_prob_per_dim([[1, 1]], [label]).numpy())
        np.testing.assert_allclose(
            found[1] * first[0, 0], expected[0], rtol=1e-5
        )


def test_what_has_no_probabilities_is_refused():
    with pytest.raises(ValueError, match="discrete"):
        evaluation.predictive_probabilities(
            models.RNADE((2,), units=2), [0.0, 0.0], [(0,)]
        )
    model = models.FVSBN((2,))
    for position in [(2,), (-1,), (0, 0)]:
        with pytest.raises(ValueError, match=r"must lie in \(2,\)"):
            evaluation.predictive_probabilities(model, [0, 0], [position])


def sensitivity(model, hidden_of):
    """Returns the derivatives of the first layer, `[U, *event_shape]`."""
    x = tf.zeros([1, *model.event_shape])
    with tf.GradientTape() as tape:
        tape.watch(x)
        hidden = hidden_of(tf.reshape(x, [1, -1]))
    return tape.jacobian(hidden, x).numpy()[0, :, 0]


def test_features_of_made_are_the_derivatives_of_its_units():
    model = models.MADE((2, 3, 1), units=(5,), ordering="random", num_masks=2)
    for member in range(2):
        np.testing.assert_array_equal(
            evaluation.first_layer_features(model, member=member),
            sensitivity(
                model, lambda x, m=member: model.hidden_layers[0](x, member=m)
            ),
        )


def test_features_of_fvsbn_are_those_of_its_outputs():
    model = models.FVSBN((2, 2, 1), ordering="reversed")
    for weight in model.trainable_variables:
        weight.assign(np.ones(weight.shape))
    features = evaluation.first_layer_features(model).reshape(4, 4)
    np.testing.assert_array_equal(features, np.triu(np.ones((4, 4)), 1))


@pytest.mark.parametrize("ordering", ["natural", (2, 0, 3, 1)])
def test_features_of_nade_are_in_the_order_of_the_event(ordering, rng):
    model = models.NADE((4,), units=6, ordering=ordering, activation="linear")
    features = evaluation.first_layer_features(model)
    last = [0, 1, 2, 3][-1] if ordering == "natural" else ordering[-1]
    x = np.zeros((5, 4), "int32")
    x[np.arange(1, 5), np.arange(4)] = 1
    logits = model.parameters_for(x)[:, last, 0].numpy()
    decoder = model.conditionals.decoder.numpy()[-1, 0]
    expected = decoder @ features
    expected[last] = 0.0
    np.testing.assert_allclose(logits[1:] - logits[0], expected, atol=1e-6)


def test_features_of_deep_nade_are_those_of_values():
    model = models.DeepNADE((3,), units=(4,))
    kernel = model.hidden_layers[0].kernel.numpy()
    np.testing.assert_array_equal(
        evaluation.first_layer_features(model), kernel[:3].T
    )


def test_masks_are_those_of_the_paper():
    model = models.MADE((3,), units=(2, 2), direct=False)
    found = evaluation.mask_matrices(model)
    assert list(found) == ["hidden layer 1", "hidden layer 2", "outputs"]
    product = np.linalg.multi_dot([m.astype(int) for m in found.values()])
    # Germain et al. 2015, Sec. 3: strictly triangular, whatever the degrees.
    assert not np.tril(product).any()
    with_direct = evaluation.mask_matrices(models.MADE((3,), units=(2,)))
    np.testing.assert_array_equal(
        with_direct["direct connections"], np.triu(np.ones((3, 3), bool), 1)
    )


def test_models_without_what_is_asked_for_are_refused():
    model = models.NGramMLP((4,), num_levels=3, units=2)
    with pytest.raises(ValueError, match="Received: NGramMLP"):
        evaluation.first_layer_features(model)
    with pytest.raises(ValueError, match="Received: NGramMLP"):
        evaluation.mask_matrices(model)


def test_attention_is_what_the_layer_of_the_model_pays(rng):
    # The second layer sees two steps back, the first one every second step.
    model = models.ImageTransformer(
        (2, 3, 1), units=8, num_layers=2, num_heads=2, stride=2, num_classes=2
    )
    x = rng.integers(2, size=(4, 2, 3, 1))
    before = model.log_prob(x, context=[0, 1, 0, 1])
    back = np.subtract.outer(np.arange(6), np.arange(6))
    seen = [(back >= 0) & (back < 2), (back >= 0) & (back % 2 == 0)]
    for layer in range(2):
        weights = evaluation.attention_weights(
            model, x, layer=layer, context=[0, 1, 0, 1]
        )
        assert weights.shape == (4, 2, 6, 6)
        np.testing.assert_allclose(weights.sum(axis=-1), 1.0, rtol=1e-5)
        np.testing.assert_array_equal(
            weights > 0.0, np.broadcast_to(seen[layer], weights.shape)
        )
    # Looking leaves no trace.
    np.testing.assert_array_equal(
        model.log_prob(x, context=[0, 1, 0, 1]), before
    )
    with pytest.raises(ValueError, match="which is 2 in this ImageTransformer"):
        evaluation.attention_weights(model, x, layer=2, context=[0, 1, 0, 1])


def test_attention_is_computed_from_what_a_step_has_seen(rng):
    model = models.Transformer(
        (5,), num_levels=3, units=8, num_layers=2, num_heads=2
    )
    x = rng.integers(3, size=(1, 5))
    changed = x.copy()
    changed[0, 3] = (x[0, 3] + 1) % 3
    one, other = (
        evaluation.attention_weights(model, events, layer=1)
        for events in (x, changed)
    )
    # Step 4 is the first that has seen the value of step 3.
    np.testing.assert_array_equal(one[..., :4, :], other[..., :4, :])
    assert (one[..., 4, :] != other[..., 4, :]).any()
