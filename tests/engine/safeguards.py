"""Random ways of selling, pools, sharing and dampers, scaled to a world so that limits bind now and then."""

from typing import Any

import numpy as np

from govtool.engine.codes import COLLUDE, HONEST, LATE, NO_SHOW, SELF
from govtool.engine.state import Crowd, Feed, Keepers
from govtool.engine.terms import (
    ADL_LAYER,
    BATCH,
    BOOK,
    DUTCH,
    EMPTY,
    EMPTY_INTS,
    EXIT_LAYER,
    FIRST_COME,
    FUNDING_LAYER,
    INSURANCE_LAYER,
    LAYERS,
    VOLUNTARY_LAYER,
    Bidding,
    Dampers,
    Pool,
    Selling,
    Sharing,
    Terms,
)
from tests.engine.scale import Scale, maybe_time, or_none, time
from tests.engine.source import Source, each, log, money, or_zero

ALL_LAYERS = (INSURANCE_LAYER, VOLUNTARY_LAYER, ADL_LAYER, FUNDING_LAYER, EXIT_LAYER)


def guarded(source: Source, terms: Terms, scale: Scale) -> Terms:
    """The terms with some mixture of everything."""
    start = source.pick([terms.start_discount, source.real(-0.02, 0.03)])
    end = start + source.real(0, 0.15)
    return terms._replace(
        liquidation_format=source.pick([BOOK, DUTCH, DUTCH, FIRST_COME, BATCH, BATCH]),
        portion=source.pick([1.0, terms.portion, source.real(0.05, 0.6)]),
        start_discount=start,
        end_discount=end,
        length_s=source.pick([terms.length_s, scale.step_s * source.whole(1, 6)]),
        selling=_selling(source, end, scale),
        bidding=_bidding(source, scale),
        pool=_pool(source, len(terms.unit), scale),
        sharing=_sharing(source),
        dampers=_dampers(source, scale),
    )


def _selling(source: Source, end: float, scale: Scale) -> Selling:
    short = source.pick([0.0, log(source, 0.1, 2) * scale.length_s])
    return Selling(
        path=source.whole(0, 3),
        stair_s=source.pick([scale.length_s / source.real(1, 6), time(source, scale, 4)]),
        slow_s=source.pick([0.0, short]),
        floor_discount=min(1.0, end + source.real(-0.02, 0.3)),
        insolvent_s=source.pick([0.0, time(source, scale, 8), time(source, scale, 3), time(source, scale, 2)]),
        insolvent_discount=source.pick([source.real(0, 0.4), 1.0]),
        anchored=source.pick([0, 1]),
        reset_s=source.pick([0.0, source.real(0.3, 1.0) * scale.length_s, time(source, scale, 3)]),
        reset_drop=source.pick([0.0, scale.move * log(source, 0.1, 3)]),
        max_resets=source.pick([0, 1, 1, 3]),
        residue=source.pick([0.0, 0.0, scale.position * log(source, 0.01, 0.5)]),
        tranches=source.pick([1, 2, 4]),
        target=source.pick([0, 1]),
        first_share=source.pick([1.0, 1.0, source.real(0.05, 0.9)]),
        share_ramp_s=source.pick([0.0, time(source, scale, 30), time(source, scale, 10)]),
        window_s=time(source, scale, 200),
        account_window=source.pick([0.0, 0.0, scale.position * log(source, 0.1, 5)]),
        market_window=source.pick([0.0, 0.0, scale.position * log(source, 0.1, 10)]),
        outstanding=source.pick([0.0, 0.0, scale.position * log(source, 0.2, 5)]),
    )


def _share(source: Source) -> float:
    return source.pick([0.0, 1.0, source.real(0, 1), source.real(0, 1)])


def _bidding(source: Source, scale: Scale) -> Bidding:
    return Bidding(
        bond_share=or_zero(source, 0.005, 0.3),
        settle_s=source.pick([0.0, time(source, scale, 3), time(source, scale, 2), time(source, scale, 1)]),
        no_show_penalty=source.pick([1.0, _share(source)]),
        late_penalty=_share(source),
        exclusion_s=maybe_time(source, scale, 30),
        own_accounts=source.pick([0, 1]),
        reward_flat=or_none(source, 0.01, 50),
        reward_share=or_none(source, 1e-4, 0.02),
        gas_margin=or_zero(source, 0, 2),
        reward_cap=or_none(source, 0.1, 1000),
    )


def _pool(source: Source, markets: int, scale: Scale) -> Pool:
    trigger = source.pick([0.0, 0.0, source.real(1, 1.6)])
    return Pool(
        day_insurance=source.pick([0, 0, 1 + round(scale.pool * source.real(0, 0.5)), money(source, 1, 1e4)]),
        pool_target=source.pick([0, 1 + round(scale.pool * source.real(0.2, 1.2)), money(source, 0.01, 100)]),
        treasury_per_hour=source.pick([0, money(source, 0.01, 1e3), money(source, 1, 1e5)]),
        stake_cooldown_s=maybe_time(source, scale, 20),
        stake_yield=or_zero(source, 0, 1),
        advance_trigger=trigger,
        advance_target=trigger + source.pick([0.0, source.real(0, 0.6)]),
        advance_account=scale.position * log(source, 0.01, 1),
        advance_event=scale.position * log(source, 0.05, 4),
        advance_fee=or_zero(source, 0, 0.1),
        advance_repay=source.pick([1.0, source.real(0.7, 1.2), source.real(1, 2)]),
        pool_share=source.pick([EMPTY, each(markets, lambda: or_zero(source, 0.05, 1)) / markets]),
    )


