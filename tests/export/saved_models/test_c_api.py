"""The C++ loader, which TF-Serving uses too, gives the recorded answers."""

import json
import pathlib
import subprocess
import sys

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from tests.zoo import BY_NAME
from tests.zoo import SERVED
from tests.zoo import dearest

PROGRAM = pathlib.Path(__file__).with_name("c_session.py")
# Loading a large graph takes long here, so the largest is left to Python.
SERVED_BY_C = [
    *(case for case in SERVED if case.name != "multi-scale-labels"),
    # Attention over images has what the sequences' has, with other caches.
    BY_NAME["image-transformer-colours"],
    BY_NAME["pixel-snail-logistics"],
]
LIBRARY = pathlib.Path(tf.__file__).with_name("libtensorflow_cc.so.2")


def names_in_the_graph(path):
    """Returns `{signature: {"inputs": {name: tensor}, "outputs": ...}}`."""
    model = saved_model_pb2.SavedModel.FromString(
        (path / "saved_model.pb").read_bytes()
    )
    return {
        signature: {
            kind: {name: i.name for name, i in getattr(found, kind).items()}
            for kind in ("inputs", "outputs")
        }
        for signature, found in model.meta_graphs[0].signature_def.items()
    }


@pytest.mark.skipif(not LIBRARY.exists(), reason="no C library here")
@pytest.mark.parametrize("case", dearest(SERVED_BY_C), ids=repr)
def test_answers_are_those_of_the_model(exported, tmp_path):
    names = tmp_path / "names.json"
    names.write_text(json.dumps(names_in_the_graph(exported.path)))
    finished = subprocess.run(
        [sys.executable, "-I", PROGRAM, LIBRARY, exported.path, names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
