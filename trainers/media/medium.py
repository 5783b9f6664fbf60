"""A kind of events, as people see or hear the draws of a model."""

import pathlib
from typing import Any

import numpy as np

from ..errors import UsageError
from ..files import replacing
from . import draws


class Medium:
    """Draws of one kind of events, and the files that they go into.

    Draws of every kind can be numbers in an `.npz` file. A kind that people can
    see or hear adds files of its own.

    Args:
        model: The model that draws.
        rate: Samples a second of sound, `None` for other events.
        table: The `Table` of rows of a table, `None` for other events.

    Attributes:
        name: The kind in a word.
        sample_suffixes: Endings of the files that samples go into, the first
            of which people look at.
        completion_suffixes: The same of completions.
        pictures: Names of the pictures that there can be of such a model.
        caption: A sentence on what a picture of samples shows, if it needs one.
    """

    name: str
    sample_suffixes: tuple[str, ...] = (".npz",)
    completion_suffixes: tuple[str, ...] = (".npz",)
    pictures: tuple[str, ...] = ("histograms", "masks")
    caption: str = ""

    def __init__(
        self, model: Any, rate: int | None = None, table: Any = None
    ) -> None:
        self.model = model
        self.rate = rate
        self.table = table

    def check_request(
        self,
        *,
        prime: str | None,
        steps: int | None,
        stream: bool,
        out: str | None,
    ) -> None:
        """Checks the arguments that only some models take.

        Args:
            prime: The beginning that texts continue, or `None`.
            steps: The length of the samples, or `None`.
            stream: Whether to print a text as it is drawn.
            out: The file to write, or `None`.

        Raises:
            UsageError: If texts are asked of a model of something else, or a
                number of steps of a model that has one of its own, or knows
                fewer.
        """
        if prime:
            raise self._not_for("prime", "texts")
        if stream:
            raise self._not_for("stream", "texts")
        if steps and not hasattr(self.model, "generate"):
            raise self._not_for("steps", "sequences")
        if steps and self.model.variable_length:
            raise UsageError(
                "--steps is for models without `variable_length`; this one "
                "draws sequences of the lengths in its context."
            )
        if steps:
            self._check_length(steps)

    def _check_length(self, steps: int, prime: str = ""):
        """Checks that a model of sequences knows all steps to draw."""
        most = self.model.max_steps
        if most is not None and len(prime) + steps > most:
            raise UsageError(
                f"--steps and the characters of --prime must be at most {most} "
                "together, as the model knows no later steps. Received: "
                f"{steps} and {len(prime)}"
            )

    def _not_for(self, name: str, what: str) -> UsageError:
        return UsageError(
            f"--{name} is for models of {what}; this is a "
            f"{type(self.model).__name__} of events of shape "
            f"{self.model.event_shape}."
        )

    def draw(
        self,
        num: int,
        *,
        seed: int,
        contexts: Any = None,
        prime: str | None = None,
        **options: Any,
    ) -> Any:
        """Returns `num` samples, as `draws.draw_samples` takes the options.

        Args:
            num: Number of samples.
            seed: Seed of the samples.
            contexts: Examples with the contexts that the samples get.
            prime: The beginning that texts continue; `None` for other events.
            **options: The length of the samples, and sampling options.
        """
        return draws.draw_samples(
            self.model, num, seed=seed, contexts=contexts, **options
        )

    def save_samples(self, path: pathlib.Path, samples: Any) -> None:
        """Saves samples, in the form that the file's name ends in."""
        with replacing(path) as temporary:
            if path.suffix == ".npz":
                np.savez_compressed(temporary, samples=samples)
            else:
                self._write_samples(temporary, samples)

    def save_completions(
        self,
        path: pathlib.Path,
        originals: np.ndarray,
        known: np.ndarray,
        completed: np.ndarray,
    ) -> None:
        """Saves originals, their known parts, and completions.

        Args:
            path: The file, in the form that its name ends in.
            originals: `[num, *event_shape]`.
            known: bool `event_shape`.
            completed: `[num, completions, *event_shape]`.
        """
        with replacing(path) as temporary:
            if path.suffix == ".npz":
                np.savez_compressed(
                    temporary,
                    originals=originals,
                    known=known,
                    completed=completed,
                )
            else:
                self._write_completions(temporary, originals, known, completed)

    def fill(self, rows: pathlib.Path, path: pathlib.Path, seed: int) -> None:
        """Saves the rows of a file, with what is missing in them drawn.

        Args:
            rows: The file with the rows.
            path: The file to write.
            seed: Seed of the draws.

        Raises:
            UsageError: If the model is not one of a table, or the rows do not
                fit it.
        """
        raise self._not_for("input", "tables")

    def save_draws(self, directory: Any, data: Any, seed: int) -> None:
        """Saves the draws that a finished run shows, here none.

        Args:
            directory: The `RunDirectory`.
            data: The run's `Data`.
            seed: Seed of the draws.
        """

    def show(self, data: Any, seed: int, step: int) -> None:
        """Writes TensorBoard's summaries of draws from a seed, here none.

        They go to the default summary writer.

        Args:
            data: The run's `Data`.
            seed: Seed of the draws.
            step: Step of the summaries.
        """

    def _write_samples(self, path, samples):
        raise NotImplementedError

    def _write_completions(self, path, originals, known, completed):
        raise NotImplementedError

    def _few(self, num: int, data, seed: int):
        """Returns `num` samples, or as many as there are test examples."""
        contexts = data.test if self.model.context.expected else None
        num = min(num, int(data.test.cardinality()))
        return self.draw(num, seed=seed, contexts=contexts)
