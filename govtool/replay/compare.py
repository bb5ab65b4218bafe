"""The same scenarios under several protocols, margin modes and methods, side by side, and what it comes to in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from govtool.errors import ParamError
from govtool.protocol.model import Protocol
from govtool.replay.backtest import Outcome, pack_terms, prepared, replay
from govtool.replay.calibration import mean_of
from govtool.replay.contagion import fell_for_others
from govtool.replay.events import FORCED, row_values, rows_of
from govtool.replay.holdings import marks_and_bases, places, units
from govtool.replay.vary import Variant
from govtool.scenario.bundle import Scenario

CROSS, ISOLATED = "cross", "isolated"

CHOSEN = (
    "liquidated_accounts",
    "liquidated_usd",
    "contagion_usd",
    "contagion_share",
    "capital_needed_usd",
    "open_interest_avg_usd",
    "collateral_avg_usd",
    "capital_efficiency",
    "insurance_draw_usd",
    "adl_notional_usd",
    "bad_debt_usd",
)
"""Metrics of a comparison, unless others are named."""


@dataclass(frozen=True)
class Row:
    """One variant in one window: an event and a world, such as "crash-2021-05-19/default".

    `metrics` and `contagion` (per market, quote currency) are means over the seeds, one outcome each.
    """

    window: str
    variant: Variant
    outcomes: tuple[Outcome, ...]
    metrics: dict[str, float]
    contagion: dict[str, float]

    @property
    def forced_usd(self) -> float:
        """Size closed by force, deleveraging included."""
        return self.metrics["liquidated_usd"] + self.metrics["adl_notional_usd"]


def window_of(scenario: Scenario) -> str:
    """The window that a scenario is one seed of."""
    return f"{scenario.event}/{scenario.world}"


def compare(
    scenarios: Sequence[Scenario], variants: Sequence[Variant], advance: Callable[..., None] = lambda text="": None
) -> list[Row]:
    """Replay every scenario under every variant: the same population and luck, another protocol.

    Scenarios that differ in nothing but the seed are one window. `advance(text)` is called after every replay.

    Returns
    -------
    list of Row
        By window, then variant, in the orders given.

    Raises
    ------
    ParamError
        A protocol lacks a market of a scenario; before anything is replayed.
    """
    for one in scenarios:
        for variant in variants:
            pack_terms(one, variant.protocol)
    windows: dict[str, list[Scenario]] = {}
    for one in scenarios:
        windows.setdefault(window_of(one), []).append(one)
    rows = []
    for window, seeds in windows.items():
        for variant in variants:
            found = []
            for one in seeds:
                found.append(_replayed(one, variant.protocol))
                advance(f"{one.name} {variant.name} {variant.margin} {variant.method}")
            metrics, contagion = mean_of([outcome.metrics for outcome, _ in found]), mean_of([hit for _, hit in found])
            rows.append(Row(window, variant, tuple(outcome for outcome, _ in found), metrics, contagion))
    return rows


def _replayed(scenario: Scenario, protocol: Protocol) -> tuple[Outcome, dict[str, float]]:
    """Outcome without its detail, and its contagion per market."""
    outcome = replay(scenario, protocol, detail=True)
    hit = contagion_by_market(scenario, protocol, outcome)
    return replace(outcome, events=None, columns=None, path=None, source=None), hit


def contagion_by_market(scenario: Scenario, protocol: Protocol, outcome: Outcome) -> dict[str, float]:
    """What `contagion_usd` sums, per market in which it was closed, quote currency."""
    log, path = outcome.log, outcome.path
    if outcome.events is None or log is None or path is None:
        raise ParamError(f"outcome of {outcome.scenario} has no event log: replay it with detail=True")
    terms = pack_terms(scenario, protocol)
    scenario = prepared(scenario, protocol)
    rows = rows_of(log, FORCED)
    rows = rows[fell_for_others(scenario, terms, terms, path, outcome.events.parts())]
    _, basis = marks_and_bases(scenario, terms, terms, path, log.tick, log.market)
    value = row_values(log, units(scenario, terms), basis)[rows]
    _, place = places(scenario)
    total = np.bincount(place[log.market[rows]], weights=value, minlength=len(scenario.markets))
    return dict(zip(scenario.markets, total.tolist(), strict=True))


def sentences(rows: Sequence[Row]) -> list[str]:
    """What the rows of one window come to: one sentence for each pair that differs in the margin mode alone.

    With more than one such pair, or rows without one, a last sentence names the best of all rows.
    """
    pairs = [
        (a, b)
        for a in rows
        for b in rows
        if (a.variant.margin, b.variant.margin) == (CROSS, ISOLATED) and _rest(a) == _rest(b)
    ]
    found = [_pair(*pair) for pair in pairs]
    if len(rows) > 1 and len(rows) != 2 * (len(pairs) == 1):
        found.append(_best(rows))
    return found


def _rest(row: Row) -> tuple[str, str]:
    return row.variant.name, row.variant.method


def _pair(cross: Row, isolated: Row) -> str:
    """Cross beside isolated margin of one protocol and method."""
    clauses = (_closed(cross, isolated), _capital(cross, isolated), _contagion(cross, isolated))
    return f"{cross.variant.name}, {cross.variant.method}: {'; '.join(clauses)}."


def _closed(cross: Row, isolated: Row) -> str:
    few, many = sorted((cross, isolated), key=lambda row: row.metrics["liquidated_accounts"])
    least, most = (_number(row.metrics["liquidated_accounts"]) for row in (few, many))
    first = f"{few.variant.margin} liquidated fewer accounts ({least} against {most})"
    if least == most:
        first = f"both liquidated {least} accounts"
    small, large = sorted((cross, isolated), key=lambda row: row.forced_usd)
    low, high = _number(small.forced_usd), _number(large.forced_usd)
    second = f"closed less by force ({low} against {high} usd, deleveraging included)"
    if low == high:
        second = f"both closed {low} usd by force"
    elif few is not small or least == most:
        second = f"{small.variant.margin} {second}"
    return f"{first} and {second}"


def _capital(cross: Row, isolated: Row) -> str:
    low, high = sorted((cross, isolated), key=lambda row: row.metrics["capital_needed_usd"])
    less, more = (_number(row.metrics["capital_needed_usd"]) for row in (low, high))
    what = "to keep every liquidated account above maintenance for a day"
    if less == more:
        return f"both need {less} usd of capital {what}"
    return f"{high.variant.margin} needs more capital ({more} against {less} usd {what})"


def _contagion(cross: Row, isolated: Row) -> str:
    hit = [row for row in (cross, isolated) if row.metrics["contagion_usd"] > 0]
    if not hit:
        return "contagion between markets occurs under neither"
    where = f"contagion between markets occurs under {' and '.join(_spread(row) for row in hit)}"
    if len(hit) == 1:
        where += f" and not under {(isolated if hit[0] is cross else cross).variant.margin}"
    return where


def _spread(row: Row) -> str:
    """Margin mode, and in which markets positions fell that had lost nothing themselves."""
    markets = sorted(row.contagion.items(), key=lambda entry: -entry[1])
    told = ", ".join(f"{market} {size:,.0f}" for market, size in markets if size > 0)
    share = 100.0 * row.metrics["contagion_usd"] / row.forced_usd
    return f"{row.variant.margin} ({told} usd, {share:.2g} % of what was closed by force)"


def _best(rows: Sequence[Row]) -> str:
    """Which of all rows did least of what hurts."""
    asked = {
        "fewest accounts liquidated": [row.metrics["liquidated_accounts"] for row in rows],
        "least closed by force, usd": [row.forced_usd for row in rows],
        "least capital needed, usd": [row.metrics["capital_needed_usd"] for row in rows],
        "least contagion, usd": [row.metrics["contagion_usd"] for row in rows],
    }
    told = []
    for text, values in asked.items():
        names = [" ".join(row.variant[:3]) for row, value in zip(rows, values, strict=True) if value == min(values)]
        who = " and ".join(names) if len(names) <= 2 else f"{len(names)} of {len(rows)}"
        told.append(f"{text}: {who} ({_number(min(values))})")
    return f"Of all rows, {'; '.join(told)}."


def _number(value: float) -> str:
    """Whole where it is large: 1,234,567; to a hundredth below a thousand, as means over seeds are."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.2f}".rstrip("0").rstrip(".")
