"""`tfar completion`: what lets a shell complete the words of `tfar`."""

import argparse
from collections.abc import Iterator
from typing import Any

from tf_autoregressive import trained

from .. import recipes
from ..own_data.model_settings import MODELS

_SHELLS = ("bash", "zsh", "fish")
_FILES, _FOLDERS = ("FILE", "PATH"), ("DIR", "FOLDER")
_RUNS = ("RUN", "RUN_OR_SAVEDMODEL")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the name of the shell."""
    parser.add_argument(
        "shell",
        choices=_SHELLS,
        help="the shell, which reads what is printed: put `eval "
        '"$(tfar completion bash)"` into ~/.bashrc, `eval "$(tfar completion '
        'zsh)"` into ~/.zshrc after compinit, or save it as '
        "~/.config/fish/completions/tfar.fish",
    )


def run(arguments: argparse.Namespace) -> None:
    """Print the script that lets a shell complete the words of tfar."""
    import shtab

    from .. import cli

    parser = cli.parser()
    for action in _actions(parser):
        if action.metavar == "RECIPE":
            action.choices = _recipes()
        elif action.metavar in _RUNS:
            action.complete = _of_runs(trained.names())
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY
        elif action.metavar in _FILES:
            action.complete = shtab.FILE
    print(shtab.complete(parser, arguments.shell))


def _actions(parser) -> Iterator[Any]:
    """Yields the actions of a parser and of its subcommands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                yield from _actions(subparser)
        else:
            yield action


def _recipes() -> list[str]:
    families = recipes.families()
    members = {recipe.name for family in families.values() for recipe in family}
    return sorted({*families, *members, *MODELS})


def _of_runs(models) -> dict[str, Any]:
    """Returns the completions of a folder or a model, for each shell."""
    names = " ".join(models)
    return {
        "bash": "_tfar_runs",
        "zsh": "_tfar_runs",
        "fish": "(__fish_complete_directories (commandline -ct); "
        f"string split ' ' '{names}')",
        "preamble": {
            "bash": '_tfar_runs() { compgen -d -- "$1"; '
            f'compgen -W "{names}" -- "$1"; }}',
            "zsh": f"_tfar_runs() {{ _files -/; compadd -- {names}; }}",
        },
    }
