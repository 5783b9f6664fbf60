"""The wheel holds exactly the library, the trainers and the exporters."""

import pathlib
import shutil
import subprocess
import sys
import zipfile

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
