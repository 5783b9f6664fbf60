"""Kills a training run again and again, also as it writes, then finishes it.

    python -m tests.trainers.kills --kills 20 --epochs 200

The run must end with the bits of one that was left alone, and leave no damaged
checkpoint.
"""

import argparse
import pathlib
import random
import signal
import tempfile
import time

import numpy as np

from tests import processes
from tests.trainers.final_state import final_state
from trainers.training.run_directory import RunDirectory

SIZES = {"train": 1000, "valid": 21, "test": 33}


def command(data_dir, run_dir, epochs):
    """Returns arguments of `tfar` that train, with much to restore."""
    settings = (
        f"epochs={epochs}",
        "batch_size=16",
        "ema_momentum=0.9",
        "model_options.units=64",
        "early_stopping_patience=null",
        "clipnorm=1.0",
    )
    return [
        *("train", "made_mushrooms"),
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
    process = processes.start_tfar(*words)
    while process.is_alive() and not epochs_done(run_dir):
        time.sleep(0.01)
    first = time.monotonic()
    process.join()
    assert process.exitcode == 0, words
    return first - start, time.monotonic() - first


def epochs_done(run_dir):
    """Returns the epochs that the run's newest checkpoint has behind it."""
    return max(RunDirectory(run_dir).checkpoints.epochs(), default=0)


def kill_after(words, run_dir, epoch, seconds):
    """Starts a command and kills it so long after an epoch, or in the next.

    However fast the machine has become, the run is far from its end then.

    Returns:
        Whether it was still running.
    """
    process = processes.start_tfar(*words)
    while process.is_alive() and epochs_done(run_dir) < epoch:
        time.sleep(0.002)
    end = time.monotonic() + seconds
    while time.monotonic() < end and epochs_done(run_dir) <= epoch:
        time.sleep(0.002)
    return was_running(process)


def kill(words, has_begun, seconds):
    """Kills a command so long after it was seen to begin something.

    Returns:
        Whether it was still running.
    """
    process = processes.start_tfar(*words)
    while process.is_alive() and not has_begun():
        time.sleep(0.0005)
    time.sleep(seconds)
    return was_running(process)


def was_running(process):
    """Kills a process; returns whether that is what has ended it."""
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def check(num_kills, epochs, seed):
    """Kills a run so many times and finishes it.

    Half of the kills come at any moment. A quarter each comes while a
    checkpoint is written, and between the last of them and the result.

    Returns:
        What is wrong then: "" if nothing is.
    """
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_data(folder)
        whole, broken = folder / "whole", folder / "broken"
        words = command(folder, broken, epochs)
        before, training = timed(command(folder, whole, epochs), whole)
        # Three quarters of the epochs for the kills: none comes after the end.
        longest = 3 * epochs // (4 * num_kills)
        for number in range(num_kills):
            if number < num_kills // 2:
                steps = moments.randint(0, longest)
                seconds = training / epochs if steps else before
                was_killed = kill_after(
                    words,
                    broken,
                    epochs_done(broken) + steps,
                    moments.uniform(0, seconds),
                )
            elif number < 3 * num_kills // 4:
                was_killed = kill_in_checkpoint(words, broken, moments)
            else:
                was_killed = kill_at_the_end(
                    words, whole, broken, epochs, moments
                )
            if not was_killed:
                return f"the run ended before kill {number + 1}"
        processes.run_tfar(*words)
        return difference(whole, broken)


def kill_in_checkpoint(words, run_dir, moments):
    """Kills a command while it writes the next checkpoint, or just after."""
    epoch = epochs_done(run_dir)
    begins = begins_to_write(RunDirectory(run_dir).checkpoints.directory)
    return kill(
        words,
        lambda: epochs_done(run_dir) > epoch or begins(),
        moments.uniform(0, 0.01),
    )


def kill_at_the_end(words, whole, run_dir, epochs, moments):
    """Kills a command between its last checkpoint and its result."""
    finished = RunDirectory(whole)
    last = finished.checkpoints.path(epochs).stat().st_mtime
    seconds = finished.result.stat().st_mtime - last
    begins = begins_to_write(RunDirectory(run_dir).path)
    return kill(
        words,
        lambda: epochs_done(run_dir) == epochs and begins(),
        moments.uniform(0, seconds / 2),
    )


def begins_to_write(folder):
    """Returns a function that says whether a file is being written there."""
    # What an earlier kill has left is not the beginning of another file.
    old = set(folder.glob(".tmp-*"))
    return lambda: bool(set(folder.glob(".tmp-*")) - old)


def difference(whole, broken):
    """Returns what is wrong with a run that was killed."""
    if damaged := list(broken.rglob("*.damaged")):
        return f"damaged checkpoints: {damaged}"
    if left := list(broken.rglob(".tmp-*")):
        return f"files that were not finished: {left}"
    whole, broken = map(final_state, map(RunDirectory, (whole, broken)))
    different = [name for name in whole if whole[name] != broken[name]]
    return f"these differ: {different}" if different else ""


def main(argv=None):
    """Ends with a message, and the exit status 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    wrong = check(arguments.kills, arguments.epochs, arguments.seed)
    parser.exit(int(bool(wrong)), f"{wrong or 'the same bits as without'}\n")


if __name__ == "__main__":
    main()
