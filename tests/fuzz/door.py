"""The base class of doors."""

import abc
import pathlib
import typing

import numpy as np


class Door(abc.ABC):
    """One way in for input from outside.

    Attributes:
        name: Short name.
        errors: The errors that it raises where it refuses input.
        names_file: Whether these errors name the file.
    """

    name: str
    errors: tuple[type[Exception], ...] = (ValueError,)
    names_file: bool = True

    @abc.abstractmethod
    def make(self, rng: np.random.Generator, folder: pathlib.Path):
        """Returns an input, of which files lie in a folder of its own."""

    @abc.abstractmethod
    def enter(self, given) -> typing.Any:
        """Returns what becomes of an input."""

    @abc.abstractmethod
    def check(self, given, taken):
        """Fails by `assert` where an input was taken for another."""

    def file_of(self, given) -> str:
        """Returns the name of the file that errors must name."""
        return pathlib.Path(given.path).name
