"""Sound as windows of samples, with and without companding."""

import wave

import numpy as np
import pytest
import soundfile

from tf_autoregressive.datasets import from_recordings
from tf_autoregressive.datasets import from_wav_folder
from tf_autoregressive.datasets import load
from tf_autoregressive.datasets import mu_law_decode
from tf_autoregressive.datasets import mu_law_encode


def stacked(examples):
    return np.stack(list(examples.as_numpy_iterator()))


@pytest.mark.parametrize("num_levels", [2, 16, 256])
def test_levels_survive_a_round_trip(num_levels):
    levels = np.arange(num_levels)
    samples = mu_law_decode(levels, num_levels=num_levels)
    assert samples[0] == -1.0
    assert samples[-1] == 1.0
    np.testing.assert_array_equal(
        mu_law_encode(samples, num_levels=num_levels), levels
    )


def test_quiet_samples_lose_less():
    samples = np.array([0.001, 0.9])
    errors = np.abs(mu_law_decode(mu_law_encode(samples)) - samples)
    assert errors[0] < 1e-4
    assert errors[1] < 0.02


def test_loud_samples_are_cut_and_nan_is_refused():
    np.testing.assert_array_equal(mu_law_encode([-3.0, 3.0]), [0, 255])
    with pytest.raises(ValueError, match="`samples` must be numbers"):
        mu_law_encode([0.0, np.nan])


@pytest.mark.parametrize("levels", [[256], [-1], [0.5], [np.nan], [1j], ["a"]])
def test_levels_are_checked_before_they_are_decoded(levels):
    with pytest.raises(ValueError, match="`levels` must be"):
        mu_law_decode(levels)


@pytest.mark.parametrize("samples", [[1j], ["a"], np.ma.masked_equal([1.0], 1)])
def test_samples_are_checked_before_they_are_encoded(samples):
    with pytest.raises(ValueError, match="`samples` must"):
        mu_law_encode(samples)


@pytest.mark.parametrize("num_levels", [1, 2.5, 2**20 + 1, np.nan])
def test_the_number_of_levels_is_checked(num_levels):
    with pytest.raises(ValueError, match="`num_levels` must be"):
        mu_law_encode([0.0], num_levels=num_levels)


def recordings(rng):
    return {
        split: [rng.integers(-32768, 32768, size=n).astype("int16") for n in ns]
        for split, ns in {
            "train": (25, 7, 10),
            "validation": (12,),
            "test": (31,),
        }.items()
    }


def test_windows_lie_side_by_side_within_a_recording(rng):
    signals = recordings(rng)
    labels = {"train": [3, 4, 5], "validation": [1], "test": [2]}
    data = from_recordings(signals, steps=10, num_levels=65536, labels=labels)
    examples = list(data.train.as_numpy_iterator())
    assert [int(label) for _, label in examples] == [3, 3, 5]
    np.testing.assert_array_equal(
        np.concatenate([window for window, _ in examples[:2]]),
        signals["train"][0][:20].astype(int) + 32768,
    )
    assert data.info.split_sizes == {"train": 3, "validation": 1, "test": 3}


def test_fewer_levels_are_companded(rng):
    signals = recordings(rng)
    data = from_recordings(signals, steps=5)
    np.testing.assert_array_equal(
        stacked(data.validation).ravel(),
        mu_law_encode(signals["validation"][0][:10] / 32768.0),
    )


