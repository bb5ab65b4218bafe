"""Money under way between an account and its owner's wallet: bridge, batches, proofs and a channel for the hasty."""

import math

from govtool.engine.account import is_flat
from govtool.engine.codes import (
    BOUNCE,
    BRIDGED,
    BRIDGED_AT,
    CARRIERS,
    CHANNELLED,
    CHANNELLED_AT,
    IN,
    LAND,
    NEVER,
    NIL,
    NONE,
    SEND,
    TOPUP,
    TOPUPS,
    TRADERS,
    TRANSIT,
    WALLETS,
)
from govtool.engine.draw import DISPUTE, draw
from govtool.engine.jit import inlined, kernel
from govtool.engine.ledger import record
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.windows import emptied
from govtool.units import SECONDS_PER_HOUR


@inlined
def next_landing(state: State, i: int) -> int:
    """Tick at which something of account `i` that is under way arrives, NEVER if nothing is."""
    account = state.accounts[i]
    into = account.lands if account.sent > 0 else NEVER
    out = account.out_at if account.out > 0 else NEVER
    return int(min(into, out, account.next_out_at if account.next_out > 0 else NEVER))


@inlined
def last_landing(state: State, i: int) -> int:
    """Tick at which all that account `i` withdrew is in its wallet, 0 if nothing is under way."""
    account = state.accounts[i]
    out = account.out_at if account.out > 0 else NIL
    return int(max(out, account.next_out_at if account.next_out > 0 else NIL))


