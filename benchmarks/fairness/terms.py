"""What is replayed: the windows, the formats, three lengths each, and what of the preset is switched off for it."""

from typing import Any, NamedTuple

from govtool.protocol.fields import Value, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import read_protocol, validated
from govtool.world.model import World
from govtool.world.read import read_world

PRESET = "govtool"

EVENTS = ("crash-2021-05-19", "crash-2022-11-08", "crash-2023-08-17")
BUNDLED = tuple(f"reconstructed-{name}" for name in EVENTS)
"""Stand in for the recorded windows where no real history is at hand."""

SEEDS = 8

STEP_S = 5
"""A tick, so that the shortest auction is three of them; the shipped worlds have 15 s."""

PLACES = ("short", "middle", "long")
FORMATS = ("dutch", "batch", "first_come", "book")
AUCTIONS = FORMATS[:3]

LENGTHS_S = {"short": 15, "middle": 120, "long": 3_600}
PORTIONS_PPM = {"short": 1_000_000, "middle": 100_000, "long": 1_000}


class Off(NamedTuple):
    """Something of the preset that is set to do nothing here, and why."""

    what: str
    why: str
    changes: dict[str, Value]


SWITCHED_OFF = (
    Off(
        "liquidation fee (set from 1.5 % to the least allowed, 0.0001 %)",
        "it takes whatever a better price leaves to an account whose margin is 1.2 %",
        {"liquidation.max_liquidation_fee_ppm": 1},
    ),
    Off(
        "slices, first share, cooldown, second auction of an account",
        "each makes a sale last longer than its auction; here one auction sells what restores the account",
        {
            "liquidation.max_position_portion_liquidated_ppm": 1_000_000,
            "liquidation.first_share_ppm": 1_000_000,
            "liquidation.share_ramp_s": 0,
            "liquidation.cooldown_s": 0,
            "liquidation.tranches": 1,
        },
    ),
    Off(
        "limits per account, per market, outstanding and, for `book`, per block",
        "they hold back what is put up, in a fast format most",
        {
            "liquidation.account_window_notional": 0,
            "liquidation.market_window_notional": 0,
            "liquidation.outstanding_notional": 0,
            "liquidation.max_notional_liquidated": 10**15,
        },
    ),
    Off(
        "circuit breaker",
        "it stops auctions when prices move, so that a length is no length",
        {"liquidation.breaker.move_ppm": 0, "liquidation.breaker.volume": 0},
    ),
    Off(
        "slow and insolvent phase, resets",
        "they prolong an auction that nobody took and widen its discount",
        {
            "auction.slow_s": 0,
            "auction.insolvent_s": 0,
            "auction.reset_s": 0,
            "auction.reset_drop_ppm": 0,
            "auction.max_resets": 0,
        },
    ),
    Off(
        "keepers' rewards",
        "they pay for a take whatever its price",
        {"keepers.reward_flat": 0, "keepers.reward_ppm": 0, "keepers.reward_cap": 0},
    ),
    Off(
        "advances of the pool, its daily cap, parts set aside for a market",
        "they decide who is lent to and which loss the pool may pay, whatever the format",
        {
            "insurance.advance.trigger_ppm": 0,
            "insurance.daily_payout_cap": 0,
            "markets.BTC.pool_share_ppm": 0,
            "markets.ETH.pool_share_ppm": 0,
        },
    ),
    Off(
        "shared losses beyond the pool and deleveraging",
        "withdrawals as a last layer would leave no bad debt to see; shared loss is zero on this page",
        {
            "loss_sharing.waterfall": "insurance adl",
            "loss_sharing.premium_share_ppm": 0,
            "loss_sharing.share_cap_ppm": 0,
        },
    ),
    Off(
        "latency of the oracle, and the furthest that it moves in one post",
        "a late price is sold at by whoever sees the market, and a length would be one of the oracle's as well",
        {"oracle.latency_s": 0, "oracle.max_jump_ppm": 0},
    ),
    Off(
        "gate, guard and throttle of withdrawals",
        "they keep traders in the crash for reasons of their own",
        {"withdrawals.gate_s": 0, "withdrawals.guard": False, "withdrawals.throttle_ppm_per_hour": 0},
    ),
)


def fixed_penalty() -> float:
    """The preset's full liquidation fee, a fraction: what prices are held against."""
    return read_protocol(PRESET).liquidation.max_liquidation_fee_ppm / 1e6


def base() -> Protocol:
    """The preset with everything in SWITCHED_OFF off."""
    changes: dict[str, Value] = {}
    for off in SWITCHED_OFF:
        changes |= off.changes
    return replaced(read_protocol(PRESET), changes)


def protocol_of(style: str, place: str) -> Protocol:
    """The base under one format and length; under `book`, with one portion of a position per block."""
    if style != "book":
        return replaced(base(), {"liquidation.format": style, "auction.length_s": LENGTHS_S[place]})
    # A protocol that sells on the book has no table [auction].
    tables: dict[str, Any] = base().model_dump(mode="python", exclude_none=True, exclude={"auction"})
    tables["liquidation"] |= {"format": style, "max_position_portion_liquidated_ppm": PORTIONS_PPM[place]}
    return validated(tables, PRESET)


def setting(style: str, place: str) -> str:
    """The length, or what plays its part, as printed."""
    if style == "book":
        return f"{PORTIONS_PPM[place] / 1e4:g} % a block"
    return f"{LENGTHS_S[place]} s"


def world_of(name: str) -> World:
    """A shipped world with this page's tick."""
    return read_world(name).model_copy(update={"step_s": STEP_S})
