"""The story of an account, and of single events: each with its state, rule, numbers and parameters."""

from collections.abc import Callable, Iterator

import numpy as np

from govtool.engine import codes as kinds
from govtool.errors import ParamError
from govtool.replay.explain import (
    auction_events,
    book_events,
    chain_events,
    flow_events,
    keeper_events,
    loss_events,
    margin_events,
    passage_events,
    trader_events,
)
from govtool.replay.explain.case import Case
from govtool.replay.explain.finding import Finding
from govtool.replay.explain.margin_events import Told
from govtool.replay.explain.rulebook import RULES
from govtool.replay.explain.scene import Scene
from govtool.replay.explain.walk import Walk

TELLERS: dict[int, Callable[[Scene], Told]] = {
    kinds.ENTER: flow_events.entered,
    kinds.TRADE: flow_events.traded,
    kinds.TOPUP: passage_events.topped_up,
    kinds.FUNDING: flow_events.paid,
    kinds.FLAG: margin_events.flagged,
    kinds.RECOVER: margin_events.recovered,
    kinds.FILL: book_events.filled,
    kinds.OPEN: auction_events.opened,
    kinds.TAKE: auction_events.taken,
    kinds.UNFILLED: auction_events.unfilled,
    kinds.DELEVERAGE: loss_events.deleveraged,
    kinds.COVER: loss_events.covered,
    kinds.BAD_DEBT_EVENT: loss_events.bad_debt,
    kinds.RETIRE: passage_events.left,
    kinds.CLOSE: book_events.closed,
    kinds.ENDED: flow_events.ended,
    kinds.EXPIRE: flow_events.expired,
    kinds.DEPOSIT: flow_events.deposited,
    kinds.INTEREST: flow_events.paid,
    kinds.RESET: flow_events.restarted,
    kinds.PHASE: flow_events.restarted,
    kinds.WON: flow_events.won,
    kinds.SLASH: flow_events.won,
    kinds.HALT: flow_events.halted,
    kinds.HELD: passage_events.held_back,
    kinds.ADVANCE: margin_events.advanced,
    kinds.REPAY: margin_events.repaid,
    kinds.SHARE: loss_events.shared,
    kinds.SOCIALISE: loss_events.shared,
    kinds.DEFER: loss_events.deferred,
    kinds.EXIT_HAIRCUT: loss_events.withheld,
    kinds.PREMIUM: flow_events.paid,
    kinds.TRANSFER: flow_events.pool_flow,
    kinds.POOL_OVERFLOW: flow_events.pool_flow,
    kinds.UNSTAKE: flow_events.pool_flow,
    kinds.FRONTRUN: keeper_events.frontrun,
    kinds.SEND: passage_events.sent,
    kinds.LAND: passage_events.landed,
    kinds.BOUNCE: passage_events.bounced,
    kinds.WITHDRAW: passage_events.withdrew,
    kinds.OUTAGE: chain_events.stopped,
    kinds.RESUME: chain_events.resumed,
    kinds.CUT_EVENT: trader_events.cut,
    kinds.STOP_EVENT: trader_events.ordered,
    kinds.LIMIT_EVENT: trader_events.ordered,
    kinds.PANIC: chain_events.panicked,
}
"""Who tells each kind of event."""

PAYMENTS = (kinds.FUNDING, kinds.INTEREST, kinds.PREMIUM)
"""Kinds of rows of a market that are everyone's who holds something there."""

OTHERS = (kinds.DELEVERAGE, kinds.SHARE, kinds.SOCIALISE)
"""Kinds of rows whose `other` is an account."""


def explain_event(case: Case, row: int) -> Finding:
    """One row of the log, told as its own account's. ParamError if there is no such row."""
    count = case.log.kind.size
    if not 0 <= row < count:
        raise ParamError(f"event {row} is not in the log, which has rows 0 to {count - 1}; give one of those")
    return found(Walk(case), row, None)


def explain_account(case: Case, account: int) -> Iterator[Finding]:
    """Everything that happened to an account, in the order of the log.

    Raises ParamError if there is no such account, or it never came in.
    """
    if not 0 <= account < case.accounts:
        raise ParamError(
            f"account {account} is not there: the scenario has accounts 0 to {case.accounts - 1}; give one of those"
        )
    log = case.log
    own = (log.account == account) | (np.isin(log.kind, OTHERS) & (log.other == account))
    if not own.any():
        raise ParamError(f"account {account} never came in: nothing happened to it; give another")
    return _told(case, account, own | np.isin(log.kind, PAYMENTS))


def _told(case: Case, account: int, rows: np.ndarray) -> Iterator[Finding]:
    walk = Walk(case)
    for row in np.flatnonzero(rows).tolist():
        kind = int(case.log.kind[row])
        walk.to(row)
        if kind in PAYMENTS and not _concerned(walk, row, kind, account):
            continue
        yield found(walk, row, account)


def _concerned(walk: Walk, row: int, kind: int, account: int) -> bool:
    """Whether a payment has something for an account."""
    if kind == kinds.PREMIUM:
        opted = walk.case.scenario.crowd.opted
        return bool(walk.inside[account] and opted.size and opted[account] and walk.flag[account] < 0)
    size = walk.size[account, walk.case.log.market[row]]
    return bool(size != 0 if kind == kinds.FUNDING else size < 0)


def found(walk: Walk, row: int, account: int | None) -> Finding:
    """A row told as an account's, or as its own."""
    scene = Scene(walk, row, account)
    case, standing = scene.case, scene.standing
    text, steps, levers = TELLERS[scene.kind](scene)
    return Finding(
        row=row,
        tick=scene.tick,
        second=case.seconds(scene.tick),
        ends_ms=case.ends_ms(scene.tick),
        kind=scene.name,
        account=scene.account,
        text=text,
        rule=RULES[scene.kind],
        standing=standing,
        steps=steps,
        levers=levers,
    )
