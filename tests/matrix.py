"""Tries the library on the versions that it declares, in fresh environments.

    python -m tests.matrix                # all of them, a table at the end
    python -m tests.matrix lowest colab   # some

Pip makes each environment from nothing. A part of the suite runs in it that
touches every model, every output, training, exports and the command. The
nightlies, which tell what comes, may fail.
"""

import argparse
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import tempfile

from tests.declared import PYTHON
from tests.declared import extra
from tests.declared import minors
from tests.declared import required

ROOT = pathlib.Path(__file__).parent.parent
TESTS = (
    "tests/test_backend.py",
    "tests/conformance/test_saving.py",
    "tests/conformance/test_training_step.py",
    "tests/conformance/test_execution_modes.py",
    "tests/export/signatures/test_model_signatures.py",
    "tests/export/test_stored.py",
    "tests/trainers/test_cli.py",
)
# pytest-xdist for the options in setup.cfg.
TOOLS = ("pytest", "pytest-xdist")
PRINT_VERSIONS = """
import platform
import keras, numpy, tensorflow, tensorflow_probability
modules = tensorflow, keras, tensorflow_probability, numpy
named = [f"{module.__name__} {module.__version__}" for module in modules]
print(f"Python {platform.python_version()}", *named, sep=", ", end="")
"""


@dataclasses.dataclass(frozen=True)
class Environment:
    """An environment that the library is tried in.

    Attributes:
        python: The minor version of Python.
        packages: The packages that pip installs beside the library.
        declared: Whether setup.cfg allows these versions. If not, pip does not
            look at the library's requirements, and a failure is allowed.
    """

    python: str
    packages: tuple[str, ...]
    declared: bool = True

    def install(self, python: pathlib.Path):
        """Installs everything with this Python's pip."""
        pip = (python, "-m", "pip", "install", "--quiet")
        if self.declared:
            _run(
                *pip,
                "-e",
                f"{ROOT}[tensorflow,serving]",
                *TOOLS,
                *self.packages,
            )
        else:
            _run(*pip, *TOOLS, *self.packages)
            _run(*pip, "--no-deps", "-e", ROOT)


def oldest(requirement) -> str:
    """Returns the requirement of the oldest version that one allows."""
    (version,) = [
        s.version for s in requirement.specifier if s.operator == ">="
    ]
    return f"{requirement.name}=={version}.0"


NEWEST_PYTHON = minors(PYTHON)[-1]
ENVIRONMENTS = {
    "lowest": Environment(
        NEWEST_PYTHON,
        (
            oldest(extra("tensorflow")["tensorflow"]),
            oldest(required()["keras"]),
            oldest(required()["tensorflow-probability"]),
        ),
    ),
    # pip-freeze.txt of https://github.com/googlecolab/backend-info.
    "colab": Environment(
        "3.13",
        (
            "tensorflow==2.20.0",
            "keras==3.13.2",
            "tensorflow-probability==0.25.0",
            "tf_keras==2.20.1",
            "numpy==2.1.3",
        ),
    ),
    **{f"newest-{minor}": Environment(minor, ()) for minor in minors(PYTHON)},
    "nightly": Environment(
        NEWEST_PYTHON,
        (
            *("--pre", "tf-nightly", "tf-keras-nightly", "keras-nightly"),
            # TFP imports distutils, which only setuptools still brings.
            *("tfp-nightly", "setuptools", "matplotlib", "pillow", "pydantic"),
            *("rich", "shtab"),
        ),
        declared=False,
    ),
}


def main(names) -> int:
    """Tries the environments of these names.

    Returns:
        The exit status: 1 if one with declared versions failed.
    """
    outcomes = {name: _tried(name, ENVIRONMENTS[name]) for name in names}
    print()
    for name, (passed, text) in outcomes.items():
        print(f"{name:<12} {'passed' if passed else 'FAILED'}  {text}")
    return int(
        any(
            ENVIRONMENTS[name].declared and not passed
            for name, (passed, _) in outcomes.items()
        )
    )


def interpreter(version: str) -> str:
    """Returns the Python of a minor version, on the path or of pyenv.

    Raises:
        SystemExit: If there is none.
    """
    named = f"python{version}"
    found = [shutil.which(named)]
    if shutil.which("pyenv"):
        # What it puts on the path works for the versions that are switched on.
        prefix = _run("pyenv", "prefix", version, check=False).strip()
        found.append(shutil.which(named, path=f"{prefix}/bin"))
    for path in filter(None, found):
        if _run(path, "-c", "print('works')", check=False) == "works\n":
            return path
    raise SystemExit(
        f"Python {version} was not found: put {named} on the path, or install "
        "it with pyenv."
    )


def _tried(name: str, environment: Environment) -> tuple[bool, str]:
    """Returns whether the tests passed, with their counts and the versions."""
    print(f"\n== {name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        python = pathlib.Path(folder, "bin", "python")
        try:
            _run(interpreter(environment.python), "-m", "venv", folder)
            environment.install(python)
            versions = _run(python, "-c", PRINT_VERSIONS)
        except subprocess.CalledProcessError as error:
            print(error.stderr)
            return False, "could not be installed"
        print(versions, flush=True)
        tests = subprocess.run(
            [python, "-m", "pytest", "--quiet", *TESTS],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    print(tests.stdout, flush=True)
    *_, counts = ["no test ran", *tests.stdout.splitlines()]
    return tests.returncode == 0, f"{counts}; {versions}"


def _run(*command, check: bool = True) -> str:
    """Runs a command and returns what it prints."""
    finished = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=check
    )
    return finished.stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "names",
        nargs="*",
        metavar="ENVIRONMENT",
        help=f"some of {', '.join(ENVIRONMENTS)} (default: all)",
    )
    given = parser.parse_args().names
    if unknown := set(given) - set(ENVIRONMENTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    sys.exit(main(given or ENVIRONMENTS))
