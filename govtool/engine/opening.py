"""The opening of a window: whoever is in from the start takes its positions under the formation's rules."""

import numpy as np

from govtool.engine.codes import DONE, EVENT_COUNT, EVENTS_FULL, MARKET_POOLS, NIL
from govtool.engine.instruments import mark_instruments
from govtool.engine.jit import kernel
from govtool.engine.packing import empty_room, empty_tranches
from govtool.engine.parts import Parts
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.terms import Floats, Terms
from govtool.engine.traders import take_opening_positions
from govtool.engine.weights import set_volatilities


@kernel
def _set_up(state: State, rules: Rules, tape: Tape) -> None:
    """Weights, doubts and marks before the first tick."""
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        market.factor = 1.0
        market.confidence = tape.factor[0, state.markets.shape[0] + m]
        market.sigma = tape.factor[0, 2 * state.markets.shape[0] + m]
        market.initial, market.maintenance = market.initial_weight, market.maintenance_weight
    set_volatilities(state, tape.beside, NIL)
    mark_instruments(state, rules, tape, NIL)


@kernel
def _take_positions(state: State, rules: Rules, log: Log, first: int) -> int:
    """Accounts from `first` on, until half of the log is used; returns the next."""
    i = first
    while i < state.accounts.shape[0] and 2 * state.tills[EVENT_COUNT] <= log.whole.shape[0]:
        if state.accounts[i].enters == 0:
            take_opening_positions(state, rules, log, i)
        i += 1
    return i


def open_window(state: State, rules: Rules, tape: Tape, log: Log, parts: Parts) -> int:
    """Everyone's opening positions; returns DONE, or EVENTS_FULL if those of one account fill half of the log."""
    _set_up(state, rules, tape)
    i = 0
    while i < state.accounts.shape[0]:
        i = _take_positions(state, rules, log, i)
        if state.tills[EVENT_COUNT] > log.whole.shape[0]:
            return int(EVENTS_FULL)
        if i < state.accounts.shape[0]:
            parts.take(state, log)
    return int(DONE)


def opened(state: State, listed: tuple[np.recarray, np.recarray, Floats | None], terms: Terms) -> State:
    """The books after the population has taken its positions, with what is listed under `terms` (`pack_listed`)."""
    markets, lots, scan = listed
    for name in ("gross", "outside", "held", "borrowed"):
        lots[name] = state.lots[name]
    state.tills[MARKET_POOLS] = markets["own_pool"].sum()
    accounts = state.accounts.shape[0]
    room = empty_room(accounts, lots.shape[0], state.keepers.shape[0], scan)
    tranches = state.tranches
    if tranches.shape[1] != terms.selling.tranches:
        tranches = empty_tranches(accounts, terms)
    return state._replace(tranches=tranches, markets=markets, lots=lots, room=room, scan=scan)
