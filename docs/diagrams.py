"""Diagrams of the guides: boxes, arrows and trees.

`figures.py` draws them while the site is built. They are ideas, not results.
"""

from matplotlib.figure import Figure

from tf_autoregressive import plots

BLUE, ORANGE, GREY = "#4c78a8", "#e4572e", "#8a8a8a"
_DPI = 130
_FIRST_MODELS = [
    ("a bit or a category\nof a vector", "MADE, NADE"),
    ("a real number\nof a vector", "RNADE, MADE with Gaussians"),
    ("a pixel of few levels,\na code of a VQ-VAE", "GatedPixelCNN"),
    ("a pixel of 256 levels", "PixelCNNPlusPlus"),
    ("a character", "CharRNN, Transformer"),
    ("a sample of sound", "WaveNet"),
    ("a note of a chord", "RNNNADE"),
]


def first_models():
    """Returns a picture of the model to begin with for each kind of value."""
    figure, axes = _canvas(8, 3.7, len(_FIRST_MODELS))
    middle = (len(_FIRST_MODELS) - 1) / 2
    _box(axes, 1.2, middle, "What is\none value?", ORANGE)
    for place, (value, model) in enumerate(reversed(_FIRST_MODELS)):
        _arrow(axes, (2.0, middle), (2.9, place))
        axes.text(3.0, place, value, va="center")
        _arrow(axes, (5.3, place), (5.9, place))
        axes.text(6.0, place, model, va="center", color=BLUE, weight="bold")
    return plots.picture(_save, figure)


def beam_tree():
    """Returns a picture of a beam of two that finds what greed misses."""
    figure, axes = _canvas(8, 2.9, 4)
    axes.set_ylim(-0.5, 3.6)
    # Places of beginnings, with their probabilities; kept ones are in the beam.
    nodes = {
        "": (0.7, 1.5, 1.0, True),
        "a": (3.0, 2.5, 0.6, True),
        "b": (3.0, 0.5, 0.4, True),
        "aa": (5.6, 3.0, 0.6 * 0.55, True),
        "ab": (5.6, 2.0, 0.6 * 0.45, False),
        "ba": (5.6, 1.0, 0.4 * 0.9, True),
        "bb": (5.6, 0.0, 0.4 * 0.1, False),
    }
    for word, (x, y, probability, kept) in nodes.items():
        if word:
            parent = nodes[word[:-1]]
            share = probability / parent[2]
            _arrow(axes, (parent[0] + 0.75, parent[1]), (x - 0.75, y))
            middle = (parent[0] + x) / 2
            axes.text(
                middle, (parent[1] + y) / 2 + 0.12, f"{share:.2f}", ha="center"
            )
        shown = f"{word or 'start'}: {probability:.2f}"
        _box(axes, x, y, shown, BLUE if kept else GREY)
    axes.text(6.55, 3.0, "each value the best", va="center")
    axes.text(6.55, 1.0, "the best event", va="center", color=ORANGE)
    return plots.picture(_save, figure)


def replicas():
    """Returns a picture of a batch on four replicas, and of their gradients."""
    figure, axes = _canvas(8, 2.6, 4)
    _box(axes, 0.9, 1.5, "a batch\nof 128", BLUE)
    _box(axes, 5.2, 1.5, "the sum of\nthe gradients", ORANGE)
    _box(axes, 7.3, 1.5, "one step of\nall weights", BLUE)
    _arrow(axes, (6.05, 1.5), (6.5, 1.5))
    for place in range(4):
        _arrow(axes, (1.6, 1.5), (2.2, place))
        _box(axes, 3.0, place, f"replica {4 - place}: 32", GREY)
        _arrow(axes, (3.8, place), (4.4, 1.5))
    return plots.picture(_save, figure)


