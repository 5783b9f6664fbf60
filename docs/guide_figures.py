"""Figures of the guides and of the results: ideas that a picture says faster.

`figures.py` draws them while the site is built. Curves in them are examples,
but for the differences from published figures, which come from the records.
"""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.image import imread
from tensorflow_probability import distributions as tfd

from docs import records
from tf_autoregressive import models
from tf_autoregressive import orderings
from tf_autoregressive import plots
from tf_autoregressive import trained

BLUE, ORANGE, GREY = "#4c78a8", "#e4572e", "#b8b8b8"
_DPI = 130
# Three bits, through noise.
_SEEN = (0.9, 0.4, 0.2)
_TRAINED = {
    "FVSBN": "fvsbn_binarized_mnist",
    "Gated PixelCNN": "gated_pixel_cnn_600s_binarized_mnist",
}


def ordering_paths():
    """Returns a picture of the ways of five orders through an image."""
    shape = (8, 8, 1)
    ways = {
        "natural": orderings.natural(shape),
        "reversed": orderings.backward(shape),
        "random": orderings.random(shape),
        "snake": orderings.snake(shape),
        "hilbert": orderings.hilbert(shape),
    }
    figure, panels = _panels(len(ways), height=2.2)
    for axes, (name, order) in zip(panels, ways.items(), strict=True):
        rows, columns = np.unravel_index(order, shape[:2])
        axes.plot(columns, rows, color=GREY, linewidth=1, zorder=1)
        ranks = np.arange(len(order))
        axes.scatter(columns, rows, c=ranks, cmap="viridis", s=14, zorder=2)
        axes.set_title(f'"{name}"', fontsize="medium")
        axes.invert_yaxis()
        axes.set_aspect("equal")
        axes.axis("off")
    return plots.picture(_save, figure)


def distribution_shapes():
    """Returns a picture of a value's probabilities in three distributions."""
    figure, panels = _panels(3, height=2.4)
    levels = np.arange(64)
    logits = np.random.default_rng(2).normal(0, 1, 64)
    logits[20:26] += 2
    free = np.exp(logits) / np.exp(logits).sum()
    mixture = 0.7 * _level_mass(levels, 20, 2.5)
    mixture += 0.3 * _level_mass(levels, 64, 2)
    x = np.linspace(-3, 3, 300)
    density = 0.6 * _normal(x, -0.8, 0.35) + 0.4 * _normal(x, 0.9, 0.6)
    titles = (
        "categorical:\nevery level by itself",
        "discretized logistics:\nlevels on a line, with ends",
        "Gaussian mixture:\na density",
    )
    panels[0].bar(levels, free, width=1, color=BLUE)
    panels[1].bar(levels, mixture, width=1, color=BLUE)
    panels[2].fill_between(x, density, color=BLUE)
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, fontsize="medium")
        _bare(axes)
    return plots.picture(_save, figure)


def guidance_weights():
    """Returns a picture of a conditional under four weights of guidance."""
    with_context = np.array([0.05, 0.15, 0.5, 0.25, 0.05])
    without = np.array([0.2, 0.25, 0.25, 0.2, 0.1])
    figure, panels = _panels(4, height=2.1)
    for axes, weight in zip(panels, (0, 1, 2, 4), strict=True):
        guided = with_context**weight * without ** (1 - weight)
        colour = ORANGE if weight > 1 else BLUE
        axes.bar(range(5), guided / guided.sum(), color=colour)
        axes.set_ylim(0, 1)
        axes.set_title(f"guidance={weight}", fontsize="medium")
        _bare(axes)
    return plots.picture(_save, figure)


def p_value():
    """Returns a picture of a score among those of held-out normal events."""
    scores = np.random.default_rng(0).gamma(30, 3, 999)
    event = 122.0
    larger = int((scores >= event).sum())
    figure, (axes,) = _panels(1, height=2.6)
    bins = event + 2.5 * np.arange(-34, 14)
    axes.hist(scores[scores < event], bins, color=BLUE, label="smaller scores")
    axes.hist(scores[scores >= event], bins, color=ORANGE, label="larger ones")
    axes.axvline(event, color="black", linewidth=1)
    axes.annotate(
        f"the event: p = (1 + {larger}) / 1000",
        (event, axes.get_ylim()[1] * 0.8),
        (6, 0),
        textcoords="offset points",
    )
    axes.set_xlabel("score, nats")
    axes.set_ylabel("held-out events")
    axes.legend(frameon=False, loc="upper left")
    _open(axes)
    return plots.picture(_save, figure)


