"""The help of `tfar`, in groups."""

import pkgutil

import pytest

from trainers import commands
from trainers.cli import main


def test_every_command_is_in_one_group():
    names = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    # The other modules are shared by several commands.
    of_commands = [n for n in names if hasattr(commands.command(n), "run")]
    assert sorted(commands.names()) == sorted(of_commands)


def test_help_names_every_command_under_its_group(capsys):
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    titles = [f"{title}:" for title in commands.GROUPS]
    assert [line for line in lines if line in titles] == titles
    for name in commands.names():
        (line,) = (line for line in lines if line.startswith(f"  {name} "))
        assert commands.description(name).startswith(line.split(None, 1)[1])


@pytest.mark.parametrize(
    "command",
    [
        *("--help", "recipes", "recipes gated_pixel_cnn_cifar10", "results"),
        "models",
    ],
)
def test_what_is_printed_fits_80_columns(command, capsys):
    assert main(command.split()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 80
