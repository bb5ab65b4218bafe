"""Liquidation by an auction per tranche (rules §8)."""

import math

from tests.reference import (
    backstop,
    batch,
    breakers,
    chain,
    charge,
    fills,
    keepers,
    ledger,
    limits,
    searchers,
    takes,
    tranches,
)
from tests.reference.account import Tranche
from tests.reference.last_resort import resolve
from tests.reference.liquidity import displace
from tests.reference.margin import recover
from tests.reference.numbers import stepped
from tests.reference.offer import Offer, age_s, offered
from tests.reference.requirement import health, stop_level
from tests.reference.retire import retire
from tests.reference.state import State, equity, stands_for

DUTCH, BATCH = 1, 2


def liquidate(state: State) -> None:
    """Move each live auction on, end those whose time is over, open new ones."""
    for i, account in enumerate(state.accounts):
        if account.flag is None or not account.exposed:
            continue
        for tranche in account.live:
            if any(slot is tranche for slot in account.slots) and tranche.opened < state.tick:
                _move_on(state, i, tranche)
        for n in range(len(account.slots)):
            if account.slots[n] is None and account.exposed and account.flag is not None and not _open(state, i, n):
                break


def _move_on(state: State, i: int, tranche: Tranche) -> None:
    """One tick of a live tranche."""
    account = state.accounts[i]
    if tranche.reserved is not None:
        if state.tick < tranche.reserved.until:
            return
        takes.fall_due(state, i, tranche)
    if tranche.left and breakers.halted(state, i, tranche.j, health(state, i)):
        tranche.opened += 1 + chain.lost(state)
        return
    if tranche.left:
        _offer(state, i, tranche)
    if tranche.left == 0:
        tranches.end(state, i, tranche)
    if account.inside and not account.open:
        retire(state, i)


def _offer(state: State, i: int, tranche: Tranche) -> None:
    """Start it again or let keepers have what they want of it, and end it when its time is over."""
    if _restarts(state, i, tranche):
        tranche.opened = tranche.shown = state.tick
        tranche.top = state.mark[tranche.j]
        tranche.resets += 1
        ledger.record(state, ledger.RESET, account=i, market=tranche.j, price=tranche.top)
    offer = offered(state, i, tranche)
    if _turns_insolvent(state, offer):
        offer = offered(state, i, tranche)
    if state.terms.liquidation_format == BATCH and not tranche.insolvent:
        if age_s(state, tranche) >= state.terms.length_s:
            batch.clear(state, offer)
    else:
        _one_by_one(state, offer)
    over = age_s(state, tranche) >= _whole_s(state, tranche)
    if over and tranche.left and tranche.reserved is None:
        _expire(state, offer)


def _restarts(state: State, i: int, tranche: Tranche) -> bool:
    selling, j = state.terms.selling, tranche.j
    if tranche.insolvent or tranche.resets >= selling.max_resets or equity(state, i) < 0:
        return False
    old = selling.reset_s > 0 and age_s(state, tranche) >= selling.reset_s
    change = fills.side_of(state, i, j) * (state.mark[j] - tranche.top)
    return old or (selling.reset_drop > 0 and change <= -(selling.reset_drop * tranche.top))


def _one_by_one(state: State, offer: Offer) -> None:
    """Keepers take what suits them, in the order of the venue."""
    may_act = keepers.acting(state, offer.i, offer.tranche)
    colluding = keepers.all_collude(state, may_act)
    for k in keepers.in_turn(state, offer.j, may_act):
        if offer.tranche.left == 0 or offer.tranche.reserved is not None:
            break
        q = keepers.wanted(state, k, offer, keepers.edge(state, k, offer.j, colluding=colluding))
        if q == 0:
            continue
        takes.tie_capital(state, k, q, offer.j)
        if keepers.defaults(state, k):
            takes.reserve(state, offer, k, q, offer.price, offer.tranche.left)
        else:
            unloading = searchers.unloading(state, offer.j, offer.side, q)
            spent = keepers.expense(state, k)
            gain = takes.take(state, offer.i, offer.tranche, k, q, offer.price, unloading.price, spent)
            takes.pay_for_place(state, k, gain)
            searchers.collect(state, offer.i, offer.j, k, unloading)
            displace(state, unloading.deal)


def _whole_s(state: State, tranche: Tranche) -> float:
    """How long a tranche is offered."""
    if tranche.insolvent:
        return state.terms.selling.insolvent_s
    slow_s = state.terms.selling.slow_s if state.terms.liquidation_format == DUTCH else 0.0
    return state.terms.length_s + slow_s


def _turns_insolvent(state: State, offer: Offer) -> bool:
    """Below cost from here on, if its account is worth less than nothing."""
    i, tranche = offer.i, offer.tranche
    seen = health(state, i)
    if tranche.insolvent or state.terms.selling.insolvent_s <= 0 or seen[0] >= 0:
        return False
    tranche.insolvent, tranche.begun, tranche.opened = True, offer.discount, state.tick
    ledger.record(state, ledger.PHASE, seen, account=i, market=tranche.j, price=state.mark[tranche.j])
    return True


def _expire(state: State, offer: Offer) -> None:
    """Nobody took the rest: it goes on below cost, or to backstops, or ends, and an insolvent account with it."""
    i, tranche = offer.i, offer.tranche
    if _turns_insolvent(state, offer):
        return
    backstop.at_the_end(state, offer)
    if tranche.left == 0:
        return
    tranches.end(state, i, tranche)
    ledger.record(state, ledger.UNFILLED, account=i, market=tranche.j, size=offer.side * tranche.left)
    resolve(state, i, tranche)


def _open(state: State, i: int, n: int) -> bool:
    """Put up a tranche in slot `n`, unless the account rests or has just been restored; whether that was done."""
    account = state.accounts[i]
    seen = worth, required = health(state, i)
    if state.tick < account.rested and worth >= 0:
        return False
    if worth >= stop_level(state, i, required):
        if not account.live:
            recover(state, i, seen)
        return False
    among = [j for j in state.all if tranches.free(state, i, j) > 0 and not breakers.halted(state, i, j, seen)]
    if not among:
        return False
    j = charge.heaviest(state, i, among)
    part = _part(state, i, j, seen)
    if part == 0:
        return False
    insolvent = equity(state, i) < 0 and state.terms.selling.insolvent_s > 0
    account.slots[n] = Tranche(j, part, state.tick, state.mark[j], state.tick, insolvent, state.terms.start_discount)
    limits.charge_sale(state, i, j, stands_for(state, part, j))
    size = fills.side_of(state, i, j) * part
    ledger.record(state, ledger.OPEN, seen, account=i, market=j, size=size, price=state.mark[j])
    return True


def _part(state: State, i: int, j: int, seen: tuple[float, float]) -> int:
    """How much of what is free is put up."""
    terms, one, free = state.terms, state.instruments[j], tranches.free(state, i, j)
    whole = stands_for(state, free, j)
    everything = whole <= terms.min_notional or free <= one.step
    wish = whole if everything else max(terms.min_notional, whole * terms.portion)
    allowed = limits.cut(state, i, j, wish, whole, terms.end_discount, seen)
    if allowed <= 0 < wish:
        return 0
    if everything and allowed == wish:
        return free
    part = stepped(math.floor(allowed / (one.unit * state.basis[j])), one.step)
    return min(max(part, one.step), free)
