"""The tick loop: the order in which everything happens (rules, sections 6 to 8)."""

from typing import NamedTuple

import numpy as np

from govtool.engine.auction import liquidate_by_auction
from govtool.engine.book import liquidate_on_book
from govtool.engine.breaker import trip_breakers
from govtool.engine.chain import follow_chain
from govtool.engine.close import close_tick
from govtool.engine.codes import (
    BUCKETS,
    DONE,
    DOWN,
    EVENT_COUNT,
    EVENTS_FULL,
    IN,
    LARGEST,
    MARKET_POOLS,
    NIL,
    OVERFLOW,
    PAID_TODAY,
    POOL_PEAK,
    SHORTFALL,
    SHOT_COUNT,
    SNAPSHOTS_FULL,
    UP,
)
from govtool.engine.expiry import next_expiry, settle_expiries
from govtool.engine.funding import next_funding, pay_funding
from govtool.engine.habits import act, next_act, panic
from govtool.engine.hourly import pay_hourly
from govtool.engine.instruments import mark_instruments
from govtool.engine.interest import charge_interest, is_borrowed
from govtool.engine.jit import kernel
from govtool.engine.layout import Scan
from govtool.engine.margin import check, next_arrival, receive, wait_for_chain
from govtool.engine.oracle import post_prices
from govtool.engine.packing import empty_log, pack_state, unpack
from govtool.engine.packing_rules import is_ramped, pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.settle import settle_window
from govtool.engine.skip import next_breach
from govtool.engine.stakers import pool_with_loans, stakers_act
from govtool.engine.state import CLEAR, Books, Crowd, Feed, Keepers, Log, Rules, State, Tape, Trace, Venue, Weather
from govtool.engine.terms import BOOK, NOTHING, Ints, Listing, Terms
from govtool.engine.traders import take_opening_positions
from govtool.engine.weights import is_ramping, set_depth, set_volatilities, set_weights
from govtool.units import SECONDS_PER_DAY


class Result(NamedTuple):
    """What a replay leaves: a status, the final books, and the trace cut to what was written."""

    status: int
    books: Books
    trace: Trace


@kernel
def _overflows(state: State) -> bool:
    """Whether some bucket or sum of sizes has come near the end of int64."""
    worst = NIL
    for bucket in range(BUCKETS):
        worst = max(worst, state.tills[bucket], -state.tills[bucket])
    for j in range(state.lots.shape[0]):
        worst = max(worst, state.lots[j].gross, -state.lots[j].gross)
    return bool(worst > LARGEST)


@kernel
def next_visit(state: State, rules: Rules, tape: Tape, i: int, t: int) -> int:
    """Next tick after `t` at which some mechanism may have something to do with account `i`.

    Funding and a displacement that leaves its band concern everyone, and the loop asks for them once a tick.
    """
    soon = min(next_act(state, i), next_arrival(state, i))
    if state.accounts[i].status != IN:
        return max(t + 1, soon)
    return max(t + 1, min(soon, next_breach(state, rules, tape, i, t)))


@kernel
def _serve(state: State, rules: Rules, tape: Tape, log: Log, queue: Ints, n: int, t: int, link: int) -> None:
    """Arrivals, and what traders do, for the `n` queued accounts; while the chain is down they are looked at again."""
    for a in range(n):
        if next_arrival(state, queue[a]) <= t:
            receive(state, rules, tape, log, queue[a], t)
    if tape.weather.panic.shape[0] > 0 and tape.weather.panic[t] == 1:
        panic(state, rules, log, t)
    for a in range(n):
        i = queue[a]
        if next_act(state, i) <= t or (rules.orders == 1 and state.accounts[i].status == IN):
            act(state, rules, log, i, t, link == UP)
        if link != UP:
            state.accounts[i].wake = t + 1


