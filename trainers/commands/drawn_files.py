"""Paths of the files that hold draws."""

import pathlib


def files_to_write(arguments, directory, what: str, model, rate):
    """Returns the path of --out, or by default paths in the run's directory."""
    from ..media import draws

    form = draws.form_of(model, rate)
    if arguments.out:
        path = pathlib.Path(arguments.out)
        draws.check_file(path, form)
        return [path]
    path = directory.path / f"{what}-seed-{arguments.seed}.npz"
    return [path.with_suffix(form), path] if form else [path]
