"""Prints how well scores tell anomalies, beside other detectors.

python -m tests.benchmarks.anomaly DATA_DIR [--only NAME ...] [--epochs N]

DATA_DIR holds mnist.npz, omniglot_28_area.npz,
caltech101_silhouettes_28.npz, fsdd_8khz.npz, uci_real.npz and the folder
binary_uci; what is missing is left out. Tiny Shakespeare comes with the
package, and the sets of scikit-learn with it. The extra `benchmarks` has the
other detectors.

Models are small and trained for minutes at most, on normal data alone. Every
number is an AUROC with half the width of its 95% interval, on test data that no
detector has seen. Each detector sees the same values; the other ones are fitted
to at most 5,000 rows. Where there are several backgrounds of the likelihood
ratio, known anomalies choose, which are not those of the test. The last lines
compare the best score here with the best of the other detectors: it is level if
its interval reaches what the other has.
"""

import argparse
import pathlib
import sys

import keras
import numpy as np
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

from tests.benchmarks.anomaly_problems import PROBLEMS
from tf_autoregressive import anomaly

NUM_ROWS, NUM_CHOOSING, PATIENCE = 5000, 2000, 5
OURS = (
    "likelihood",
    "likelihood_ratio",
    "input_complexity",
    "typicality",
    "conditional_surprise",
)
OTHERS = ("IsolationForest", "LocalOutlierFactor", "ECOD", "HBOS")


def fitted(model, data, held_out, epochs, optimizer):
    """Returns a model that was trained, with the best weights on the way."""
    model.compile(optimizer)
    stop = keras.callbacks.EarlyStopping(
        patience=PATIENCE, restore_best_weights=True
    )
    options = (
        {}
        if isinstance(data, anomaly.MutatedInputs)
        else {"batch_size": min(100, max(8, len(data) // 20))}
    )
    model.fit(
        data,
        epochs=epochs,
        validation_data=held_out,
        callbacks=[stop],
        verbose=0,
        **options,
    )
    return model


def background_of(problem, setting, num_levels, epochs):
    """Returns a background that was trained on mutated inputs."""
    optimizer = keras.optimizers.Adam(2e-3)
    if setting.decay:
        optimizer = keras.optimizers.AdamW(1e-2, weight_decay=setting.decay)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    data, held_out = (
        anomaly.MutatedInputs(x, num_levels, rate=setting.rate)
        for x in (
            problem.train[: setting.num_rows],
            problem.held_out[: setting.num_rows],
        )
    )
    model = (setting.make or problem.make)()
    return fitted(model, data, held_out, setting.epochs or epochs, optimizer)


def best_background(problem, model, epochs):
    """Returns the background that tells known anomalies the best."""
    found = [
        background_of(problem, setting, model.num_levels, epochs)
        for setting in problem.backgrounds
    ]
    if len(found) == 1:
        return found[0]

    def area(background):
        detector = anomaly.Detector(
            model, "likelihood_ratio", background=background
        )
        normal = detector.score(problem.held_out[:NUM_CHOOSING])
        return anomaly.auroc(normal, detector.score(problem.known)).value

    areas = [area(background) for background in found]
    for setting, value in zip(problem.backgrounds, areas, strict=True):
        print(
            f"background with rate {setting.rate} and decay {setting.decay}: "
            f"{value:.4f} on known anomalies",
            file=sys.stderr,
        )
    return found[int(np.argmax(areas))]


def our_scores(problem, epochs):
    """Returns the scores of this library by name, as functions of events."""
    model = fitted(
        problem.make(),
        problem.train,
        problem.held_out,
        epochs,
        keras.optimizers.Adam(2e-3),
    )
    found = {
        "likelihood": {},
        "typicality": {},
        "conditional_surprise": {"window": problem.window},
    }
    if model.num_levels is not None:
        background = best_background(problem, model, epochs)
        found["likelihood_ratio"] = {"background": background}
        found["input_complexity"] = {"compressor": problem.compressor}
    detectors = {
        name: anomaly.Detector(model, name, **options)
        for name, options in found.items()
    }
    for detector in detectors.values():
        detector.calibrate(problem.held_out)
    return {name: d.score for name, d in detectors.items()}


def other_scores(problem, rng):
    """Returns the scores of other libraries by name."""

    def flat(x):
        return x.reshape(len(x), -1).astype("float64")

    rows = rng.permutation(len(problem.train))[:NUM_ROWS]
    train = flat(problem.train[rows])
    found = {}
    for name, detector in (
        ("IsolationForest", IsolationForest(random_state=0)),
        ("LocalOutlierFactor", LocalOutlierFactor(novelty=True)),
    ):
        fit = detector.fit(train)
        found[name] = lambda x, fit=fit: -fit.score_samples(flat(x))
    for name, detector in (("ECOD", ECOD()), ("HBOS", HBOS())):
        fit = detector.fit(train)
        found[name] = lambda x, fit=fit: fit.decision_function(flat(x))
    return found


def areas(problem, epochs, rng):
    """Yields each kind of anomalies, and an `AUROC` for each detector."""
    detectors = {**our_scores(problem, epochs), **other_scores(problem, rng)}
    normal = {name: score(problem.test) for name, score in detectors.items()}
    for kind, events in problem.anomalies.items():
        yield (
            kind,
            {
                name: anomaly.auroc(normal[name], score(events))
                for name, score in detectors.items()
            },
        )


def cell(area):
    """Returns an area and half the width of its interval as text."""
    return f"{area.value:.3f} ±{(area.high - area.low) / 2:.3f}"


def compared(found):
    """Returns the best score here and the best other, as a row, and its end."""
    here, other = (
        max(found[name] for name in names if name in found)
        for names in (OURS, OTHERS)
    )
    is_level = here.high >= other.value
    return f"{cell(here)} | {cell(other)} | {'yes' if is_level else 'no'} |"


def main():
    """Prints a row for each kind of anomaly, and how the best compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path, metavar="DATA_DIR")
    parser.add_argument("--only", nargs="+", choices=PROBLEMS, metavar="NAME")
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()
    names = (*OURS, *OTHERS)
    print(f"| normal | anomalies | {' | '.join(names)} |")
    print("|---" * (2 + len(names)) + "|", flush=True)
    rows = []
    for name in arguments.only or PROBLEMS:
        rng = np.random.default_rng(0)
        try:
            problem = PROBLEMS[name](arguments.folder, rng)
        except FileNotFoundError as error:
            print(f"| {name} | left out: {error.filename} is missing |")
            continue
        for kind, found in areas(problem, arguments.epochs, rng):
            cells = [cell(found[n]) if n in found else "" for n in names]
            print(f"| {name} | {kind} | {' | '.join(cells)} |", flush=True)
            rows.append(f"| {name} | {kind} | {compared(found)}")
    print("\n| normal | anomalies | best here | best other | level |")
    print("|---|---|---|---|---|", *rows, sep="\n")


if __name__ == "__main__":
    main()
