"""Scores, each computed by other means, and their explanations."""

import zlib

import keras
import numpy as np
import pytest

from tests.zoo import BY_NAME
from tf_autoregressive import anomaly
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import RNADE


@pytest.fixture(scope="module")
def model():
    return BY_NAME["nade-categorical"].build(0)


@pytest.fixture(scope="module")
def background():
    return BY_NAME["nade-categorical"].build(1)


@pytest.fixture(scope="module")
def x(model):
    rng = np.random.default_rng(5)
    return rng.integers(0, model.num_levels, (30, *model.event_shape))


def test_likelihood_is_the_surprise(model, x):
    detector = anomaly.Detector(model, "likelihood", batch_size=7)
    np.testing.assert_allclose(
        detector.score(x), -model.log_prob(x).numpy(), rtol=1e-5
    )
    np.testing.assert_allclose(
        detector.explain(x).reshape(30, -1).sum(1), detector.score(x), rtol=1e-4
    )


def test_likelihood_ratio_is_high_where_the_background_is_better(
    model, background, x
):
    detector = anomaly.Detector(
        model, "likelihood_ratio", background=background
    )
    expected = background.log_prob(x).numpy() - model.log_prob(x).numpy()
    np.testing.assert_allclose(detector.score(x), expected, rtol=1e-5)
    np.testing.assert_allclose(
        detector.explain(x).reshape(30, -1).sum(1), expected, atol=1e-4
    )


def test_input_complexity_takes_the_code_length_off(model, x):
    detector = anomaly.Detector(model, "input_complexity")
    lengths = [8 * len(zlib.compress(bytes(e.ravel().tolist()), 9)) for e in x]
    expected = -model.log_prob(x).numpy() - np.log(2.0) * np.array(lengths)
    np.testing.assert_allclose(detector.score(x), expected, rtol=1e-5)


def test_a_compressor_of_ones_own_sees_one_event_at_a_time(model, x):
    seen = []

    def compressor(event):
        seen.append(event)
        return b"12"

    detector = anomaly.Detector(model, anomaly.InputComplexity(compressor))
    expected = -model.log_prob(x).numpy() - 16 * np.log(2.0)
    np.testing.assert_allclose(detector.score(x), expected, rtol=1e-5)
    np.testing.assert_array_equal(np.concatenate(seen), x)
    with pytest.raises(ValueError, match="must be registered"):
        detector.get_config()


def test_the_codec_of_another_model_is_a_compressor(
    model, background, x, tmp_path
):
    pytest.importorskip("constriction", reason="needs .[compression]")
    from tf_autoregressive.compression import Codec

    codec = anomaly.CodecCompressor(background)
    detector = anomaly.Detector(model, "input_complexity", compressor=codec)
    lengths = [8 * len(Codec(background).compress(e[None])) for e in x[:4]]
    expected = -model.log_prob(x[:4]).numpy() - np.log(2.0) * np.array(lengths)
    np.testing.assert_allclose(detector.score(x[:4]), expected, atol=30.0)
    # Headers hold the size of batches, and are the same for all events.
    difference = detector.score(x[:4]) - expected
    np.testing.assert_allclose(difference, difference[0], rtol=1e-4)
    detector.save(tmp_path / "detector.keras")
    found = keras.saving.load_model(tmp_path / "detector.keras", safe_mode=True)
    np.testing.assert_array_equal(found.score(x[:4]), detector.score(x[:4]))


def test_png_compresses_images_without_loss(rng):
    image = pytest.importorskip("PIL.Image")
    import io

    for shape, levels in (((1, 5, 4, 3), 256), ((1, 5, 4, 1), 2)):
        event = rng.integers(0, levels, shape)
        found = np.asarray(image.open(io.BytesIO(anomaly.png(event))))
        np.testing.assert_array_equal(found.reshape(shape), event)
    with pytest.raises(ValueError, match="`png` takes images"):
        anomaly.png(event[0])


def test_typicality_learns_the_entropy_from_the_first_fifth(model, x):
    detector = anomaly.Detector(model, "typicality").calibrate(x)
    surprise = -model.log_prob(x).numpy()
    expected = np.abs(surprise - surprise[:6].mean())
    np.testing.assert_allclose(detector.score(x), expected, atol=1e-4)
    np.testing.assert_allclose(
        detector.calibration.scores, np.sort(expected[6:]), atol=1e-4
    )
    given = anomaly.Detector(model, "typicality", entropy=3.0).calibrate(x)
    np.testing.assert_allclose(
        given.score(x), np.abs(surprise - 3.0), atol=1e-4
    )
    assert len(given.calibration.scores) == 30
    with pytest.raises(ValueError, match="`entropy` is not known yet"):
        anomaly.Detector(model, "typicality").score(x)


