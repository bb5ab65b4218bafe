"""How far the compiled engine is from the metal: its brute force against a plain C loop and NumPy per tick.

All hold every account's equity against its maintenance margin at every tick, on the same population, positions and
posted prices. The loops do that and nothing else; the engine's row is a whole replay: oracle, keepers, auctions and the
log too, and those who were liquidated hold less afterwards. Until an account is flagged for the first time its
positions are the same everywhere, so that the accounts that were ever below, and the ticks in which they first were,
must be the same ones.

Run: `make bench`, or `python benchmarks/metal.py`. It needs a C compiler and says so if there is none.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed.building import compiler
from benchmarks.speed.clock import timed
from benchmarks.speed.history import label
from benchmarks.speed.plain import c_loops, first_hits, library, numpy_loops
from benchmarks.speed.replays import BRUTE, replay
from benchmarks.speed.still import still, still_case
from benchmarks.speed.table import show

SIZES = (("day-calm", 10_000, 4), ("day-crash", 10_000, 4), ("day-calm", 10_000, 20), ("day-calm", 100_000, 4))
SIZES += (("month-calm", 10_000, 4),)
"""A replay's set-up takes as long as hundreds of ticks: the month says most of the pace per account and tick."""

COLUMNS = ("window", "accounts", "markets", "how", "M/s", "beside", "call")

ENGINE = "govtool, brute force"


def rows(span: str, accounts: int, markets: int) -> Iterator[list[str]]:
    """Cells of one size, a row for each way to do it."""
    held = still(still_case(accounts, markets, span))
    with library() as lib:
        loops = c_loops(lib, held) | numpy_loops(held)
        found = timed(loops | {ENGINE: lambda: replay(held.case, BRUTE)})
        same = np.array_equal(first_hits(lib, held), held.flagged)
    hits = {found[name].result for name in loops}
    steps, best = held.case.account_steps, min(found[name].median for name in loops)
    below = f"{np.count_nonzero(held.flagged >= 0):,}"
    for name, timing in found.items():
        rate, beside = f"{steps / timing.median / 1e6:,.0f}", f"{timing.median / best:.2f}×"
        yield [span, f"{accounts:,}", str(markets), name, rate, beside, timing.text()]
    verdict = "the same accounts in the same ticks" if same else "NOT the same accounts"
    count = f"{min(hits):,} account-ticks below" if len(hits) == 1 else f"counts differ: {sorted(hits)}"
    yield [span, f"{accounts:,}", str(markets), f"{below} accounts ever below: {verdict}; {count}", *[""] * 3]


def main() -> None:
    if compiler() is None:
        print("metal is skipped: no C compiler (gcc, clang or cc) on this machine")
        return
    print(f"{label()}, positions fixed; M account-steps/s, and time beside the fastest loop\n")
    show(COLUMNS, (cells for size in SIZES for cells in rows(*size)), left=["how"])


if __name__ == "__main__":
    main()
