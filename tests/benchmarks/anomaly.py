"""Prints how well scores tell anomalies, beside other detectors.

python -m tests.benchmarks.anomaly DATA_DIR [--only NAME ...] [--epochs N]

DATA_DIR holds mnist.npz, omniglot_28_area.npz and
caltech101_silhouettes_28.npz, the folder binary_uci and uci_real.npz; what is
missing is left out. Tiny Shakespeare comes with the package, and the sets of
scikit-learn with it. The extra `benchmarks` has the other detectors.

Models are small and trained for minutes at most, on normal data alone. Every
number is an AUROC with its 95% interval, on test data that no detector has
seen. Each detector sees the same values; the other ones are fitted to at most
5,000 rows.
"""

import argparse
import gzip
import pathlib
import typing
from collections.abc import Callable

import numpy as np
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from sklearn import datasets as sklearn_data
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

import tf_autoregressive
from tf_autoregressive import anomaly
from tf_autoregressive import models

NUM_TEST, NUM_ROWS = 2000, 5000
PATIENCE = 5


class Problem(typing.NamedTuple):
    """Normal data, and the kinds of anomalies to tell from them.

    Attributes:
        train: Normal events to train on.
        held_out: Normal events that stop the training and calibrate.
        test: Normal events to test on.
        anomalies: Anomalous events by the name of their kind.
        make: Makes an untrained model.
        compressor: Name of the compressor, `None` for real values.
        window: Window of `ConditionalSurprise`.
    """

    train: np.ndarray
    held_out: np.ndarray
    test: np.ndarray
    anomalies: dict[str, np.ndarray]
    make: Callable[[], typing.Any]
    compressor: str | None = "zlib"
    window: typing.Any = 1


