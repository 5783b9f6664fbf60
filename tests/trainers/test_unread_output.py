"""`tfar` ends quietly where nobody reads its output, as behind `| head`."""

import contextlib
import io
import os
import subprocess
import sys

import pytest

from trainers import commands
from trainers.cli import main

PROGRAM = "import sys; from trainers.cli import main; sys.exit(main())"


def unread(words):
    """Returns the exit status of `tfar` whose output nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    stream = io.TextIOWrapper(io.FileIO(writer, "w"))
    with stream, contextlib.redirect_stdout(stream):
        return main(words)


@pytest.mark.parametrize("name", commands.names())
def test_every_command_ends_quietly(name, capfd):
    assert unread([name, "--help"]) == 141
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["models", "recipes", "results"])
def test_what_a_command_prints_ends_quietly(name, capfd):
    assert unread([name]) == 141
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("words", ["--help", "models", "train --help"])
def test_a_process_says_nothing_more(words):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words.split()],
        # Without a buffer argparse passes over the error.
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (141, b"")
