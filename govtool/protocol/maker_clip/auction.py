"""One Maker auction: its start, its reset, and taking from it.

Prices are rays (1e-27), collateral and ratios wads (1e-18) unless said, debt in rads (1e-45).
Source: makerdao/dss: src/clip.sol. The rules are restated here; that code is AGPL.
"""

from dataclasses import dataclass

from govtool.protocol.dydx_v4.state import ChainRefusal
from govtool.protocol.fixed import WAD
from govtool.protocol.maker_clip.abacus import ray_product, ray_quotient


@dataclass(frozen=True)
class Taken:
    """What a take moved and what it left; `returned` collateral goes back to the owner once the debt is paid."""

    owe: int
    slice: int
    tab: int
    lot: int
    returned: int


def starting_price(feed: int, buffer: int) -> int:
    """Top of the auction: the oracle's price with a buffer, both rays."""
    return ray_product(feed, buffer)


def keeper_incentive(tip: int, chip: int, tab: int) -> int:
    """Reward for starting an auction, in rads: flat tip (a rad) and a share (a wad) of the debt raised."""
    return tip + tab * chip // WAD


def reset_incentive(tip: int, chip: int, tab: int, lot: int, feed: int, least_debt: int) -> int:
    """Reward for resetting: that for starting; nothing if debt, or the collateral's worth, is below the least debt.

    So that nobody farms the tip with dust.
    """
    if tab < least_debt or lot * feed < least_debt:
        return 0
    return keeper_incentive(tip, chip, tab)


def needs_reset(price: int, top: int, elapsed_s: int, tail_s: int, cusp: int) -> bool:
    """Whether an auction is stale: older than its tail, or fallen below the cusp (a ray) of its top."""
    return elapsed_s > tail_s or ray_quotient(price, top) < cusp


def take(price: int, tab: int, lot: int, least_debt: int, amount: int, limit: int | None = None) -> Taken:
    """Buy at most this amount of collateral, paying no more than the debt asked.

    What would leave less than the least debt buys less instead, so that just the least debt is left.

    Raises
    ------
    ChainRefusal
        `too_expensive` if the price is above the buyer's limit; `no_partial_purchase` if less than everything is
        taken while the debt is no more than the least debt.
    """
    if limit is not None and limit < price:
        raise ChainRefusal("too_expensive", f"the price {price} is above the limit {limit}; raise the limit or wait")
    bought = min(lot, amount)
    owe = bought * price
    if owe > tab:
        owe, bought = tab, tab // price
    elif owe < tab and bought < lot and tab - owe < least_debt:
        if tab <= least_debt:
            raise ChainRefusal("no_partial_purchase", f"a debt of {tab} must be bought whole; take the whole lot")
        owe = tab - least_debt
        bought = owe // price
    left, debt = lot - bought, tab - owe
    # Collateral that outlives the debt is the owner's; debt that outlives the collateral is the protocol's loss.
    return Taken(owe, bought, debt, left if debt else 0, 0 if debt else left)
