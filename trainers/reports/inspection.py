"""The positions that `tfar inspect` looks at, and its report on them."""

import pathlib
from collections.abc import Sequence

import numpy as np

from tf_autoregressive import dependencies
from tf_autoregressive import plots
from tf_autoregressive.models import AutoregressiveModel

from ..errors import UsageError
from ..errors import usage_errors
from ..files import replacing

_MOST_NAMED = 5


def chosen_positions(
    site_shape: Sequence[int],
    names: Sequence[tuple[int, ...]],
    *,
    everything: bool = False,
) -> np.ndarray | None:
    """Returns the positions that begin with given coordinates, `[S, n]`.

    Args:
        site_shape: Shape of the positions at which the model draws a value.
        names: Tuples of coordinates; those that are missing at the end, such
            as the channel, stand for all.
        everything: Whether to return all positions.

    Returns:
        int `[S, n]`, or `None`, for the model to choose, without names.

    Raises:
        UsageError: If a name is outside of the shape.
    """
    shape = tuple(site_shape)
    if not everything and not names:
        return None
    for name in names:
        _check_position(name, shape)
    sites = np.arange(np.prod(shape)).reshape(shape)
    chosen = [np.ravel(sites[name]) for name in names or [()]]
    return np.stack(np.unravel_index(np.concatenate(chosen), shape), axis=1)


def _check_position(name, shape):
    inside = all(i < size for i, size in zip(name, shape, strict=False))
    if len(name) > len(shape) or not inside:
        raise UsageError(
            f"--position must lie in {shape}, counted from 0. Received: "
            f"{_text(name)}"
        )


def find(
    model: AutoregressiveModel, positions: np.ndarray | None, *, seed: int
) -> dependencies.Dependencies:
    """Returns the `Dependencies` of these positions.

    Raises:
        UsageError: If the model's parameters are not finite, or random.
    """
    with usage_errors():
        return dependencies.find_dependencies(model, positions, seed=seed)


def save_picture(path: pathlib.Path, found: dependencies.Dependencies) -> None:
    """Saves the picture of `Dependencies`."""
    with replacing(path) as temporary:
        plots.save_dependencies(temporary, found)


def report(found: dependencies.Dependencies) -> str:
    """Returns a line for each position of `Dependencies`, and one in all."""
    earlier = np.any(found.earlier, axis=0)
    marks = zip(
        found.positions, found.leaks, found.unreachable, earlier, strict=True
    )
    lines = [
        f"{_text(position)}: leaks: {leaks.sum()}{_first(leaks)}; unreachable: "
        f"{unreachable.sum()} of {may.sum()} earlier{_first(unreachable)}"
        for position, leaks, unreachable, may in marks
    ]
    members = f" of {len(found.depends)} members" * (len(found.depends) > 1)
    lines.append(
        f"{len(lines)} positions{members}: leaks: {found.leaks.sum()}; "
        f"unreachable: {found.unreachable.sum()} of {earlier.sum()} earlier"
    )
    return "\n".join(lines)


def _first(marked) -> str:
    """Returns the first few dimensions that are marked, in brackets."""
    if not marked.any():
        return ""
    first = [_text(index) for index in np.argwhere(marked)[:_MOST_NAMED]]
    more = " ..." if marked.sum() > len(first) else ""
    return f" ({' '.join(first)}{more})"


def _text(coordinates) -> str:
    return ",".join(map(str, coordinates))