def _sharing(source: Source) -> Sharing:
    return Sharing(
        waterfall=source.pick([Sharing().waterfall, *[_waterfall(source)] * 5]),
        share_cap=source.pick([1.0, 1.0, source.real(0, 1)]),
        premium_share=source.pick([0.0, 0.5, source.real(0, 1)]),
        adl_order=source.whole(0, 2),
    )


def _waterfall(source: Source) -> int:
    """Some layers in some order."""
    layers = [layer for layer in ALL_LAYERS if source.pick([True, True, False])]
    code = 0
    while layers:
        code = code * (LAYERS + 1) + layers.pop(source.whole(0, len(layers) - 1))
    return code


def _dampers(source: Source, scale: Scale) -> Dampers:
    return Dampers(
        cooldown_s=maybe_time(source, scale, 10),
        breaker_move=source.pick([0.0, 0.0, scale.move * log(source, 1, 20)]),
        breaker_window_s=time(source, scale, 20),
        breaker_volume=source.pick([0.0, 0.0, scale.position * log(source, 0.05, 3)]),
        breaker_halt_s=maybe_time(source, scale, 15),
        breaker_override=source.pick([0.0, 0.0, 0.5, 0.9, 1.0]),
        gate_s=maybe_time(source, scale, 30),
        guard=source.pick([0, 1]),
        throttle=or_none(source, 1e-3, 0.5),
    )


def minded(source: Source, keepers: Keepers, accounts: int) -> Keepers:
    """Keepers with ways of their own, and a few more of them who buy at almost any discount."""
    more = source.whole(0, 3)
    capital = each(more, lambda: log(source, 1e3, 1e7))
    count = len(keepers.capital) + more
    conduct = source.pick([EMPTY_INTS, *[_conducts(source, count)] * 4])
    return Keepers(
        latency=np.sort(np.append(keepers.latency, each(more, lambda: source.whole(1, 2), np.int64))),
        capital=np.append(keepers.capital, capital),
        refill=np.append(keepers.refill, capital * 0.1),
        edge=np.append(keepers.edge, each(more, lambda: or_zero(source, 0, 0.003))),
        least=np.append(keepers.least, np.zeros(more)),
        patience=source.pick([EMPTY, each(count, lambda: or_zero(source, 0.001, 0.02))]),
        risk=source.pick([EMPTY, each(count, lambda: or_zero(source, 0.01, 1))]),
        cost=source.pick([EMPTY, each(count, lambda: or_none(source, 0.01, 20))]),
        conduct=conduct,
        keeper_owner=source.pick([EMPTY_INTS, each(count, lambda: source.whole(-1, accounts - 1), np.int64)]),
    )


def _conducts(source: Source, count: int) -> Any:
    """One for all, or each its own; those who win and do not pay at once are common."""
    if source.pick([True, False, False]):
        return np.full(count, source.pick([HONEST, NO_SHOW, LATE, LATE, COLLUDE]), dtype=np.int64)
    return each(count, lambda: source.pick([HONEST, HONEST, NO_SHOW, NO_SHOW, LATE, LATE, SELF, COLLUDE]), np.int64)


def watched(source: Source, feed: Feed) -> Feed:
    """With the daily volatility that keepers see."""
    hours, markets = feed.slope.shape
    sigma = np.array([[source.real(0, 0.1) for _ in range(markets)] for _ in range(hours)])
    return feed._replace(sigma=source.pick([feed.sigma, sigma]))


def committed(source: Source, crowd: Crowd) -> Crowd:
    """Some stand in for others, some stake, and a few owners have most accounts."""
    accounts = len(crowd.equity)
    return staked(source, crowd)._replace(
        opted=source.pick([EMPTY_INTS, *[each(accounts, lambda: source.pick([0, 1, 1, 1]), np.int64)] * 5]),
        owner=source.pick([crowd.owner, each(accounts, lambda: source.whole(0, min(2, accounts - 1)), np.int64)]),
    )


def staked(source: Source, crowd: Crowd) -> Crowd:
    """Some stake, and most of them are easily frightened: few worlds cost the pool anything."""
    stakers = source.pick([0, *[source.whole(1, 3)] * 7])
    return crowd._replace(
        stake=each(stakers, lambda: source.pick([0.0, *[source.real(0.05, 1)] * 4])) / max(1, stakers),
        nerve=each(stakers, lambda: source.pick([0.0, 0.0, log(source, 1e-4, 0.5)])),
    )
