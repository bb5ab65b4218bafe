"""The tick loop: the order in which everything happens (rules, sections 6 to 8)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from govtool.engine.attend import (
    ALL,
    FUNDED,
    LOOKS,
    PLACES,
    STRAY,
    STRAYED,
    TICK,
    Lists,
    begin,
    put_off,
    to_visit,
)
from govtool.engine.auction import liquidate_by_auction
from govtool.engine.band import AT_EASE, leave_bands, narrow_bands
from govtool.engine.book import liquidate_on_book
from govtool.engine.breaker import trip_breakers
from govtool.engine.calendar import disturb, wake_at
from govtool.engine.chain import follow_chain
from govtool.engine.close import close_tick
from govtool.engine.codes import (
    DONE,
    DOWN,
    EVENT_COUNT,
    EVENTS_FULL,
    OVERFLOW,
    PAID_TODAY,
    PAUSED,
    POOL_PEAK,
    SHORTFALL,
    SHOT_COUNT,
    SNAPSHOTS_FULL,
    UP,
)
from govtool.engine.expiry import next_expiry, settle_expiries
from govtool.engine.funding import next_funding, pay_funding
from govtool.engine.habits import act, has_orders, next_act, panic
from govtool.engine.hourly import pay_hourly
from govtool.engine.instruments import mark_instruments
from govtool.engine.interest import charge_interest, is_borrowed
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import Scan
from govtool.engine.ledger import overflows
from govtool.engine.margin import check, next_arrival, receive, shut_gate, wait_for_chain
from govtool.engine.opening import open_window, opened
from govtool.engine.oracle import post_prices
from govtool.engine.packing import empty_log, pack_listed, pack_state, unpack
from govtool.engine.packing_rules import is_ramped, pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.parts import Parts, Sink, is_half_full
from govtool.engine.settle import settle_window
from govtool.engine.stakers import pool_with_loans, stakers_act
from govtool.engine.state import CLEAR, Books, Crowd, Feed, Keepers, Log, Rules, State, Tape, Trace, Venue, Weather
from govtool.engine.terms import BOOK, NOTHING, Ints, Listing, Terms
from govtool.engine.visits import EVERY, SKIP
from govtool.engine.watch import Watch, empty_watch, keep_watch
from govtool.engine.weights import is_ramping, set_depth, set_weights
from govtool.engine.windows import ticks_of, ticks_of_day

SUNK_EVENTS, KEPT_EVENTS = 1 << 16, 1 << 19
"""Rows of the buffer of events, where they go to a sink and where they stay; what is not written takes no memory."""


class Result(NamedTuple):
    """What a replay leaves: a status, the final books, and the trace cut to what was written.

    `effort`: looks at accounts, and ticks in which a price had left its band.
    """

    status: int
    books: Books
    trace: Trace
    effort: tuple[int, int] = (0, 0)


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
        if next_act(state, i) <= t or (rules.orders == 1 and has_orders(state, i)):
            act(state, rules, log, i, t, link == UP)
        if link != UP:
            disturb(state, i, t + 1)


@kernel
def _check_all(
    state: State, rules: Rules, tape: Tape, watch: Watch, log: Log, queue: Ints, n: int, t: int, f: int, visit: int
) -> int:
    """Margin of the `n` queued accounts; leaves the flagged ones at the front of `queue` and returns their number."""
    flagged = 0
    for a in range(n):
        i = queue[a]
        again = check(state, rules, log, i, t)
        keep_watch(state, rules, tape, watch, i, f)
        if again or visit == EVERY:
            wake_at(state, i, t + 1)
        else:
            put_off(state, rules, tape, watch, i, t, visit)
        if state.accounts[i].flag >= 0:
            queue[flagged] = i
            flagged += 1
    return flagged


@inlined
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
def _replay(
    state: State, rules: Rules, tape: Tape, watch: Watch, log: Log, lists: Lists, visit: int, place: Ints
) -> int:
    """Ticks of the window from `place` on; returns DONE, or why it stopped: PAUSED where a buffer must be emptied."""
    queue = lists[2]
    breaker_ticks = max(1, ticks_of(rules, rules.breaker_window_s))
    ticks = tape.index.shape[0]
    day_ticks = ticks_of_day(rules, ticks)
    day = -(-place[TICK] // day_ticks) * day_ticks
    if place[TICK] == 0:
        begin(state)
    for t in range(place[TICK], ticks):
        funded = place[FUNDED]
        link = follow_chain(state, rules, tape, log, t)
        hourly = t % rules.ticks_per_hour == 0
        if hourly or is_ramping(rules, t - 1):
            set_weights(state, rules, tape, t)
        set_depth(state, rules, tape, t)
        post_prices(state.markets, rules, tape, t, link == UP)
        place[STRAY] = max(place[STRAY], leave_bands(state, tape, t))
        mark_instruments(state, rules, tape, t)
        if next_funding(tape, place[FUNDED]) == t:
            pay_funding(state, rules, tape, log, t, place[FUNDED])
            place[FUNDED] += 1
        if _settle_others(state, rules, tape, state.scan, log, t):
            place[ALL] = 1
        if t == day:
            state.tills[PAID_TODAY] = 0
            day += day_ticks
        if hourly and t > 0:
            narrow_bands(state)
            pay_hourly(state, rules, log, t)
        if rules.breaker_move > 0.0 or rules.breaker_volume > 0.0:
            trip_breakers(state, rules, tape, log, t, breaker_ticks)
        looked = n = to_visit(state, rules, tape, watch, lists, place, t, visit) if link != DOWN else 0
        place[LOOKS] += n
        if n > 0 or tape.weather.panic.shape[0] > 0:
            _serve(state, rules, tape, log, queue, n, t, link)
        if link == UP:
            place[ALL], place[STRAY] = 0, AT_EASE
            state.gauges[SHORTFALL] = 0.0
            if n > 0:
                n = _check_all(state, rules, tape, watch, log, queue, n, t, place[FUNDED], visit)
            if watch.sunk[0] > 0:
                shut_gate(state, rules, t)
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
        place[TICK] = t + 1
        if (looked > 0 or hourly or place[FUNDED] != funded) and overflows(state):
            return OVERFLOW
        if state.tills[EVENT_COUNT] > log.whole.shape[0]:
            return EVENTS_FULL
        if state.tills[SHOT_COUNT] > log.shot.shape[0]:
            return SNAPSHOTS_FULL
        if is_half_full(state, log):
            return PAUSED
    settle_window(state, rules, tape, log, ticks - 1)
    return EVENTS_FULL if state.tills[EVENT_COUNT] > log.whole.shape[0] else DONE


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
    visit: int = SKIP,
    events: int | None = None,
    snapshots: int = 1 << 16,
    sink: Callable[[], Sink] | None = None,
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
    visit : int
        SKIP, BRUTE or EVERY (`engine.visits`): the result is the same, only slower.
    events, snapshots : int
        Rows of the buffers, which are emptied when they are half full; if one tick fills the other half, they are
        enlarged and the replay repeated. Room for events is large by default where they stay in memory.
    sink : callable, optional
        Makes a sink, which is given the event log part by part instead of the trace; asked again if the replay is
        repeated, and then what the last one was given is void.

    Returns
    -------
    Result
        Status DONE, or OVERFLOW if money or sizes outgrow int64; the event log is `trace.whole` and `trace.real`.
    """
    formed = terms if formation is None else formation
    if not is_ramped(terms, formed):
        # Then nobody need look at weights every tick.
        terms = terms._replace(margin=terms.margin._replace(ramp_s=0.0))
    events = (SUNK_EVENTS if sink is not None else KEPT_EVENTS) if events is None else events
    rules = pack_rules(terms, venue, feed, crowd, listing, seed)
    opening = rules if formation is None else pack_rules(formed, venue, feed, crowd, listing, seed)
    world = (venue, keepers, feed, crowd, listing)
    while True:
        parts, effort = Parts(None if sink is None else sink()), (0, 0)
        state = pack_state(formed, *world, formed, opening_pool)
        log = empty_log(state.lots.shape[0], events, snapshots)
        tape = pack_tape(formed, venue, feed, listing, state.markets, opening, weather)
        status = open_window(state, opening, tape, log, parts)
        if status == DONE:
            state = opened(state, pack_listed(terms, venue, feed, listing, formed, opening_pool), terms)
            if formation is not None:
                tape = pack_tape(terms, venue, feed, listing, state.markets, rules, weather)
            status, effort = _all_ticks(state, rules, tape, log, visit, parts)
        if status == EVENTS_FULL:
            events *= 4
        elif status == SNAPSHOTS_FULL:
            snapshots *= 4
        else:
            return Result(status, unpack(state, tape), parts.trace(state, tape), effort)


def _all_ticks(
    state: State, rules: Rules, tape: Tape, log: Log, visit: int, parts: Parts
) -> tuple[int, tuple[int, int]]:
    """The whole window, pausing wherever the log must be emptied: the status, and what it took."""
    watch, place = empty_watch(state), np.zeros(PLACES, dtype=np.int64)
    due, found, queue = np.zeros((3, state.accounts.shape[0]), dtype=np.int64)
    status = PAUSED
    while status == PAUSED:
        status = _replay(state, rules, tape, watch, log, (due, found, queue), visit, place)
        if status in (PAUSED, DONE, OVERFLOW):
            parts.take(state, log, last=status != PAUSED)
    return status, (int(place[LOOKS]), int(place[STRAYED]))
