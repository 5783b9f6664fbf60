"""The versions and addresses that setup.cfg declares."""

import configparser
import pathlib

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

_CONFIG = configparser.ConfigParser()
_CONFIG.read(pathlib.Path(__file__).parent.parent / "setup.cfg")

CLASSIFIERS = _CONFIG["metadata"]["classifiers"].split("\n")
URL = _CONFIG["metadata"]["url"]
PROJECT_URLS = _CONFIG["metadata"]["project_urls"].split("\n")
VERSION = _CONFIG["metadata"]["version"]
PYTHON = SpecifierSet(_CONFIG["options"]["python_requires"])


def required():
    """Returns `{name: requirement}` of what is always installed."""
    return _requirements(_CONFIG["options"]["install_requires"])


def extra(name):
    """Returns `{name: requirement}` of an extra."""
    return _requirements(_CONFIG["options.extras_require"][name])


def minors(specifiers):
    """Returns the minor versions that a range allows, such as "3.11"."""
    (major,) = {spec.version.split(".")[0] for spec in specifiers}
    versions = [f"{major}.{minor}" for minor in range(100)]
    return list(specifiers.filter(versions))


def _requirements(text):
    found = [Requirement(line) for line in text.split("\n") if line.strip()]
    return {requirement.name: requirement for requirement in found}
