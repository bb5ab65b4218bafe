"""Positions left alone along posted prices: what they were worth, and what they would have had to keep."""

from typing import Any

import numpy as np

from govtool.engine.bounds import margin_range, paid_so_far
from govtool.engine.codes import OPTION
from govtool.engine.instruments import mark_instruments
from govtool.engine.jit import allocating, kernel
from govtool.engine.layout import first_asset
from govtool.engine.requirement import need
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import Floats, Ints
from govtool.engine.tiers import MAINTENANCE
from govtool.engine.weights import set_weights


@kernel
def set_prices(state: State, rules: Rules, tape: Tape, path: Floats, t: int, last: int) -> None:
    """Put posted prices (T, M) of tick `t` in force, with weights no later than those of tick `last`."""
    if t <= last:
        set_weights(state, rules, tape, t)
    for m in range(path.shape[1]):
        state.markets[m].oracle = path[t, m]
        state.markets[m].index = tape.index[t, m]
    mark_instruments(state, rules, tape, t)


@allocating
def marks_of(
    state: State, rules: Rules, tape: Tape, path: Floats, tick: Ints, instrument: Ints
) -> tuple[Floats, Floats]:
    """Mark and basis of one instrument at one tick, for each of many ascending ticks.

    Parameters
    ----------
    path : float64 (T, M)
        Posted oracle prices.
    tick, instrument : int64 (N,)
        Ascending ticks; -1 for no instrument.

    Returns
    -------
    mark, basis : float64 (N,)
        0 where there is no instrument.
    """
    marks, bases = np.zeros(tick.shape[0]), np.zeros(tick.shape[0])
    now = -1
    for n in range(tick.shape[0]):
        if instrument[n] < 0:
            continue
        if tick[n] != now:
            now = tick[n]
            set_prices(state, rules, tape, path, now, path.shape[0])
        marks[n] = state.lots[instrument[n]].mark
        bases[n] = state.lots[instrument[n]].basis
    return marks, bases


@kernel
def _expire(state: State, tape: Tape, beside: Any, size: Ints, t: int) -> float:
    """Settle the options of a holding that expire at tick `t`; returns what they pay, quote currency."""
    paid = 0.0
    if beside is None:
        return paid
    for j in range(state.markets.shape[0], first_asset(state)):
        lot = state.lots[j]
        if lot.kind == OPTION and lot.expiry == t and size[j] != 0:
            before = tape.beside.summed[t - lot.window, lot.market] if t >= lot.window else 0.0
            price = (tape.beside.summed[t, lot.market] - before) / lot.window
            paid += (size[j] * lot.unit) * max(0.0, price - lot.strike if lot.call == 1 else lot.strike - price)
            size[j] = 0
    return paid


@kernel
def _worth(state: State, size: Ints, cash: float) -> float:
    equity = cash
    for j in range(state.lots.shape[0]):
        if size[j] != 0:
            equity += (size[j] * state.lots[j].unit) * state.lots[j].mark
    return equity


@kernel
def _matters(
    state: State, rules: Rules, tape: Tape, size: Ints, cash: float, t: int, f: int, low: float, deep: float
) -> bool:
    """Whether a holding could be worth less than `low`, or lack more than `deep`, from tick `t` to its block's end.

    `f` funding times have been.
    """
    worth = cash + paid_so_far(state, tape, size, f)
    block = t // rules.block_ticks
    last = min((block + 1) * rules.block_ticks, tape.index.shape[0]) - 1
    worst, _, _ = margin_range(state, rules, tape, size, worth, block, False, t, last, 0.0)
    margin, _, _ = margin_range(state, rules, tape, size, worth, block, False, t, last, 1.0)
    return bool(worst < low or -margin > deep)


@allocating
def follow(
    state: State,
    rules: Rules,
    tape: Tape,
    path: Floats,
    last: int,
    tick: Ints,
    purse: Floats,
    sizes: Ints,
    payment: Floats,
    horizon: int,
) -> tuple[Floats, Floats]:
    """Lowest equity and deepest shortfall of each holding, from its tick on for `horizon` ticks.

    A holding is passed over in blocks of ticks whose bounds show that they can change neither; the tape's block bounds
    must be those of `path`.

    Parameters
    ----------
    path : float64 (T, M)
        Posted oracle prices, the tail included; weights stay as at tick `last`.
    tick : int64 (N,)
        Ascending: when each holding begins to be left alone.
    purse : float64 (N,)
        Cash, quote currency; changed in place by funding and expiries.
    sizes : int64 (N, J)
        Changed in place where options expire.
    payment : float64 (F, M)
        What one coin held pays at each funding time of the tape.

    Returns
    -------
    lowest, deepest : float64 (N,)
        Quote currency; the shortfall is what must be kept less what there is.
    """
    count = tick.shape[0]
    lowest, deepest = np.full(count, np.inf), np.full(count, -np.inf)
    watched = np.zeros(count, dtype=np.bool_)
    f = 0
    begun = 0
    done = 0
    for t in range(tick[0] // rules.block_ticks * rules.block_ticks if count > 0 else 0, path.shape[0]):
        while done < count and t >= tick[done] + horizon:
            done += 1
        if done == count:
            break
        while f < tape.funding_tick.shape[0] and tape.funding_tick[f] < t:
            f += 1
        pays = f < tape.funding_tick.shape[0] and tape.funding_tick[f] == t
        if t % rules.ticks_per_hour == 0 and t <= last:
            set_weights(state, rules, tape, t)
        marked = False
        while begun < count and tick[begun] <= t:
            watched[begun] = True
            begun += 1
        for n in range(done, begun):
            if t > tick[n]:
                expired = _expire(state, tape, tape.beside, sizes[n], t)
                purse[n] += expired
                for m in range(path.shape[1] if pays else 0):
                    purse[n] -= (sizes[n, m] * state.lots[m].unit) * payment[f, m]
                if t % rules.block_ticks == 0 or pays or expired != 0.0:
                    been = f + 1 if pays else f
                    watched[n] = _matters(state, rules, tape, sizes[n], purse[n], t, been, lowest[n], deepest[n])
            if not watched[n]:
                continue
            if not marked:
                set_prices(state, rules, tape, path, t, last)
                marked = True
            equity = _worth(state, sizes[n], purse[n])
            lowest[n] = min(lowest[n], equity)
            deepest[n] = max(deepest[n], need(state, rules, sizes[n], MAINTENANCE) - equity)
    return lowest, deepest
