"""What `python -m tests.benchmarks.roofline` recorded, for the pages.

`<!-- roofline: peaks -->` becomes a sentence, `<!-- roofline: shares -->` a
table.
"""

import json
import pathlib

from tf_autoregressive.trainers.reports import table

WAYS = ("training", "scoring", "drawing")
_RECORD = (
    pathlib.Path(__file__).parent.parent
    / "tests/benchmarks/records/roofline.json"
)


def recorded():
    """Returns the record, `{"peaks": ..., "rows": [...]}`."""
    return json.loads(_RECORD.read_text())


def shares():
    """Returns a Markdown table: a row a model, the shares in its columns."""
    found = {}
    for row in recorded()["rows"]:
        found.setdefault(row["model"], {})[row["way"]] = row
    head = ["model"]
    for way in WAYS:
        head += [f"{way}, GFLOP/s", "share"]
    rows = [head]
    for name, ways in found.items():
        cells = [f"`{name}`"]
        for way in WAYS:
            row = ways[way]
            speed = row["operations"] / row["seconds"] / 1e9
            cells += [f"{speed:.3g}", f"{row['share']:.0%}"]
        rows.append(cells)
    return table.markdown(rows)


def peaks():
    """Returns a sentence with the measured peaks."""
    found = recorded()["peaks"]
    speeds = {name: v / 1e9 for name, v in found["operations"].items()}
    return (
        f"On the machine of the record a large product reaches "
        f"{speeds['float32']:.0f} GFLOP/s in float32 and "
        f"{speeds['bfloat16']:.0f} in bfloat16, a large copy "
        f"{found['num_bytes'] / 1e9:.0f} GB/s, read and written."
    )


WRITERS = {"peaks": peaks, "shares": shares}