@pytest.mark.parametrize("num_levels", [2, 256, 300, 65535, 65536])
@pytest.mark.parametrize("dtype", ["<i2", ">i2", "float64"])
def test_levels_are_those_of_16_bits(rng, num_levels, dtype):
    samples = rng.integers(-32767, 32768, size=50).astype("int16")
    expected = samples.astype("int32") + 32768
    if num_levels < 65536:
        expected = mu_law_encode(samples / 32768.0, num_levels=num_levels)
    given = samples.astype(dtype)
    if dtype == "float64":
        given = given / 32767.0
    data = from_recordings({"train": [given]}, steps=5, num_levels=num_levels)
    np.testing.assert_array_equal(stacked(data.train).ravel(), expected)


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (np.zeros(9, "int32"), "dtype=int32"),
        (np.zeros(9, "uint16"), "dtype=uint16"),
        (np.zeros(9, "complex64"), "dtype=complex64"),
        (np.full(9, 1.5), "from 0.0 to 1.5"),
        (np.full(9, np.nan), "nan"),
        (np.ma.masked_equal(np.zeros(9), 0), "no masked values.*9 of 9"),
        (np.zeros((3, 3)), "must have one axis"),
    ],
)
def test_recordings_are_checked(signal, message):
    with pytest.raises(ValueError, match=message):
        from_recordings({"train": [signal]}, steps=3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"recordings": []}, "`recordings` must be a dict"),
        ({"recordings": {"training": []}}, r"\['training'\]"),
        (
            {"labels": {"train": []}},
            r"`labels\['train'\]` must have one.*\(0,\)",
        ),
        ({"labels": {"train": 3}}, r"`labels\['train'\]` must have one"),
        ({"labels": {"train": np.ma.masked_equal([1], 1)}}, "no masked values"),
        ({"labels": {"test": [1]}}, "`labels` must be a dict with"),
        ({"steps": 2.5}, "`steps` must be an integer of at least 1"),
        ({"num_levels": "2"}, "`num_levels` must be"),
    ],
)
def test_arguments_are_checked(arguments, message):
    usual = {"recordings": {"train": [np.zeros(9)]}, "steps": 3}
    with pytest.raises(ValueError, match=message):
        from_recordings(**usual | arguments)


def test_recordings_that_are_too_short_are_an_error(rng):
    with pytest.raises(ValueError, match="of the validation split is as long"):
        from_recordings(recordings(rng), steps=20)


@pytest.fixture
def digits(rng):
    """The arrays of 24 spoken digits of 30 samples."""
    return {
        "audio": rng.integers(-99, 99, size=24 * 30).astype("int16"),
        "length": np.full(24, 30),
        "digit": np.repeat([7, 8], 12),
        "index": np.tile(np.arange(12), 2),
    }


def test_spoken_digits_have_the_official_test_split(digits, tmp_path):
    np.savez(tmp_path / "fsdd_8khz.npz", **digits)
    audio = digits["audio"]
    data = load("spoken_digits", data_dir=tmp_path, steps=10, with_labels=True)
    assert data.info.split_sizes == {"train": 12, "validation": 30, "test": 30}
    x, digit = next(iter(data.test))
    np.testing.assert_array_equal(x, mu_law_encode(audio[:10] / 32768.0))
    assert digit == 7
    assert data.info.rate == 8000
    with pytest.raises(FileNotFoundError, match=r"fsdd_8khz\.npz"):
        load("spoken_digits")


def changed(values, at, value):
    """Returns values of which one is another."""
    values = values.copy()
    values[at] = value
    return values


@pytest.mark.parametrize(
    ("change", "message"),
    [
        # The tail would be a part of the last recording.
        ({"length": lambda v: v - 1}, r"add up to the 720 samples .*: 696"),
        ({"length": lambda v: v + 1}, r"add up to the 720 samples .*: 744"),
        (
            {"length": lambda v: changed(changed(v, 0, -30), 1, 90)},
            "lengths from 1 to 720 as `length`. Received: -30 at 0",
        ),
        ({"length": lambda v: v.astype("float64")}, "integer a recording"),
        ({"index": lambda v: v[:-1]}, r"`index`.*shape=\(23,\)"),
        ({"index": lambda v: v - 1}, "numbers from 0 on as `index`"),
        ({"digit": lambda v: v.astype("float32")}, "`digit`.*float32"),
        ({"audio": lambda v: v.astype("int32")}, "`audio` as int16.*int32"),
        ({"audio": lambda v: v[None]}, r"one axis.*shape=\(1, 720\)"),
    ],
)
def test_the_arrays_of_spoken_digits_go_together(
    digits, tmp_path, change, message
):
    for name, function in change.items():
        digits[name] = function(digits[name])
    np.savez(tmp_path / "fsdd_8khz.npz", **digits)
    with pytest.raises(ValueError, match=rf"fsdd_8khz\.npz must.*{message}"):
        load("spoken_digits", data_dir=tmp_path, steps=10)


def test_what_a_file_of_digits_lacks_is_said(digits, tmp_path):
    del digits["digit"]
    np.savez(tmp_path / "fsdd_8khz.npz", **digits)
    with pytest.raises(ValueError, match=r"no array `digit`, but audio, ind"):
        load("spoken_digits", data_dir=tmp_path)


def write_wav(path, frames, rate=8000, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.asarray(frames, "<i2").tobytes())


