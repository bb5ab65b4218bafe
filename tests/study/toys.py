"""A search that needs no replay: four fields, three objectives by formula. Run as a script it is slow, to be killed.

`python toys.py JOURNAL SECONDS` searches with so many seconds per candidate.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from govtool.protocol.fields import field
from govtool.protocol.read import preset
from govtool.study.journal import Identity, open_journal
from govtool.study.model import Search
from govtool.study.search import Budget, Found, Params, Score, search
from govtool.study.space import Axis

IDENTITY = Identity("toy", "sha256:" + "1" * 64, "sha256:" + "2" * 64)
SETTINGS = Search(trials=40, batch=5, population=10, seed=7)
FIELDS = {
    "tiers.large-cap.initial_margin_ppm": (10_000, 50_000, 1_000, 20_000),
    "tiers.large-cap.maintenance_fraction_ppm": (400_000, 800_000, 20_000, 600_000),
    "liquidation.max_position_portion_liquidated_ppm": (50_000, 500_000, 50_000, 100_000),
    "liquidation.bankruptcy_adjustment_ppm": (1_000_000, 2_000_000, 100_000, 1_000_000),
}


def toy_axes() -> list[Axis]:
    """Four axes around the dydx-v4 preset."""
    protocol = preset("dydx-v4")
    return [
        Axis(field(protocol, path), current, low, high, step) for path, (low, high, step, current) in FIELDS.items()
    ]


def toy_score(params: Params) -> Score:
    """A front between the three objectives; very high margins are refused, low fractions infeasible."""
    a, b, c, d = ((params[axis.path] - axis.low) / (axis.high - axis.low) for axis in toy_axes())
    if a > 0.9:
        return Score({}, {}, "initial margin is too high")
    values = {"tail_loss": a / 3 + b, "trader_cost": (a - 1) ** 2 + c + d, "capital_efficiency": 2 - a * d}
    return Score(values, {"bad_debt": b - 0.8, "pool_floor": -1.0, "auctions_clear": -1.0, "revenue": -1.0})


def evaluate(wanted: Sequence[Params]) -> Iterator[tuple[int, Score]]:
    """Scores in order."""
    for position, params in enumerate(wanted):
        yield position, toy_score(params)


def toy_search(journal: Path | None = None, seconds: float = 0.0, trials: int = 40) -> Found:
    """The whole search, with a journal if one is named."""

    def slowly(wanted: Sequence[Params]) -> Iterator[tuple[int, Score]]:
        for answer in evaluate(wanted):
            time.sleep(seconds)
            yield answer

    kept = open_journal(journal, IDENTITY) if journal else None
    return search(toy_axes(), SETTINGS, slowly, Budget(trials), journal=kept)


if __name__ == "__main__":
    toy_search(Path(sys.argv[1]), float(sys.argv[2]))
