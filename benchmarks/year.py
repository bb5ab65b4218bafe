"""How long a replay of a year of minutes takes, by accounts and markets, and of a month and a day, calm and crash.

The scenarios are for whoever measures the engine; see `benchmarks.speed.cases.year_scenario` for their use:
`from benchmarks.year import year_scenario` gives (scenario, terms, pool).

Prices are recorded hours with minutes bridged where GOVTOOL_HISTORY has them, else synthetic; the table says
which. A case that would take longer than an argument in seconds (120 if none is given) is left out by name.

Run: `make bench`, or `python benchmarks/year.py [SECONDS]`.
"""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed.cases import HABITS, Case, year_scenario
from benchmarks.speed.clock import timed
from benchmarks.speed.history import label
from benchmarks.speed.replays import rates, replay
from benchmarks.speed.table import show

__all__ = ["Case", "year_scenario"]

LONGEST_S = 120.0


class Size(NamedTuple):
    """One row of the table."""

    span: str
    accounts: int
    markets: int
    habits: str


SIZES = (
    *(Size(span, 10_000, 4, "slow") for span in ("day-calm", "day-crash", "month-calm", "month-crash")),
    *(Size("year", accounts, markets, "slow") for markets in (4, 20) for accounts in (1_000, 10_000, 100_000)),
    *(Size("year-calm", accounts, 4, "slow") for accounts in (1_000, 10_000, 100_000)),
    *(Size(span, 10_000, 4, "fixed") for span in ("year", "year-calm")),
    Size("year-calm", 10_000, 4, "lean"),
    Size("month-calm", 10_000, 4, "default"),
)

COLUMNS = (
    *("window", "accounts", "markets", "habits", "replay", "account-steps/s"),
    *("events", "trades", "top-ups", "liquidations"),
)


def rows(longest_s: float) -> Iterator[list[str]]:
    """Cells of each size, in order; the last three are per account and year."""
    pace = 0.0  # seconds per account-step of the slowest case so far
    for size in SIZES:
        head = [size.span, f"{size.accounts:,}", str(size.markets), HABITS[size.habits]]
        case = year_scenario(size.accounts, size.markets, span=size.span, habits=size.habits)
        foreseen = pace * case.account_steps
        if foreseen > longest_s:
            yield [*head, f"left out: would take about {foreseen:.0f} s", *[""] * 5]
            continue
        timing = timed({"skip": lambda case=case: replay(case)}, keep=partial(rates, case))["skip"]
        if size.span.startswith("year"):
            pace = timing.median / case.account_steps
        counted = timing.result
        per_year = [f"{counted[name]:.3g}" for name in ("trades", "top-ups", "liquidations")]
        yield [
            *head,
            timing.text(),
            f"{case.account_steps / timing.median:.3g}",
            f"{counted['events']:,.0f}",
            *per_year,
        ]


def main() -> None:
    longest_s = float(sys.argv[1]) if len(sys.argv) > 1 else LONGEST_S
    print(f"{label()}; trades, top-ups and liquidations per account and year\n")
    show(COLUMNS, rows(longest_s), left=["habits"])


if __name__ == "__main__":
    main()
