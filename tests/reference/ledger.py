"""The event log, and the audit that follows each event (rules §2 and §10)."""

from typing import Any

from tests.reference.state import State

(
    ENTER,
    TRADE,
    TOPUP,
    FUNDING,
    FLAG,
    RECOVER,
    FILL,
    OPEN,
    TAKE,
    UNFILLED,
    DELEVERAGE,
    COVER,
    BAD_DEBT,
    RETIRE,
    CLOSE,
    ENDED,
    EXPIRE,
    DEPOSIT,
    INTEREST,
    RESET,
    PHASE,
    WON,
    SLASH,
    HALT,
    HELD,
    ADVANCE,
    REPAY,
    SHARE,
    SOCIALISE,
    DEFER,
    HAIRCUT,
    PREMIUM,
    TRANSFER,
    OVERFLOW,
    UNSTAKE,
    FRONTRUN,
    SEND,
    LAND,
    BOUNCE,
    WITHDRAW,
    OUTAGE,
    RESUME,
    CUT,
    STOP,
    LIMIT,
    PANIC,
) = range(46)

STILL = (OUTAGE, RESUME, CUT, STOP, LIMIT, PANIC, FLAG, HELD, HALT)
"""Kinds of event that move no cash."""

SECRET = ("keepers", "gas", "escrow")
"""What keepers pay for bids, and bonds that go back, have no event of their own."""

FIELDS = ("account", "market", "other", "size", "quote", "fee", "fund", "price")
UNUSED = {"account": -1, "market": -1, "other": -1, "size": 0, "quote": 0, "fee": 0, "fund": 0, "price": 0.0}


def record(state: State, kind: int, seen: tuple[float, float] = (0.0, 0.0), **given: Any) -> None:
    """Append an event, made just now; `seen` is equity and maintenance just before it."""
    row = UNUSED | given
    assert len(row) == len(UNUSED), f"unknown field among {sorted(given)}"
    event = (state.tick, kind, *(row[name] for name in FIELDS), *seen)
    state.events.append(event)
    _audit(state, kind, row)


def _photographed(state: State) -> tuple[list[int], list[list[int]], dict[str, int]]:
    cash = [account.cash for account in state.accounts]
    sizes = [list(account.size) for account in state.accounts]
    return cash, sizes, dict(state.bucket)


def _audit(state: State, kind: int, row: dict[str, Any]) -> None:
    """Every quantum and every size that moved since the last event is in this event."""
    cash, sizes, bucket = _photographed(state)
    assert sum(cash) + sum(bucket.values()) == state.opening_pool, "cash appeared or vanished"
    for j, one in enumerate(state.instruments):
        assert sum(size[j] for size in sizes) + state.market_size[j] == 0, "sizes do not cancel"
        if state.crowd.opening[0] is None:  # a snapshot is taken as it is
            assert all(size[j] % one.step == 0 for size in sizes), "a size is off the step"
    _audit_pool(state)
    if state.photograph is not None:
        cash_then, sizes_then, bucket_then = state.photograph
        moved = {i: now - then for i, (now, then) in enumerate(zip(cash, cash_then, strict=True)) if now != then}
        assert bucket["insurance"] - bucket_then["insurance"] == row["fund"]
        if kind in (FUNDING, INTEREST, PREMIUM):
            assert sum(moved.values()) == row["quote"]
        else:
            assert moved == _expected_cash(kind, row)
        assert _changes(sizes, sizes_then) == _expected_sizes(kind, row)
        _audit_passage(state, kind, row, {name: bucket[name] - bucket_then[name] for name in bucket})
    state.photograph = (cash, sizes, bucket)


def _audit_pool(state: State) -> None:
    """No part of the pool is overdrawn, and every quantum that came or went is in a flow."""
    flow, bucket = state.flow, state.bucket
    assert bucket["insurance"] >= 0, "the pool is overdrawn"
    assert min(state.own, default=0) >= 0, "a market's own pool is overdrawn"
    assert state.shared >= 0, "markets own more than the pool"
    gone = flow["pool_out"] + flow["advances_out"] + flow["staked_out"] + state.overflowed
    assert bucket["insurance"] == state.opening_pool + flow["pool_in"] - gone, "a flow of the pool is missing"
    lent = sum(account.advance for account in state.accounts)
    assert lent == flow["advances_out"] >= 0, "advances were lost"
    assert bucket["exits"] <= 0 <= min(bucket[name] for name in ("escrow", "gas", "stakers", "sharing"))
    bonds = [tranche.reserved.bond for account in state.accounts for tranche in account.live if tranche.reserved]
    assert sum(bonds) == bucket["escrow"], "a bond was lost"
    assert sum(keeper.cash for keeper in state.keepers) == bucket["keepers"], "keepers' cash was lost"


def _audit_passage(state: State, kind: int, row: dict[str, Any], moved: dict[str, int]) -> None:
    """What is under way is somebody's, and what carriers and searchers got is in this event."""
    parcels = [parcel.amount for account in state.accounts for parcel in account.parcels if parcel is not None]
    under_way = [account.sent for account in state.accounts] + parcels
    assert min(under_way, default=0) >= 0 and sum(under_way) == state.bucket["transit"], "money got lost under way"
    amount = round(row["price"] * 1e6)
    if kind in (SEND, LAND, BOUNCE):
        assert moved["transit"] == (amount if kind == SEND else -amount) == -moved["wallets"]
    fee = {TOPUP: row["fee"], RETIRE: amount, WITHDRAW: amount}.get(kind, 0)
    assert moved["carriers"] == fee, "carriers got what nobody paid"
    assert moved["searchers"] == (amount if kind == FRONTRUN else 0), "searchers got what no event tells"
    if kind == FRONTRUN:
        assert moved["market"] == -amount < 0 or amount == 0
    if kind in (RETIRE, WITHDRAW):
        assert moved["transit"] + moved["wallets"] + moved["carriers"] == -row["quote"]
    if kind in STILL:
        assert not any(moved[name] for name in moved if name not in SECRET), "cash moved in secret"


def _expected_cash(kind: int, row: dict[str, Any]) -> dict[int, int]:
    paid = -row["fund"] if kind == FILL and row["fund"] < 0 else 0
    expected = {row["account"]: row["quote"] - row["fee"] + paid}
    if kind in (DELEVERAGE, SHARE, SOCIALISE) and row["other"] >= 0:
        expected[row["other"]] = -row["quote"]
    return {i: amount for i, amount in expected.items() if i >= 0 and amount}


def _changes(now: list[list[int]], then: list[list[int]]) -> dict[tuple[int, int], int]:
    return {
        (i, j): size - before
        for i, (sizes, befores) in enumerate(zip(now, then, strict=True))
        for j, (size, before) in enumerate(zip(sizes, befores, strict=True))
        if size != before
    }


def _expected_sizes(kind: int, row: dict[str, Any]) -> dict[tuple[int, int], int]:
    if kind in (OPEN, UNFILLED, WON) or not row["size"]:
        return {}
    expected = {(row["account"], row["market"]): row["size"]}
    if kind == DELEVERAGE and row["other"] >= 0:
        expected[row["other"], row["market"]] = -row["size"]
    return expected