def split(x, rng):
    """Returns rows to train on, to hold out and to test on, 3 : 1 : 1."""
    x = x[rng.permutation(len(x))]
    stop = 3 * len(x) // 5
    return np.split(x, [stop, 4 * len(x) // 5])


def digits_and_others(folder, rng):
    """MNIST with a threshold at 128 against other images of strokes."""
    with np.load(folder / "mnist.npz") as file:
        x, test = file["x_train"], file["x_test"]
    train, test = (
        (images.reshape(-1, 28, 28, 1) >= 128).astype("uint8")
        for images in (x, test)
    )
    test = test[rng.permutation(len(test))[:NUM_TEST]]
    anomalies = {
        "OMNIGLOT": strokes(folder / "omniglot_28_area.npz", rng),
        "silhouettes": silhouettes(folder, rng),
        "vertical flips": test[:, ::-1],
        "5% of pixels flipped": test ^ (rng.random(test.shape) < 0.05),
        "constant": np.zeros((50, 28, 28, 1), "uint8"),
    }
    return Problem(
        train[:50000],
        train[50000:],
        test,
        anomalies,
        lambda: models.MADE((28, 28, 1), units=(500,)),
        "png",
        4,
    )


def strokes(path, rng):
    """Returns images of OMNIGLOT, with a threshold and bright strokes."""
    with np.load(path) as file:
        x = file["x"].reshape(-1, 28, 28, 1)
    x = x[rng.permutation(len(x))[:NUM_TEST]]
    bright = x > x.max() / 2
    return (bright if bright.mean() < 0.5 else ~bright).astype("uint8")


def silhouettes(folder, rng):
    """Returns silhouettes whose object is 1, as strokes of digits are."""
    with np.load(folder / "caltech101_silhouettes_28.npz") as file:
        x = unpacked(file, "test")
    x = 1 - x.reshape(-1, 28, 28, 1)
    return x[rng.permutation(len(x))[:NUM_TEST]]


def unpacked(file, name):
    """Returns rows of bits, which are packed if the file has a width."""
    if "dim" not in file.files:
        return file[name]
    return np.unpackbits(file[name], axis=1)[:, : int(file["dim"])]


def planted(name):
    """Returns a problem of rows of bits whose columns are mixed up."""

    def problem(folder, rng):
        with np.load(folder / "binary_uci" / f"{name}.npz") as file:
            train, held_out, test = (
                unpacked(file, s) for s in ("train", "valid", "test")
            )
        test = test[rng.permutation(len(test))[:NUM_TEST]]
        return Problem(
            train,
            held_out,
            test,
            {
                "columns mixed": rng.permuted(test, axis=0),
                "5% of bits flipped": test ^ (rng.random(test.shape) < 0.05),
            },
            lambda: models.MADE(train.shape[1:], units=(300,)),
        )

    return problem


def real_rows(load, is_normal):
    """Returns a problem of one class of real-valued rows against others."""

    def problem(folder, rng):
        x, y = load(return_X_y=True)
        normal = is_normal(y)
        train, held_out, test = split(x[normal], rng)
        mean, scale = train.mean(axis=0), train.std(axis=0) + 1e-6
        # Steps of the measurements would give a density no bound.
        train, held_out, test, others = (
            ((rows - mean) / scale + 0.05 * rng.normal(size=rows.shape))
            .clip(-20.0, 20.0)
            .astype("float32")
            for rows in (train, held_out, test, x[~normal])
        )
        return Problem(
            train,
            held_out,
            test,
            {"other classes": others},
            lambda: models.RNADE(train.shape[1:], units=32, num_components=2),
            None,
        )

    return problem


def text(folder, rng):
    """Windows of tiny Shakespeare against reversed and shuffled ones."""
    path = pathlib.Path(tf_autoregressive.__file__).parent
    path = path / "datasets" / "files" / "tiny_shakespeare.txt.gz"
    characters = gzip.decompress(path.read_bytes()).decode()
    vocabulary = "".join(sorted(set(characters)))
    model = models.CharRNN((64,), vocabulary=vocabulary, units=128)
    x = model.encode(characters[: len(characters) // 64 * 64]).reshape(-1, 64)
    train, held_out, test = np.split(x, [int(0.8 * len(x)), int(0.9 * len(x))])
    return Problem(
        train,
        held_out,
        test,
        {
            "reversed": test[:, ::-1],
            "shuffled": rng.permuted(test, axis=1),
            "one letter": np.repeat(test[:, :1], 64, axis=1),
        },
        lambda: model,
        window=8,
    )


PROBLEMS = {
    "MNIST": digits_and_others,
    **{
        name: planted(name)
        for name in ("adult", "connect4", "dna", "mushrooms", "ocr_letters")
    },
    "breast cancer": real_rows(
        sklearn_data.load_breast_cancer, lambda y: y == 1
    ),
    "wine": real_rows(sklearn_data.load_wine, lambda y: y == 1),
    "handwritten 0": real_rows(sklearn_data.load_digits, lambda y: y == 0),
    "text": text,
}


def fitted(model, data, held_out, epochs):
    """Returns a model that was trained, with the best weights on the way."""
    import keras

    model.compile(keras.optimizers.Adam(2e-3))
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


def our_scores(problem, epochs):
    """Returns the scores of this library by name, as functions of events."""
    model = fitted(problem.make(), problem.train, problem.held_out, epochs)
    found = {
        "likelihood": {},
        "typicality": {},
        "conditional_surprise": {"window": problem.window},
    }
    if model.num_levels is not None:
        mutated, held_out = (
            anomaly.MutatedInputs(x, model.num_levels, rate=0.3)
            for x in (problem.train, problem.held_out)
        )
        background = model.from_config(model.get_config())
        found["likelihood_ratio"] = {
            "background": fitted(background, mutated, held_out, epochs)
        }
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


def main():
    """Prints a row for each kind of anomaly and detector."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path, metavar="DATA_DIR")
    parser.add_argument("--only", nargs="+", choices=PROBLEMS, metavar="NAME")
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()
    print("| normal | anomalies | detector | AUROC | 95% interval |")
    print("|---|---|---|---|---|", flush=True)
    for name in arguments.only or PROBLEMS:
        rng = np.random.default_rng(0)
        try:
            problem = PROBLEMS[name](arguments.folder, rng)
        except FileNotFoundError as error:
            print(f"| {name} | left out: {error.filename} is missing |")
            continue
        detectors = {
            **our_scores(problem, arguments.epochs),
            **other_scores(problem, rng),
        }
        for detector, score in detectors.items():
            normal = score(problem.test)
            for kind, events in problem.anomalies.items():
                area, low, high = anomaly.auroc(normal, score(events))
                print(
                    f"| {name} | {kind} | {detector} | {area:.4f} | "
                    f"{low:.4f} to {high:.4f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
