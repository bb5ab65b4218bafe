"""Numbers with a name: kinds, statuses, positions in the books, and kinds of event."""

from typing import Any

import numpy as np

PERPETUAL, OPTION, ASSET = 0, 1, 2
OUT, IN = 0, 1
SOLVENT, INSOLVENT = 0, 1
HONEST, NO_SHOW, LATE, SELF, COLLUDE, BACKSTOP = 0, 1, 2, 3, 4, 5
UP, DOWN, FORCED = 0, 1, 2
DONE, EVENTS_FULL, SNAPSHOTS_FULL, OVERFLOW, PAUSED = 0, 1, 2, 3, 4
NEVER: Any = np.int64(2**62)
LARGEST = np.int64(2**60)
"""A bucket of cash or a sum of sizes beyond it ends the replay: int64 would wrap in silence soon after."""

LARGEST_QUOTE = 1e12
"""The same in quote currency, for what a file may name as large as it likes."""


def codes(count: int, first: int = 0) -> list[Any]:
    """Numbers as NumPy integers: numba compiles a kernel anew for each literal int that it is called with."""
    return [np.int64(first + k) for k in range(count)]


NONE: int = codes(1, -1)[0]
"""No market, account or keeper."""

NIL: int = codes(1)[0]
"""No money, no size, no index."""

# Positions in Books.tills: buckets of cash first, then counters of flows, all in quantums unless named.
(
    TRADERS,
    KEEPERS,
    INSURANCE,
    TREASURY,
    MARKET,
    WALLETS,
    BAD_DEBT,
    LENDERS,
    ESCROW,
    GAS,
    STAKERS,
    SHARING,
    EXITS,
    TRANSIT,
    CARRIERS,
    SEARCHERS,
) = codes(16)
BUCKETS = 16
(
    OPENING,
    POOL_LOW,
    POOL_IN,
    POOL_OUT,
    TRADE_FEES,
    LIQUIDATION_FEES,
    TOPUPS,
    RESIDUAL,
    EVENT_COUNT,
    SHOT_COUNT,
) = codes(10, 16)
(
    PAID_TODAY,
    ADVANCED,
    REPAID,
    ADVANCE_FEES,
    ADVANCES_OUT,
    HELD_CASH,
    STAKED_OUT,
    GATE,
    POOL_PEAK,
    MARKET_POOLS,
    BACK,
    DOWN_SINCE,
    LINK,
    LOST,
) = codes(14, 26)
"""Flows of the pool (ADVANCED and REPAID are amounts without fees, ADVANCES_OUT what is outstanding of them), cash of
withdrawals that were held, the tick until which the gate is shut, the pool's peak, the markets' own pools, and the
ticks at which the chain was last back, far below zero if it never was, and went down, -1 if it is up, its state, and
the ticks of its last outage."""

TILLS = 40

# Positions in Books.gauges.
OI_SECONDS, COLLATERAL_SECONDS, UNDER_SECONDS, LIQUIDATED, COST, EXCESS, HAIRCUT, ADL_NOTIONAL, FLAGGED = codes(9)
PEG: int = codes(1, 9)[0]
"""Not a sum, but the price of the settlement token in this tick."""
SHARED, ADL_WORST, ADL_LEAST, HALT_SECONDS, REWARDS = codes(5, 10)
"""SHARED: quote that SHARE, SOCIALISE and HAIRCUT rows took; REWARDS: quote paid to keepers out of accounts."""
SHORTFALL, COLLATERAL, WITHDRAWN, WITHDRAWN_AT, STAKE_UNITS = codes(5, 15)
"""Not sums: of the last margin step, of the last tick's books, the bucket of withdrawals and when it was reckoned, and
the units that stakers and protocol hold."""
BRIDGED, BRIDGED_AT, CHANNELLED, CHANNELLED_AT = codes(4, 20)
"""Buckets of bridge and channel, and when they were reckoned."""
TRANSIT_SECONDS, CUT_NOTIONAL, BACKSTOPPED = codes(3, 24)
"""Sums again: quote in transit × seconds, what traders closed of their own accord when warned, what backstops took."""
GAUGES = 27


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
    BAD_DEBT_EVENT,
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
    EXIT_HAIRCUT,
    PREMIUM,
    TRANSFER,
    POOL_OVERFLOW,
    UNSTAKE,
    FRONTRUN,
    SEND,
    LAND,
    BOUNCE,
    WITHDRAW,
    OUTAGE,
    RESUME,
    CUT_EVENT,
    STOP_EVENT,
    LIMIT_EVENT,
    PANIC,
) = codes(46)

EVENT_NAMES = (
    "ENTER",
    "TRADE",
    "TOPUP",
    "FUNDING",
    "FLAG",
    "RECOVER",
    "FILL",
    "OPEN",
    "TAKE",
    "UNFILLED",
    "DELEVERAGE",
    "COVER",
    "BAD_DEBT",
    "RETIRE",
    "CLOSE",
    "ENDED",
    "EXPIRE",
    "DEPOSIT",
    "INTEREST",
    "RESET",
    "PHASE",
    "WON",
    "SLASH",
    "HALT",
    "HELD",
    "ADVANCE",
    "REPAY",
    "SHARE",
    "SOCIALISE",
    "DEFER",
    "HAIRCUT",
    "PREMIUM",
    "TRANSFER",
    "OVERFLOW",
    "UNSTAKE",
    "FRONTRUN",
    "SEND",
    "LAND",
    "BOUNCE",
    "WITHDRAW",
    "OUTAGE",
    "RESUME",
    "CUT",
    "STOP",
    "LIMIT",
    "PANIC",
)
