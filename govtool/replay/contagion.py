"""Contagion between markets: positions closed by force in a market that had lost their account nothing."""

import numpy as np

from govtool.engine.codes import CLOSE, DELEVERAGE, DEPOSIT, EXPIRE, FILL, RETIRE, TAKE, TRADE
from govtool.engine.jit import kernel
from govtool.engine.terms import Floats, Ints, Terms
from govtool.replay.events import Log, is_among
from govtool.replay.holdings import marks_and_bases, places, units
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM

MOVES = (TRADE, FILL, TAKE, CLOSE, EXPIRE, DEPOSIT, DELEVERAGE)
"""Kinds of event that change a size."""


def fell_for_others(
    scenario: Scenario, terms: Terms, formation: Terms, path: Floats, log: Log, rows: Ints
) -> np.ndarray:
    """Whether each of these rows, (R,), closed something in a market for what another market had lost.

    So it is if the account's perpetual and options of that market had together lost nothing at mark since it entered,
    without fees and funding, and those of another market had. Collateral is there to be spent: its sale is none.

    Parameters
    ----------
    scenario : Scenario
        Prepared for the protocol.
    path : float64 (T, M)
        Posted oracle prices.
    rows : int64 (R,)
        Ascending rows of the log, of kinds that change a size.

    Notes
    -----
    Example: 2 coins bought at 100 and worth 110 are sold because a short of another coin ran up: they fell for it.
    """
    if rows.size == 0:
        return np.zeros(0, dtype=bool)
    unit = units(scenario, terms)
    moves = is_among(log.kind, MOVES)
    held, profit = _accounts_before(
        log.kind, log.account, log.market, log.other, log.size, log.quote, log.price, moves, rows, unit
    )
    row, instrument = np.nonzero(held)
    mark, _ = marks_and_bases(scenario, terms, formation, path, log.tick[rows][row], instrument)
    profit[row, instrument] += held[row, instrument] * mark
    _, place = places(scenario)
    markets = len(scenario.markets)
    by_market = np.zeros((rows.size, markets))
    for j in np.flatnonzero(place < markets):
        by_market[:, place[j]] += profit[:, j]
    own = place[log.market[rows]]
    spared = by_market[np.arange(rows.size), np.minimum(own, markets - 1)] >= 0.0
    return np.asarray((own < markets) & spared & (by_market < 0.0).any(axis=1))


@kernel
def _accounts_before(
    kind: Ints,
    account: Ints,
    instrument: Ints,
    other: Ints,
    size: Ints,
    quote: Ints,
    price: Floats,
    moves: np.ndarray,
    rows: Ints,
    unit: Floats,
) -> tuple[Floats, Floats]:
    """Coins held and cash received, per instrument, by the account of each row just before it, since it entered."""
    accounts = max(account.max(), other.max()) + 1
    held = np.zeros((accounts, unit.shape[0]))
    flow = np.zeros((accounts, unit.shape[0]))
    coins = np.zeros((rows.shape[0], unit.shape[0]))
    received = np.zeros((rows.shape[0], unit.shape[0]))
    r = 0
    for n in range(kind.shape[0]):
        i, j = account[n], instrument[n]
        if r < rows.shape[0] and rows[r] == n:
            coins[r, :] = held[i, :]
            received[r, :] = flow[i, :]
            r += 1
        if kind[n] == RETIRE:
            held[i, :] = 0.0
            flow[i, :] = 0.0
        if not moves[n]:
            continue
        paid = quote[n] * QUOTE_QUANTUM
        if kind[n] == DEPOSIT:
            paid = -(size[n] * unit[j]) * price[n]
        held[i, j] += size[n] * unit[j]
        flow[i, j] += paid
        if kind[n] == DELEVERAGE and other[n] >= 0:
            held[other[n], j] -= size[n] * unit[j]
            flow[other[n], j] -= paid
    return coins, received
