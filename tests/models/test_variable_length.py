"""Sequences shorter than the event: the end is certain and costs nothing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tests.layers.convolutions import randomise
from tf_autoregressive.dependencies import find_dependencies
from tf_autoregressive.models import RNNNADE
from tf_autoregressive.models import CharCNN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import NGramMLP
from tf_autoregressive.models import WaveNet

BITS = {"distribution": "bernoulli"}
# By the event's shape behind the steps.
MODELS = {
    "vectors": (CharRNN, (3,), {"units": 4, "num_layers": 1, **BITS}),
    "conv": (CharCNN, (3,), {"filters": 4, "dilations": (1, 2), **BITS}),
    "nade": (RNNNADE, (3,), {"units": 4, "nade_units": 5}),
    "symbols": (NGramMLP, (), {"order": 3, "units": 4, "num_levels": 3}),
    "levels": (
        CharRNN,
        (2,),
        {"units": 4, "distribution": "categorical", "num_levels": 3},
    ),
}
LENGTHS = np.array([4, 0, 2, 3, 1], "int32")


def make(name, rng, steps=4, **options):
    cls, step_shape, sizes = MODELS[name]
    options = {"variable_length": True, **sizes, **options}
    model = cls((steps, *step_shape), **options)
    randomise([model], rng, scale=0.7)
    return model


def with_steps(model, steps, **changes):
    """Returns the same model, of events of another number of steps."""
    shape = [steps, *model.event_shape[1:]]
    config = {**model.get_config(), "event_shape": shape, **changes}
    other = type(model).from_config(config)
    other.set_weights(model.get_weights())
    return other


def sequences(model, rng, lengths=LENGTHS):
    x = rng.integers(model.num_levels, size=(len(lengths), *model.event_shape))
    for row, length in zip(x, lengths, strict=True):
        row[length:] = 0
    return x.astype("uint8")


@pytest.mark.parametrize("name", MODELS)
def test_a_sequence_scores_what_a_model_of_its_length_scores(name, rng):
    model = make(name, rng)
    x = sequences(model, rng)
    log_prob = model(x, context=LENGTHS).log_prob(x)
    assert log_prob[1] == 0.0
    for index in (2, 4):
        length = int(LENGTHS[index])
        own = with_steps(model, length, variable_length=False)
        row = x[index : index + 1, :length]
        np.testing.assert_allclose(
            log_prob[index], own(row).log_prob(row)[0], 1e-5
        )


@pytest.mark.parametrize("name", MODELS)
def test_more_padding_changes_nothing(name, rng):
    model = make(name, rng)
    x = sequences(model, rng)
    longer = np.concatenate([x, np.zeros_like(x)], axis=1)
    np.testing.assert_allclose(
        with_steps(model, 8)(longer, context=LENGTHS).log_prob(longer),
        model(x, context=LENGTHS).log_prob(x),
        rtol=1e-5,
    )


@pytest.mark.parametrize("name", MODELS)
def test_padding_has_no_gradient(name, rng):
    model = make(name, rng)
    x = sequences(model, rng)

    def gradients(rows):
        with tf.GradientTape() as tape:
            log_prob = model.training_log_prob(
                tf.constant(x[rows]), tf.constant(LENGTHS[rows])
            )
        return tape.gradient(
            log_prob, model.trainable_variables, unconnected_gradients="zero"
        )

    for gradient in gradients([1, 1]):
        np.testing.assert_array_equal(tf.convert_to_tensor(gradient), 0.0)
    for gradient in gradients([0, 1, 2]):
        assert np.isfinite(tf.convert_to_tensor(gradient)).all()


@pytest.mark.parametrize("name", MODELS)
def test_what_goes_on_after_its_end_cannot_be(name, rng):
    model = make(name, rng)
    x = sequences(model, rng)
    x[2, 2] = 1
    log_prob = model(x, context=LENGTHS).log_prob(x).numpy()
    np.testing.assert_array_equal(np.isfinite(log_prob), [1, 1, 0, 1, 1])
    per_dim = model.log_prob_per_dim(x, context=LENGTHS).numpy()
    np.testing.assert_array_equal(per_dim[2, 2], -np.inf)
    np.testing.assert_array_equal(per_dim[2, 3:], 0.0)


@pytest.mark.parametrize("name", ["conv", "nade", "levels"])
def test_draws_end_where_they_are_told(name, rng, seed):
    model, lengths = make(name, rng, steps=3), LENGTHS[1:]
    for options in ({}, {"temperature": 2.0, "min_p": 0.1}):
        with run_eagerly():
            x, log_prob = model.sample(
                4, seed=seed, context=lengths, return_log_prob=True, **options
            )
        assert np.isfinite(log_prob).all()
        assert log_prob[0] == 0.0
        for row, length in zip(x.numpy(), lengths, strict=True):
            np.testing.assert_array_equal(row[length:], 0)
    assert np.any(x != 0)


def test_dependencies_are_those_of_whole_sequences(rng):
    found = find_dependencies(make("nade", rng), [(2, 1)])
    assert not found.leaks.any()
    assert not found.unreachable.any()


@pytest.mark.parametrize("length", [-1, 5, 2.0])
def test_lengths_must_fit(length, rng):
    model = make("vectors", rng)
    x = np.zeros((1, 4, 3), "uint8")
    message = r"`context` must be integer lengths \[batch\] in \[0, 4\]"
    for use in (
        lambda: model.log_prob(x, context=np.array([length])),
        lambda: model.sample(1, context=length),
    ):
        with pytest.raises(ValueError, match=message):
            use()


def test_the_length_must_be_given(rng):
    model = make("nade", rng)
    with pytest.raises(ValueError, match="expects integer lengths"):
        model.log_prob(np.zeros((1, 4, 3), "uint8"))


def test_a_saved_model_asks_for_lengths(rng, tmp_path):
    model = make("nade", rng)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = sequences(model, rng)
    np.testing.assert_array_equal(
        again(x, context=LENGTHS).log_prob(x),
        model(x, context=LENGTHS).log_prob(x),
    )
    assert again.get_config() == model.get_config()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_classes": 3}, "`variable_length` makes the context the length"),
        ({"context_shape": (3,)}, "`variable_length` makes the context"),
    ],
)
def test_there_is_no_other_context(options, message, rng):
    with pytest.raises(ValueError, match=message):
        make("vectors", rng, **options)


def test_real_mixtures_are_never_certain():
    with pytest.raises(
        ValueError, match="`variable_length` needs a distribution that can"
    ):
        WaveNet(
            (4,),
            distribution="discretized_logistic_mixture",
            variable_length=True,
        )


def test_streams_have_no_length(rng):
    with pytest.raises(ValueError, match="use `sample` or `complete`"):
        make("vectors", rng).generate(1, 3)