def code_intervals():
    """Returns a picture of how a code narrows an interval, bit by bit."""
    steps = [(0.8, 1), (0.6, 0), (0.7, 1)]
    figure, (axes,) = _panels(1, height=2.6)
    low, width = 0.0, 1.0
    for row, (one, bit) in enumerate(steps):
        split = low + width * one
        parts = {1: (low, width * one), 0: (split, width * (1 - one))}
        for value, (start, length) in parts.items():
            colour = BLUE if value == bit else GREY
            axes.barh(
                -row, length, 0.62, start, color=colour, edgecolor="white"
            )
            probability = one if value else 1 - one
            axes.text(
                start + length / 2,
                -row,
                f"{value}\n{probability:.1f}",
                ha="center",
                va="center",
                color="white" if value == bit else "black",
                fontsize="small",
            )
        low, width = parts[bit]
    axes.set_yticks(range(0, -len(steps), -1))
    axes.set_yticklabels([f"bit {row + 1}" for row in range(len(steps))])
    axes.set_xlim(0, 1)
    _open(axes)
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False)
    axes.set_title(
        f"101 has the probability {width:.3f}: {-np.log2(width):.2f} bits",
        fontsize="medium",
    )
    return plots.picture(_save, figure)


def measured_and_published():
    """Returns a picture of the recorded scores beside the published ones."""
    runs = sorted(records.compared(), key=lambda run: run[1])
    figure = Figure(figsize=(8, 0.2 * len(runs) + 0.8), layout="constrained")
    axes = figure.add_subplot()
    for place, (_, percent, half_width) in enumerate(runs):
        colour = BLUE if percent <= half_width else ORANGE
        axes.barh(place, 2 * half_width, 0.7, -half_width, color="#dddddd")
        axes.plot([0, percent], [place, place], color=colour, linewidth=1.5)
        axes.plot(percent, place, "o", color=colour, markersize=5)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(runs)))
    axes.set_yticklabels([name for name, *_ in runs], fontsize="x-small")
    axes.set_ylim(-0.7, len(runs) - 0.3)
    axes.invert_yaxis()
    axes.set_xscale("symlog", linthresh=5)
    axes.set_xticks([-10, -5, -2, 0, 2, 5, 10, 20, 50])
    axes.xaxis.set_major_formatter("{x:+g}%")
    axes.set_xlabel("measured minus published, of the published figure")
    _open(axes)
    return plots.picture(_save, figure)


def units_of_scores():
    """Returns a picture of three scores of 28 x 28 bits, in three units."""
    scores = {"uniform": 784 * np.log(2)}
    for title, name in _TRAINED.items():
        record = trained.record(trained.folder(name))
        scores[title] = record["test"]["nats"]
    units = {
        "nats an image": 1.0,
        "bits an image": 1 / np.log(2),
        "bits a dimension": 1 / np.log(2) / 784,
    }
    figure, panels = _panels(len(units), height=2.0)
    for axes, (unit, factor) in zip(panels, units.items(), strict=True):
        values = [score * factor for score in scores.values()]
        bars = axes.barh(range(len(values)), values, color=BLUE)
        axes.bar_label(bars, fmt="%.3g", padding=3)
        axes.set_xlim(0, 1.25 * max(values))
        axes.invert_yaxis()
        axes.set_title(unit, fontsize="medium")
        _bare(axes)
    panels[0].set_yticks(range(len(scores)), list(scores), fontsize="small")
    panels[0].tick_params(left=False)
    return plots.picture(_save, figure)


def beta_binomials():
    """Returns a picture of a beta-binomial of 8 levels at four settings."""
    figure, panels = _panels(4, height=2.2)
    settings = [(1, 1), (2, 6), (8, 8), (0.4, 0.4)]
    for axes, (ones, zeros) in zip(panels, settings, strict=True):
        law = tfd.BetaBinomial(7.0, float(ones), float(zeros))
        levels = np.arange(8, dtype="float32")
        axes.bar(levels, law.prob(levels), color=BLUE)
        axes.set_ylim(0, 0.3)
        axes.set_title(f"ones {ones}, zeros {zeros}", fontsize="medium")
        _bare(axes)
    return plots.picture(_save, figure)


def moving_average():
    """Returns a picture of a layer for a whole event, and step by step."""
    steps, decay = np.arange(12), 0.7
    age = steps[:, None] - steps
    weights = np.where(age >= 0, (1 - decay) * decay ** np.abs(age), np.nan)
    x = np.random.default_rng(3).integers(0, 2, 12)
    figure, (whole, single) = _panels(2, height=2.7)
    whole.imshow(weights, cmap="Blues", vmin=0)
    whole.set_title("call: all steps by one matrix", fontsize="medium")
    whole.set_xlabel("input $x_s$")
    whole.set_ylabel("output $y_t$")
    single.bar(steps, x, color=GREY, label="$x_t$")
    averages = np.nan_to_num(weights) @ x
    single.plot(steps, averages, "o-", color=ORANGE, label="$y_t$, the state")
    single.set_ylim(0, 1.45)
    single.set_title("step: the last state is enough", fontsize="medium")
    single.legend(frameon=False, loc="upper left", ncols=2)
    single.set_xlabel("step $t$")
    for axes in (whole, single):
        axes.set_xticks([])
        axes.set_yticks([])
        _open(axes)
    return plots.picture(_save, figure)


