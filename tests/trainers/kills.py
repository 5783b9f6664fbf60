"""Kills a training run at random moments, again and again, then finishes it.

    python -m tests.trainers.kills --kills 20 --epochs 200

The run must end with the bits of one that was left alone, and leave no damaged
checkpoint.
"""

import argparse
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent.parent
SIZES = {"train": 4000, "valid": 21, "test": 33}


def command(data_dir, run_dir, epochs):
    """Returns a command that trains, with much to restore."""
    settings = (
        f"epochs={epochs}",
        "batch_size=16",
        "ema_momentum=0.9",
        "model_options.units=64",
        "early_stopping_patience=null",
        "clipnorm=1.0",
    )
    return [
        *(sys.executable, "-m", "trainers.cli", "train", "made_mushrooms"),
        *("--data-dir", str(data_dir), "--run-dir", str(run_dir)),
        *(part for setting in settings for part in ("--set", setting)),
    ]


def write_data(folder):
    """Writes a data set of coin tosses."""
    generator = np.random.default_rng(0)
    np.savez(
        folder / "mushrooms.npz",
        **{s: generator.integers(0, 2, (n, 112)) for s, n in SIZES.items()},
    )


def timed(words, run_dir):
    """Runs a command to its end.

    Returns:
        The seconds until the first checkpoint, and those from there.
    """
    start = time.monotonic()
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    while process.poll() is None and not checkpoints(run_dir):
        time.sleep(0.01)
    first = time.monotonic()
    if process.wait():
        raise RuntimeError(f"{words} ended with {process.returncode}")
    return first - start, time.monotonic() - first


def checkpoints(run_dir):
    """Returns the run's checkpoints, in order."""
    return sorted((run_dir / "checkpoints").glob("epoch-*.npz"))


def kill_after(words, seconds):
    """Starts a command and kills it; returns whether it was still running."""
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


def bits(run_dir):
    """Returns everything that must not depend on interruptions."""
    newest = checkpoints(run_dir)[-1]
    with np.load(newest) as file:
        arrays = {name: file[name] for name in file.files}
    progress = json.loads(arrays.pop("progress").item())
    scores = [row["validation_nats"] for row in progress["rows"]]
    return newest.name, {k: v.tobytes() for k, v in arrays.items()}, scores


def check(num_kills, epochs, seed):
    """Kills a run so many times and finishes it.

    Returns:
        The kills that came before the end, and what is wrong then: "" if
        nothing is.
    """
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_data(folder)
        whole, broken = folder / "whole", folder / "broken"
        words = command(folder, broken, epochs)
        before, training = timed(command(folder, whole, epochs), whole)
        # Such that some kills come before training, and the last of them
        # before its end.
        longest = before + 2 * training / num_kills
        killed = 0
        while killed < num_kills and not (broken / "result.json").exists():
            killed += kill_after(words, moments.uniform(0, longest))
        subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return killed, difference(whole, broken)


def difference(whole, broken):
    """Returns what is wrong with a run that was killed."""
    if damaged := list(broken.rglob("*.damaged")):
        return f"damaged checkpoints: {damaged}"
    if left := list(broken.rglob(".tmp-*")):
        return f"files that were not finished: {left}"
    return "" if bits(whole) == bits(broken) else "the bits differ"


def main(argv=None):
    """Ends with a message, and the exit status 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    killed, wrong = check(arguments.kills, arguments.epochs, arguments.seed)
    message = f"{killed} kills: {wrong or 'the same bits as without'}\n"
    parser.exit(int(bool(wrong)), message)


if __name__ == "__main__":
    main()
