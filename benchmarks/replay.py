"""How fast a replay is and how its time grows: the engine skipping, against itself as two kinds of brute force.

`skip` lets bounds say how long an account can wait. `brute` evaluates every account's margin at every tick, compiled.
`every` runs all mechanisms for everyone at every tick: the slowest, and the yardstick of exactness. Their calls
alternate in one run, ratios are of medians, and the logs, books and prices that they leave must be the same to the bit:
a size where they are not ends the benchmark. A call that would take longer than an argument in seconds (120 if none is
given) is left out by name.

With real history at hand the measurements and the chart in docs/ are made anew.

Run: `make bench`, or `python benchmarks/replay.py [SECONDS]`.
"""

import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.fairness.figure import image
from benchmarks.speed.cases import HABITS
from benchmarks.speed.figure import draw
from benchmarks.speed.growth import SIZES, VISITS, Row, by_accounts, by_ticks, exponent, is_same, measured, ratio
from benchmarks.speed.history import is_recorded, label

DOCS = Path(__file__).parents[1] / "docs"
LONGEST_S = 120.0
MIDDLE = 10_000
"""Accounts where time is told by ticks."""

COLUMNS = "span,accounts,markets,ticks,visit,seconds,events,digest"


def cells(rows: Sequence[Row]) -> list[str]:
    """One line of the table: a size, its time under each way, how much slower brute force is, events of the log."""
    size = rows[0].size
    head = [size.span, f"{size.accounts:,}", str(size.markets)]
    slower = [f"{ratio(rows, visit):,.3g}×" if ratio(rows, visit) > 0 else "" for visit in ("brute", "every")]
    same = " = ".join(row.visit for row in rows if row.digest)
    return [*head, *(row.timing for row in rows), *slower, f"{max(row.events for row in rows):,}", same]


def exponents(rows: Sequence[Row]) -> list[str]:
    """Lines of the table of fitted exponents."""
    lines = ["| time grows with | where | " + " | ".join(VISITS) + " |", "| --- | --- |" + " ---: |" * len(VISITS)]
    for kind, markets in product(("calm", "crash"), (4, 20)):
        slopes = [exponent(by_ticks(rows, visit, kind, MIDDLE, markets)) for visit in VISITS]
        lines.append(_line("ticks", f"{kind} day and month to year, {markets} markets, {MIDDLE:,} accounts", slopes))
    for span, markets in product(("day-calm", "day-crash", "year", "year-calm"), (4, 20)):
        slopes = [exponent(by_accounts(rows, visit, span, markets)) for visit in VISITS]
        if slopes[0] == slopes[0]:
            lines.append(_line("accounts", f"{span}, {markets} markets", slopes))
    return lines


def _line(what: str, where: str, slopes: Sequence[float]) -> str:
    told = [f"{slope:.2f}" if slope == slope else "" for slope in slopes]
    return f"| {what} | {where} | " + " | ".join(told) + " |"


def data(rows: Sequence[Row]) -> str:
    """Every measurement as CSV; an empty cell of seconds was left out."""
    lines = [COLUMNS]
    for row in rows:
        seconds = f"{row.seconds:.6g}" if row.seconds > 0 else ""
        lines.append(",".join(map(str, [*row.size, row.ticks, row.visit, seconds, row.events, row.digest])))
    return "\n".join(lines) + "\n"


def main() -> None:
    longest_s = float(sys.argv[1]) if len(sys.argv) > 1 else LONGEST_S
    print(f"{label()}; {HABITS['slow']}; medians of calls in turn\n")
    print("| window | accounts | markets | skip | brute | every | brute / skip | every / skip | events | same log |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    everything: list[Row] = []
    for rows in measured(SIZES, longest_s):
        everything += rows
        print("| " + " | ".join(cells(rows)) + " |", flush=True)
        if not is_same(rows):
            raise SystemExit(f"{rows[0].size}: the logs differ, so nothing here says how fast an exact replay is")
    print("", *exponents(everything), sep="\n")
    if is_recorded():
        (DOCS / "performance.csv").write_text(data(everything), encoding="utf-8", newline="\n")
        figure = draw(everything)
        for kind in ("png", "svg"):
            (DOCS / f"performance.{kind}").write_bytes(image(figure, kind))
        print("\nwritten: docs/performance.csv, .png, .svg")


if __name__ == "__main__":
    main()