def way_to_a_client():
    """Returns a picture of the way from a run to a client of its server."""
    figure, axes = _canvas(8, 1.9, 2)
    axes.set_ylim(-0.9, 1.7)
    stations = [
        (0.9, "a run\nmodel.keras", BLUE),
        (3.0, "an export\nserved/made/1", BLUE),
        (5.1, "TF-Serving\nports 8500, 8501", GREY),
        (7.2, "a client\ngRPC or REST", BLUE),
    ]
    ways = [(1.95, "tfar export"), (4.05, "starts"), (6.15, "answers")]
    for x, name, colour in stations:
        _box(axes, x, 0.9, name, colour)
    for x, name in ways:
        _arrow(axes, (x - 0.25, 0.9), (x + 0.25, 0.9))
        axes.text(x, 1.45, name, ha="center", fontsize="small")
    for x, text in [
        (3.0, "tfar verify repeats\nits recorded answers"),
        (7.2, "equal to the model's,\nvalue for value"),
    ]:
        axes.text(x, -0.05, text, ha="center", va="top", fontsize="small")
    return plots.picture(_save, figure)


def keras_calls():
    """Returns a picture of what the methods of Keras return on the way."""
    figure, axes = _canvas(8, 3.0, 3)
    axes.set_ylim(-0.9, 2.6)
    called = {"ha": "center", "family": "monospace", "size": "small"}
    stations = [
        (0.45, "x", "", GREY),
        (2.1, "the network's\nparameters", "parameters_for(x)", BLUE),
        (4.5, "a distribution\nof each value", "model(x)", BLUE),
        (6.9, "log p(x)\nof each event", "predict(x), log_prob(x)", BLUE),
    ]
    for x, name, call, colour in stations:
        _box(axes, x, 1.6, name, colour)
        axes.text(x, 2.25, call, **called)
    for start, end in [(0.65, 1.25), (2.95, 3.65), (5.35, 6.05)]:
        _arrow(axes, (start, 1.6), (end, 1.6))
    _box(axes, 6.9, 0.0, "the loss: the mean\nof -log p(x)", ORANGE)
    axes.text(6.9, -0.75, "evaluate(x)", **called)
    _box(axes, 4.0, 0.0, "its gradient, a step", ORANGE)
    axes.text(4.0, -0.75, "fit(x)", **called)
    _arrow(axes, (6.9, 1.2), (6.9, 0.4))
    _arrow(axes, (5.85, 0.0), (5.0, 0.0))
    _arrow(axes, (3.0, 0.1), (2.1, 1.2))
    axes.text(2.0, 0.3, "weights", ha="center", size="small")
    return plots.picture(_save, figure)


def packages_of_tensorflow():
    """Returns a picture of packages that share a folder, and who wants one."""
    figure, axes = _canvas(8, 3.1, 4)
    chain = [
        (0.95, "tf_autoregressive", BLUE),
        (3.1, "tensorflow_\nprobability", GREY),
        (4.95, "tf_keras", GREY),
        (7.0, "tensorflow", ORANGE),
    ]
    for x, name, colour in chain:
        _box(axes, x, 2.8, name, colour)
    ways = [
        (1.9, 2.4, "requires"),
        (3.85, 4.4, "imports"),
        (5.5, 6.3, "requires"),
    ]
    for start, end, what in ways:
        _arrow(axes, (start, 2.8), (end, 2.8))
        axes.text((start + end) / 2, 3.0, what, ha="center", size="small")
    for y, name in [(1.8, "tensorflow-cpu"), (0.9, "tf-nightly")]:
        _box(axes, 7.0, y, name, ORANGE)
    axes.text(7.0, 0.2, "and others", ha="center", size="small")
    _box(axes, 3.1, 1.4, "one folder of modules:\ntensorflow/", BLUE)
    for start in ((6.25, 2.6), (6.1, 1.8), (6.2, 0.9)):
        _arrow(axes, start, (4.35, 1.4))
    axes.text(
        3.1,
        0.5,
        "Each package writes its files there,\nso there must be one of them.",
        ha="center",
        va="center",
    )
    return plots.picture(_save, figure)


def _canvas(width, height, rows):
    """Returns a figure, and axes without a frame: 8 wide, a unit for a row."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlim(0, 8)
    axes.set_ylim(-0.6, rows - 0.4)
    axes.axis("off")
    return figure, axes


def _box(axes, x, y, text, colour):
    axes.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        color="white",
        bbox={"boxstyle": "round,pad=0.4", "color": colour},
    )


def _arrow(axes, start, end):
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "->", "color": GREY}
    )


def _save(file, figure):
    figure.savefig(file, format="png", dpi=_DPI)
