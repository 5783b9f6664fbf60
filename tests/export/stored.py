"""Files that one version of TensorFlow writes, for other versions to read.

    python -m tests.export.stored

writes the archive of the TensorFlow that it runs on: `.keras` files of two
models, a SavedModel of the first, and what the models answer.
"""

import pathlib
import shutil
import tempfile
import zipfile

import keras
import numpy as np
import tensorflow as tf

FOLDER = pathlib.Path(__file__).parent / "stored"
NAMES = ["made", "char_rnn"]
SEED = 7


def archives() -> list[pathlib.Path]:
    """Returns the stored archives, one of each version of TensorFlow."""
    return sorted(FOLDER.glob("*.zip"))


def answers(model):
    """Returns arrays: samples of a model and their log-probabilities."""
    context = np.arange(3) if model.context.expected else None
    events = model.sample(3, seed=SEED, context=context)
    log_prob = model.log_prob(events, context)
    return {"events": events.numpy(), "log_prob": log_prob.numpy()}


def _models():
    from tf_autoregressive.models import MADE
    from tf_autoregressive.models import CharRNN

    keras.utils.set_random_seed(SEED)
    made = MADE((6,), units=(8,), num_classes=3)
    char_rnn = CharRNN((6,), num_levels=3, units=4, num_layers=1)
    return dict(zip(NAMES, [made, char_rnn], strict=True))


def main():
    """Writes the archive of the TensorFlow that this runs on."""
    from export import export_model

    version = ".".join(tf.__version__.split(".")[:2])
    path = FOLDER / f"tensorflow-{version}.zip"
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary, "files")
        folder.mkdir()
        for name, model in _models().items():
            model.save(folder / f"{name}.keras")
            np.savez(folder / f"{name}.npz", **answers(model))
        model = keras.saving.load_model(folder / f"{NAMES[0]}.keras")
        exported = export_model(model, pathlib.Path(temporary, NAMES[0]))
        shutil.copytree(exported, folder / NAMES[0])
        _write_archive(path, folder)
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


def _write_archive(path, folder):
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))


if __name__ == "__main__":
    main()
