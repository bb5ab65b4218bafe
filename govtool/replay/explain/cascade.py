"""The cascade as time columns: price of the worst market, what was liquidated a minute, the pool, others' losses."""

from typing import NamedTuple

import numpy as np

from govtool.engine.codes import DELEVERAGE, OUTAGE, PANIC, RESUME
from govtool.engine.terms import Floats, Ints
from govtool.history.bars import MS
from govtool.replay.events import FORCED, rows_of
from govtool.replay.explain.case import Case
from govtool.replay.explain.overview import closed_values
from govtool.units import SECONDS_PER_HOUR

MOST_OF_IT = 0.75
"""Share of all that was liquidated that the stretch shown holds at least."""

MARGIN, LEAST_S = 0.5, 6 * SECONDS_PER_HOUR
"""What is shown before and after, as a share of that stretch, and the shortest stretch shown in all (assumptions)."""


class Cascade(NamedTuple):
    """Columns of equal length, one row per sample (a minute, if ticks allow).

    `price` is the oracle's of the market in which most was closed by force; `liquidated` is quote currency
    closed by force within the sample on the market or by keepers, `deleveraged` likewise against other accounts, `lost`
    what others bore so far: shared loss, haircuts of deleveraging, bad debt. `down` is the share of the sample in which
    the chain was not up, `panics` how often traders lost their nerve within it.
    """

    market: str
    second: Floats
    start_ms: int | None
    price: Floats
    liquidated: Floats
    deleveraged: Floats
    pool: Floats
    shared: Floats
    adl: Floats
    bad_debt: Floats
    down: Floats
    panics: Floats
    sample_s: float

    @property
    def lost(self) -> Floats:
        """All that others bore so far."""
        return np.asarray(self.shared + self.adl + self.bad_debt)

    @property
    def minutes_ms(self) -> list[int] | None:
        """UTC milliseconds of each row; None where the window has no date."""
        start = self.start_ms
        return None if start is None else [start + round(second * MS) for second in self.second.tolist()]


def worst_market(case: Case) -> int:
    """The market in which most was closed by force, at oracle; without any, the one whose price moved furthest."""
    rows = rows_of(case.log, FORCED)
    rows = rows[case.log.market[rows] < len(case.scenario.markets)]
    if rows.size:
        market = case.log.market[rows]
        size = np.abs(case.log.size[rows]) * case.unit[market] * case.path[case.log.tick[rows], market]
        return int(np.argmax(np.bincount(market, size)))
    return int(np.argmax(np.abs(case.path / case.path[0] - 1.0).max(axis=0)))


def cascade(case: Case) -> Cascade:
    """The stretch of the window in which most of it happened, with some time around it; all of it without any."""
    columns, every = case.columns, case.venue.sample_ticks
    flow, moved = np.diff(columns["liquidated"], prepend=0.0), _deleveraged(case)
    first, last = _stretch(flow + moved, every * float(case.venue.step_s))
    m = worst_market(case)
    part = slice(first, last)
    return Cascade(
        market=case.scenario.markets[m],
        second=columns["second"][part],
        start_ms=case.scenario.start_ms,
        price=np.ascontiguousarray(case.path[every - 1 :: every, m][: flow.size][part]),
        liquidated=flow[part],
        deleveraged=moved[part],
        pool=columns["pool"][part],
        shared=columns["shared"][part],
        adl=columns["adl"][part],
        bad_debt=columns["bad_debt"][part],
        down=_down(case)[part],
        panics=_counted(case, PANIC)[part],
        sample_s=every * float(case.venue.step_s),
    )


def _deleveraged(case: Case) -> Floats:
    """Notional at oracle that was deleveraged within each sample; what comes after the last tick is in the last one."""
    rows = rows_of(case.log, (DELEVERAGE,))
    size, _ = closed_values(case, rows)
    return _by_sample(case, case.log.tick[rows], size)


def _counted(case: Case, kind: int) -> Floats:
    """How many rows of a kind each sample has."""
    rows = rows_of(case.log, (kind,))
    return _by_sample(case, case.log.tick[rows], np.ones(rows.size))


def _down(case: Case) -> Floats:
    """Share of the ticks of each sample in which the chain was not up."""
    log, ticks = case.log, case.ticks
    change = np.zeros(ticks + 1)
    change[log.tick[log.kind == OUTAGE]] += 1.0
    change[log.tick[log.kind == RESUME]] -= 1.0
    down = np.cumsum(change[:-1])
    return np.asarray(np.minimum(1.0, _by_sample(case, np.arange(ticks), down) / case.venue.sample_ticks))


def _by_sample(case: Case, tick: Ints, amount: Floats) -> Floats:
    """Sums per sample; what comes after the last full one is in the last one."""
    samples = case.columns["second"].size
    at = np.minimum(tick // case.venue.sample_ticks, samples - 1)
    return np.asarray(np.bincount(at, amount, samples)) if samples else np.zeros(0)


def _stretch(flow: Floats, sample_s: float) -> tuple[int, int]:
    """First sample shown and the one after the last: the shortest run with most of the flow, widened."""
    count, total = flow.size, float(flow.sum())
    if total <= 0.0:
        return 0, count
    summed = np.concatenate([[0.0], np.cumsum(flow)])
    # The least end for each begin at which enough lies between them.
    ends = np.searchsorted(summed, summed[:-1] + MOST_OF_IT * total * (1.0 - 1e-12))
    begins = np.flatnonzero(ends <= count)
    begin = int(begins[np.argmin(ends[begins] - begins)])
    length = int(ends[begin]) - begin
    around = max(MARGIN * length, (LEAST_S / sample_s - length) / 2.0)
    return max(0, begin - int(around)), min(count, begin + length + int(around) + 1)
