"""`tfar compress` and `tfar decompress` of runs."""

import contextlib
import types
import wave

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from tf_autoregressive.compression.container import Reader
from tf_autoregressive.compression.stream_walker import StreamWalker
from tf_autoregressive.models import MADE
from tf_autoregressive.models import CharRNN
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.models import Transformer
from tf_autoregressive.models import WaveNet
from trainers.cli import main
from trainers.commands import compress
from trainers.commands import decompress
from trainers.media import signals


@pytest.fixture
def finished(monkeypatch, tmp_path):
    """Makes a finished run of a model, without training one."""

    def make(model, rate=None):
        directory = types.SimpleNamespace(
            path=tmp_path / "run",
            load_model=lambda: model,
            rate=lambda: rate,
        )
        for command in (compress, decompress):
            monkeypatch.setattr(command, "finished_run", lambda _: directory)
        return str(directory.path)

    return make


@pytest.fixture
def there_and_back(tmp_path):
    """Compresses a path, and returns the path of what comes back."""

    def run(directory, path, name, *options):
        packed, output = tmp_path / "x.tfar", tmp_path / name
        words = [directory, "--input", path, "--output", packed, *options]
        assert main(["compress", *map(str, words)]) == 0
        assert not packed.with_name("x.tfar.part").exists()
        words = [packed, "--output", output]
        assert main(["decompress", *map(str, words)]) == 0
        return output

    return run


def test_a_folder_of_images_comes_back(finished, there_and_back, tmp_path, rng):
    run = finished(
        PixelCNN((2, 3, 3), filters=4, num_blocks=1, distribution="categorical")
    )
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    pixels = rng.integers(0, 256, (2, 2, 3, 3)).astype("uint8")
    for image, name in zip(pixels, ("a.png", "deep/b.bmp"), strict=True):
        PIL.Image.fromarray(image).save(tmp_path / "photos" / name)
    output = there_and_back(run, tmp_path / "photos", "out", "--verify")
    for image, name in zip(pixels, ("a.png", "deep/b.bmp.png"), strict=True):
        np.testing.assert_array_equal(PIL.Image.open(output / name), image)


# One goes on without an end, the other knows five positions.
TEXT_MODELS = {
    "stream": lambda: CharRNN((5,), vocabulary="abé\n", units=4),
    "windows": lambda: Transformer(
        (5,),
        vocabulary="abé\n",
        units=4,
        num_layers=1,
        num_heads=1,
        positions="learned",
    ),
}


@pytest.mark.parametrize("way", TEXT_MODELS)
def test_a_text_comes_back(
    way, finished, there_and_back, tmp_path, capsys, monkeypatch
):
    # A character of two bytes lies on the edge of two pieces.
    monkeypatch.setattr(signals, "_PIECE", 4)
    run = finished(TEXT_MODELS[way]())
    path = tmp_path / "a.txt"
    path.write_bytes("abbé\nbaab\nb".encode())
    output = there_and_back(run, path, "b.txt", "--verify")
    assert output.read_bytes() == path.read_bytes()
    assert {"stream": "11", "windows": "15"}[way] in capsys.readouterr().out
    path.write_bytes(b"abc")
    words = [run, "--input", str(path), "--output", str(tmp_path / "y")]
    assert main(["compress", *words]) == 2
    assert "Received: 'c' at position 2" in capsys.readouterr().err