def test_batch_typicality_is_that_of_means(model, x):
    detector = anomaly.Detector(
        model, "batch_typicality", num_events=7, entropy=2.0, batch_size=8
    ).calibrate(x)
    surprise = -model.log_prob(x[:28]).numpy().reshape(4, 7)
    expected = np.abs(surprise.mean(axis=1) - 2.0)
    np.testing.assert_allclose(detector.score(x[:28]), expected, atol=1e-4)
    # The last two events are no group.
    assert len(detector.calibration.scores) == 4
    with pytest.raises(ValueError, match="groups of 7"):
        detector.score(x)


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("nade-categorical", 2),
        ("pixel-cnn-pp-logistics", (2, 1)),
        ("rnn-nade-labels", 2),
    ],
)
def test_conditional_surprise_is_the_largest_mean_of_a_window(
    name, window, rng
):
    model, case = BY_NAME[name].build(0), BY_NAME[name]
    batch = case.batch(rng, 5)
    detector = anomaly.Detector(model, "conditional_surprise", window=window)
    x, context = batch if isinstance(batch, tuple) else (batch, None)
    surprise = -model.log_prob_per_dim(x, context).numpy()
    places = surprise.ndim - 1 - (surprise.ndim == 4 or surprise.ndim == 3)
    by_place = surprise.reshape(*surprise.shape[: 1 + places], -1).sum(-1)
    sides = np.broadcast_to(window, places)
    windows = np.lib.stride_tricks.sliding_window_view(
        by_place, sides, axis=tuple(range(1, 1 + places))
    )
    expected = windows.reshape(5, -1, np.prod(sides)).mean(-1).max(-1)
    np.testing.assert_allclose(detector.score(x, context), expected, rtol=1e-4)


def test_scores_refuse_models_that_they_do_not_go_with(model):
    def refused(message, *args, **options):
        with pytest.raises(ValueError, match=message):
            anomaly.Detector(*args, **options)

    shape = model.event_shape
    refused("`background` must", model, "likelihood_ratio", background=3)
    refused(
        "event_shape of the model",
        model,
        "likelihood_ratio",
        background=FVSBN((5, *shape)),
    )
    refused(
        "num_levels of the model",
        model,
        "likelihood_ratio",
        background=FVSBN(shape),
    )
    refused("takes other arguments", model, "likelihood_ratio")
    refused("takes other arguments", model, "likelihood", background=model)
    refused("`score` must be a Score or one of", model, "likelyhood")
    refused("with its name", model, anomaly.Likelihood(), window=3)
    refused("for real-valued events", RNADE((3,)), "input_complexity")
    refused("`compressor` must", model, "input_complexity", compressor="rar")
    refused("`window` must fit", model, "conditional_surprise", window=99)
    refused("`entropy` must", model, "typicality", entropy=np.nan)
    orders = MADE((3,), num_masks=2, order_agnostic=True)
    refused("several orderings", orders, "conditional_surprise")
    refused("`model` must", keras.Sequential())


def test_mutated_inputs_replace_a_share_of_values():
    x = np.zeros((1000, 20), "uint8")
    data = anomaly.MutatedInputs(x, 4, rate=0.4, batch_size=300, seed=1)
    first = [data[i] for i in range(len(data))]
    assert [len(batch) for batch in first] == [300, 300, 300, 100]
    changed = np.mean(np.concatenate(first) != 0)
    # A value in four is replaced by itself; five standard errors.
    assert abs(changed - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 20000)
    np.testing.assert_array_equal(first[1], data[1])
    data.on_epoch_end()
    assert (first[1] != data[1]).any()
    rows = np.arange(100)[:, None]
    order = anomaly.MutatedInputs(rows, 100, rate=0.0, batch_size=100)[0]
    np.testing.assert_array_equal(np.sort(order, axis=0), rows)
    with pytest.raises(ValueError, match="`x` must hold"):
        anomaly.MutatedInputs([[4]], 4)


def test_a_background_trains_on_mutated_inputs(x, model):
    background = FVSBN(
        model.event_shape,
        distribution="categorical",
        num_levels=model.num_levels,
    )
    background.compile("adam")
    data = anomaly.MutatedInputs(x, model.num_levels, batch_size=8)
    history = background.fit(data, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_a_compressor_must_return_bytes(rng):
    model = BY_NAME["fvsbn"].build(0)
    score = anomaly.InputComplexity(lambda x: x.size)
    with pytest.raises(ValueError, match=r"must return bytes\. Received: int"):
        score.scores(model, BY_NAME["fvsbn"].events(rng, 2))
