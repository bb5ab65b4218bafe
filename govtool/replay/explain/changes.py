"""What each kind of row changes in everyone's books, beyond cash and size of its own account."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from govtool.engine import codes as kinds
from govtool.engine.transit import withdraw
from govtool.units import QUANTUMS_PER_QUOTE, QUOTE_QUANTUM

if TYPE_CHECKING:
    from govtool.replay.explain.walk import Walk

HOURS_PER_YEAR = 8_760.0


def _enter(walk: "Walk", row: int, i: int, *_: int) -> None:
    walk.inside[i] = True
    crowd = walk.case.scenario.crowd
    opening = crowd.opening.size > 0 and crowd.enters[i] == 0 and walk.case.log.tick[row] == 0
    walk.put_in[i] = walk.case.log.quote[row] if opening else crowd.equity[i]


def _leave(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.inside[i] = False
    walk.owed[i] = 0
    _recover(walk, row, i)
    _take_out(walk, row, i, quote)


def _withdraw(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    taken = (-quote * QUOTE_QUANTUM) / walk.case.log.equity[row]
    walk.put_in[i] -= int(np.rint(walk.put_in[i] * taken))
    _take_out(walk, row, i, quote)


def _take_out(walk: "Walk", row: int, i: int, quote: int) -> None:
    """Parcels, and the channel's bucket, are those of the stage, moved by the engine's own rule."""
    withdraw(walk.stage.state, walk.stage.rules, i, -quote, int(walk.case.log.tick[row]))


def _land(walk: "Walk", row: int, i: int, *_: int) -> None:
    account = walk.stage.state.accounts[i]
    if account.out > 0 and account.out_at <= walk.case.log.tick[row]:
        account.out = 0
    else:
        account.next_out = 0


def _amount(walk: "Walk", row: int) -> int:
    """The row's price, where that is an amount of money, in quantums."""
    return round(float(walk.case.log.price[row]) * QUANTUMS_PER_QUOTE)


def _flag(walk: "Walk", row: int, i: int, *_: int) -> None:
    walk.flag[i] = walk.case.log.tick[row]
    walk.charges.flagged(i)


def _recover(walk: "Walk", row: int, i: int, *_: int) -> None:
    walk.flag[i] = -1
    walk.live[i] = 0


