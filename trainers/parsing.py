"""A parser of the command line that names the nearest right name."""

import argparse
from typing import Any
from typing import NoReturn

from tf_autoregressive.suggestions import closest


class Parser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` whose errors about names have a hint.

    The hint is about commands, options and values that can be chosen.
    """

    def refuse(self, words: list[str]) -> NoReturn:
        """Ends the program with an error about words that it cannot use."""
        options = [word for word in words if word.startswith("--")]
        hint = ""
        if options:
            name = options[0].partition("=")[0]
            hint = closest(name, self._option_string_actions)
        self.error(f"unrecognized arguments: {' '.join(words)}.{hint}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # Python 3.14 does the same if `suggest_on_error` is set.
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            names = [str(choice) for choice in action.choices or ()]
            error.message += f".{closest(str(value), names)}"
            raise
