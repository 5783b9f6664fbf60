"""Builds the site: `python -m docs.build` writes it into `site/`.

Its pages are those of `docs/` with figures that the library draws, tables from
the records, and the cards of the trained models; they are written to
`build/docs/`, from where `python -m zensical serve` shows them. Links that lead
nowhere, and whatever the generator warns of, fail the build.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

from colab import lessons
from docs import lesson_outputs
from docs import links
from docs import records
from tf_autoregressive import trained

_DOCS = pathlib.Path(__file__).parent
_ROOT = _DOCS.parent
PAGES = _ROOT / "build" / "docs"
SITE = _ROOT / "site"


def main() -> int:
    """Builds the site; returns the status of the command."""
    parser = argparse.ArgumentParser(prog="python -m docs.build")
    parser.description = "Builds the site into site/."
    parser.add_argument(
        "--keep-figures",
        action="store_true",
        help="draw only the figures that are not there since the last build",
    )
    arguments = parser.parse_args()
    prepare(keep_figures=arguments.keep_figures)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    status = subprocess.run(command, cwd=_ROOT, check=False).returncode
    if status:
        return status
    found = links.dead(SITE)
    for link in found:
        print(f"A link leads nowhere. {link}", file=sys.stderr)
    return 1 if found else 0


def prepare(*, keep_figures: bool = False) -> None:
    """Writes the pages and all that they show to `PAGES`.

    Args:
        keep_figures: Whether figures of an earlier build stay as they are.
    """
    PAGES.mkdir(parents=True, exist_ok=True)
    for old in PAGES.iterdir():
        if old.is_file():
            old.unlink()
        elif not (keep_figures and old.name == "figures"):
            shutil.rmtree(old)
    shutil.copytree(
        _DOCS,
        PAGES,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("*.py", "__pycache__"),
    )
    for page in _DOCS.rglob("*.md"):
        place = page.relative_to(_DOCS)
        text = records.filled_in(
            page.read_text(encoding="utf-8"), "../" * (len(place.parts) - 1)
        )
        (PAGES / place).write_text(text, encoding="utf-8")
    for page in lessons.pages():
        _write_lesson(page)
    for name in trained.names():
        _copy_card(trained.folder(name))
    _draw(PAGES / "figures")


def _draw(folder):
    """Draws the figures of the pages that are not in the folder yet."""
    folder.mkdir(exist_ok=True)
    texts = [page.read_text(encoding="utf-8") for page in _DOCS.rglob("*.md")]
    shown = set(re.findall(r"figures/(\w+)\.png", "".join(texts)))
    missing = shown - {path.stem for path in folder.iterdir()}
    if missing:
        # It loads TensorFlow.
        from docs import figures

        for name in sorted(missing):
            (folder / f"{name}.png").write_bytes(bytes(figures.FIGURES[name]()))


def _write_lesson(page):
    """Makes a page of a lesson and of what its notebook prints and draws."""
    text, pictures = lesson_outputs.with_outputs(page)
    (PAGES / "lessons" / page.name).write_text(text, encoding="utf-8")
    for name, picture in pictures.items():
        (PAGES / "lessons" / name).write_bytes(picture)


def _copy_card(folder):
    """Makes the card of a trained model a page, with all that it shows."""
    target = PAGES / "trained" / folder.name
    target.mkdir(parents=True)
    shutil.copy(folder / "README.md", target / "index.md")
    for shown in ("*.png", "*.txt", "*.wav", "*.mid"):
        for path in folder.glob(shown):
            shutil.copy(path, target)


if __name__ == "__main__":
    sys.exit(main())
