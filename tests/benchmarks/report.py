"""The record of the tables of speed, and the tables of README made of it."""

import json
import os
import pathlib
import re

from tests.benchmarks.tables import TABLES
from tests.benchmarks.tables import versions
from tf_autoregressive import files
from trainers.reports import table

RECORD = pathlib.Path(__file__).parent / "records" / "speed.json"


class Record:
    """The numbers of tables, by the names of the table and of its row.

    Every row has the versions that it was measured with.

    Args:
        path: A JSON file, which `add` replaces; `None` keeps nothing.
    """

    def __init__(self, path=RECORD):
        self.path = path
        self.found = {}
        if path is not None and path.exists():
            self.found = json.loads(path.read_text())

    def add(self, name, row, numbers):
        """Keeps the numbers of a row."""
        rows = self.found.setdefault(name, {})
        rows[row] = {
            "numbers": numbers,
            "versions": versions(),
            "processors": os.cpu_count(),
        }
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(self.found, indent=1) + "\n"
            files.replace_text(self.path, text)

    def tables(self):
        """Returns the rows of texts of each table that was measured."""
        return {
            name: TABLES[name].rows(
                {row: entry["numbers"] for row, entry in rows.items()}
            )
            for name, rows in self.found.items()
        }


def with_tables(text, record):
    """Returns a Markdown text with its tables as they were recorded.

    A table stands below the line `<!-- speed: NAME -->`, and ends with an empty
    line. Tables that are not in the record stay as they are.
    """
    for name, rows in record.tables().items():
        mark = re.escape(f"<!-- speed: {name} -->\n\n")
        lines = table.markdown(rows) + "\n"
        text = re.sub(
            f"({mark})(?:\\|.*\n)+",
            lambda found, lines=lines: found[1] + lines,
            text,
        )
    return text


def rewrite(path, record):
    """Writes the tables of a file anew."""
    files.replace_text(path, with_tables(path.read_text(), record))
