"""The samples of single wav files."""

import numpy as np
import pytest
import soundfile
import soxr

from tf_autoregressive.datasets.wav_file import read_wav

RATE = 8000


@pytest.fixture
def signal(rng):
    return rng.uniform(-1.0, 1.0, 1000)


def written(path, signal, subtype="PCM_16", rate=RATE, **options):
    soundfile.write(path, signal, rate, subtype=subtype, **options)
    return path


@pytest.mark.parametrize(
    ("file_format", "endian"),
    [("WAV", None), ("WAV", "BIG"), ("WAVEX", None), ("RF64", None)],
)
def test_samples_of_16_bits_are_taken_as_they_are(
    tmp_path, rng, file_format, endian
):
    samples = rng.integers(-(2**15), 2**15, 1000).astype("int16")
    options = {"format": file_format, "endian": endian}
    path = written(tmp_path / "a.wav", samples, **options)
    np.testing.assert_array_equal(read_wav(path, RATE), samples)


@pytest.mark.parametrize("subtype", ["PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_wider_samples_are_rounded_to_16_bits(tmp_path, signal, subtype):
    path = written(tmp_path / "a.wav", signal, subtype)
    expected = np.clip(np.round(signal * 32768), -32768, 32767)
    assert np.abs(read_wav(path, RATE) - expected).max() <= 1


@pytest.mark.parametrize("frames", [1, 65_536, 65_537, 150_000])
@pytest.mark.parametrize("own_rate", [RATE, 11_025])
def test_blocks_are_one_recording(tmp_path, rng, frames, own_rate):
    """The result is that of resampling all at once."""
    samples = rng.integers(-(2**14), 2**14, (frames, 2)).astype("int16")
    path = written(tmp_path / "a.wav", samples, rate=own_rate)
    mean = samples.mean(axis=1) / 32768
    expected = np.round(32768 * soxr.resample(mean, own_rate, RATE))
    if own_rate == RATE:
        expected = np.round(samples.mean(axis=1))
    np.testing.assert_array_equal(read_wav(path, RATE), expected)


@pytest.mark.parametrize("value", [1.5, -1.001, np.nan, np.inf])
@pytest.mark.parametrize("rate", [RATE, RATE // 2])
def test_samples_beyond_one_are_refused(tmp_path, signal, value, rate):
    """They would be clipped, and `from_recordings` refuses them."""
    signal[3] = value
    path = written(tmp_path / "a.wav", signal, "FLOAT")
    with pytest.raises(ValueError, match=r"a\.wav must hold finite samples in"):
        read_wav(path, rate)


def test_one_itself_is_within(tmp_path):
    path = written(tmp_path / "a.wav", np.array([1.0, -1.0]), "FLOAT")
    np.testing.assert_array_equal(read_wav(path, RATE), [32767, -32768])


@pytest.mark.parametrize("file_format", ["WAV", "WAVEX", "RF64"])
@pytest.mark.parametrize("lost", [1, 2, 1000, 1998])
def test_fewer_samples_than_promised_are_noticed(
    tmp_path, signal, file_format, lost
):
    path = written(tmp_path / "a.wav", signal, format=file_format)
    path.write_bytes(path.read_bytes()[:-lost])
    message = rf"a\.wav must hold the 2,000 .* Received: {2000 - lost:,}"
    with pytest.raises(ValueError, match=message):
        read_wav(path, RATE)


def test_what_follows_the_samples_does_not_matter(tmp_path, signal):
    path = written(tmp_path / "a.wav", signal)
    expected = read_wav(path, RATE)
    path.write_bytes(path.read_bytes() + b"LIST\x04\0\0\0note")
    np.testing.assert_array_equal(read_wav(path, RATE), expected)


def test_a_length_that_was_not_known_is_none_that_is_promised(tmp_path, signal):
    """As programs write it into a pipe."""
    path = written(tmp_path / "a.wav", signal)
    expected = read_wav(path, RATE)
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = b"\xff" * 4
    path.write_bytes(data)
    np.testing.assert_array_equal(read_wav(path, RATE), expected)


@pytest.mark.parametrize("content", ["", "RIFF", "RIFF1234WAVE", "a,b\n"])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"a\.wav is damaged or not a wav"):
        read_wav(path, RATE)


def test_other_formats_are_refused(tmp_path, signal):
    soundfile.write(tmp_path / "a.flac", signal, RATE)
    path = (tmp_path / "a.flac").rename(tmp_path / "a.wav")
    with pytest.raises(ValueError, match=r"a\.wav is damaged or not a wav"):
        read_wav(path, RATE)


@pytest.mark.parametrize("own_rate", [7, 2**31 - 1])
def test_rates_of_damaged_headers_are_refused(tmp_path, signal, own_rate):
    path = written(tmp_path / "a.wav", signal)
    data = bytearray(path.read_bytes())
    data[24:28] = own_rate.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ValueError, match=f"a rate .* Received: {own_rate}"):
        read_wav(path, RATE)


def test_resampling_may_not_take_much_memory(tmp_path, signal, monkeypatch):
    path = written(tmp_path / "a.wav", signal, rate=RATE // 100)
    assert len(read_wav(path, RATE)) == 100_000
    monkeypatch.setattr(
        "tf_autoregressive.datasets.reading._ALWAYS_ALLOWED", 10**6
    )
    with pytest.raises(ValueError, match=r"a\.wav would take 0\.002 GB"):
        read_wav(path, RATE)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*none\.wav"):
        read_wav(tmp_path / "none.wav", RATE)
