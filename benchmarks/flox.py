"""How fast and how alike FLOX is, the one engine on the package index with cross margin and liquidation.

`flox-py` was renamed `lrvx` in October 2026 (version 0.11.0; both names install the same engine). It is no dependency
of govtool: `pip install -e '.[bench]'`, or `pip install flox-py`, brings it, and without it this benchmark is skipped.

Both replay the same accounts at the same marks: our posted oracle prices, of positions that are fixed, without
funding, feedback or behaviour, at one maintenance weight for all markets, because FLOX has one ladder of tiers for
all. Where they overlap is who is liquidated and when first: both check equity < maintenance margin at every tick,
cross margin over all markets. After that they differ, and nothing is compared. FLOX closes the leg with the worst
result whole, at the mark, in that tick; govtool sells by auction to keepers, as much as restores the account. FLOX
counts prices and sizes in units of 1e-8; govtool counts sizes in the market's quantums and leaves prices as they are.
FLOX's time is of its calls of `on_marks`, marks already in its form, with the opening of its accounts; ours is of a
whole replay. It walks all accounts once per mark that it is given, so it runs twice: given every market's mark in every
tick, and only those that moved, with no call where none did, which is the least that it can be asked.

Run: `make bench`, or `python benchmarks/flox.py`.
"""

import importlib.metadata
import sys
from pathlib import Path
from typing import Any

# Before NumPy and Numba: where they come first its library may find no room for its thread-local storage (glibc).
try:
    import lrvx as flox
except ImportError as problem:
    flox, why = None, str(problem)

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed.clock import timed
from benchmarks.speed.history import label
from benchmarks.speed.replays import BRUTE, SKIP, replay
from benchmarks.speed.still import Still, still, still_case
from benchmarks.speed.table import show
from govtool.engine.terms import Floats, Ints

WEIGHT = 0.05
ENOUGH = 1e10
"""Insurance fund, quote currency, so that nobody is deleveraged. FLOX's fixed point ends at 9.2e10."""

SIZES = (("day-calm", 1_000, 4), ("day-crash", 1_000, 4), ("day-calm", 1_000, 20), ("day-crash", 1_000, 20))
SIZES += (("day-calm", 10_000, 4), ("day-crash", 10_000, 4), ("month-calm", 10_000, 4))

COLUMNS = ("window", "accounts", "markets", "engine", "M/s", "beside", "call")


def opened(held: Still) -> tuple[Any, list[Any]]:
    """Its engine with every account at the opening prices, and the accounts, which it does not keep alive itself."""
    engine = flox.LiquidationEngine()
    engine.add_tier(0.0, WEIGHT)
    engine.set_insurance_fund_capital(ENOUGH)
    engine.set_adl_enabled(False)
    engine.set_liquidation_slippage_bps(0.0)
    price = held.price[0]
    accounts = []
    for i, (cash, coins) in enumerate(zip(held.cash, held.coins, strict=True)):
        account = flox.Account(i, float(cash + coins @ price))
        account.set_margin_mode("cross")
        for m in np.flatnonzero(coins):
            account.open_position(int(m), float(coins[m]), float(price[m]))
        engine.attach_account(account)
        accounts.append(account)
    return engine, accounts


Marks = list[list[tuple[int, float]]]


def marks_of(price: Floats, *, moved: bool) -> Marks:
    """(market, price) of each tick, of all markets or only those whose price is another than in the tick before."""
    fresh = np.ones(price.shape, dtype=bool)
    if moved:
        fresh[1:] = price[1:] != price[:-1]
    return [[(m, now[m]) for m in np.flatnonzero(new).tolist()] for now, new in zip(price.tolist(), fresh, strict=True)]


def first_liquidations(held: Still, marks: Marks) -> Ints:
    """Tick of each account's first liquidation, -1 for never."""
    engine, _accounts = opened(held)
    found = np.full(held.cash.size, -1, dtype=np.int64)
    for t, now in enumerate(marks):
        if not now:
            continue
        for i in engine.on_marks(now, t)["liquidated"]:
            if found[i] < 0:
                found[i] = t
    return found


def rows(span: str, accounts: int, markets: int) -> list[list[str]]:
    """Cells of one size: each engine's rate, and whom both liquidate."""
    held = still(still_case(accounts, markets, span, WEIGHT))
    every, moved = (marks_of(held.price, moved=only) for only in (False, True))
    works = {
        "FLOX, every mark": lambda: first_liquidations(held, every),
        "FLOX, marks that moved": lambda: first_liquidations(held, moved),
        "govtool, brute force": lambda: replay(held.case, BRUTE),
        "govtool": lambda: replay(held.case, SKIP),
    }
    found = timed(works, repeats=3)
    head, steps = [span, f"{accounts:,}", str(markets)], held.case.account_steps
    slow = found["FLOX, every mark"].median
    cells = [
        [*head, name, f"{steps / timing.median / 1e6:,.2f}", f"{slow / timing.median:,.1f}×", timing.text()]
        for name, timing in found.items()
    ]
    told = [agreement(found[name].result, held.flagged) for name in list(works)[:2]]
    verdict = told[0] if told[0] == told[1] else f"every mark: {told[0]}; marks that moved: {told[1]}"
    return [*cells, [*head, verdict, "", "", ""]]


def agreement(theirs: Ints, ours: Ints) -> str:
    """How many accounts each engine ever liquidates, both do, and both do first in the same tick."""
    both = (theirs >= 0) & (ours >= 0)
    same = np.count_nonzero(both & (theirs == ours))
    counts = np.count_nonzero(theirs >= 0), np.count_nonzero(ours >= 0), np.count_nonzero(both)
    return "liquidated: {:,} by FLOX, {:,} by govtool, {:,} by both, {:,} in the same tick".format(*counts, same)


def main() -> None:
    if flox is None:
        print(f"flox is skipped: {why} (pip install -e '.[bench]')")
        return
    version = importlib.metadata.version("lrvx")
    print(f"FLOX (lrvx {version}); {label()}, positions fixed; M account-steps/s, speed beside FLOX\n")
    show(COLUMNS, (cells for size in SIZES for cells in rows(*size)), left=["engine"])


if __name__ == "__main__":
    main()
