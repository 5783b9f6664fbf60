"""Tables in CSV files, of any texts."""

import dataclasses
import pathlib

import numpy as np

from tests.fuzz.door import Door
from tf_autoregressive.datasets import from_table

_TEXTS = (
    *(
        "",
        "?",
        "NA",
        "nan",
        "inf",
        "1",
        "2",
        "3",
        "-1",
        "2.5",
        "1e300",
        "1e999",
    ),
    *("99999999999999999999", "4611686018427387905", "4611686018427387906"),
    *("a", "b", " a ", '"a, b"', '"', "\0", "é", "True", "1_0", "0x1", "007"),
)
_KINDS = ("binary", "categorical", "count", "real", "none")


@dataclasses.dataclass
class Given:
    """A file, and what else `from_table` is given."""

    path: pathlib.Path
    options: dict


class Tables(Door):
    """`from_table` of a CSV file."""

    name = "table"

    def make(self, rng, folder):
        path = folder / "a.csv"
        # Few texts a column, so that many have a kind.
        columns = [
            rng.choice(_TEXTS, int(rng.integers(1, 4)))
            for _ in range(int(rng.integers(1, 4)))
        ]
        names = [f"c{index}" for index in range(len(columns))]
        rows = [
            [str(rng.choice(texts)) for texts in columns]
            for _ in range(int(rng.integers(0, 30)))
        ]
        if rng.random() < 0.1 and rows:
            rows[-1].append("1")
        lines = [",".join(row) for row in [names, *rows]]
        encoding = rng.choice(["utf-8", "utf-8-sig", "latin-1"])
        path.write_bytes("\n".join(lines).encode(encoding))
        options = {"validation_share": 0.0, "test_share": 0.0}
        if rng.random() < 0.3:
            options["kinds"] = {"c0": str(rng.choice(_KINDS))}
        return Given(path, options)

    def enter(self, given):
        return from_table(given.path, **given.options)

    def check(self, given, taken):
        table = taken.info.table
        events = np.stack(list(taken.train.as_numpy_iterator()))
        rows = table.decode(events)
        np.testing.assert_array_equal(table.encode(rows), events)
        assert len(events) <= given.path.read_bytes().count(b"\n")
