"""A scenario small enough to work out by hand: one account, one market without friction, one protocol."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from govtool.engine.state import Crowd, Feed, Keepers, Venue
from govtool.engine.terms import NOTHING
from govtool.protocol.fields import Value, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import preset
from govtool.scenario.bundle import Scenario

QUOTE = 1_000_000  # quantums

TICKS_PER_HOUR, BLOCK_TICKS = 240, 60


def venue(**changes: object) -> Venue:
    """No spread, no feedback, one block per tick that acts at once."""
    fixed = Venue(
        half_spread=np.zeros(1),
        own_weight=np.zeros(1),
        decay=1.0,
        floor_x=0.0,
        step_s=15.0,
        ticks_per_hour=TICKS_PER_HOUR,
        block_ticks=BLOCK_TICKS,
        blocks=1,
        lag_blocks=0,
        max_attempts=50,
        max_deleverages=10,
        max_counterparties=500,
        sample_ticks=4,
    )
    return fixed._replace(**changes)


def feed(prices: list[float]) -> Feed:
    """An index without depth to push against: every size trades at it."""
    index = np.array(prices, dtype=np.float64)[:, None]
    begins = np.arange(0, len(prices), BLOCK_TICKS)
    return Feed(
        index=index,
        slope=np.zeros((-(-len(prices) // TICKS_PER_HOUR), 1)),
        lead_s=np.zeros(0),
        lead_price=np.zeros((0, 1)),
        funding_tick=np.zeros(0, dtype=np.int64),
        funding_rate=np.zeros((0, 1)),
        funding_share=1.0,
        low=np.minimum.reduceat(index, begins, axis=0),
        high=np.maximum.reduceat(index, begins, axis=0),
    )


def crowd(sides: list[float], *, equity: float = 1_000.0, leverage: float = 10.0) -> Crowd:
    """Accounts that enter at the start and stay, all alike but for their side; nobody tops up."""
    accounts = len(sides)
    return Crowd(
        equity=np.full(accounts, round(equity * QUOTE), dtype=np.int64),
        leverage=np.full(accounts, leverage),
        share=np.array(sides, dtype=np.float64)[:, None],
        enters=np.zeros(accounts, dtype=np.int64),
        hold=np.full(accounts, 1e9),
        idle=np.zeros(accounts),
        topup_chance=np.zeros(accounts),
        topup_delay=np.ones(accounts),
        wallet=np.zeros(accounts, dtype=np.int64),
        headroom=1.0,
        warning=1.0,
        topup_target=1.0,
    )


def keeper(*, edge: float = 0.0) -> Keepers:
    """One keeper, a tick slow, with capital for anything."""
    return Keepers(
        latency=np.ones(1, dtype=np.int64),
        capital=np.full(1, 1e9),
        refill=np.full(1, 1e9),
        edge=np.full(1, edge),
        least=np.zeros(1),
    )


def scenario(prices: list[float], tail: list[float], sides: tuple[float, ...] = (1.0,), **parts: object) -> Scenario:
    """The whole of it; `parts` replaces fields of the scenario."""
    made = Scenario(
        name="tiny/none/0",
        event="tiny",
        world="none",
        kind="crash",
        label="reconstructed",
        seed=0,
        native_s=60,
        step_s=15,
        markets=("BTC",),
        feed=feed(prices),
        crowd=crowd(list(sides)),
        venue=venue(),
        keepers=keeper(),
        listing=NOTHING,
        series=(),
        assets=(),
        tail=np.array(tail, dtype=np.float64)[:, None],
        open_interest=np.array([10_000.0]),
        daily_volume=10_000.0,
        days=len(prices) * 15 / 86_400,
        digest="sha256:tiny",
    )
    return dataclasses.replace(made, **parts)


def book() -> Protocol:
    """dydx-v4 with 2 % initial and 1.2 % maintenance margin on BTC, which closes whole positions at once."""
    return replaced(
        preset("dydx-v4"),
        {
            "liquidation.max_position_portion_liquidated_ppm": 1_000_000,
            "liquidation.max_notional_liquidated": 10**15,
            "markets.BTC.min_price_change_ppm": 1,
        },
    )


PLAIN = {
    "adaptive.enabled": False,
    "auction.length_s": 60,
    "auction.path": "linear",
    "auction.slow_s": 0,
    "auction.insolvent_s": 0,
    "auction.reset_s": 0,
    "auction.reset_drop_ppm": 0,
    "auction.max_resets": 0,
    "auction.residue": 0,
    "liquidation.max_position_portion_liquidated_ppm": 1_000_000,
    "liquidation.fee_to_insurance_ppm": 1_000_000,
    "liquidation.restore_ppm": 1_000_000,
    "liquidation.target": False,
    "liquidation.first_share_ppm": 1_000_000,
    "liquidation.share_ramp_s": 0,
    "liquidation.account_window_notional": 0,
    "liquidation.market_window_notional": 0,
    "liquidation.outstanding_notional": 0,
    "liquidation.cooldown_s": 0,
    "liquidation.tranches": 1,
    "liquidation.breaker.move_ppm": 0,
    "liquidation.breaker.volume": 0,
    "keepers.bond_ppm": 0,
    "keepers.settle_s": 0,
    "keepers.reward_flat": 0,
    "keepers.reward_ppm": 0,
    "keepers.gas_margin_ppm": 0,
    "keepers.reward_cap": 0,
    "insurance.daily_payout_cap": 0,
    "insurance.target": 0,
    "insurance.advance.trigger_ppm": 0,
    "loss_sharing.waterfall": "insurance adl",
    "loss_sharing.premium_share_ppm": 0,
    "loss_sharing.share_cap_ppm": 0,
    "loss_sharing.adl_order": "random",
    "withdrawals.gate_s": 0,
    "withdrawals.guard": False,
    "withdrawals.throttle_ppm_per_hour": 0,
    "markets.BTC.min_price_change_ppm": 1,
}
"""What makes of the preset "govtool" an auction that can be worked out by hand."""


def dutch(changes: Mapping[str, Value] = MappingProxyType({})) -> Protocol:
    """The same margins; a minute's auction of the whole position from oracle to 3 % off; fees all to the pool."""
    return replaced(preset("govtool"), PLAIN | dict(changes))
