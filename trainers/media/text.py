"""Texts, as text."""

import sys
from typing import Any

from ..errors import UsageError
from ..errors import usage_errors
from .medium import Medium

_RULE = "\n" + 72 * "-" + "\n"
_NUM_TEXTS, _TEXT_STEPS = 4, 1000


class Text(Medium):
    """Texts, drawn by a model that has a vocabulary."""

    name = "text"
    sample_suffixes = (".txt",)
    completion_suffixes = (".txt", ".npz")

    def check_request(
        self,
        *,
        prime: str | None,
        steps: int | None,
        stream: bool,
        out: str | None,
    ) -> None:
        """Checks the arguments for a model of texts.

        Raises:
            UsageError: If a text that is printed is to go into a file, the
                prime has a character that the model does not know, or there are
                more characters than steps that it knows.
        """
        if stream and out:
            raise UsageError(
                "--stream prints a text and writes no file: leave out --out, "
                f"or --stream. Received: --out {out}"
            )
        with usage_errors("--prime: "):
            self.model.encode(prime or "")
        self._check_length(steps or self.model.event_shape[0], prime or "")

    def draw(
        self,
        num: int,
        *,
        seed: int,
        contexts: Any = None,
        steps: int | None = None,
        prime: str | None = None,
        **options: Any,
    ) -> list[str]:
        """Returns `num` texts that begin with the prime."""
        prime = prime or ""
        steps = steps or self.model.event_shape[0]
        drawn = super().draw(
            num,
            seed=seed,
            contexts=contexts,
            steps=steps,
            prime=prime,
            **options,
        )
        prime = self._as_known(prime)
        return [prime + self.model.decode(numbers) for numbers in drawn]

    def stream(
        self,
        *,
        seed: int,
        steps: int | None = None,
        prime: str | None = None,
        **options: Any,
    ) -> None:
        """Prints one text, chunk after chunk, as it is drawn."""
        prime = prime or ""
        steps = steps or self.model.event_shape[0]
        chunks = self.model.stream(1, steps, prime=prime, seed=seed, **options)
        sys.stdout.write(self._as_known(prime))
        for chunk in chunks:
            sys.stdout.write(self.model.decode(chunk[0]))
            sys.stdout.flush()
        sys.stdout.write("\n")

    def save_draws(self, directory: Any, data: Any, seed: int) -> None:
        """Saves a few long texts."""
        steps = min(_TEXT_STEPS, self.model.max_steps or _TEXT_STEPS)
        texts = self.draw(_NUM_TEXTS, seed=seed, steps=steps)
        self.save_samples(directory.texts, texts)

    def show(self, data: Any, seed: int, step: int) -> None:
        """Writes a summary of texts, `samples`."""
        import tensorflow as tf

        # Markdown leaves a line as it is after four blanks.
        shown = [
            "    " + text.replace("\n", "\n    ")
            for text in self.draw(_NUM_TEXTS, seed=seed)
        ]
        tf.summary.text("samples", shown, step=step)

    def _as_known(self, text):
        """Returns the text as the model sees it, without unknown characters."""
        return self.model.decode(self.model.encode(text))

    def _write_samples(self, path, samples):
        """Writes texts with a rule between them."""
        path.write_text(_RULE.join(samples) + "\n", encoding="utf-8")

    def _write_completions(self, path, originals, known, completed):
        """Writes every text, and after it the completions of the model."""
        texts = []
        for original, several in zip(originals, completed, strict=True):
            texts.append(f"[the text]\n{self.model.decode(original)}")
            texts += [
                f"[a completion]\n{self.model.decode(numbers)}"
                for numbers in several
            ]
        self._write_samples(path, texts)
