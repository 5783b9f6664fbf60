"""The subcommands of `tfar`, one module each.

A module has `add_arguments(parser)` and `run(arguments)`, whose docstring's
first line is the help. Its name is the subcommand's. TensorFlow, and what
imports it, is imported where it is used: help, the list of recipes and
mistakes on the command line come at once.
"""

import importlib
import types

# The help lists the subcommands in this order, under what one wants to do.
GROUPS = {
    "see what there is": ("models", "recipes", "results"),
    "train": ("train", "evaluate", "compare", "folds"),
    "see a model at work": (
        "demo",
        "sample",
        "complete",
        "animate",
        "show",
        "inspect",
    ),
    "use a model": ("score", "detect", "compress", "decompress"),
    "share and serve": ("publish", "export", "verify", "client"),
    "set up": ("completion",),
}


def command(name: str) -> types.ModuleType:
    """Returns the module of a subcommand."""
    return importlib.import_module(f".{name}", __name__)


def names() -> list[str]:
    """Returns the names of the subcommands, in the order of the help."""
    return [name for group in GROUPS.values() for name in group]


def description(name: str) -> str:
    """Returns the sentence that says what a subcommand does."""
    return command(name).run.__doc__.splitlines()[0]
