"""The state that two runs must have in common, to the bit."""

import json

import numpy as np


def final_state(directory):
    """Returns the state that must not depend on interruptions."""
    checkpoints = directory.checkpoints
    epochs = checkpoints.epochs()
    with np.load(checkpoints.path(epochs[-1])) as file:
        arrays = {name: file[name] for name in file.files}
    progress = json.loads(arrays.pop("progress").item())
    del progress["train_seconds"]
    for row in progress["rows"]:
        del row["train_seconds"]
    model = directory.load_model()
    metrics = directory.metrics.read_text().splitlines()
    result = json.loads(directory.result.read_text())
    del result["train_seconds"]
    for row in result["learning_curve"]:
        del row["train_seconds"]
    return {
        "epochs": epochs,
        "progress": progress,
        "metrics": [line.rpartition(",")[0] for line in metrics],
        "result": result,
        "checkpoint": {k: v.tobytes() for k, v in arrays.items()},
        "model": [np.asarray(v).tobytes() for v in model.weights],
    }
