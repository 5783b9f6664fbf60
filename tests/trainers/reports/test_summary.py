"""A finished run's result as text for people."""

from tests.trainers.results import result
from trainers.reports.summary import summary


def test_the_files_that_there_are_have_a_line_each(directory):
    directory.path.mkdir()
    for path in (directory.model, directory.texts):
        path.touch()
    lines = summary(directory, result()).splitlines()
    assert lines[4:] == [
        f"  model:        {directory.model}",
        f"  texts:        {directory.texts}",
    ]
