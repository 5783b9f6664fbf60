"""Processes that begin with TensorFlow imported, which takes seconds.

A server imports it, and is forked for every process. It uses nothing of it:
what TensorFlow starts at its first use does not survive a fork, which is why a
process of tests cannot fork itself.
"""

import multiprocessing
import os
import sys

_CONTEXT = multiprocessing.get_context("forkserver")
# Not the project: the server has not got the path to it.
_CONTEXT.set_forkserver_preload(
    ["tensorflow", "keras", "tensorflow_probability.python.distributions"]
)

_TFAR = """
import os
import sys

os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

from trainers.cli import main

sys.exit(main())
"""


def start(program, *arguments, **environment):
    """Starts a process that runs the text of a Python program.

    Args:
        program: The text.
        *arguments: Its `sys.argv[1:]`.
        **environment: Variables that it has beside those of this process.

    Returns:
        A `multiprocessing.Process`.
    """
    arguments = [str(argument) for argument in arguments]
    process = _CONTEXT.Process(
        target=_run, args=(program, arguments, environment)
    )
    process.start()
    return process


def run(program, *arguments):
    """Runs the text of a Python program to its end, which must be a success."""
    process = start(program, *arguments)
    process.join()
    assert process.exitcode == 0


def start_tfar(*words):
    """Starts the command `tfar` with these words; nobody reads its output."""
    return start(_TFAR, *words)


def run_tfar(*words):
    """Runs `tfar` with these words to its end, which must be a success."""
    run(_TFAR, *words)


def _run(program, arguments, environment):
    os.environ.update(environment)
    sys.argv = ["-c", *arguments]
    exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