@kernel
def _check_all(state: State, rules: Rules, tape: Tape, log: Log, queue: Ints, n: int, t: int, skip: bool) -> int:
    """Margin of the `n` queued accounts; leaves the flagged ones at the front of `queue` and returns their number."""
    flagged = 0
    state.gauges[SHORTFALL] = 0.0
    for a in range(n):
        i = queue[a]
        again = check(state, rules, log, i, t)
        state.accounts[i].wake = t + 1 if again or not skip else next_visit(state, rules, tape, i, t)
        if state.accounts[i].flag >= 0:
            queue[flagged] = i
            flagged += 1
    return flagged


@kernel
def _due(state: State, queue: Ints, everyone: bool, t: int) -> int:
    """Write the accounts to visit in this tick to `queue`, in index order; returns how many."""
    n = 0
    for i in range(state.accounts.shape[0]):
        if state.accounts[i].wake <= t or (everyone and state.accounts[i].status == IN):
            queue[n] = i
            n += 1
    return n


@kernel
def _open(state: State, rules: Rules, tape: Tape, log: Log) -> int:
    """The opening population takes its positions under the formation's rules; returns the buffer that was full."""
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        market.factor = 1.0
        market.confidence = tape.factor[0, state.markets.shape[0] + m]
        market.sigma = tape.factor[0, 2 * state.markets.shape[0] + m]
        market.initial, market.maintenance = market.initial_weight, market.maintenance_weight
    set_volatilities(state, tape.beside, NIL)
    mark_instruments(state, rules, tape, NIL)
    for i in range(state.accounts.shape[0]):
        if state.accounts[i].enters == 0:
            take_opening_positions(state, rules, log, i)
    return EVENTS_FULL if state.tills[EVENT_COUNT] > log.whole.shape[0] else DONE


@kernel
def _settle_others(state: State, rules: Rules, tape: Tape, scan: Scan, log: Log, t: int) -> bool:
    """Interest and expiries of tick `t`; answers whether everyone must be looked at."""
    everyone = False
    if scan is not None:
        if t > 0 and t % rules.ticks_per_hour == 0 and is_borrowed(state):
            charge_interest(state, rules, log, t)
            everyone = True
        if next_expiry(state, t - 1) == t:
            settle_expiries(state, rules, tape, log, t)
            everyone = True
    return everyone


@kernel
def _replay(state: State, rules: Rules, tape: Tape, log: Log, skip: bool) -> int:
    """All ticks of the window; returns DONE, or the buffer that was full."""
    queue = np.empty(state.accounts.shape[0], dtype=np.int64)
    ticks = tape.index.shape[0]
    f = 0
    everyone = False
    for t in range(ticks):
        link = follow_chain(state, rules, tape, log, t)
        if t % rules.ticks_per_hour == 0 or is_ramping(rules, t - 1):
            set_weights(state, rules, tape, t)
        set_depth(state, rules, tape, t)
        if post_prices(state, rules, tape, t, link == UP) or not skip:
            everyone = True
        mark_instruments(state, rules, tape, t)
        if next_funding(tape, f) == t:
            pay_funding(state, rules, tape, log, t, f)
            everyone = True
            f += 1
        if _settle_others(state, rules, tape, state.scan, log, t):
            everyone = True
        # Asked here, because a call hands over every array of a state.
        if t * rules.step_s % SECONDS_PER_DAY == 0.0:
            state.tills[PAID_TODAY] = 0
        if t > 0 and t % rules.ticks_per_hour == 0:
            pay_hourly(state, rules, log, t)
        if rules.breaker_move > 0.0 or rules.breaker_volume > 0.0:
            trip_breakers(state, rules, tape, log, t)
        n = _due(state, queue, everyone, t) if link != DOWN else 0
        _serve(state, rules, tape, log, queue, n, t, link)
        if link == UP:
            everyone = False
            n = _check_all(state, rules, tape, log, queue, n, t, skip)
            if n > 0 and rules.liquidation_format == BOOK:
                liquidate_on_book(state, rules, log, queue, n, t)
            elif n > 0:
                liquidate_by_auction(state, rules, log, queue, n, t)
            state.tills[POOL_PEAK] = max(state.tills[POOL_PEAK], pool_with_loans(state))
            if state.stakers.shape[0] > 0:
                stakers_act(state, rules, log, t)
        else:
            wait_for_chain(state, rules)
        close_tick(state, rules, tape, t)
        if _overflows(state):
            return OVERFLOW
        if state.tills[EVENT_COUNT] > log.whole.shape[0]:
            return EVENTS_FULL
        if state.tills[SHOT_COUNT] > log.shot.shape[0]:
            return SNAPSHOTS_FULL
    settle_window(state, rules, tape, log, ticks - 1)
    return EVENTS_FULL if state.tills[EVENT_COUNT] > log.whole.shape[0] else DONE