def test_a_stopped_text_goes_on_with_the_state(
    finished, there_and_back, tmp_path, monkeypatch
):
    run = finished(CharRNN((5,), vocabulary="ab\n", units=4))
    path = tmp_path / "a.txt"
    path.write_bytes(b"abba\nbaab\nb" * 40)
    words = ["compress", run, "--input", path, "--output", tmp_path / "x.tfar"]
    words = [*map(str, words), "--batch-size", "2"]
    assert main(words) == 0
    whole = (tmp_path / "x.tfar").read_bytes()
    (tmp_path / "x.tfar").unlink()
    walk, coded = StreamWalker.__call__, []

    def stopped(self, *arguments):
        if len(coded) == 2:
            raise KeyboardInterrupt
        coded.append(1)
        return walk(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(StreamWalker, "__call__", stopped)
        with contextlib.suppress(KeyboardInterrupt):
            main(words)
    assert (tmp_path / "x.tfar.part.state").exists()
    with monkeypatch.context() as patch:
        coded.clear()
        patch.setattr(StreamWalker, "__call__", stopped)
        assert main(words) == 0
    assert len(coded) == 1
    assert (tmp_path / "x.tfar").read_bytes() == whole
    assert not [*tmp_path.glob("*.part*")]


def test_sounds_come_back(finished, there_and_back, tmp_path, rng):
    model = WaveNet(
        (8,),
        filters=4,
        num_levels=65536,
        distribution="discretized_logistic_mixture",
    )
    run = finished(model, rate=8000)
    (tmp_path / "sounds").mkdir()
    written = {}
    for name, length in (("a.wav", 3), ("b.wav", 13)):
        samples = rng.integers(-32768, 32768, length).astype("<i2")
        with wave.open(str(tmp_path / "sounds" / name), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", None))
            file.writeframes(samples.tobytes())
        written[name] = (tmp_path / "sounds" / name).read_bytes()
    output = there_and_back(run, tmp_path / "sounds", "out")
    assert {f.name: f.read_bytes() for f in output.iterdir()} == written


def test_a_stopped_command_goes_on(
    finished, there_and_back, tmp_path, rng, monkeypatch, capsys
):
    run = finished(MADE((6,), units=(4,)))
    x = rng.integers(0, 2, (50, 6)).astype("uint8")
    np.savez(tmp_path / "a.npz", x=x)
    part, packed = tmp_path / "x.tfar.part", tmp_path / "x.tfar"
    words = [run, "--input", tmp_path / "a.npz", "--output", packed]
    words = ["compress", *map(str, words), "--batch-size", "1"]
    assert main(words) == 0
    packed.rename(part)
    whole = part.read_bytes()
    part.write_bytes(whole[:-50])
    encoded = []
    import tf_autoregressive.compression.event_blocks as blocks

    encoder = blocks.Encoder
    monkeypatch.setattr(
        blocks, "Encoder", lambda: encoded.append(1) or encoder()
    )
    assert main(words) == 0
    assert packed.read_bytes() == whole
    assert len(encoded) < 4
    output = there_and_back(run, tmp_path / "a.npz", "b.npy")
    np.testing.assert_array_equal(np.load(output), x)
    assert np.load(output).dtype == x.dtype
    packed.unlink()
    # Other events must not go behind those of before.
    part.write_bytes(whole[:-50])
    np.savez(tmp_path / "a.npz", x=1 - x)
    assert main(words) == 2
    assert "begun with other events" in capsys.readouterr().err


def test_a_model_of_the_package_is_found_by_its_name(there_and_back, tmp_path):
    x = np.zeros((2, 28, 28, 1), "uint8")
    np.save(tmp_path / "a.npy", x)
    output = there_and_back(
        "fvsbn_binarized_mnist", tmp_path / "a.npy", "b.npy"
    )
    np.testing.assert_array_equal(np.load(output), x)
    with (tmp_path / "x.tfar").open("rb") as file:
        assert Reader(file).header["about"]["run"] == "fvsbn_binarized_mnist"


@pytest.mark.parametrize("precision", ["float32", "model"])
def test_the_precision_is_chosen_and_found_again(
    precision, finished, there_and_back, tmp_path, rng
):
    run = finished(MADE((6,), units=(4,), dtype="mixed_bfloat16"))
    x = rng.integers(0, 2, (5, 6)).astype("uint8")
    np.save(tmp_path / "a.npy", x)
    words = [] if precision == "float32" else ["--precision", precision]
    output = there_and_back(run, tmp_path / "a.npy", "b.npy", *words)
    np.testing.assert_array_equal(np.load(output), x)
    with (tmp_path / "x.tfar").open("rb") as file:
        found = Reader(file).header["dtype"]
    assert found == {"model": "mixed_bfloat16"}.get(precision, precision)


def test_records_of_examples_come_back(finished, there_and_back, tmp_path, rng):
    events, path = rng.integers(2, size=(3, 6)), tmp_path / "x.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for event in events:
            values = tf.train.Int64List(value=event)
            features = {"x": tf.train.Feature(int64_list=values)}
            example = tf.train.Example(
                features=tf.train.Features(feature=features)
            )
            writer.write(example.SerializeToString())
    run = finished(MADE((6,), units=(4,)))
    output = there_and_back(run, path, "back.npy")
    np.testing.assert_array_equal(np.load(output), events)


def test_damage_and_mistakes_are_said(finished, tmp_path, capsys):
    run = finished(MADE((6,), units=(4,), num_classes=2))
    np.savez(tmp_path / "a.npz", x=np.zeros((2, 6), "uint8"))
    (tmp_path / "bad").write_bytes(b"nothing of ours" * 3)
    source, packed = str(tmp_path / "a.npz"), str(tmp_path / "x.tfar")
    table = str(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    for words, said in (
        (["compress", run, "--input", source, "--output", packed], "contexts"),
        (["compress", run, "--input", "no", "--output", packed], "there is no"),
        (
            ["compress", run, "--input", table, "--output", packed],
            "Tables are not compressed",
        ),
        (
            ["decompress", str(tmp_path / "bad"), "--output", packed],
            "not compressed events",
        ),
        (["decompress", "no.tfar", "--output", packed], "There is no file"),
    ):
        assert main(words) == 2
        assert said in capsys.readouterr().err


@pytest.fixture
def salvaged(tmp_path, capsys):
    """Compresses a path, damages the last block, and asks for the rest."""

    def run(directory, path, name, *options):
        packed, output = tmp_path / "x.tfar", tmp_path / name
        words = [directory, "--input", path, "--output", packed, *options]
        assert main(["compress", *map(str, words)]) == 0
        contents = bytearray(packed.read_bytes())
        # The end has seven bytes.
        contents[-9] ^= 1
        packed.write_bytes(contents)
        words = ["decompress", *map(str, [packed, "--output", output])]
        capsys.readouterr()
        assert main([*words, "--salvage"]) == 2
        said = capsys.readouterr().err
        assert "damaged in block" in said
        return output, said

    return run


def test_events_before_a_damage_are_salvaged(finished, salvaged, tmp_path, rng):
    run = finished(MADE((6,), units=(4,)))
    x = rng.integers(0, 2, (40, 6)).astype("uint8")
    np.save(tmp_path / "a.npy", x)
    output, said = salvaged(
        run, tmp_path / "a.npy", "b.npy", "--batch-size", "1"
    )
    # A block has 16 events.
    np.testing.assert_array_equal(np.load(output), x[:32])
    assert "What lies before is in" in said


def test_nothing_is_salvaged_before_the_first_block(
    finished, salvaged, tmp_path
):
    run = finished(MADE((6,), units=(4,)))
    np.save(tmp_path / "a.npy", np.zeros((5, 6), "uint8"))
    output, said = salvaged(run, tmp_path / "a.npy", "b.npy")
    assert not output.exists()
    assert "What lies before" not in said


def test_rows_of_a_text_are_salvaged_up_to_a_damage(
    finished, salvaged, tmp_path
):
    run = finished(CharRNN((2,), vocabulary="ab\n", units=4))
    path, text = tmp_path / "a.txt", "abba\nbaab\nb" * 10
    path.write_text(text, newline="")
    output, _ = salvaged(run, path, "b.txt", "--batch-size", "2")
    # Each of two rows has 55 characters, and a block 32 of each row.
    lost = "\ufffd" * 23
    expected = text[:32] + lost + text[55:87] + lost
    assert output.read_bytes().decode() == expected


def test_lost_ends_of_a_sound_are_silent(finished, salvaged, tmp_path, rng):
    model = WaveNet(
        (2,),
        filters=4,
        num_levels=65536,
        distribution="discretized_logistic_mixture",
    )
    samples = rng.integers(-32768, 32768, 40).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", None))
        file.writeframes(samples.tobytes())
    run = finished(model, rate=8000)
    output, _ = salvaged(run, tmp_path / "a.wav", "b.wav", "--batch-size", "1")
    with wave.open(str(output)) as file:
        found = np.frombuffer(file.readframes(99), "<i2")
    np.testing.assert_array_equal(found[:32], samples[:32])
    np.testing.assert_array_equal(found[32:], np.zeros(8))
