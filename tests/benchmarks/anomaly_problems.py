"""Normal data, and anomalies to tell from them, for the benchmark of scores."""

import gzip
import pathlib
import typing
from collections.abc import Callable

import numpy as np
from sklearn import datasets as sklearn_data

import tf_autoregressive
from tf_autoregressive import models

NUM_TEST = 2000


class Background(typing.NamedTuple):
    """A background of the likelihood ratio, before it is trained.

    Attributes:
        make: Makes an untrained model; `None` for one of the model's kind.
        rate: Share of values that are mutated.
        decay: Decay of its weights, without biases, in each step of AdamW. It
            stands for the paper's L2.
        num_rows: Number of events to train on.
        epochs: Number of epochs, `None` for those of the model.
    """

    make: Callable[[], typing.Any] | None = None
    rate: float = 0.3
    decay: float = 0.0
    num_rows: int | None = None
    epochs: int | None = None


class Problem(typing.NamedTuple):
    """Normal data, and the kinds of anomalies to tell from them.

    Attributes:
        train: Normal events to train on.
        held_out: Normal events that stop the training and calibrate.
        test: Normal events to test on.
        anomalies: Anomalous events by the name of their kind.
        make: Makes an untrained model.
        backgrounds: Backgrounds of the likelihood ratio, among which `known`
            chooses.
        known: Anomalous events, none of which is tested on.
        compressor: Name of the compressor, `None` for real values.
        window: Window of `ConditionalSurprise`.
    """

    train: np.ndarray
    held_out: np.ndarray
    test: np.ndarray
    anomalies: dict[str, np.ndarray]
    make: Callable[[], typing.Any]
    backgrounds: tuple[Background, ...] = (Background(),)
    known: np.ndarray | None = None
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
    known, unknown = strokes(folder / "omniglot_28_area.npz", rng)
    anomalies = {
        "OMNIGLOT": unknown,
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
        backgrounds=tuple(
            Background(small_pixel_cnn, rate, decay, num_rows=10000, epochs=2)
            for rate in (0.1, 0.3)
            for decay in (0.0, 1.0, 10.0)
        ),
        known=known,
        compressor="png",
        window=4,
    )


def small_pixel_cnn():
    """Returns a model of neighbouring pixels, the same at all places."""
    return models.PixelCNN(
        (28, 28, 1),
        filters=4,
        num_blocks=1,
        first_kernel_size=5,
        head_filters=8,
    )


def strokes(path, rng):
    """Returns images of OMNIGLOT, with a threshold and bright strokes.

    The first ones are of the alphabets to learn from, the others of those to
    test on.
    """
    with np.load(path) as file:
        x, count = file["x"], int(file["n_background"])
    bright = x > x.max() / 2
    bright = bright if bright.mean() < 0.5 else ~bright
    for characters in (bright[:count], bright[count:]):
        images = characters.reshape(-1, 28, 28, 1).astype("uint8")
        yield images[rng.permutation(len(images))[:NUM_TEST]]


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


def scaled(train, *others, rng):
    """Returns rows in standard deviations of the first ones, with noise.

    Steps of the measurements would give a density no bound.
    """
    mean, scale = train.mean(axis=0), train.std(axis=0) + 1e-6
    return [
        ((rows - mean) / scale + 0.05 * rng.normal(size=rows.shape))
        .clip(-20.0, 20.0)
        .astype("float32")
        for rows in (train, *others)
    ]


def of_real_values(train, held_out, test, anomalies):
    """Returns a problem of rows of real values."""
    return Problem(
        train,
        held_out,
        test,
        anomalies,
        lambda: models.RNADE(train.shape[1:], units=32, num_components=2),
        compressor=None,
    )


def other_classes(load, is_normal):
    """Returns a problem of one class of real-valued rows against others."""

    def problem(folder, rng):
        x, y = load(folder)
        normal = is_normal(y)
        *parts, others = scaled(*split(x[normal], rng), x[~normal], rng=rng)
        return of_real_values(*parts, {"other classes": others})

    return problem


def mixed_columns(name):
    """Returns a problem of real-valued rows whose columns are mixed up."""

    def problem(folder, rng):
        with np.load(folder / "uci_real.npz") as file:
            x = file[name]
        parts = scaled(*split(x, rng), rng=rng)
        mixed = rng.permuted(parts[2], axis=0)
        return of_real_values(*parts, {"columns mixed": mixed})

    return problem


def ionosphere(folder):
    """Returns radar returns, and whether each is good or bad."""
    with np.load(folder / "uci_real.npz") as file:
        return file["ionosphere"], file["ionosphere_class"]


def spoken_digits(folder):
    """Returns the energies of recordings, `[N, 96]`, and their digits.

    They are logarithms, in 8 parts of the time and 12 bands of frequency.
    """
    with np.load(folder / "fsdd_8khz.npz") as file:
        ends = np.cumsum(file["length"])
        clips = np.split(file["audio"].astype("float32"), ends[:-1])
        return np.stack([energies(clip) for clip in clips]), file["digit"]


def energies(clip):
    """Returns the log energies of a recording, in parts and bands, `[96]`."""
    parts = np.array_split(np.pad(clip, (0, max(0, 512 - len(clip)))), 8)
    bands = [
        [np.log(1.0 + band.mean()) for band in np.array_split(power, 12)]
        for power in (np.abs(np.fft.rfft(part)) ** 2 for part in parts)
    ]
    return np.concatenate(bands)


def text(folder, rng):
    """Windows of tiny Shakespeare against reversed and shuffled ones."""
    path = pathlib.Path(tf_autoregressive.__file__).parent
    path = path / "datasets" / "files" / "tiny_shakespeare.txt.gz"
    characters = gzip.decompress(path.read_bytes()).decode()
    vocabulary = "".join(sorted(set(characters)))

    def make():
        return models.CharRNN((64,), vocabulary=vocabulary, units=128)

    whole = characters[: len(characters) // 64 * 64]
    x = make().encode(whole).reshape(-1, 64)
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
        make,
        window=8,
    )


def of_sklearn(load):
    """Returns a function of a folder to rows and classes of scikit-learn."""
    return lambda folder: load(return_X_y=True)


PROBLEMS = {
    "MNIST": digits_and_others,
    **{
        name: planted(name)
        for name in ("adult", "connect4", "dna", "mushrooms", "ocr_letters")
    },
    **{
        name.replace("_", " "): mixed_columns(name)
        for name in ("wine_red", "wine_white", "parkinsons")
    },
    "ionosphere": other_classes(ionosphere, lambda y: y == "g"),
    "breast cancer": other_classes(
        of_sklearn(sklearn_data.load_breast_cancer), lambda y: y == 1
    ),
    "wine": other_classes(of_sklearn(sklearn_data.load_wine), lambda y: y == 1),
    "handwritten 0": other_classes(
        of_sklearn(sklearn_data.load_digits), lambda y: y == 0
    ),
    "spoken 0 to 4": other_classes(spoken_digits, lambda y: y < 5),
    "text": text,
}
