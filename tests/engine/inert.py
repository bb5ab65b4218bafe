"""Mechanisms that are off, with what only they read; and limits so wide that nothing reaches them (rules §8 to §9a)."""

from typing import Any, NamedTuple

import numpy as np

from govtool.engine.terms import (
    BATCH,
    BOOK,
    DUTCH,
    EMPTY,
    EMPTY_INTS,
    EXPONENTIAL_PATH,
    HEALTH_PATH,
    LINEAR_PATH,
    PROFIT_ORDER,
    STAIRS_PATH,
    Bidding,
    Selling,
    Sharing,
)

FAR = 1e15
"""Quote or seconds that nothing reaches."""


class Inert(NamedTuple):
    """How a mechanism is off, and two ways to set what it alone would read. Parts of a world, as for `changed`."""

    off: dict[str, Any]
    one: dict[str, Any]
    other: dict[str, Any]


def selling(**fields: Any) -> dict[str, Any]:
    return {"terms": {"selling": fields}}


def bidding(**fields: Any) -> dict[str, Any]:
    return {"terms": {"bidding": fields}}


def pool(**fields: Any) -> dict[str, Any]:
    return {"terms": {"pool": fields}}


def sharing(**fields: Any) -> dict[str, Any]:
    return {"terms": {"sharing": fields}}


def dampers(**fields: Any) -> dict[str, Any]:
    return {"terms": {"dampers": fields}}


def terms(**fields: Any) -> dict[str, Any]:
    return {"terms": fields}


