"""Sequence models: texts, sequences of any length, what continues a prime."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.convolutions import randomise
from tf_autoregressive.layers import AdaptivePrediction
from tf_autoregressive.models import RNNNADE
from tf_autoregressive.models import CharCNN
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import NGramMLP
from tf_autoregressive.models import Transformer
from tf_autoregressive.models import WaveNet
from tf_autoregressive.models.generation import CHUNK

SIZES = {
    NGramMLP: {"order": 4, "units": 6},
    CharRNN: {"units": 6},
    CharCNN: {"filters": 6, "dilations": (1, 2)},
    WaveNet: {
        "filters": 4,
        "skip_filters": 5,
        "num_stacks": 2,
        "num_layers": 2,
    },
    Transformer: {"units": 4, "num_heads": 2, "num_layers": 1},
}


def make(cls, rng, steps=9, **options):
    options = {"vocabulary": "abcd", "embedding_size": 3, **options}
    model = cls((steps,), **SIZES[cls], **options)
    randomise([model], rng, scale=0.6)
    return model


@pytest.mark.slow
@pytest.mark.parametrize("cls", SIZES)
def test_generated_sequences_continue_those_that_are_scored(cls, rng):
    model = make(cls, rng)
    # Without noise the most probable symbols are drawn, whatever the seed.
    expected = model.sample(1, seed=0, top_k=1).numpy()
    for known in (0, 1, 4):
        drawn = model.generate(1, 9 - known, prime=expected[0, :known], top_k=1)
        np.testing.assert_array_equal(drawn, expected[:, known:])


@pytest.mark.slow
@pytest.mark.parametrize("cls", [CharRNN, CharCNN, RNNNADE])
def test_steps_of_several_values_continue_too(cls, rng):
    sizes = {RNNNADE: {"units": 4, "nade_units": 5}, **SIZES}[cls]
    model = cls((4, 3), distribution="bernoulli", **sizes)
    randomise([model], rng, scale=0.7)
    expected = model.sample(1, seed=0, top_k=1).numpy()
    for known in (0, 2):
        prime = expected[0, :known]
        drawn = model.generate(1, 4 - known, prime=prime, top_k=1)
        np.testing.assert_array_equal(drawn, expected[:, known:])
    with pytest.raises(ValueError, match=r"integers \[steps, 3\] in \[0, 2\)"):
        model.generate(1, 2, prime=[0, 1])


@pytest.mark.slow
@pytest.mark.parametrize("cls", SIZES)
def test_neither_length_nor_number_changes_what_is_drawn(cls, rng):
    model = make(cls, rng)
    long = model.generate(3, 2 * CHUNK + 5, seed=1, prime="abca")
    assert long.shape == (3, 2 * CHUNK + 5)
    short = model.generate(5, CHUNK + 1, seed=1, prime="abca")
    np.testing.assert_array_equal(short[:3], long[:, : CHUNK + 1])
    other = model.generate(3, CHUNK + 1, seed=2, prime="abca")
    assert (other != short[:3]).numpy().any()


@pytest.mark.slow
def test_chunks_are_drawn_from_the_conditionals(rng):
    # What a model of 230 steps scores highest, over two chunks and a prime.
    model = make(CharRNN, rng, steps=230)
    prime = "abcd" * 30
    drawn = model.generate(1, 110, prime=prime, top_k=1).numpy()
    x = np.concatenate([model.encode(prime), drawn[0]])[None]
    logits = model.parameters_for(x).numpy()
    np.testing.assert_array_equal(
        np.argmax(logits[0, len(prime) :], axis=-1), drawn[0]
    )


@pytest.mark.slow
def test_a_prime_changes_what_follows(rng):
    model = make(CharCNN, rng)
    drawn = [
        model.generate(8, 20, seed=0, prime=prime).numpy()
        for prime in ("aaa", "bbb")
    ]
    assert (drawn[0] != drawn[1]).any()


def test_streams_are_cut_where_they_end(rng):
    model = make(NGramMLP, rng)
    chunks = [chunk.shape for chunk in model.stream(2, CHUNK + 7, seed=0)]
    assert chunks == [(2, CHUNK), (2, 7)]


def test_the_vocabulary_travels_with_the_model(rng, tmp_path):
    model = make(NGramMLP, rng)
    model.save(tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras")
    assert model.decode(model.encode("dab")) == "dab"
    assert model.num_levels == 4


@pytest.mark.slow
def test_so_does_what_stands_for_unknown_characters(rng, tmp_path):
    model = make(NGramMLP, rng, unknown="c")
    model.save(tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras")
    assert model.decode(model.encode("axb")) == "acb"
    drawn = model.generate(1, 5, prime="axb", seed=0)
    np.testing.assert_array_equal(
        drawn, model.generate(1, 5, prime="acb", seed=0)
    )
    with pytest.raises(ValueError, match="`unknown` must be None or one of"):
        make(NGramMLP, rng, unknown="x")
    with pytest.raises(ValueError, match="`unknown` needs a `vocabulary`"):
        make(NGramMLP, rng, vocabulary=None, num_levels=4, unknown="c")


@pytest.mark.slow
@pytest.mark.parametrize("cls", SIZES)
def test_the_start_symbol_is_no_character(cls, rng):
    model = make(cls, rng)
    x = np.zeros([1, 9], "int32")
    before = model.log_prob_per_dim(x).numpy()[0]
    embedding = model.embedding.embeddings
    embedding.assign(embedding + np.eye(5)[:, :1] * 0.5)
    after = model.log_prob_per_dim(x).numpy()[0]
    # The first character sees row 0; what has only characters in view, all of
    # them character 0, does not.
    assert after[0] != before[0]
    if cls is NGramMLP:
        np.testing.assert_array_equal(after[3:], before[3:])
    embedding.assign(embedding + np.eye(5)[:, 1:2] * 0.5)
    characters = model.log_prob_per_dim(x).numpy()[0]
    assert characters[0] == after[0]
    assert np.all(characters[1:] != after[1:])


@pytest.mark.slow
def test_a_stream_is_checked_before_it_is_read(rng):
    model = make(CharRNN, rng)
    with pytest.raises(ValueError, match="`temperature` must be a number"):
        model.stream(1, 3, temperature=-1.0)
    with pytest.raises(ValueError, match="`num_samples` must be an integer"):
        model.stream(0, 3)
    drawn = [model.generate(1, 3, prime=none, seed=0) for none in ([], "")]
    np.testing.assert_array_equal(*drawn)


def test_without_a_vocabulary_there_are_no_texts(rng):
    model = make(CharRNN, rng, vocabulary=None, num_levels=4)
    with pytest.raises(ValueError, match="has no vocabulary"):
        model.encode("ab")
    with pytest.raises(ValueError, match="has no vocabulary"):
        model.generate(1, 3, prime="ab")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_steps": 0}, "`num_steps` must be an integer"),
        ({"num_steps": 2.5}, "`num_steps` must be an integer of at least 1"),
        ({"prime": [0, 4]}, r"a text, or integers \[steps\] in \[0, 4\)"),
        ({"prime": [[0]]}, r"a text, or integers \[steps\] in"),
        ({"prime": [0.5]}, r"a text, or integers \[steps\] in"),
        ({"prime": "abx"}, "Received: 'x' at position 2"),
        ({"prime": 3}, r"a text, or integers \[steps\] in"),
        ({"min_p": 2.0}, "`min_p` must be a number above 0 and at most 1"),
        ({"top_k": 2.5}, "`top_k` must be an integer of at least 1"),
    ],
)
def test_arguments_of_generation_are_checked(options, message, rng):
    model = make(CharRNN, rng)
    with pytest.raises(ValueError, match=message):
        model.generate(1, **{"num_steps": 3, **options})


@pytest.mark.parametrize(
    ("cls", "options", "message"),
    [
        (CharRNN, {"event_shape": (4, 4, 4)}, r"must be \(steps,\) or"),
        (CharRNN, {"event_shape": (4, 4)}, "for steps of several values"),
        (CharRNN, {"cell": "rnn"}, "`cell` must be one of"),
        (CharRNN, {"units": 0}, "`units` must be an integer of"),
        (CharRNN, {"vocabulary": "ab", "num_levels": 3}, "2 characters of"),
        (CharRNN, {"context_shape": (3, 2)}, "divides that of event_shape"),
        (NGramMLP, {"order": 1}, "`order` must be an integer of"),
        (NGramMLP, {"distribution": "categorical"}, '"symbols"'),
        (CharCNN, {"dilations": ()}, "`dilations` must hold one or more"),
        (WaveNet, {"num_stacks": 0}, "`num_stacks`"),
        (WaveNet, {"direct_steps": -1}, "`direct_steps`"),
        (WaveNet, {"direct_steps": 2}, "symbols have no size"),
        (WaveNet, {"companded_inputs": True}, "symbols have no size"),
        (WaveNet, {"adaptive_order": 2}, "must have a location"),
    ],
)
def test_arguments_are_checked(cls, options, message):
    with pytest.raises(ValueError, match=message):
        cls(**{"event_shape": (4,), **options})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (lambda: CharCNN((9,), filters=2, dilations=(1, 2), kernel_size=3), 7),
        (
            lambda: WaveNet(
                (9,), filters=2, skip_filters=2, num_stacks=2, num_layers=3
            ),
            16,
        ),
        (lambda: _small_wavenet(direct_steps=3), 3),
    ],
)
def test_the_receptive_field_is_known(model, expected):
    assert model().receptive_field == expected


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (
            lambda: NGramMLP((4,), units=2, vocabulary="ab"),
            ["nats_per_token", "perplexity", "bits_per_char"],
        ),
        (
            lambda: NGramMLP((4,), units=2, num_levels=3),
            ["nats_per_token", "perplexity"],
        ),
        (
            lambda: CharRNN((4, 3), units=2, distribution="bernoulli"),
            ["nats_per_step"],
        ),
        (
            lambda: CharRNN((4,), units=2, distribution="categorical"),
            ["bits_per_dim"],
        ),
    ],
    ids=["text", "symbols", "vectors", "levels"],
)
def test_scores_have_the_unit_of_the_data(model, names):
    assert [metric.name for metric in model().make_unit_metrics()] == names


@pytest.mark.slow
@pytest.mark.parametrize("clipnorm", [None, 1e-3])
def test_gradients_of_repeated_symbols_are_added_before_their_norm(clipnorm):
    x = np.ones((4, 6), "uint8")
    model = CharRNN((6,), num_levels=3, units=4, num_layers=1, dropout=0.0)
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(model.log_prob(x))
    weights = model.trainable_variables
    gradients = tape.gradient(loss, weights)
    expected = tf.linalg.global_norm([*map(tf.convert_to_tensor, gradients)])
    before = model.get_weights()
    optimizer = keras.optimizers.SGD(1.0, global_clipnorm=clipnorm)
    model.compile(optimizer=optimizer, run_eagerly=True)
    model.logs_gradient_norm = True

    logs = model.fit(x, verbose=0).history

    np.testing.assert_allclose(logs["gradient_norm"], [expected], rtol=1e-5)
    moved = map(np.subtract, before, model.get_weights())
    length = np.sqrt(sum(np.sum(np.square(part)) for part in moved))
    np.testing.assert_allclose(length, clipnorm or expected, rtol=1e-3)


def _small_wavenet(**options):
    return WaveNet(
        (5,),
        filters=2,
        skip_filters=2,
        num_stacks=1,
        num_layers=1,
        kernel_size=1,
        distribution="discretized_logistic_mixture",
        num_levels=256,
        num_components=1,
        **options,
    )


def test_the_last_steps_of_a_wavenet_go_straight_to_the_parameters(rng):
    model = _small_wavenet(direct_steps=2)
    x = rng.integers(0, 256, (3, 5))
    direct = model.direct.kernel.numpy()[:, 0]
    with_them = model.parameters_for(x).numpy()
    model.direct.kernel.assign(np.zeros([2, 1, 3]))
    found = with_them - model.parameters_for(x).numpy()
    scaled = 2 * x / 255 - 1
    before = (
        np.pad(scaled, [[0, 0], [2, 0]])[:, :5],
        np.pad(scaled, [[0, 0], [1, 0]])[:, :5],
    )
    expected = sum(
        b[..., None] * d for b, d in zip(before, direct, strict=True)
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_wavenet_without_weights_trusts_the_prediction(rng):
    model = _small_wavenet(adaptive_order=2)
    last = model.head[-1]
    last.kernel.assign(tf.zeros_like(last.kernel))
    last.bias.assign([0.5, -0.25, 1.5])  # logit, mean, log-scale
    x = rng.integers(0, 256, (3, 5))
    before = np.pad(2 * x / 255 - 1, [[0, 0], [1, 0]])[:, :5, None]
    layer = AdaptivePrediction(2, smallest=2 / 255)
    prediction, error, _ = np.moveaxis(layer(before.astype("float32")), -1, 0)
    expected = [0.5 + 0 * error, prediction - 0.25 * error, 1.5 + np.log(error)]
    np.testing.assert_allclose(
        model.parameters_for(x), np.stack(expected, axis=-1), atol=1e-5
    )


def test_a_wavenet_sees_companded_values_beside_the_values():
    model = _small_wavenet(companded_inputs=True)
    kernel = np.zeros([1, 2, 2])
    kernel[0, 0, 0] = kernel[0, 1, 1] = 1.0
    model.first_layer.kernel.assign(kernel)
    seen = model.first_layer(model._embedded(tf.constant([[[-1.0], [0.02]]])))
    # sign(x) log(1 + 255 |x|) / log(256), of which log(6.1) = 1.80829.
    np.testing.assert_allclose(
        seen[0], [[-1.0, -1.0], [0.02, 0.326103]], rtol=1e-5
    )
