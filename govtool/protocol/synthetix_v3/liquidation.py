"""How fast Synthetix liquidates, and what keepers get for it. Amounts are wads (1e-18), times whole seconds.

Source: Synthetixio/synthetix-v3 (MIT): markets/perps-market/contracts/storage/, file at each function. Products and
quotients of wads round down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from govtool.protocol.fixed import WAD, ceiled, wad_product, wad_quotient


@dataclass(frozen=True)
class Limiter:
    """The market's limit: capacity of a trailing window of whole seconds, depth, and the least skew share left.

    At `max_pd` of zero nothing is liquidated once the window is used up.
    """

    capacity: int
    window_s: int
    skew_scale: int
    max_pd: int = 0


@dataclass(frozen=True)
class Liquidated:
    """An amount liquidated at a time."""

    time: int
    amount: int


@dataclass(frozen=True)
class Attempt:
    """A keeper's call: at a time, for an account, when the market has this skew."""

    time: int
    account: str
    skew: int


def window_capacity(maker_fee: int, taker_fee: int, skew_scale: int, multiplier: int, window_s: int) -> int:
    """Most base units that a window of this many seconds liquidates: fees say what the market digests a second.

    Source: PerpsMarketConfiguration.sol. Example: fees of 1 % together, depth 1,000, 10 s: 100 coins.
    """
    return wad_product(wad_product(maker_fee + taker_fee, skew_scale), multiplier) * window_s


def windows_needed(size: int, capacity: int) -> int:
    """Windows that liquidating a whole position takes. Source: PerpsMarketConfiguration.sol."""
    return ceiled(abs(size), capacity)


def used_capacity(limiter: Limiter, history: Sequence[Liquidated], now: int) -> int:
    """Amount liquidated within the trailing window. What is exactly as old as the window has left it."""
    return sum(past.amount for past in history if past.time > now - limiter.window_s)


def liquidatable_amount(limiter: Limiter, history: Sequence[Liquidated], now: int, skew: int, requested: int) -> int:
    """What of a requested amount may be liquidated now; `history` is in order of time.

    What the window has left. If it has nothing left, one more window's worth, provided that the market's skew is
    small and nothing was liquidated in this same block. Source: PerpsMarket.sol. A capacity of zero is no limit.
    """
    if limiter.capacity == 0:
        return requested
    left = max(limiter.capacity - used_capacity(limiter, history, now), 0)
    if left > 0:
        return min(left, requested)
    same_block = bool(history) and history[-1].time == now
    if limiter.max_pd == 0 or same_block or wad_quotient(abs(skew), limiter.skew_scale) >= limiter.max_pd:
        return 0
    return min(limiter.capacity, requested)


def liquidation_sequence(limiter: Limiter, sizes: Mapping[str, int], attempts: Sequence[Attempt]) -> list[int]:
    """Size left of the account that each attempt aimed at. Attempts are in order of time."""
    left, history, sizes_left = dict(sizes), list[Liquidated](), list[int]()
    for attempt in attempts:
        size = left[attempt.account]
        amount = liquidatable_amount(limiter, history, attempt.time, attempt.skew, abs(size))
        if amount > 0:
            history.append(Liquidated(attempt.time, amount))
        left[attempt.account] = size - amount if size > 0 else size + amount
        sizes_left.append(left[attempt.account])
    return sizes_left


def keeper_reward(
    flag_reward: int, cost: int, minimum: int, minimum_profit: int, maximum: int, maximum_scaling: int, margin: int
) -> int:
    """What a keeper is paid, in USD: reward and gas cost, between a floor and a cap.

    The floor is the larger of cost + minimum and cost * (1 + profit ratio); the cap, which wins, the smaller of the
    maximum and a share of the account's margin. A margin of zero (the account is flagged already) has the maximum as
    cap. Source: GlobalPerpsMarketConfiguration.sol.
    """
    floor = max(cost + minimum, wad_product(cost, WAD + minimum_profit))
    cap = min(wad_product(margin, maximum_scaling), maximum) if margin else maximum
    return min(max(floor, flag_reward + cost), cap)
