"""Distributions from outside the library, as the guide writes them."""

import pathlib
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tf_autoregressive import distributions
from tf_autoregressive.models import MADE
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.sampling_options import OPTIONS

ROOT = pathlib.Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "guides" / "new_distribution.md"
NUM_LEVELS = 4
CONVOLUTIONS = {"filters": 4, "num_blocks": 1, "head_filters": 4}


@pytest.fixture(scope="module")
def guide():
    """The classes that the guide defines, by name."""
    found = re.findall(
        r"^@keras.saving.*?^    [^\n]*(?=\n\n\n)",
        PAGE.read_text(),
        re.MULTILINE | re.DOTALL,
    )
    namespace = {}
    exec(
        "import keras\nimport tensorflow as tf\n"
        "import tensorflow_probability as tfp\n"
        "import tf_autoregressive as tfar\n" + "\n\n".join(found),
        namespace,
    )
    return namespace


@pytest.fixture(params=["vector", "image", "sequence", "real"])
def model(request, guide, rng):
    """A model of the guide's distributions, with random weights."""
    levels = guide["BetaBinomialOutput"](NUM_LEVELS)
    made = {
        "vector": lambda: MADE((3,), units=(6,), distribution=levels),
        "image": lambda: PixelCNN(
            (2, 2, 1), distribution=levels, **CONVOLUTIONS
        ),
        "sequence": lambda: CharRNN((3,), units=5, distribution=levels),
        "real": lambda: MADE(
            (3,), units=(6,), distribution=guide["LogisticOutput"](0.01)
        ),
    }[request.param]()
    for variable in made.trainable_variables:
        shape = variable.shape
        variable.assign(rng.normal(0.0, 0.5, shape).astype("float32"))
    return made


def test_both_methods_draw_the_same_and_score_it_alike(model):
    options = {"temperature": 0.7}
    if model.output_distribution.has_cuts:
        options |= {"top_k": 3, "top_p": 0.9, "min_p": 0.05}
    with run_eagerly():
        for given in ({}, options):
            x, log_prob = model.sample(
                32, seed=0, return_log_prob=True, **given
            )
            full, its_log_prob = model.sample(
                32, seed=0, method="full", return_log_prob=True, **given
            )
            np.testing.assert_allclose(x, full, rtol=1e-4, atol=1e-4)
            np.testing.assert_allclose(
                log_prob, its_log_prob, rtol=1e-4, atol=1e-4
            )
            if not given:
                np.testing.assert_allclose(
                    log_prob, model.log_prob(x), rtol=1e-4, atol=1e-4
                )


def test_probabilities_of_levels_sum_to_1(model):
    if model.num_levels is None:
        pytest.skip("real values are not enumerated")
    axes = np.indices([NUM_LEVELS] * model.num_dims)
    x = axes.reshape(model.num_dims, -1).T.reshape(-1, *model.event_shape)
    with run_eagerly():
        total = tf.reduce_sum(tf.exp(model.log_prob(x)))
    np.testing.assert_allclose(total, 1.0, rtol=1e-4)


def test_it_trains(model):
    with run_eagerly():
        x = model.sample(16, seed=1)
        before = float(tf.reduce_mean(model.log_prob(x)))
    model.compile(keras.optimizers.Adam(0.01), run_eagerly=True)
    model.fit(x.numpy(), epochs=4, batch_size=16, verbose=0)
    with run_eagerly():
        assert float(tf.reduce_mean(model.log_prob(x))) > before


def test_a_saved_model_holds_it(model, tmp_path):
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again.distribution) is type(model.distribution)
    assert again.distribution.get_config() == model.distribution.get_config()
    with run_eagerly():
        x = model.sample(8, seed=2)
        np.testing.assert_allclose(again.sample(8, seed=2), x, rtol=1e-5)
        np.testing.assert_allclose(
            again.log_prob(x), model.log_prob(x), rtol=1e-5
        )


