"""Writes the address of the project into all that names it.

python -m colab.address https://github.com/SOMEONE/tf_autoregressive

The address is `url` in setup.cfg. An owner runs this once, and again after a
move. The notebooks get their openings anew.
"""

import argparse
import pathlib
import subprocess
import sys

from colab import openings

ROOT = pathlib.Path(__file__).parent.parent
# A test looks for other files that name the address.
FILES = ("setup.cfg", "CITATION.cff", "README.md")


def write(address: str, root: pathlib.Path = ROOT) -> None:
    """Writes an address in the place of the one there, but in notebooks.

    Args:
        address: The new address.
        root: The folder of the project.
    """
    for name in FILES:
        path = root / name
        text = path.read_text(encoding="utf-8")
        new = text.replace(openings.REPOSITORY, address)
        path.write_text(new, encoding="utf-8")


def main() -> None:
    """Writes the address of the command line into files and notebooks."""
    parser = argparse.ArgumentParser(prog="python -m colab.address")
    parser.add_argument("address", type=_address)
    write(parser.parse_args().address)
    # They read setup.cfg when they are imported.
    openings_anew = [sys.executable, "-m", "colab.openings"]
    subprocess.run(openings_anew, cwd=ROOT, check=True)


def _address(text: str) -> str:
    if not text.startswith("https://") or text.endswith("/"):
        raise argparse.ArgumentTypeError(
            f"must begin with https:// and not end with /: {text}"
        )
    return text


if __name__ == "__main__":
    main()