def test_folders_of_wav_files(rng, tmp_path):
    for number in range(10):
        frames = np.full(12, number)
        write_wav(tmp_path / f"{number}.wav", frames)
    data = from_wav_folder(tmp_path, steps=6, rate=8000, num_levels=65536)
    assert data.info.split_sizes == {"train": 16, "validation": 2, "test": 2}
    assert data.info.rate == 8000
    np.testing.assert_array_equal(stacked(data.test) - 32768, 9)


@pytest.mark.parametrize("rate", [0, -1, np.nan, np.inf, 0.5, "8000"])
def test_rates_are_positive_integers(tmp_path, rate):
    with pytest.raises(ValueError, match="`rate` must be an integer"):
        from_wav_folder(tmp_path, steps=6, rate=rate)


def test_files_of_systems_do_not_count(tmp_path):
    for number in range(10):
        write_wav(tmp_path / f"{number}.wav", np.zeros(12))
    (tmp_path / "._1.wav").write_bytes(b"no sound")
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "1.wav").write_bytes(b"no sound")
    (tmp_path / "a folder.wav").mkdir()
    data = from_wav_folder(tmp_path, steps=6, rate=8000)
    assert data.info.split_sizes == {"train": 16, "validation": 2, "test": 2}


def test_files_of_another_rate_are_resampled(tmp_path):
    # A tone of 500 Hz, below half of the lower rate, and one above it.
    time = np.arange(4000) / 16_000
    low, high = np.sin(2 * np.pi * np.outer([500, 6000], time)) * 10_000
    for number in range(10):
        write_wav(tmp_path / f"{number}.wav", low + high, rate=16_000)
    data = from_wav_folder(tmp_path, steps=2000, rate=8000, num_levels=65536)
    samples = stacked(data.test)[0] - 32768
    # The ends do not count, because the filter sees silence outside.
    np.testing.assert_allclose(samples[200:-200], low[::2][200:-200], atol=20)


@pytest.mark.parametrize("width", ["PCM_24", "PCM_32", "FLOAT", "PCM_U8"])
def test_samples_of_other_widths(rng, tmp_path, width):
    values = rng.integers(-128, 128, size=8) * 256
    for number in range(10):
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, values / 32768.0, 8000, subtype=width)
    data = from_wav_folder(tmp_path, steps=8, rate=8000, num_levels=65536)
    np.testing.assert_array_equal(stacked(data.test)[0] - 32768, values)


def test_a_damaged_file_is_named(tmp_path):
    for number in range(10):
        write_wav(tmp_path / f"{number}.wav", np.zeros(8))
    (tmp_path / "3.WAV").write_bytes(b"RIFF, or so")
    with pytest.raises(ValueError, match=r"3\.WAV is damaged or not a wav"):
        from_wav_folder(tmp_path, steps=8, rate=8000)


def test_channels_are_averaged(tmp_path):
    for number in range(10):
        frames = np.tile([[100, 300]], (8, 1))
        write_wav(tmp_path / f"{number}.wav", frames, channels=2)
    data = from_wav_folder(tmp_path, steps=4, rate=8000, num_levels=65536)
    np.testing.assert_array_equal(stacked(data.test) - 32768, 200)
    with pytest.raises(FileNotFoundError, match="at least ten wav files"):
        from_wav_folder(tmp_path / "none", steps=4, rate=8000)


@pytest.mark.parametrize(
    "signal",
    [
        np.zeros(9, "int32"),
        np.zeros(9, "uint8"),
        np.full(9, 1000.0),
        np.full(9, np.nan),
    ],
    ids=["int32", "uint8", "another scale", "nan"],
)
def test_recordings_are_16_bits_or_within_one(signal):
    with pytest.raises(
        ValueError, match=r"int16, or real numbers in \[-1, 1\]"
    ):
        from_recordings({"train": [signal]}, steps=3)


def test_recordings_have_one_channel():
    stereo = np.zeros((10, 2), "int16")
    with pytest.raises(ValueError, match=r"one axis.*shape \(10, 2\)"):
        from_recordings({"train": [stereo]}, steps=3)


def test_recordings_have_a_label_each():
    signals, labels = [np.zeros(9, "int16")] * 2, {"train": [1]}
    with pytest.raises(ValueError, match=r"each recording.*\(1,\) for 2"):
        from_recordings({"train": signals}, steps=3, labels=labels)
