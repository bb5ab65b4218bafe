"""Contagion between markets: positions closed by force in a market that had lost their account nothing."""

from collections.abc import Iterable

import numpy as np

from govtool.engine.codes import CLOSE, DELEVERAGE, DEPOSIT, EXPIRE, FILL, RETIRE, TAKE, TRADE
from govtool.engine.jit import allocating
from govtool.engine.terms import Floats, Ints, Terms
from govtool.replay.events import FORCED, Part, is_among
from govtool.replay.holdings import marks_and_bases, places, units
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM

MOVES = (TRADE, FILL, TAKE, CLOSE, EXPIRE, DEPOSIT, DELEVERAGE)
"""Kinds of event that change a size."""


def fell_for_others(
    scenario: Scenario, terms: Terms, formation: Terms, path: Floats, parts: Iterable[Part]
) -> np.ndarray:
    """Whether each forced close, (R,), closed something in a market for what another market had lost.

    So it is if the account's perpetual and options of that market had together lost nothing at mark since it entered,
    without fees and funding, and those of another market had. Collateral is there to be spent: its sale is none.

    Parameters
    ----------
    scenario : Scenario
        Prepared for the protocol.
    path : float64 (T, M)
        Posted oracle prices.
    parts : iterable
        The event log from its first row to its last, of which those of a kind in FORCED are asked about.

    Notes
    -----
    Example: 2 coins bought at 100 and worth 110 are sold because a short of another coin ran up: they fell for it.
    """
    unit = units(scenario, terms)
    held, flow = np.zeros((2, scenario.crowd.equity.size, unit.size))
    found = [np.zeros(0, dtype=bool)]
    for whole, real in parts:
        rows = np.flatnonzero(is_among(whole[:, 1], FORCED))
        coins, received = _accounts_before(whole, real, is_among(whole[:, 1], MOVES), rows, unit, held, flow)
        if rows.size:
            tick, instrument = whole[rows, 0], whole[rows, 3]
            found.append(_fell(scenario, terms, formation, path, tick, instrument, coins, received))
    return np.concatenate(found)


def _fell(
    scenario: Scenario,
    terms: Terms,
    formation: Terms,
    path: Floats,
    tick: Ints,
    instrument: Ints,
    held: Floats,
    profit: Floats,
) -> np.ndarray:
    """The same of closes of an instrument at a tick, (R,), by who held so much and had received so much, (R, J)."""
    row, other = np.nonzero(held)
    mark, _ = marks_and_bases(scenario, terms, formation, path, tick[row], other)
    profit[row, other] += held[row, other] * mark
    _, place = places(scenario)
    markets = len(scenario.markets)
    by_market = np.zeros((tick.size, markets))
    for j in np.flatnonzero(place < markets):
        by_market[:, place[j]] += profit[:, j]
    own = place[instrument]
    spared = by_market[np.arange(tick.size), np.minimum(own, markets - 1)] >= 0.0
    return np.asarray((own < markets) & spared & (by_market < 0.0).any(axis=1))


@allocating
def _accounts_before(
    whole: Ints, real: Floats, moves: np.ndarray, rows: Ints, unit: Floats, held: Floats, flow: Floats
) -> tuple[Floats, Floats]:
    """Coins held and cash received, per instrument, by the account of each row just before it, since it entered.

    `held` and `flow` (A, J) are those of every account before the part, and after it when this is done.
    """
    coins = np.zeros((rows.shape[0], unit.shape[0]))
    received = np.zeros((rows.shape[0], unit.shape[0]))
    r = 0
    for n in range(whole.shape[0]):
        kind, i, j, other, size = whole[n, 1], whole[n, 2], whole[n, 3], whole[n, 4], whole[n, 5]
        if r < rows.shape[0] and rows[r] == n:
            coins[r, :] = held[i, :]
            received[r, :] = flow[i, :]
            r += 1
        if kind == RETIRE:
            held[i, :] = 0.0
            flow[i, :] = 0.0
        if not moves[n]:
            continue
        paid = whole[n, 6] * QUOTE_QUANTUM
        if kind == DEPOSIT:
            paid = -(size * unit[j]) * real[n, 0]
        held[i, j] += size * unit[j]
        flow[i, j] += paid
        if kind == DELEVERAGE and other >= 0:
            held[other, j] -= size * unit[j]
            flow[other, j] -= paid
    return coins, received
