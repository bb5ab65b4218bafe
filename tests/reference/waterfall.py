"""Who bears a loss, layer by layer (rules §9)."""

import math
from collections.abc import Iterable

from tests.reference import ledger, pool
from tests.reference.numbers import shares
from tests.reference.requirement import health
from tests.reference.state import State, equity

INSURANCE, VOLUNTARY, ADL, FUNDING, EXIT = range(1, 6)
BASE = 6
OUTSIDE = -1


def layers(state: State) -> list[int]:
    """In order."""
    code, found = state.terms.sharing.waterfall, []
    while code:
        code, layer = divmod(code, BASE)
        found.append(layer)
    return [layer for layer in found if layer]


def before_adl(state: State) -> list[int]:
    """All of them if deleveraging is not among them."""
    order = layers(state)
    return order[: order.index(ADL)] if ADL in order else order


def absorb(state: State, i: int, need: int, m: int, order: Iterable[int]) -> None:
    """Give account `i` what each layer can pay of the need that is left, for a loss in market `m`."""
    for layer in order:
        if need > 0:
            need -= _pay(state, i, need, m, layer)


def _pay(state: State, i: int, need: int, m: int, layer: int) -> int:
    if layer == INSURANCE:
        return _insurance(state, i, need, m)
    if layer == VOLUNTARY:
        return _volunteers(state, i, need, m)
    if layer == FUNDING:
        return _holders(state, i, need, m)
    assert layer == EXIT, f"layer {layer} pays nothing"
    return _defer(state, i, need, m)


def _insurance(state: State, i: int, need: int, m: int) -> int:
    """No more for one account in one tick than a block allows."""
    account = state.accounts[i]
    if account.helped_at != state.tick:
        account.helped, account.helped_at = 0, state.tick
    paid = max(0, min(need, pool.may_pay(state, m), state.terms.block_insurance - account.helped))
    if paid > 0:
        account.helped += paid
        pool.pay(state, paid, m)
        account.cash += paid
        ledger.record(state, ledger.COVER, account=i, quote=paid, fund=-paid)
    return paid


def _volunteers(state: State, i: int, need: int, m: int) -> int:
    """Accounts that opted in pay, by what each may be asked for."""
    room = {}
    for c, account in enumerate(state.accounts):
        if c == i or not account.inside or account.flag is not None or not state.crowd.opted[c]:
            continue
        worth, required = health(state, c)
        worth = worth - account.owed * 1e-6
        promised = math.floor((state.terms.sharing.share_cap * max(worth, 0.0)) * 1e6) - account.given
        least = min(promised, math.floor((worth - required) * 1e6))
        if least > 0:
            room[c] = least
    paid = 0
    for c, amount in shares(need, {c: float(least) for c, least in room.items()}, room):
        state.accounts[c].cash -= amount
        state.accounts[c].given += amount
        paid += amount
        _give(state, i, c, amount, m, ledger.SHARE)
    return paid


def _holders(state: State, i: int, need: int, m: int) -> int:
    """Whoever holds the market's perpetual pays by size, the outside included."""
    if m < 0:
        return 0
    weights, room = {}, {}
    for c, account in enumerate(state.accounts):
        own = equity(state, c) - account.owed * 1e-6
        if c != i and account.inside and account.size[m] and own > 0:
            weights[c] = abs(account.size[m]) * 1.0
            room[c] = math.floor(own * 1e6)
    weights[OUTSIDE] = abs(state.market_size[m]) * 1.0
    paid = 0
    for c, amount in shares(need, weights, room):
        if c == OUTSIDE:
            state.bucket["market"] -= amount
        else:
            state.accounts[c].cash -= amount
        paid += amount
        _give(state, i, c, amount, m, ledger.SOCIALISE)
    return paid


def _give(state: State, i: int, c: int, amount: int, m: int, kind: int) -> None:
    state.accounts[i].cash += amount
    state.gauge["shared"] += amount * 1e-6
    ledger.record(state, kind, account=i, market=m, other=c, quote=amount)


def _defer(state: State, i: int, need: int, m: int) -> int:
    """Left to those who withdraw later."""
    state.accounts[i].cash += need
    state.bucket["exits"] -= need
    ledger.record(state, ledger.DEFER, account=i, market=m, quote=need)
    return need
