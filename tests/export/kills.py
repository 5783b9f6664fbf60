"""Kills `tfar score` and `tfar export` while they write, then finishes them.

    python -m tests.export.kills --kills 20

Scores must have the bits of a run that was left alone, each row once. No
version may be half of one, and nothing may be left that is not one.
"""

import argparse
import json
import pathlib
import random
import tempfile

import numpy as np

from export import export_model
from export import fingerprints
from export.saved_models.versions import versions
from tests import processes
from tests.trainers import kills
from tests.zoo import BY_NAME

PART = 16384
WEIGHTS = "variables/variables.data-00000-of-00001"
RECORDED = "assets.extra/reference_answers.npz"
FILES = {
    "assets.extra/SHA256SUMS",
    "assets.extra/tf_serving_warmup_requests",
    "fingerprint.pb",
    "saved_model.pb",
    "variables/variables.index",
    RECORDED,
    WEIGHTS,
}


def check_score(num_kills, num_parts, moments):
    """Kills scoring so many times and finishes it.

    Returns:
        What is wrong then: "" if nothing is.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        case = BY_NAME["fvsbn"]
        model = export_model(case.build(0), folder / "fvsbn")
        events = np.random.default_rng(0).integers(
            0, 2, (num_parts * PART - 7, *case.event_shape), "uint8"
        )
        np.save(folder / "events.npy", events)
        words = ["score", str(model), "--input"]
        words += [str(folder / "events.npy"), "--output"]
        whole, broken = folder / "whole", folder / "broken"
        processes.run_tfar(*words, str(whole))
        seconds = _between_parts(whole) / num_parts
        for number in range(num_kills):
            part = number * num_parts // num_kills
            # The first ones while the directory is begun.
            seen = broken / f"part-{part - 1:08d}.parquet" if part else broken
            if not kills.kill(
                [*words, str(broken)],
                seen.exists,
                moments.uniform(0.0, seconds if part else 0.02),
            ):
                return f"scoring was not killed in part {part}"
        processes.run_tfar(*words, str(broken))
        return _difference(whole, broken)


def _between_parts(whole):
    """Returns the seconds between the first and the last part."""
    written = [path.stat().st_mtime for path in whole.glob("part-*")]
    return max(written) - min(written)


def _difference(whole, broken):
    """Returns what is wrong with a directory of scores: "" if nothing is."""
    contents = [
        {path.name: path.read_bytes() for path in folder.iterdir()}
        for folder in (whole, broken)
    ]
    if contents[0].keys() != contents[1].keys():
        return f"other files: {contents[0].keys() ^ contents[1].keys()}"
    different = [n for n in contents[0] if contents[0][n] != contents[1][n]]
    return f"these differ: {different}" if different else ""


def check_export(num_kills, moments):
    """Kills exports so many times and finishes one.

    Returns:
        What is wrong then: "" if nothing is.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        kills.write_data(folder)
        run, base = folder / "run", folder / "broken" / "made"
        processes.run_tfar(*kills.command(folder, run, epochs=1))
        words = ["export", str(run), "--to"]
        processes.run_tfar(*words, str(folder / "whole" / "made"))
        whole = folder / "whole" / "made" / "1"
        before = _mtime(whole / "saved_model.pb")
        seconds = _mtime(whole / RECORDED) - before + 0.5
        ended = 0
        for number in range(num_kills):
            start = number * seconds / num_kills
            was_killed = kills.kill(
                [*words, str(base)],
                lambda: any(base.glob(".tmp-*")),
                start + moments.uniform(0.0, seconds / num_kills),
            )
            ended += not was_killed
            if wrong := _half_versions(base, whole):
                return wrong
        processes.run_tfar(*words, str(base))
        if len(versions(base)) < ended + 1:
            return f"{ended + 1} exports ended in {versions(base)}"
        left = [path for path in base.rglob(".*") if path.name != "."]
        return _half_versions(base, whole) or (f"left: {left}" * bool(left))


def _mtime(path):
    return path.stat().st_mtime


def _half_versions(base, whole):
    """Returns what is wrong with the versions in a directory."""
    for body in base.glob("requests/*.json"):
        json.loads(body.read_text())
    for number in versions(base):
        version = base / str(number)
        files = {
            path.relative_to(version).as_posix()
            for path in version.rglob("*")
            if path.is_file()
        }
        if files != FILES:
            return f"{version} holds {files}"
        fingerprints.check_sums(version)
        if _weights(version) != _weights(whole):
            return f"{version} has other weights"
        with np.load(whole / RECORDED) as a, np.load(version / RECORDED) as b:
            if any(a[key].tobytes() != b[key].tobytes() for key in a):
                return f"{version} gives other answers"
    return ""


def _weights(version):
    return (
        version / "variables" / "variables.data-00000-of-00001"
    ).read_bytes()


def main(argv=None):
    """Ends with a message, and the exit status 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--parts", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    moments = random.Random(arguments.seed)
    wrong = check_score(arguments.kills, arguments.parts, moments)
    wrong = wrong or check_export(arguments.kills, moments)
    parser.exit(int(bool(wrong)), f"{wrong or 'as if nothing was killed'}\n")


if __name__ == "__main__":
    main()
