"""A finished run's result as text for people."""

from typing import Any

from ..training.run_directory import RunDirectory

# The entries of a score that are not units of the model.
_NO_UNITS = ("nats", "standard_error", "examples")


def summary(directory: RunDirectory, result: dict[str, Any]) -> str:
    """Returns the result beside the published figure, and where files are."""
    test = result["test"]
    lines = [
        f"{result['recipe']}: {score_text(test)} on {test['examples']:,} test "
        "examples",
        f"  published:    {result['published']}",
        f"  validation:   {result['validation_nats']:.2f} nats, best of "
        f"{result['epochs']} epochs in epoch {result['best_epoch']}",
        f"  trained:      {result['steps']:,} steps in "
        f"{result['train_seconds']:.0f} s; weights: {result['weights']}",
    ]
    files = {
        "model": directory.model,
        "samples": directory.samples,
        "texts": directory.texts,
        "completions": directory.completions,
        "curve": directory.learning_curve,
    }
    lines += [
        f"  {name + ':':<13} {path}"
        for name, path in files.items()
        if path.exists()
    ]
    return "\n".join(lines)


def score_text(score: dict[str, Any]) -> str:
    """Returns a score with its units and its standard error."""
    text = f"{score['nats']:.2f}"
    if score["standard_error"] is not None:
        text += f" ± {score['standard_error']:.2f}"
    text += " nats"
    units = units_text(score)
    return f"{text} ({', '.join(units)})" if units else text


def units_text(score: dict[str, Any]) -> list[str]:
    """Returns a score in each of its units, such as `1.5000 nats/token`."""
    return [
        f"{value:.4f} {name.replace('_per_', '/')}"
        for name, value in score.items()
        if name not in _NO_UNITS and value is not None
    ]