@kernel
def _batch(rules: Rules, t: int) -> int:
    """Tick of the next batch from `t` on."""
    if rules.batch_ticks <= 1:
        return t
    return -(-t // rules.batch_ticks) * rules.batch_ticks


@kernel
def _crosses(state: State, rules: Rules, tape: Tape, amount: int, t: int) -> bool:
    """Whether the bridge takes `amount` quantums now, and counts them if so; alone, any amount crosses."""
    if tape.weather.bridge.shape[0] > 0 and tape.weather.bridge[t] == 0:
        return False
    if rules.bridge_capacity <= 0.0:
        return True
    cap = rules.bridge_capacity
    used = emptied(state.gauges[BRIDGED], int(state.gauges[BRIDGED_AT]), cap, float(SECONDS_PER_HOUR), t, rules.step_s)
    if used > 0.0 and used + amount * 1e-6 > cap:
        return False
    state.gauges[BRIDGED], state.gauges[BRIDGED_AT] = min(used + amount * 1e-6, cap), t
    return True


@kernel
def send(state: State, rules: Rules, tape: Tape, log: Log, i: int, amount: int, t: int) -> tuple[int, bool]:
    """A top-up of `amount` sets out from the wallet of account `i`; True if it is there at once or has to wait.

    Returns the tick of its arrival, or of the next try.
    """
    if not _crosses(state, rules, tape, amount, t):
        return t + 1, False
    land = _batch(rules, t + rules.bridge_lag)
    state.accounts[i].wallet -= amount
    if land > t:
        state.accounts[i].sent, state.accounts[i].lands = amount, land
        state.tills[WALLETS] -= amount
        state.tills[TRANSIT] += amount
        record(state, log, t, SEND, i, NONE, NONE, NIL, NIL, NIL, NIL, amount * 1e-6, 0.0, 0.0)
    return land, True


@kernel
def arrive(
    state: State, rules: Rules, log: Log, i: int, bucket: int, amount: int, t: int, equity: float, maintenance: float
) -> None:
    """A top-up reaches account `i` out of a bucket, less what the bridge keeps."""
    fee = math.floor(amount * rules.bridge_fee)
    state.tills[bucket] -= amount
    state.tills[CARRIERS] += fee
    state.tills[TRADERS] += amount - fee
    state.cash[i] += amount - fee
    state.accounts[i].put_in += amount
    state.tills[TOPUPS] += amount
    record(state, log, t, TOPUP, i, NONE, NONE, NIL, amount, fee, NIL, 0.0, equity, maintenance)


@kernel
def _land(state: State, log: Log, i: int, amount: int, t: int) -> None:
    state.tills[TRANSIT] -= amount
    state.tills[WALLETS] += amount
    record(state, log, t, LAND, i, NONE, NONE, NIL, NIL, NIL, NIL, amount * 1e-6, 0.0, 0.0)


@kernel
def land_withdrawals(state: State, log: Log, i: int, t: int) -> None:
    """What account `i` withdrew reaches its wallet, a parcel at a time."""
    account = state.accounts[i]
    if account.out > 0 and account.out_at <= t:
        _land(state, log, i, int(account.out), t)
        account.out = NIL
    if account.next_out > 0 and account.next_out_at <= t:
        _land(state, log, i, int(account.next_out), t)
        account.next_out = NIL


@kernel
def _bounce(state: State, log: Log, i: int, amount: int, t: int) -> None:
    """A top-up finds nothing to save and goes back."""
    state.tills[TRANSIT] -= amount
    state.tills[WALLETS] += amount
    state.accounts[i].wallet += amount
    record(state, log, t, BOUNCE, i, NONE, NONE, NIL, NIL, NIL, NIL, amount * 1e-6, 0.0, 0.0)


@kernel
def landed_topup(state: State, log: Log, i: int, t: int) -> int:
    """Quantums of a top-up that has reached account `i` and is not yet booked; one that is too late goes back."""
    amount = state.accounts[i].sent
    if amount == 0 or state.accounts[i].lands > t:
        return 0
    state.accounts[i].sent = NIL
    if state.accounts[i].status != IN or is_flat(state, i):
        _bounce(state, log, i, amount, t)
        return 0
    return int(amount)


@kernel
def _by_channel(state: State, rules: Rules, amount: int, t: int) -> bool:
    """Whether the channel pays out `amount`, and counts it if so."""
    cap = rules.channel_capacity
    if cap <= 0.0:
        return False
    used = emptied(
        state.gauges[CHANNELLED], int(state.gauges[CHANNELLED_AT]), cap, rules.channel_refill_s, t, rules.step_s
    )
    if used + amount * 1e-6 > cap:
        return False
    state.gauges[CHANNELLED], state.gauges[CHANNELLED_AT] = used + amount * 1e-6, t
    return True


@kernel
def _send_off(state: State, i: int, amount: int, lands: int) -> None:
    """A parcel to the wallet of account `i`, by itself while there are fewer than two, or with what lands last."""
    account = state.accounts[i]
    if account.out == 0:
        account.out, account.out_at = amount, lands
    elif account.next_out == 0:
        account.next_out, account.next_out_at = amount, lands
    elif account.next_out_at > account.out_at:
        account.next_out += amount
        account.next_out_at = max(account.next_out_at, lands)
    else:
        account.out += amount
        account.out_at = max(account.out_at, lands)


@kernel
def withdraw(state: State, rules: Rules, i: int, amount: int, t: int) -> int:
    """Take `amount` quantums of account `i`'s cash towards its wallet; returns what a channel keeps of it."""
    state.cash[i] -= amount
    state.tills[TRADERS] -= amount
    fee, lands = NIL, _batch(rules, t) + rules.proof_lag
    if amount > 0 and t + rules.channel_lag < lands and _by_channel(state, rules, amount, t):
        fee, lands = math.floor(amount * rules.channel_fee), t + rules.channel_lag
    elif draw(rules.seed, DISPUTE, i, t) < rules.dispute_chance:
        lands += rules.dispute_lag
    state.tills[CARRIERS] += fee
    if lands <= t or amount - fee <= 0:
        state.tills[WALLETS] += amount - fee
    else:
        state.tills[TRANSIT] += amount - fee
        _send_off(state, i, amount - fee, lands)
    return int(fee)
