"""Money between accounts and their owners' wallets (rules §8b)."""

import math

from tests.reference import ledger, window
from tests.reference.account import Account, Parcel
from tests.reference.numbers import DISPUTE, draw
from tests.reference.requirement import health
from tests.reference.state import State

HOUR_S = 3600


def _batch(state: State, t: int) -> int:
    """Tick of the first batch from `t` on."""
    apart = state.venue.passage.batch_ticks
    return t if apart <= 1 else -(-t // apart) * apart


def carried(state: State, amount: int) -> bool:
    """Whether the bridge is open and has room for `amount` now, which is then used."""
    if not state.weather.bridge[state.tick]:
        return False
    cap = state.venue.passage.bridge_capacity
    if cap <= 0:
        return True
    used = window.level(state, state.bridged, cap, HOUR_S)
    if used != 0 and used + amount * 1e-6 > cap:
        return False
    window.add(state, state.bridged, amount * 1e-6, cap, HOUR_S)
    state.bridged.used = min(state.bridged.used, cap)
    return True


def send(state: State, i: int, amount: int) -> None:
    """From the wallet of account `i` to it, over the bridge."""
    account = state.accounts[i]
    account.wallet -= amount
    state.bucket["wallets"] -= amount
    lands = _batch(state, state.tick + state.venue.passage.bridge_lag)
    if lands <= state.tick:
        _top_up(state, i, amount)
        return
    account.sent, account.sent_lands = amount, lands
    state.bucket["transit"] += amount
    ledger.record(state, ledger.SEND, account=i, price=amount * 1e-6)


def land(state: State, i: int) -> None:
    """What is under way to and from account `i` and due arrives."""
    account = state.accounts[i]
    if account.sent and account.sent_lands <= state.tick:
        amount, account.sent = account.sent, 0
        state.bucket["transit"] -= amount
        if account.exposed:
            _top_up(state, i, amount)
        else:
            account.wallet += amount
            state.bucket["wallets"] += amount
            ledger.record(state, ledger.BOUNCE, account=i, price=amount * 1e-6)
    for n, parcel in enumerate(account.parcels):
        if parcel is not None and parcel.lands <= state.tick:
            account.parcels[n] = None
            state.bucket["transit"] -= parcel.amount
            state.bucket["wallets"] += parcel.amount
            ledger.record(state, ledger.LAND, account=i, price=parcel.amount * 1e-6)


def _top_up(state: State, i: int, amount: int) -> None:
    """Cash that has left its wallet, or the bridge, reaches account `i`, less the bridge's fee."""
    account, seen = state.accounts[i], health(state, i)
    fee = math.floor(amount * state.venue.passage.bridge_fee)
    account.cash += amount - fee
    account.put_in += amount
    state.bucket["carriers"] += fee
    state.flow["topups"] += amount
    ledger.record(state, ledger.TOPUP, seen, account=i, quote=amount, fee=fee)


def depart(state: State, i: int, amount: int) -> int:
    """Cash that account `i` has just given up goes to its owner's wallet, in the end; what the channel asked for it."""
    rules, fee = state.venue.passage, 0
    lands = _batch(state, state.tick) + rules.proof_lag
    if amount > 0 and state.tick + rules.channel_lag < lands and _channelled(state, amount):
        fee = math.floor(amount * rules.channel_fee)
        lands = state.tick + rules.channel_lag
    elif draw(state.seed, DISPUTE, i, state.tick) < rules.dispute_chance:
        lands += rules.dispute_lag
    state.bucket["carriers"] += fee
    if lands <= state.tick or amount - fee <= 0:
        state.bucket["wallets"] += amount - fee
    else:
        _send_off(state.accounts[i], Parcel(amount - fee, lands))
        state.bucket["transit"] += amount - fee
    return fee


def _send_off(account: Account, parcel: Parcel) -> None:
    """In a place of its own, or together with what lands last."""
    first, second = account.parcels
    if first is None:
        account.parcels[0] = parcel
    elif second is None:
        account.parcels[1] = parcel
    else:
        n = 1 if second.lands > first.lands else 0
        other = second if n else first
        account.parcels[n] = Parcel(other.amount + parcel.amount, max(other.lands, parcel.lands))


def _channelled(state: State, amount: int) -> bool:
    """Whether the channel has room for `amount`, which is then used."""
    rules = state.venue.passage
    cap, refill_s = rules.channel_capacity, rules.channel_refill_s
    if cap <= 0 or window.level(state, state.channelled, cap, refill_s) + amount * 1e-6 > cap:
        return False
    window.add(state, state.channelled, amount * 1e-6, cap, refill_s)
    return True
