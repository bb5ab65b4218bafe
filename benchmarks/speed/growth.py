"""How time grows with accounts, markets and ticks: the same replay under each way to visit accounts."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from benchmarks.speed.cases import Case, year_scenario
from benchmarks.speed.clock import Timing, timed
from benchmarks.speed.replays import BRUTE, EVERY, SKIP, log_digest, replay
from govtool.engine.loop import Result

VISITS: dict[str, int] = {"skip": SKIP, "brute": BRUTE, "every": EVERY}
"""Skipping by bounds; every account's margin evaluated at every tick; all mechanisms for everyone at every tick."""

CALM_MARKETS = 4
"""Markets of the calm year; of twenty one was no longer traded then."""

DAYS = ("day-calm", "day-crash")
MONTHS = ("month-calm", "month-crash")


class Size(NamedTuple):
    """One replay."""

    span: str
    accounts: int
    markets: int


SIZES = (
    *(Size(span, accounts, markets) for span in DAYS for markets in (4, 20) for accounts in (1_000, 10_000, 100_000)),
    *(Size(span, 10_000, markets) for span in MONTHS for markets in (4, 20)),
    *(Size("year-calm", accounts, CALM_MARKETS) for accounts in (1_000, 10_000, 100_000)),
    *(Size("year", accounts, markets) for markets in (4, 20) for accounts in (1_000, 10_000, 100_000)),
)


class Row(NamedTuple):
    """What was measured of one size under one way; `seconds` is NaN, and the digest empty, if it was left out."""

    size: Size
    visit: str
    ticks: int
    seconds: float
    timing: str
    events: int
    digest: str


class Logged(NamedTuple):
    """What is kept of a replay once it is timed: its log may have millions of rows."""

    events: int
    digest: str


def logged(result: Result) -> Logged:
    """Length and digest of a log."""
    return Logged(int(result.trace.whole.shape[0]), log_digest(result))


def measured(sizes: Iterable[Size], longest_s: float, habits: str = "slow") -> Iterator[list[Row]]:
    """Rows of each size, all ways in turn in one run.

    A way that is foreseen to take longer than `longest_s` is left out: as long per account and tick as it took in the
    last size with as many markets.
    """
    pace: dict[tuple[str, int], float] = {}
    for size in sizes:
        case = year_scenario(size.accounts, size.markets, span=size.span, habits=habits)
        foreseen = {visit: pace.get((visit, size.markets), 0.0) * case.account_steps for visit in VISITS}
        works = {visit: _work(case, visit) for visit in VISITS if foreseen[visit] <= longest_s}
        found = timed(works, keep=logged)
        for visit, timing in found.items():
            pace[visit, size.markets] = timing.median / case.account_steps
        yield [_row(size, case, visit, found.get(visit), foreseen[visit]) for visit in VISITS]


def _work(case: Case, visit: str) -> Any:
    return lambda: replay(case, VISITS[visit])


def _row(size: Size, case: Case, visit: str, timing: Timing | None, foreseen: float) -> Row:
    ticks = case.scenario.feed.index.shape[0]
    if timing is None:
        return Row(size, visit, ticks, math.nan, f"left out, about {foreseen:,.0f} s", 0, "")
    return Row(size, visit, ticks, timing.median, timing.text(), *timing.result)


def is_same(rows: Sequence[Row]) -> bool:
    """Whether all replays of one size that were made left the same log, books and path of prices."""
    return len({row.digest for row in rows if row.digest}) == 1


def ratio(rows: Sequence[Row], visit: str) -> float:
    """Seconds of a way over those of skipping; NaN if it was left out."""
    seconds = {row.visit: row.seconds for row in rows}
    return seconds[visit] / seconds["skip"]


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Slope of log seconds on log size by least squares; NaN below two points. Example: (1, 3), (10, 300) is 2."""
    logs = [(math.log(x), math.log(y)) for x, y in points if y > 0]
    if len(logs) < 2:
        return math.nan
    middle = [sum(column) / len(logs) for column in zip(*logs, strict=True)]
    across = sum((x - middle[0]) * (y - middle[1]) for x, y in logs)
    return across / sum((x - middle[0]) ** 2 for x, _ in logs)


def by_ticks(rows: Iterable[Row], visit: str, kind: str, accounts: int, markets: int) -> list[tuple[float, float]]:
    """(ticks, seconds) from a day through a month to a year; where no calm year was measured 2021 stands for it."""
    spans = [f"day-{kind}", f"month-{kind}"]
    spans.append("year-calm" if kind == "calm" and markets == CALM_MARKETS else "year")
    mine = [row for row in rows if row.visit == visit and row.size[1:] == (accounts, markets)]
    return sorted((row.ticks, row.seconds) for row in mine if row.size.span in spans and row.seconds > 0)


def by_accounts(rows: Iterable[Row], visit: str, span: str, markets: int) -> list[tuple[float, float]]:
    """(accounts, seconds) of one span."""
    mine = [row for row in rows if row.visit == visit and (row.size.span, row.size.markets) == (span, markets)]
    return sorted((row.size.accounts, row.seconds) for row in mine if row.seconds > 0)
