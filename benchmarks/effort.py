"""Where the time of a replay goes: ticks, accounts, looks at accounts and rows of log, for the year of minutes.

A replay of hardly anyone is the price of the ticks alone: oracle, marks, time integrals, packing. What more accounts
take beside that is told per account, per look (all mechanisms of one account in one tick) and per row of the log.

Run: `make bench`, or `python benchmarks/effort.py`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed.cases import year_scenario
from benchmarks.speed.clock import timed
from benchmarks.speed.history import label
from benchmarks.speed.replays import replay
from benchmarks.speed.table import show

FEW = 20
"""Accounts of the replay that is taken for the ticks alone."""

ACCOUNTS = (1_000, 10_000)
COLUMNS = ("accounts", "replay", "beyond the ticks", "looks", "looks per 1,000 account-ticks", "prices astray", "rows")


def rows(accounts: tuple[int, ...] = (FEW, *ACCOUNTS), span: str = "year") -> list[list[str]]:
    """Cells for each population; the first stands for the ticks alone."""
    found: list[list[str]] = []
    alone = 0.0
    for count in accounts:
        case = year_scenario(count, 4, span=span)
        timing = timed({"skip": lambda case=case: replay(case)})["skip"]
        alone = alone or timing.median
        looks, astray = timing.result.effort
        written = timing.result.trace.whole.shape[0]
        beyond = timing.median - alone
        each = f"{beyond:.3f} s, {1e6 * beyond / max(looks + written, 1):.2f} µs per look or row" if beyond > 0 else "-"
        share = f"{1000.0 * looks / case.account_steps:.3g}"
        found.append([f"{count:,}", timing.text(), each, f"{looks:,}", share, f"{astray:,} ticks", f"{written:,}"])
    return found


def main() -> None:
    print(f"One year of minutes, 4 markets, {label()}\n")
    show(COLUMNS, rows(), left=["beyond the ticks"])


if __name__ == "__main__":
    main()