def _open(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.live[i, j] += abs(size)
    walk.opened[i, j] = walk.case.log.tick[row]
    _charge(walk, row, i, j, size)


def _charge(walk: "Walk", row: int, i: int, j: int, size: int) -> None:
    tick, lot = int(walk.case.log.tick[row]), walk.stage.state.lots[j]
    walk.stage.at(tick)
    walk.charges.charge(i, int(lot.market), (abs(size) * float(walk.case.unit[j])) * float(lot.basis), tick)


def _restart(walk: "Walk", row: int, i: int, j: int, *_: int) -> None:
    walk.opened[i, j] = walk.case.log.tick[row]


def _take(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    _tie(walk, row, j, other, size)
    walk.live[i, j] -= abs(size)


def _tie(walk: "Walk", row: int, j: int, other: int, size: int) -> None:
    """Capital of a keeper that is tied up from now on."""
    tick, basis = int(walk.case.log.tick[row]), float(walk.stage.state.lots[j].basis)
    walk.have[other] = walk.free(other, tick) - (abs(size) * walk.case.unit[j]) * basis
    walk.touched[other] = tick


def _less(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.live[i, j] -= abs(size)


def _ended(walk: "Walk", row: int, i: int, j: int, *_: int) -> None:
    walk.live[i, j] = 0


def _topup(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    if walk.sent[i] == 0:
        walk.wallet[i] -= quote  # one that was sent left the wallet then
    walk.sent[i] = 0
    walk.put_in[i] += quote


def _send(walk: "Walk", row: int, i: int, *_: int) -> None:
    walk.sent[i] = _amount(walk, row)
    walk.wallet[i] -= walk.sent[i]


def _bounce(walk: "Walk", row: int, i: int, *_: int) -> None:
    walk.wallet[i] += walk.sent[i]
    walk.sent[i] = 0


def _helped(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.cash[i] += max(0, -fund)
    _charge(walk, row, i, j, size)
    if other >= 0:
        _tie(walk, row, j, other, size)


def _other_side(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    if other >= 0:
        walk.size[other, j] -= size
        walk.cash[other] -= quote
        walk.live[other, j] = min(walk.live[other, j], abs(walk.size[other, j]))


def _giver(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.cash[other] -= quote
    walk.given[other] += quote


def _payer(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    if other >= 0:
        walk.cash[other] -= quote


def _advance(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.owed[i] = quote + math.ceil(quote * walk.case.terms.pool.advance_fee)


def _repay(walk: "Walk", row: int, i: int, *_: int) -> None:
    walk.owed[i] = 0  # what is not repaid is written off


def _funding(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    """Rules, section 7.2, in the order of the engine's operations; the row's price is rate × funding_share."""
    case = walk.case
    index, rate = case.scenario.feed.index[case.log.tick[row], j], case.log.price[row]
    value = (walk.size[:, j] * case.unit[j]) * index
    walk.share(row, quote, -np.rint(value * rate * QUANTUMS_PER_QUOTE).astype(np.int64))


def _interest(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    case = walk.case
    walk.stage.at(int(case.log.tick[row]))
    borrowed = np.maximum(-walk.size[:, j], 0)
    hourly = ((borrowed * case.unit[j]) * walk.stage.state.lots[j].mark) * (case.log.price[row] / HOURS_PER_YEAR)
    walk.share(row, quote, -np.rint(hourly * QUANTUMS_PER_QUOTE).astype(np.int64))


def _premium(walk: "Walk", row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    """Rules, section 9a: by what opted-in accounts without a flag may still be asked for, in index order."""
    walk.stage.at(int(walk.case.log.tick[row]))
    opted = walk.case.scenario.crowd.opted
    may = walk.inside & (walk.flag < 0) & ((opted > 0) if opted.size else False)
    worth = np.maximum(walk.stage.equities(walk.cash, walk.size) - walk.owed * QUOTE_QUANTUM, 0.0)
    room = np.maximum(0.0, walk.case.terms.sharing.share_cap * worth - walk.given * QUOTE_QUANTUM)
    weight = np.where(may, room, 0.0)
    received = np.zeros_like(walk.cash)
    rest, still = quote, 0.0
    for c in np.flatnonzero(weight > 0.0):
        still += weight[c]
    for c in np.flatnonzero(weight > 0.0):
        received[c] = min(rest, math.ceil(rest * (weight[c] / still)))
        rest, still = rest - int(received[c]), still - weight[c]
    walk.share(row, quote, received)


CHANGES: dict[int, Callable[..., None]] = {
    kinds.ENTER: _enter,
    kinds.RETIRE: _leave,
    kinds.FLAG: _flag,
    kinds.RECOVER: _recover,
    kinds.OPEN: _open,
    kinds.TAKE: _take,
    kinds.UNFILLED: _less,
    kinds.ENDED: _ended,
    kinds.RESET: _restart,
    kinds.PHASE: _restart,
    kinds.TOPUP: _topup,
    kinds.SEND: _send,
    kinds.BOUNCE: _bounce,
    kinds.WITHDRAW: _withdraw,
    kinds.LAND: _land,
    kinds.FILL: _helped,
    kinds.DELEVERAGE: _other_side,
    kinds.SHARE: _giver,
    kinds.SOCIALISE: _payer,
    kinds.ADVANCE: _advance,
    kinds.REPAY: _repay,
    kinds.FUNDING: _funding,
    kinds.INTEREST: _interest,
    kinds.PREMIUM: _premium,
}
"""What a row changes beyond its account's cash by quote - fee, its size, and the pool by fund."""
