"""Everything as it is before tick 0 (rules §6)."""

import math
from typing import Any

from tests.reference import opening, weights
from tests.reference.account import Account, Keeper, Staker, Window
from tests.reference.door import (
    filled_crowd,
    filled_feed,
    filled_keepers,
    filled_listing,
    filled_terms,
    filled_weather,
)
from tests.reference.instruments import expiries, listed, running_sums
from tests.reference.replay import FLOWS, GAUGES
from tests.reference.state import Regime, Sources, State


def started(
    terms: Any,
    venue: Any,
    traits: Any,
    feed: Any,
    crowd: Any,
    listing: Any,
    *,
    weather: Any,
    before: Any,
    seed: int,
    opening_pool: int,
) -> State:
    """Everything as it is before tick 0, with the opening population in."""
    hours, assets = weights.hours_of(venue, feed), len(listing.asset_market)
    terms = filled_terms(terms, assets)
    before = None if before is None else filled_terms(before, assets)
    factor, sigma = weights.factors(terms, venue, feed)
    ramping = before is not None and terms.margin.ramp_s > 0
    instruments = listed(terms, venue, listing)
    state = State(
        terms,
        venue,
        filled_keepers(traits),
        filled_feed(feed),
        filled_weather(weather, feed),
        filled_crowd(crowd, assets),
        filled_listing(listing, len(feed.index), hours, len(terms.unit)),
        seed,
        opening_pool,
        instruments,
        expiries(instruments),
        running_sums(feed.index),
        Regime(terms, factor, sigma, before if ramping else None),
        accounts=_accounts(crowd, len(instruments), terms.selling.tranches),
        keepers=[Keeper(0, capital, capital) for capital in traits.capital],
        stakers=[Staker(units) for units in crowd.stake],
        own=[math.floor(share * opening_pool) for share in terms.pool.pool_share],
        pool_low=opening_pool,
        gauge=dict.fromkeys(GAUGES, 0.0),
        flow=dict.fromkeys(FLOWS, 0) | {"pool_peak": opening_pool},
    )
    state.bucket["insurance"] = opening_pool
    _clear(state)
    opening.open_population(state, _formation(state, terms if before is None else before))
    return state


def _accounts(crowd: Any, instruments: int, slots: int) -> list[Account]:
    """Out, with nothing."""
    return [
        Account([0] * instruments, wallet, [0] * instruments, [None] * slots, draws=draws if draws > 0 else None)
        for wallet, draws in zip(crowd.wallet, crowd.habits.draws, strict=True)
    ]


def _clear(state: State) -> None:
    """Nothing is held, displaced, halted or sold yet; the oracle stands at the first prices."""
    count, markets = len(state.instruments), len(state.markets)
    state.market_size, state.mark, state.basis = [0] * count, [0.0] * count, [0.0] * count
    state.oracle, state.posted, state.volume = list(state.feed.index[0]), [0] * markets, [0.0] * markets
    state.heard, state.sources = [0] * markets, [Sources(price) for price in state.feed.index[0]]
    state.halted, state.tripped = [-1] * markets, [-1] * markets
    state.sold, state.put_up = ([Window() for _ in range(markets)] for _ in range(2))


def _formation(state: State, terms: Any) -> Regime:
    """Terms of the formation, without volatility factor."""
    factor, sigma = weights.factors(terms, state.venue, state.feed)
    return Regime(terms, [[1.0] * len(row) for row in factor], sigma)
