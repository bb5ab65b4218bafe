"""What a replay leaves."""

from dataclasses import dataclass
from typing import Any

from tests.reference.state import State

GAUGES = (
    "oi_seconds",
    "collateral_seconds",
    "under_seconds",
    "liquidated",
    "cost",
    "excess",
    "haircut",
    "adl_notional",
    "flagged",
    "shared",
    "adl_worst",
    "adl_least",
    "halt_seconds",
    "rewards",
    "transit_seconds",
    "cut_notional",
    "backstopped",
)
FLOWS = (
    "pool_in",
    "pool_out",
    "trade_fees",
    "liquidation_fees",
    "topups",
    "paid_today",
    "advanced",
    "repaid",
    "advance_fees",
    "advances_out",
    "held_cash",
    "staked_out",
    "gate",
    "pool_peak",
    "market_pools",
)
"""Flows of cash in quantums, and beside them the tick until which the gate is shut, the pool's peak, and what of the
pool belongs to markets."""


@dataclass(frozen=True)
class Replay:
    """Events as tuples in the order of rules §10, and the state after the last of them."""

    events: list[tuple[Any, ...]]
    cash: list[int]
    size: list[list[int]]
    inside: list[bool]
    flag: list[int | None]
    wallet: list[int]
    keeper_cash: list[int]
    market_size: list[int]
    oracle: list[float]
    volume: list[float]
    buckets: dict[str, int]
    pool_low: int
    flows: dict[str, int]
    gauges: dict[str, float]
    shots: list[tuple[int, ...]]
    path: list[list[float]]
    columns: list[tuple[float, ...]]
    factor: list[list[float]]


def left(state: State) -> Replay:
    state.gauge["flagged"] = float(flagged(state))
    return Replay(
        events=state.events,
        cash=[account.cash for account in state.accounts],
        size=[list(account.size) for account in state.accounts],
        inside=[account.inside for account in state.accounts],
        flag=[account.flag for account in state.accounts],
        wallet=[account.wallet for account in state.accounts],
        keeper_cash=[keeper.cash for keeper in state.keepers],
        market_size=state.market_size,
        oracle=state.oracle,
        volume=state.volume,
        buckets={"traders": sum(account.cash for account in state.accounts)} | state.bucket,
        pool_low=state.pool_low,
        flows=state.flow | {"market_pools": sum(state.own)},
        gauges=state.gauge,
        shots=state.shots,
        path=state.path,
        columns=state.columns,
        factor=state.regime.factor,
    )


def flagged(state: State) -> int:
    return sum(account.flag is not None for account in state.accounts)