INERT = {
    "stairs without stairs": Inert(selling(path=LINEAR_PATH), selling(stair_s=1.0), selling(stair_s=7777.0)),
    "stairs of an exponential": Inert(selling(path=EXPONENTIAL_PATH), selling(stair_s=1.0), selling(stair_s=7777.0)),
    "a path in a batch": Inert(
        terms(liquidation_format=BATCH), selling(path=STAIRS_PATH, slow_s=99.0), selling(path=HEALTH_PATH, slow_s=0.0)
    ),
    "a floor without a slow phase": Inert(
        selling(slow_s=0.0), selling(floor_discount=0.0), selling(floor_discount=0.9)
    ),
    "an insolvent discount without its phase": Inert(
        selling(insolvent_s=0.0), selling(insolvent_discount=0.0), selling(insolvent_discount=1.0)
    ),
    "reset times without resets": Inert(
        selling(max_resets=0), selling(reset_s=0.0, reset_drop=0.0), selling(reset_s=15.0, reset_drop=1e-4)
    ),
    "resets without a reason": Inert(
        selling(reset_s=0.0, reset_drop=0.0), selling(max_resets=0), selling(max_resets=9)
    ),
    "a ramp of the whole": Inert(selling(first_share=1.0), selling(share_ramp_s=0.0), selling(share_ramp_s=600.0)),
    "a first share without a ramp": Inert(
        selling(share_ramp_s=0.0), selling(first_share=1.0), selling(first_share=0.1)
    ),
    "a window without limits": Inert(
        selling(account_window=0.0, market_window=0.0), selling(window_s=1.0), selling(window_s=86400.0)
    ),
    "auctions on the book": Inert(
        terms(liquidation_format=BOOK),
        terms(length_s=15.0, start_discount=0.0, end_discount=0.0, selling=Selling(target=1), bidding=Bidding()),
        terms(
            length_s=600.0,
            start_discount=-0.1,
            end_discount=0.3,
            selling=Selling(
                target=1,
                path=HEALTH_PATH,
                slow_s=60.0,
                insolvent_s=30.0,
                anchored=1,
                reset_s=15.0,
                max_resets=3,
                residue=1e4,
                tranches=4,
                outstanding=1.0,
            ),
            bidding=Bidding(bond_share=0.2, settle_s=30.0, reward_flat=5.0, reward_cap=100.0, own_accounts=0),
        ),
    ),
    "the book in auctions": Inert(
        terms(liquidation_format=DUTCH),
        terms(bankruptcy_adjustment=0.5, spread_ratio=0.3, block_notional=50.0)
        | {"venue": {"blocks": 1, "lag_blocks": 0, "max_attempts": 1, "max_deleverages": 0}},
        terms(bankruptcy_adjustment=2.0, spread_ratio=2.0, block_notional=1e12)
        | {"venue": {"blocks": 8, "lag_blocks": 3, "max_attempts": 50, "max_deleverages": 10}},
    ),
    "rewards without a cap": Inert(
        bidding(reward_cap=0.0),
        bidding(reward_flat=0.0, reward_share=0.0, gas_margin=0.0),
        bidding(reward_flat=50.0, reward_share=0.1, gas_margin=3.0),
    ),
    "bonds without time to settle": Inert(
        terms(liquidation_format=DUTCH, bidding={"settle_s": 0.0}),
        bidding(bond_share=0.0, no_show_penalty=0.0, late_penalty=0.0, exclusion_s=0.0),
        bidding(bond_share=0.5, no_show_penalty=1.0, late_penalty=1.0, exclusion_s=600.0),
    ),
    "own accounts of keepers who own none": Inert(
        {"keepers": {"keeper_owner": EMPTY_INTS}},
        bidding(own_accounts=0),
        bidding(own_accounts=1),
    ),
    "advances that nothing triggers": Inert(
        pool(advance_trigger=0.0),
        pool(advance_target=0.0, advance_account=0.0, advance_event=0.0, advance_fee=0.0, advance_repay=1.0),
        pool(advance_target=2.0, advance_account=1e6, advance_event=1e7, advance_fee=0.1, advance_repay=2.0),
    ),
    "a yield for nobody": Inert(
        {"crowd": {"stake": EMPTY, "nerve": EMPTY}},
        pool(stake_yield=0.0, stake_cooldown_s=0.0),
        pool(stake_yield=1.0, stake_cooldown_s=600.0),
    ),
    "nerve of those who hold nothing": Inert(
        {},
        {"crowd": {"stake": np.zeros(2), "nerve": np.zeros(2)}},
        {"crowd": {"stake": np.zeros(2), "nerve": np.ones(2)}},
    ),
    "an order of deleveraging without it": Inert(terms(adl=0), sharing(adl_order=0), sharing(adl_order=PROFIT_ORDER)),
    "deleveraging without its layer": Inert(
        sharing(waterfall=1), terms(adl=0, sharing={"adl_order": 0}), terms(adl=1, sharing={"adl_order": 2})
    ),
    "shares of losses without volunteers": Inert(
        {"crowd": {"opted": EMPTY_INTS}}, sharing(share_cap=0.0), sharing(share_cap=1.0)
    ),
    "volunteers without their layer or a premium": Inert(
        sharing(waterfall=Sharing().waterfall, premium_share=0.0), sharing(share_cap=0.0), sharing(share_cap=1.0)
    ),
    "halts without a breaker": Inert(
        dampers(breaker_move=0.0, breaker_volume=0.0),
        dampers(breaker_window_s=15.0, breaker_halt_s=0.0, breaker_override=0.0),
        dampers(breaker_window_s=600.0, breaker_halt_s=9000.0, breaker_override=1.0),
    ),
    "risk that keepers do not mind": Inert(
        {"crowd": {"habits": {"vol_target": 0.0}}, "keepers": {"risk": EMPTY}},
        {"feed": {"sigma": np.zeros((0, 0))}},
        {},
    ),
}

WIDE = {
    "windows": (selling(account_window=0.0, market_window=0.0), selling(account_window=FAR, market_window=FAR)),
    "outstanding": (selling(outstanding=0.0), selling(outstanding=FAR)),
    "residue": (selling(residue=0.0), selling(residue=1e-12)),
    "reset": (selling(reset_s=0.0, reset_drop=0.0), selling(reset_s=FAR, reset_drop=FAR)),
    "day": (pool(day_insurance=0), pool(day_insurance=2**59)),
    "target of the pool": (pool(pool_target=0), pool(pool_target=2**59)),
    "advances of nothing": (
        pool(advance_trigger=0.0),
        pool(advance_trigger=1.5, advance_target=2.0, advance_account=0.0),
    ),
    "breaker": (dampers(breaker_move=0.0, breaker_volume=0.0), dampers(breaker_move=FAR, breaker_volume=FAR)),
    "rewards": (bidding(reward_cap=0.0), bidding(reward_flat=0.0, reward_share=0.0, gas_margin=-1.0, reward_cap=9.0)),
}