def opened(state: State, formed: State) -> State:
    """The books of `state` after the population of `formed` has taken its positions."""
    for name in ("gross", "outside", "held", "borrowed"):
        state.lots[name] = formed.lots[name]
    formed.tills[MARKET_POOLS] = state.tills[MARKET_POOLS]
    return state._replace(
        accounts=formed.accounts, size=formed.size, entry=formed.entry, tills=formed.tills, gauges=formed.gauges
    )


def run(
    terms: Terms,
    venue: Venue,
    keepers: Keepers,
    feed: Feed,
    crowd: Crowd,
    seed: int,
    opening_pool: int,
    *,
    listing: Listing = NOTHING,
    weather: Weather = CLEAR,
    formation: Terms | None = None,
    skip: bool = True,
    events: int = 1 << 15,
    snapshots: int = 1 << 12,
) -> Result:
    """Replay one window under one set of terms.

    Parameters
    ----------
    terms, venue, keepers, feed, crowd
        See `govtool.engine.state`; not changed.
    seed : int
        Of every draw in the replay.
    opening_pool : int
        Insurance pool at the start, quantums.
    listing : Listing
        Options and assets beside the perpetuals.
    weather : Weather
        What the world does to chain, oracle and markets.
    formation : Terms, optional
        What the opening population forms under, and what a ramp of weights starts from; the terms themselves if none.
    skip : bool
        Skip accounts that provably cannot matter. The result is the same without, only slower.
    events, snapshots : int
        Rows to start with; a buffer that overflows is enlarged and the replay repeated.

    Returns
    -------
    Result
        Status DONE, or OVERFLOW if money or sizes outgrow int64; the event log is `trace.whole` and `trace.real`.
    """
    formed = terms if formation is None else formation
    if not is_ramped(terms, formed):
        # Then nobody need look at weights every tick.
        terms = terms._replace(margin=terms.margin._replace(ramp_s=0.0))
    rules = pack_rules(terms, venue, feed, crowd, listing, seed)
    opening = pack_rules(formed, venue, feed, crowd, listing, seed)
    world = (venue, keepers, feed, crowd, listing)
    while True:
        tape = pack_tape(terms, venue, feed, listing, weather)
        first = tape if formation is None else pack_tape(formed, venue, feed, listing, weather)
        state = pack_state(formed, *world, formed, opening_pool)
        log = empty_log(state.lots.shape[0], events, snapshots)
        status = _open(state, opening, first, log)
        if status == DONE:
            state = opened(pack_state(terms, *world, formed, opening_pool), state)
            status = _replay(state, rules, tape, log, skip)
        if status == EVENTS_FULL:
            events *= 4
        elif status == SNAPSHOTS_FULL:
            snapshots *= 4
        else:
            return Result(status, unpack(state, tape), _trace(state, tape, log))


def _trace(state: State, tape: Tape, log: Log) -> Trace:
    rows, shots = int(state.tills[EVENT_COUNT]), int(state.tills[SHOT_COUNT])
    return Trace(log.whole[:rows].copy(), log.real[:rows].copy(), log.shot[:shots].copy(), tape.path, tape.columns)
