"""Conformal p-values: their definition, their law, and AUROC."""

import numpy as np
import pytest
import tensorflow_probability as tfp

from tests.zoo import BY_NAME
from tf_autoregressive import anomaly

tfd = tfp.distributions

NUM_SPLITS, NUM_HELD_OUT, NUM_FRESH = 200, 190, 50


def test_p_values_count_the_scores_that_are_as_large(rng):
    held_out = rng.integers(0, 20, 57).astype("float32")
    scores = np.append(rng.integers(-3, 23, 40), np.inf).astype("float32")
    expected = [(1 + sum(h >= s for h in held_out)) / 58 for s in scores]
    found = anomaly.Calibration(held_out).p_values(scores)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("rate", [0.01, 0.07, 0.29, 0.5])
@pytest.mark.parametrize("n", [99, 100, 198, 999])
def test_the_threshold_alarms_where_the_p_value_does(rng, n, rate):
    # Ties, and rates whose product with n + 1 is rounded down.
    calibration = anomaly.Calibration(rng.integers(0, n // 2, n))
    scores = np.arange(-1, n // 2 + 1)
    alarms = scores > calibration.threshold(rate)
    np.testing.assert_array_equal(alarms, calibration.p_values(scores) <= rate)


@pytest.mark.parametrize(
    ("rate", "needed"), [(0.01, 99), (0.001, 999), (0.05, 19), (0.3, 3)]
)
def test_too_few_scores_for_a_rate_are_told_how_many_it_takes(rate, needed):
    assert anomaly.num_needed(rate) == needed
    anomaly.Calibration(np.arange(needed)).threshold(rate)
    few = anomaly.Calibration(np.arange(needed - 1))
    with pytest.raises(ValueError, match=f"at least {needed} scores"):
        few.threshold(rate)


def test_the_law_of_false_alarms_is_the_tail_of_a_binomial():
    law = anomaly.false_alarm_law(99, 0.05)
    for rate in (0.02, 0.05, 0.09):
        # Fewer than l of n scores above a quantile keep the rate above it.
        binomial = tfd.Binomial(np.float64(99), probs=np.float64(rate))
        tail = binomial.prob(np.arange(5.0, 100.0)).numpy().sum()
        np.testing.assert_allclose(law.cdf(rate), tail, rtol=1e-6)


def counts_law(number):
    """Returns the probabilities of 0 ... m alarms of a split, m = NUM_FRESH."""
    law = tfd.BetaBinomial(
        np.float64(NUM_FRESH),
        np.float64(number),
        np.float64(NUM_HELD_OUT + 1 - number),
    )
    return law.prob(np.arange(NUM_FRESH + 1.0)).numpy()


def test_false_alarms_over_many_splits_follow_their_exact_law():
    model = BY_NAME["rnade"].build(0)
    size = NUM_HELD_OUT + NUM_FRESH
    x = model.sample(NUM_SPLITS * size, seed=3).numpy()
    detector = anomaly.Detector(model, batch_size=4096)
    scores = detector.score(x).reshape(NUM_SPLITS, size)
    p_values = np.stack(
        [
            anomaly.Calibration(split[:NUM_HELD_OUT]).p_values(
                split[NUM_HELD_OUT:]
            )
            for split in scores
        ]
    )
    detector.calibrate(x[:NUM_HELD_OUT])
    np.testing.assert_allclose(
        detector.p_value(x[NUM_HELD_OUT:size]), p_values[0], atol=0.02
    )
    for rate, number in ((0.01, 1), (0.05, 9), (0.1, 19)):
        alarms = (p_values <= rate).sum(axis=1)
        of_split = counts_law(number)
        total = np.ones(1)
        for _ in range(NUM_SPLITS):
            total = np.convolve(total, of_split)
        # Both tails: a chance of one in a million for each.
        assert total[: alarms.sum() + 1].sum() > 1e-6
        assert total[alarms.sum() :].sum() > 1e-6
        # The splits differ by as much as they should.
        many = 1 + np.searchsorted(of_split.cumsum(), 0.9)
        tail = tfd.Binomial(
            np.float64(NUM_SPLITS), probs=of_split[many:].sum()
        ).prob(np.arange(NUM_SPLITS + 1.0))
        above = (alarms >= many).sum()
        assert tail[: above + 1].numpy().sum() > 1e-6
        assert tail[above:].numpy().sum() > 1e-6


@pytest.mark.parametrize("scores", [[], [0.0, np.nan]])
def test_calibration_needs_numbers(scores):
    with pytest.raises(ValueError, match="at least one score"):
        anomaly.Calibration(scores)


@pytest.mark.parametrize("rate", [0, 1, -0.1, 1.5, np.nan, "0.1", True, None])
def test_a_rate_lies_between_0_and_1(rate):
    with pytest.raises(ValueError, match="`false_alarm_rate` must"):
        anomaly.Calibration([1.0]).threshold(rate)


def test_auroc_is_the_share_of_pairs_in_order(rng):
    normal, anomalous = rng.integers(0, 9, 30), rng.integers(3, 14, 50)
    pairs = anomalous[:, None] - normal
    expected = (pairs > 0).mean() + (pairs == 0).mean() / 2
    found = anomaly.auroc(normal, anomalous)
    np.testing.assert_allclose(found.value, expected, rtol=1e-12)
    assert 0.0 < found.low < found.value < found.high < 1.0


def test_the_interval_of_auroc_covers_what_is_true(rng):
    # Two normal distributions whose means differ by d have Phi(d / sqrt 2).
    true = tfd.Normal(0.0, 1.0).cdf(1.0 / np.sqrt(2.0)).numpy()
    found = [
        anomaly.auroc(rng.normal(size=60), rng.normal(1.0, size=40))
        for _ in range(400)
    ]
    misses = sum(not f.low <= true <= f.high for f in found)
    # 20 are expected of 400; as many as 45, or as few as 4, are very rare.
    assert 4 < misses < 45


def test_auroc_refuses_what_has_no_order():
    with pytest.raises(ValueError, match="`anomalous` must"):
        anomaly.auroc([1.0, 2.0], [1.0, np.nan])
    assert anomaly.auroc([1.0, 2.0], [3.0, 4.0])[:1] == (1.0,)
