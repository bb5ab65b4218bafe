"""Replays of one window under every format and length, and what is measured of each."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.fairness.terms import FORMATS, PLACES, fixed_penalty, protocol_of, setting
from govtool.engine.codes import FILL, FLAG, TAKE, TOPUP
from govtool.engine.terms import Floats, Ints
from govtool.protocol.model import Protocol
from govtool.replay.backtest import Outcome, pack_terms, replay, with_cascade
from govtool.replay.events import (
    ENDS_INCIDENT,
    FORCED,
    Log,
    incident_of,
    row_values,
    rows_of,
    seconds_to_end,
)
from govtool.replay.holdings import units
from govtool.replay.ratios import BPS, NAN, ratio
from govtool.scenario.bundle import Scenario


class Row(NamedTuple):
    """One format at one length in one window: every measure of every seed."""

    window: str
    style: str
    place: str
    setting: str
    seeds: tuple[dict[str, float], ...]

    def values(self, name: str) -> Floats:
        """A measure of the seeds that have it."""
        found = np.array([seed[name] for seed in self.seeds])
        return found[~np.isnan(found)]

    def mean(self, name: str) -> float:
        """Mean over seeds; NaN of none."""
        found = self.values(name)
        return float(found.mean()) if found.size else NAN

    def spread(self, name: str) -> float:
        """Standard deviation over seeds; NaN of fewer than two."""
        found = self.values(name)
        return float(found.std(ddof=1)) if found.size > 1 else NAN


def replayed(
    scenarios: Sequence[Scenario],
    styles: Sequence[str] = FORMATS,
    advance: Callable[[str], None] = lambda text: None,
) -> list[Row]:
    """A row per format and length, in the order of FORMATS and PLACES; scenarios differ in nothing but the seed."""
    rows = []
    for style in styles:
        for place in PLACES:
            protocol = protocol_of(style, place)
            found = tuple(measures(scenario, protocol) for scenario in scenarios)
            rows.append(Row(scenarios[0].event, style, place, setting(style, place), found))
            advance(f"{scenarios[0].event} {style} {setting(style, place)}")
    return rows


def measures(scenario: Scenario, protocol: Protocol) -> dict[str, float]:
    """Metrics of one replay, and what this page reads off its event log beside them."""
    outcome = with_cascade(replay(scenario, protocol, detail=True), scenario, protocol)
    found = dict(outcome.metrics)
    found["price_improvement_bps"] = BPS * fixed_penalty() - found["liquidation_cost_bps"]
    lost = found["bad_debt_usd"] + found["insurance_draw_usd"] + found["adl_usd"] + found["shared_loss_usd"]
    closed = found["liquidated_usd"] + found["adl_notional_usd"]
    found |= {"loss_usd": lost, "closed_usd": closed, "loss_bps_closed": BPS * ratio(lost, closed)}
    if protocol.liquidation.format == "book":
        found["keepers_active"] = NAN
    tape = _tape(scenario, protocol, outcome)
    return found | _prices(tape) | _spared(tape.log, scenario.step_s)


class Tape(NamedTuple):
    """The event log beside posted oracle prices (T, M); `size` is what each row changed at oracle, quote currency."""

    log: Log
    path: Floats
    size: Floats

    def oracle(self, rows: Ints) -> Floats:
        """Oracle price of each row's market at its tick."""
        return np.asarray(self.path[self.log.tick[rows], self.log.market[rows]])

    def total(self, *kinds: int) -> float:
        """Size of all rows of these kinds."""
        return float(self.size[rows_of(self.log, kinds)].sum())


def _tape(scenario: Scenario, protocol: Protocol, outcome: Outcome) -> Tape:
    log, path = outcome.log, outcome.path
    assert log is not None and path is not None, "replayed with detail"
    price = path[log.tick, np.maximum(log.market, 0)]
    return Tape(log, path, row_values(log, units(scenario, pack_terms(scenario, protocol)), price))


def _prices(tape: Tape) -> dict[str, float]:
    """How far below oracle it was sold, at the moment and since the flag.

    By size. A fall counts against who sells, a rise against who buys back.
    """
    log = tape.log
    flags = np.flatnonzero(log.kind == FLAG)
    sold = rows_of(log, (TAKE, FILL))
    incident = incident_of(log, sold)
    sold, incident = sold[incident >= 0], incident[incident >= 0]
    side, size, market = -np.sign(log.size[sold]), tape.size[sold], log.market[sold]
    at_flag = tape.path[log.tick[flags[incident]], market]
    below = side * (1.0 - log.price[sold] / tape.oracle(sold))
    moved = side * (1.0 - tape.oracle(sold) / at_flag)
    both = side * (1.0 - log.price[sold] / at_flag)
    # A long that was flagged on the way down to the lowest price of its market, and sold after it.
    low = tape.path.argmin(axis=0)[market]
    rebound = (side > 0) & (log.tick[flags[incident]] <= low) & (log.tick[sold] > low)
    total = float(size.sum())
    return {
        "below_oracle_bps": BPS * ratio(float((below * size).sum()), total),
        "drift_bps": BPS * ratio(float((moved * size).sum()), total),
        "below_flag_bps": BPS * ratio(float((both * size).sum()), total),
        "after_low_share": ratio(float(size[rebound].sum()), total),
    }


def _spared(log: Log, step_s: float) -> dict[str, float]:
    """Share of flags that ended without a forced close, and of these the share in which a top-up had arrived."""
    flags = np.flatnonzero(log.kind == FLAG)
    spared = np.ones(flags.size + 1, dtype=bool)
    spared[incident_of(log, rows_of(log, FORCED))] = False
    topups = rows_of(log, (TOPUP,))
    incident = incident_of(log, topups)
    end = log.tick[flags] + seconds_to_end(log, FLAG, ENDS_INCIDENT, step_s) / step_s
    within = (incident >= 0) & (log.tick[topups] <= np.append(end, -1.0)[incident])
    helped = np.zeros(flags.size + 1, dtype=bool)
    helped[incident[within]] = True
    count = float(np.count_nonzero(spared[:-1]))
    return {
        "spared_share": ratio(count, float(flags.size)),
        "spared_by_topup_share": ratio(float(np.count_nonzero((spared & helped)[:-1])), count),
    }
