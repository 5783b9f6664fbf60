"""The wheel holds exactly the library, the trainers and the exporters."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parent.parent
PACKAGE = "tf_autoregressive"
SOURCES = {
    PACKAGE: PACKAGE,
    "trainers": f"{PACKAGE}/trainers",
    "export": f"{PACKAGE}/export",
}

pytestmark = pytest.mark.slow


def source_files():
    """Returns the files of the source tree, relative to it.

    Those that git tracks or would track; all of them where there is no git.
    """
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = map(pathlib.Path, listed.stdout.splitlines())
        return [name for name in names if (ROOT / name).is_file()]
    top = [p for p in ROOT.iterdir() if p.is_file()]
    below = [p for d in SOURCES for p in (ROOT / d).rglob("*") if p.is_file()]
    return [
        path.relative_to(ROOT)
        for path in top + below
        if path.suffix not in (".pyc", ".pyo")
    ]


def expected_in_wheel(files):
    """Returns where the wheel must hold the files of the source directories."""
    return {
        "/".join((SOURCES[file.parts[0]], *file.parts[1:]))
        for file in files
        if file.parts[0] in SOURCES
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The opened wheel, built from a copy: building writes into the tree."""
    tree = tmp_path_factory.mktemp("tree")
    for file in source_files():
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tree / file)
    output = tmp_path_factory.mktemp("dist")
    result = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", output, tree],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (path,) = output.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def metadata(wheel, name):
    (path,) = [n for n in wheel.namelist() if n.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode()


def test_the_wheel_holds_exactly_the_source_files(wheel):
    packed = {n for n in wheel.namelist() if ".dist-info/" not in n}
    assert packed == expected_in_wheel(source_files())


def test_the_wheel_holds_the_embedded_data_with_its_licence(wheel):
    for name in ("binarized_mnist.npz", "README.md"):
        path = f"{PACKAGE}/datasets/files/{name}"
        assert wheel.read(path) == (ROOT / path).read_bytes()


def test_the_wheel_adds_one_name_to_site_packages(wheel):
    assert metadata(wheel, "top_level.txt").split() == [PACKAGE]
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {t for t in tops if not t.endswith(".dist-info")} == {PACKAGE}


def test_the_wheel_has_the_console_script_and_the_licence(wheel):
    scripts = metadata(wheel, "entry_points.txt").splitlines()
    assert f"tfar = {PACKAGE}.trainers.cli:main" in scripts
    (licence,) = [n for n in wheel.namelist() if n.endswith("LICENSE")]
    assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The directory that the wheel is installed in, its requirements not."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index"]
    subprocess.run(
        [*pip, "--no-deps", "--target", target, wheel.filename], check=True
    )
    return target


def tfar(installed, *arguments, cwd, **environment):
    """Runs the command as a user has it, away from the source tree."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        **environment,
    }
    # The tests set it for themselves.
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return subprocess.run(
        [installed / "bin" / "tfar", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--help"], 0),
        (["recipes"], 0),
        (["train", "nothing"], 2),
        (["train", "made_dna", "--set", "epoch=1"], 2),
        (["evaluate", "nowhere"], 2),
        (["sample", "nowhere", "--num", "0"], 2),
        (["verify", "nowhere"], 2),
    ],
)
def test_help_and_mistakes_do_not_wait_for_tensorflow(
    arguments, status, installed, tmp_path
):
    # Makes Python list what it imports.
    finished = tfar(
        installed, *arguments, cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1"
    )
    lines = finished.stderr.splitlines()
    imported = {line.split("|")[-1].strip() for line in lines if "|" in line}
    assert finished.returncode == status, finished.stderr
    assert f"{PACKAGE}.trainers.cli" in imported
    assert not imported & {"keras", "matplotlib", "tensorflow"}


def test_training_prints_its_own_lines_alone_on_any_terminal(
    installed, tmp_path
):
    """TensorFlow's log is off, and an ASCII terminal can show a result."""
    generator = np.random.default_rng(0)
    sizes = {"train": 32, "valid": 8, "test": 8}
    np.savez(
        tmp_path / "mushrooms.npz",
        **{s: generator.integers(0, 2, (n, 112)) for s, n in sizes.items()},
    )
    settings = ("epochs=1", "batch_size=16", "ema_momentum=null")
    arguments = ["--data-dir", tmp_path]
    arguments += [part for s in settings for part in ("--set", s)]
    finished = tfar(
        installed,
        *("train", "fvsbn_mushrooms", *arguments),
        cwd=tmp_path,
        PYTHONIOENCODING="ascii",
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    assert finished.stdout.isascii()
    assert "nats" in finished.stdout
