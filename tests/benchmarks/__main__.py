"""Measures the tables of speed of README in one sitting, and writes them.

python -m tests.benchmarks [--only NAME ...] [--quick] [--record PATH]

Rows are printed as they are measured, and kept in the record one by one. With
`--readme PATH` the tables of that file are written anew from the record, those
that it has. Tables that compare with another project are left out where it is
not installed. The machine should do nothing else meanwhile.
"""

import argparse
import pathlib
import time

from tests.benchmarks import report
from tests.benchmarks.tables import TABLES
from trainers.reports import table as tables_of_text


def measured(names, quick, record):
    """Measures the rows of tables, and adds each to the record.

    Args:
        names: Names of tables.
        quick: As `Table.measure` takes it.
        record: A `report.Record`.
    """
    todo = [
        (TABLES[name], row) for name in names for row in TABLES[name].labels
    ]
    for number, (table, row) in enumerate(todo, start=1):
        missing = table.missing()
        if missing:
            print(
                f"[{number}/{len(todo)}] {table.name}, {row}: left out, "
                f"because {', '.join(missing)} is not installed."
            )
            continue
        print(
            f"[{number}/{len(todo)}] {table.name}, {row}: ", end="", flush=True
        )
        start = time.perf_counter()
        found = table.measure(row, quick=quick)
        record.add(table.name, row, found)
        took = time.perf_counter() - start
        print(f"{' | '.join(table.cells(found))}   ({took:.0f} s)", flush=True)


def main():
    """Prints rows, then the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only",
        nargs="+",
        choices=TABLES,
        default=[*TABLES],
        help="the tables to measure (default: all)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="measure something small, once, to see that it works; the "
        "numbers are worth nothing, and are not kept without --record",
    )
    parser.add_argument(
        "--record",
        type=pathlib.Path,
        help="a JSON file of all numbers (default: the project's own)",
    )
    parser.add_argument(
        "--readme",
        type=pathlib.Path,
        help="a Markdown file whose tables are written anew",
    )
    arguments = parser.parse_args()
    path = arguments.record
    if path is None and not arguments.quick:
        path = report.RECORD
    record = report.Record(path)
    start = time.perf_counter()
    measured(arguments.only, arguments.quick, record)
    for name, rows in record.tables().items():
        print(f"\n{name}\n\n{tables_of_text.markdown(rows)}")
    if arguments.readme:
        report.rewrite(arguments.readme, record)
    print(f"\nIt took {(time.perf_counter() - start) / 60:.0f} minutes.")


if __name__ == "__main__":
    main()