def last_two():
    """Returns a picture of the dimensions that an output may see, and sees."""
    ranks = np.arange(12)
    age = ranks[:, None] - ranks
    figure, panels = _panels(2, height=2.9)
    shown = {"LastTwo: the two before": age < 3, "right, at most": age < 12}
    for axes, (title, sees) in zip(panels, shown.items(), strict=True):
        kinds = np.where(age == 0, 2, np.where(sees & (age > 0), 1, 0))
        colours = ListedColormap(["#eeeeee", BLUE, ORANGE])
        axes.pcolormesh(kinds, cmap=colours, edgecolors="white", linewidth=1)
        axes.invert_yaxis()
        axes.set_aspect("equal")
        axes.set_title(title, fontsize="medium")
        axes.set_xlabel("dimension that is seen")
        _bare(axes)
    panels[0].set_ylabel("output")
    return plots.picture(_save, figure)


def joints_at_work():
    """Returns a picture of a posterior over bits, and of a divergence."""
    one, two = (_bits_model(seed) for seed in (1, 2))
    figure, (bits, divergence) = _panels(2, height=2.9)
    _show_posterior(bits, one)
    _show_divergence(divergence, one, two)
    for axes in (bits, divergence):
        _open(axes)
    return plots.picture(_save, figure)


def _bits_model(seed):
    """Returns the distribution of an FVSBN of three bits."""
    model = models.FVSBN((3,))
    rng = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(rng.normal(0.0, 1.0, weight.shape))
    return model.joint()


def _show_posterior(axes, bits):
    """Shows the probabilities of bits before and after they are seen."""
    events = np.array(list(np.ndindex(2, 2, 2)))
    prior = np.exp(bits.log_prob(events))
    noise = tfd.Normal(events.astype("float32"), 0.4)
    posterior = prior * np.prod(noise.prob(np.float32(_SEEN)), axis=1)
    shown = {
        "before": (prior, GREY),
        f"given the noisy {_SEEN}": (posterior / posterior.sum(), BLUE),
    }
    for shift, (label, (heights, colour)) in zip(
        (-0.2, 0.2), shown.items(), strict=True
    ):
        axes.bar(np.arange(8) + shift, heights, 0.4, color=colour, label=label)
    names = ["".join(map(str, event)) for event in events]
    axes.set_xticks(range(8), names)
    axes.set_ylim(0, 0.6)
    axes.set_title("one.joint() as the prior of bits", fontsize="medium")
    axes.legend(frameon=False, fontsize="small")


def _show_divergence(axes, p, q):
    """Shows an estimate of the divergence beside its exact value."""
    events = np.array(list(np.ndindex(2, 2, 2)))
    x = p.sample(4000, seed=[0, 3])
    ratios, every = (
        np.asarray(p.log_prob(values) - q.log_prob(values))
        for values in (x, events)
    )
    exact = np.sum(np.exp(p.log_prob(events)) * every)
    counts = np.arange(10, len(ratios) + 1)
    means = np.cumsum(ratios)[9:] / counts
    error = ratios.std() / np.sqrt(counts)
    axes.fill_between(counts, exact - error, exact + error, color="#dddddd")
    axes.plot(counts, means, color=BLUE, label="the estimate")
    axes.axhline(exact, color=ORANGE, label=f"exact: {exact:.3f} nats")
    axes.set_xscale("log")
    axes.set_xlabel("samples; the band is one standard error")
    axes.set_title("the divergence of two models", fontsize="medium")
    axes.legend(frameon=False, fontsize="small")


def trained_samples():
    """Returns a picture of the samples on the cards of two trained models."""
    figure, panels = _panels(len(_TRAINED), height=4.0)
    for axes, name in zip(panels, _TRAINED.values(), strict=True):
        axes.imshow(imread(trained.folder(name) / "samples.png"), cmap="gray")
        axes.set_title(name, fontsize="small")
        axes.axis("off")
    return plots.picture(_save, figure)


def _panels(number, *, height):
    """Returns a figure of some panels in a row, and the panels."""
    figure = Figure(figsize=(8, height), layout="constrained")
    return figure, [
        figure.add_subplot(1, number, place) for place in range(1, number + 1)
    ]


def _level_mass(levels, loc, scale):
    """Returns the mass of levels under a logistic whose ends belong to them."""
    upper = 1 / (1 + np.exp(-(levels + 0.5 - loc) / scale))
    upper[-1] = 1.0
    return np.diff(upper, prepend=0.0)


def _normal(x, loc, scale):
    return np.exp(-(((x - loc) / scale) ** 2) / 2) / scale / np.sqrt(2 * np.pi)


def _bare(axes):
    _open(axes)
    axes.spines["left"].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])


def _open(axes):
    axes.spines[["top", "right"]].set_visible(False)


def _save(file, figure):
    figure.savefig(file, format="png", dpi=_DPI)