@pytest.mark.slow
@pytest.mark.takes_turns
def test_exports_offer_what_it_offers(model, tmp_path):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    from export import export_model

    # Compares all signatures with the model, the options of a draw too.
    loaded = tf.saved_model.load(export_model(model, tmp_path / "model"))
    _, inputs = loaded.signatures["sample"].structured_input_signature
    # Guidance needs a context.
    offered = ["temperature"]
    if model.num_levels is not None:
        offered = [name for name in OPTIONS if name != "guidance"]
    assert [name for name in OPTIONS if name in inputs] == offered
    answer = loaded.signatures["sample"](
        num_samples=tf.constant(5),
        seed=tf.constant(3, tf.int64),
        first=tf.constant(0, tf.int64),
        **{
            name: tf.constant(OPTIONS[name].off, inputs[name].dtype)
            for name in offered
        },
    )
    np.testing.assert_allclose(
        answer["events"], model.sample(5, seed=3), rtol=1e-4, atol=1e-5
    )
    info = loaded.signatures["info"](request=tf.constant([0]))
    name = type(model.distribution).__name__
    assert info["distribution"].numpy() == [name.encode()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"distribution": "gauss"}, r"an OutputDistribution, or one of \['be"),
        (
            {"distribution": distributions.CategoricalOutput},
            "Received: .*class",
        ),
        (
            {
                "distribution": distributions.CategoricalOutput(3),
                "num_levels": 4,
            },
            "must be that of `distribution`, 3. Received: num_levels=4",
        ),
        (
            {
                "distribution": distributions.GaussianMixtureOutput(),
                "num_components": 4,
            },
            "an object has its own. Received: num_components=4",
        ),
        (
            {
                "distribution": distributions.VectorOutput(
                    distributions.BernoulliOutput(), 3
                )
            },
            "`distribution` must be of one dimension: MADE",
        ),
    ],
)
def test_what_is_no_distribution_of_the_model_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MADE((3,), units=(4,), **arguments)


def test_images_need_levels_in_order():
    for distribution in (
        distributions.SymbolsOutput(4),
        distributions.GaussianMixtureOutput(),
    ):
        with pytest.raises(ValueError, match="must have levels that are in"):
            PixelCNN((2, 2, 1), distribution=distribution, **CONVOLUTIONS)
    three = distributions.DiscretizedLogisticMixtureOutput(num_channels=3)
    with pytest.raises(ValueError, match="must be of 2 values, the channels"):
        PixelCNN((2, 2, 2), distribution=three, **CONVOLUTIONS)


def test_strings_are_shorthand_for_objects():
    named = PixelCNN(
        (2, 2, 2),
        distribution="discretized_logistic_mixture",
        num_levels=5,
        num_components=2,
        **CONVOLUTIONS,
    )
    given = PixelCNN(
        (2, 2, 2),
        distribution=distributions.DiscretizedLogisticMixtureOutput(
            num_levels=5, num_components=2
        ),
        **CONVOLUTIONS,
    )
    assert named.get_config()["distribution"] == named.output_distribution.name
    configs = [m.output_distribution.get_config() for m in (named, given)]
    assert (
        configs[0]
        == configs[1]
        == {
            "num_levels": 5,
            "num_components": 2,
            "num_channels": 2,
        }
    )


@pytest.mark.parametrize(
    "output",
    [
        *(cls() for cls in distributions.SHORTHANDS.values()),
        distributions.VectorOutput(distributions.CategoricalOutput(3), 2),
    ],
    ids=repr,
)
def test_configurations_make_the_same_distribution(output):
    config = keras.saving.serialize_keras_object(output)
    assert config["registered_name"].startswith("tf_autoregressive>")
    again = distributions.output_distribution(config)
    assert type(again) is type(output)
    assert again.get_config() == output.get_config()
    assert again.num_parameters == output.num_parameters


def test_steps_of_several_values_need_ordered_ones():
    with pytest.raises(ValueError, match="single values, and ordered ones"):
        CharRNN((2, 2), units=3, distribution="symbols", num_levels=3)


def test_steps_of_coupled_values_sum_to_1(rng):
    model = CharRNN(
        (2, 2),
        units=4,
        distribution="discretized_logistic_mixture",
        num_levels=3,
        num_components=2,
    )
    for variable in model.trainable_variables:
        shape = variable.shape
        variable.assign(rng.normal(0.0, 0.5, shape).astype("float32"))
    x = np.indices([3] * 4).reshape(4, -1).T.reshape(-1, 2, 2)
    with run_eagerly():
        total = tf.reduce_sum(tf.exp(model.log_prob(x)))
        drawn = [model.sample(32, seed=0, method=m) for m in ("full", None)]
    np.testing.assert_allclose(total, 1.0, rtol=1e-4)
    np.testing.assert_array_equal(drawn[0], drawn[1])
