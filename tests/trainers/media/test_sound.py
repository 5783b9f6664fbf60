"""Sound drawn from a run's model, as wav files."""

import json
import wave

import numpy as np

from tests.trainers.results import result
from tf_autoregressive.datasets import mu_law_encode
from tf_autoregressive.models import WaveNet
from trainers.cli import main
from trainers.media import Sound
from trainers.media import medium_of
from trainers.media.sound import save_wav
from trainers.training.run_config import RunConfig

RATE, PAUSE = 100, 50
SMALL = {"filters": 2, "skip_filters": 2, "num_stacks": 1, "num_layers": 1}
MIXTURE = "discretized_logistic_mixture"


def read(path):
    """Returns the samples of a wav file, and its rate."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        frames = file.readframes(file.getnframes())
        return np.frombuffer(frames, "<i2"), file.getframerate()


def test_levels_of_16_bits_are_written_as_they_are(tmp_path):
    path = tmp_path / "samples.wav"
    samples = np.array([[0, 32768, 65535], [1, 2, 3]])
    save_wav(path, samples, 65536, RATE)
    signal, rate = read(path)
    assert rate == RATE
    parts = signal.reshape(2, 3 + PAUSE)
    np.testing.assert_array_equal(parts[:, :3], samples - 32768)
    np.testing.assert_array_equal(parts[:, 3:], 0)


def test_mu_law_is_undone(tmp_path):
    path = tmp_path / "samples.wav"
    levels = np.arange(256)[None]
    Sound(WaveNet((256,), **SMALL), RATE).save_samples(path, levels)
    signal = read(path)[0][:256] / 32767.0
    np.testing.assert_array_equal(mu_law_encode(signal), levels[0])
    assert [path.name for path in tmp_path.iterdir()] == ["samples.wav"]


def test_only_sound_goes_into_wav_files():
    model = WaveNet((8,), **SMALL)
    assert medium_of(model, RATE).sample_suffixes == (".wav", ".npz")
    assert medium_of(model).sample_suffixes == (".npz",)


def test_completions_are_heard_behind_what_they_complete(tmp_path):
    path = tmp_path / "completions.wav"
    model = WaveNet((4,), num_levels=65536, distribution=MIXTURE, **SMALL)
    numbers = 32768 + np.arange(24).reshape(2, 3, 4)
    originals, completed = numbers[:, 0], numbers[:, 1:]
    Sound(model, RATE).save_completions(path, originals, None, completed)
    parts = read(path)[0].reshape(6, 4 + PAUSE)
    np.testing.assert_array_equal(parts[:, :4].ravel(), np.arange(24))


def test_a_run_on_sound_is_heard(recipe, directory, monkeypatch):
    model = WaveNet((8,), **SMALL)
    monkeypatch.setattr(type(directory), "load_model", lambda self: model)
    directory.path.mkdir()
    RunConfig(directory.config, recipe(), None).write()
    directory.result.write_text(json.dumps(result(data={"rate": RATE})))
    run, out = str(directory.path), str(directory.path / "mine.wav")
    assert main(["sample", run, "--num", "2"]) == 0
    assert main(["sample", run, "--num", "2", "--out", out]) == 0
    default = read(directory.path / "samples-seed-0.wav")
    np.testing.assert_array_equal(default[0], read(out)[0])
    with np.load(directory.path / "samples-seed-0.npz") as file:
        assert file["samples"].shape == (2, 8)
    directory.result.write_text(json.dumps(result()))
    assert main(["sample", run, "--out", out]) == 2
