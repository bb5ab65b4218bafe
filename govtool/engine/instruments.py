"""What each instrument is worth in a tick: at the oracle for margin, at the index for trades (rules, section 2)."""

from govtool.engine.codes import PEG
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import Scan, first_asset
from govtool.engine.options import mark_option
from govtool.engine.scan import shock_options
from govtool.engine.slow_price import move_slow_prices, start_slow_prices
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import SCAN


@kernel
def _mark_asset(state: State, tape: Tape, j: int, t: int) -> None:
    lot = state.lots[j]
    lot.moving = tape.beside.ratio[t, j - first_asset(state)]
    lot.mark = lot.moving
    lot.fair = lot.moving
    if lot.market >= 0:
        lot.mark = state.markets[lot.market].oracle * lot.moving
        lot.fair = state.markets[lot.market].index * lot.moving
    lot.basis = lot.mark


@kernel
def _mark_others(state: State, rules: Rules, tape: Tape, scan: Scan, t: int) -> None:
    """Options, assets and their scenarios."""
    if scan is not None:
        for j in range(state.markets.shape[0], first_asset(state)):
            mark_option(state, rules, tape, j, t)
        for j in range(first_asset(state), state.lots.shape[0]):
            _mark_asset(state, tape, j, t)
        if rules.method == SCAN:
            shock_options(state, rules)


@inlined
def mark_instruments(state: State, rules: Rules, tape: Tape, t: int) -> None:
    """Marks, fair values and slow prices of tick `t`, after the oracle has posted."""
    for m in range(state.markets.shape[0]):
        lot = state.lots[m]
        lot.mark = state.markets[m].oracle
        lot.basis = state.markets[m].oracle
        lot.fair = state.markets[m].index
    _mark_others(state, rules, tape, state.scan, t)
    if tape.peg.shape[0] > 0:
        state.gauges[PEG] = tape.peg[t]
    if t == 0:
        start_slow_prices(state)
    else:
        move_slow_prices(state, rules, t)
