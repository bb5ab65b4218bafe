"""Margins of a portfolio by the engine's own kernels, on a state that the engine's own door packs."""

from typing import NamedTuple

import numpy as np

from govtool.engine.account import health
from govtool.engine.codes import PEG
from govtool.engine.instruments import mark_instruments
from govtool.engine.jit import kernel
from govtool.engine.packing import pack_state
from govtool.engine.packing_rules import pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.requirement import need, stop_level
from govtool.engine.state import Crowd, Feed, Keepers, Rules, State, Tape, Venue, idle_crowd
from govtool.engine.terms import EMPTY, EMPTY_INTS, Floats, Listing
from govtool.engine.tiers import MAINTENANCE
from govtool.engine.weights import set_weights
from govtool.protocol.agreement.portfolio import Case, Holding, Margins, first_asset, markets_of
from govtool.units import QUANTUMS_PER_QUOTE, SECONDS_PER_HOUR


class Stage(NamedTuple):
    """One account in the engine's hands, packed once per case: portfolios are put on it one after the other."""

    state: State
    rules: Rules
    tape: Tape
    levels: Floats  # (5,) equity, then what each tier asks for


def staged(case: Case) -> Stage:
    """The engine's state, rules and columns for one account and one tick under a case's terms."""
    venue, feed = _venue(case), _feed(case)
    rules = pack_rules(case.terms, venue, feed, _crowd(case), case.listing, 0)
    state = _state(case, case.listing)
    return Stage(state, rules, pack_tape(case.terms, venue, feed, case.listing, state.markets, rules), np.zeros(5))


def _state(case: Case, listing: Listing) -> State:
    keepers = Keepers(EMPTY_INTS, EMPTY, EMPTY, EMPTY, EMPTY)
    return pack_state(case.terms, _venue(case), keepers, _feed(case), _crowd(case), listing, case.terms, 0)


def _venue(case: Case) -> Venue:
    markets = markets_of(case)
    return Venue(
        half_spread=np.zeros(markets),
        own_weight=np.zeros(markets),
        decay=1.0,
        floor_x=0.0,
        step_s=case.step_s,
        ticks_per_hour=round(SECONDS_PER_HOUR / case.step_s),
        block_ticks=1,
        blocks=1,
        lag_blocks=0,
        max_attempts=1,
        max_deleverages=1,
        max_counterparties=1,
        sample_ticks=1,
    )


def _feed(case: Case) -> Feed:
    """A past of one tick; its prices give way to those of each portfolio."""
    ones = np.ones((1, markets_of(case)))
    none = np.zeros((0, markets_of(case)))
    return Feed(ones, 0.0 * ones, np.zeros(0), none, EMPTY_INTS, none, 1.0, ones, ones)


def _crowd(case: Case) -> Crowd:
    """One account."""
    return idle_crowd(1, first_asset(case) + case.listing.asset_market.shape[0])


@kernel
def _evaluate(state: State, rules: Rules, tape: Tape, slow: Floats, levels: Floats) -> None:
    """Mark everything as the loop does at tick 0, then write equity and what each tier asks for."""
    set_weights(state, rules, tape, 0)
    mark_instruments(state, rules, tape, 0)
    for j in range(slow.shape[0]):
        state.lots[j].slow = slow[j]
    levels[0], levels[1 + MAINTENANCE] = health(state, rules, 0)
    for tier in range(2):
        levels[1 + tier] = need(state, rules, state.size[0], tier)
    levels[4] = stop_level(state, rules, 0, levels[1 + MAINTENANCE])


def put(stage: Stage, case: Case, holding: Holding) -> None:
    """Write a portfolio and its world into the state and the columns of tick 0; option series are packed anew."""
    state, tape, listing = stage.state, stage.tape, case.listing
    if listing.option_market.shape[0]:
        series = listing._replace(option_strike=holding.strike, option_call=holding.call, option_expiry=holding.expiry)
        state.lots[:] = _state(case, series).lots
        tape.beside.summed[0], tape.beside.volatility[0] = holding.price, holding.volatility
    state.cash[:] = holding.cash
    state.size[0] = holding.size
    state.markets["oracle"] = state.markets["index"] = holding.price
    state.gauges[PEG] = holding.peg
    markets = len(holding.confidence)
    tape.factor[0, markets : 2 * markets] = holding.confidence
    if tape.beside is not None:
        tape.beside.ratio[0] = holding.ratio
    assets = first_asset(case)
    state.lots["gross"][: markets_of(case)] = 2 * holding.interest
    state.lots["held"][assets:], state.lots["borrowed"][assets:] = holding.held, holding.borrowed


def engine_margins(stage: Stage, case: Case, holding: Holding) -> Margins:
    """Equity less what each tier asks for, in quote quantums, by the kernels `health`, `need` and `stop_level`."""
    put(stage, case, holding)
    _evaluate(stage.state, stage.rules, stage.tape, holding.slow, stage.levels)
    equity, *asked = stage.levels.tolist()
    return Margins(*((equity - level) * QUANTUMS_PER_QUOTE for level in asked))
