"""Instruments along the prices of a replay: what they were worth, and what became of holdings left alone."""

from typing import Any

import numpy as np

from govtool.engine.blocks import extremes, payments
from govtool.engine.expected import Expected
from govtool.engine.packing import pack_state
from govtool.engine.packing_rules import pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.passive import follow, marks_of
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import Floats, Ints, Listing, Terms
from govtool.scenario.bundle import Scenario


def units(scenario: Scenario, terms: Terms) -> Floats:
    """Coins in one quantum of every instrument, (J,)."""
    return np.concatenate([terms.unit, scenario.listing.option_unit, scenario.listing.asset_unit])


def owners(scenario: Scenario) -> Ints:
    """Who owns each account of the crowd: itself, but for wallets of one owner."""
    crowd = scenario.crowd
    return crowd.owner if crowd.owner.size else np.arange(crowd.equity.size)


def places(scenario: Scenario) -> tuple[tuple[str, ...], np.ndarray]:
    """Markets, then collateral assets, by name; and which of them each instrument belongs to, (J,).

    Options belong to the market of their underlying.
    """
    names = (*scenario.markets, *(f"{name} (collateral)" for name in scenario.assets))
    first = len(scenario.markets)
    place = np.concatenate(
        [np.arange(first), scenario.listing.option_market, np.arange(first, len(names), dtype=np.int64)]
    )
    return names, np.asarray(place, dtype=np.int64)


def marks_and_bases(
    scenario: Scenario, terms: Terms, formation: Terms, path: Floats, tick: Ints, instrument: Ints
) -> tuple[Floats, Floats]:
    """Mark and basis of an instrument at a tick, for each row; rows may stand in any order of ticks.

    Both are the posted oracle price for a perpetual. The basis of an option is the price of its underlying.
    """
    if scenario.listing.option_market.size + scenario.listing.asset_market.size == 0:
        price = np.where(instrument < 0, 0.0, path[tick, np.maximum(instrument, 0)])
        return price, price
    order = np.argsort(tick, kind="stable")
    state, rules, tape = _laid_out(scenario, terms, formation, path)
    mark, basis = marks_of(state, rules, tape, np.ascontiguousarray(path), tick[order], instrument[order])
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return mark[back], basis[back]


def left_alone(
    scenario: Scenario,
    terms: Terms,
    formation: Terms,
    path: Floats,
    tick: Ints,
    cash: Floats,
    sizes: Ints,
    horizon: int,
) -> tuple[Floats, Floats]:
    """Lowest equity and deepest shortfall of holdings (N, J) that nobody touches, from ascending ticks on.

    The index of the window's tail stands for the oracle there; weights stay as at the last tick.
    """
    whole = np.concatenate([path, scenario.tail])
    state, rules, tape = _laid_out(scenario, terms, formation, whole)
    payment = payments(terms, scenario.feed)
    lowest, deepest = follow(
        state,
        rules,
        tape,
        np.ascontiguousarray(whole),
        path.shape[0] - 1,
        tick.copy(),
        np.asarray(cash, dtype=np.float64).copy(),
        np.ascontiguousarray(sizes).copy(),
        payment,
        horizon,
    )
    return lowest, deepest


def _laid_out(scenario: Scenario, terms: Terms, formation: Terms, path: Floats) -> tuple[State, Rules, Tape]:
    """State, rules and columns of a replay whose index goes on as far as `path`."""
    more = path.shape[0] - scenario.feed.index.shape[0]
    index = np.concatenate([scenario.feed.index, scenario.tail[:more]])
    hours = -(-index.shape[0] // scenario.venue.ticks_per_hour)
    slope = np.concatenate([scenario.feed.slope, scenario.feed.slope[-1:].repeat(hours - len(scenario.feed.slope), 0)])
    low, high = extremes(path, scenario.venue.block_ticks)
    # No keeper acts here, so that none looks at volatility.
    feed = scenario.feed._replace(index=index, slope=slope, low=low, high=high, sigma=np.zeros((0, 0)))
    listing = _longer(scenario, more, hours)
    crowd, venue = scenario.crowd, scenario.venue
    state = pack_state(terms, venue, scenario.keepers, feed, crowd, listing, formation, 0)
    # The path is what was posted: its own extremes bound it, with no band around them.
    state.markets["band"] = state.markets["wide"] = 0.0
    rules = pack_rules(terms, venue, feed, crowd, listing, 0)
    posted, last = Expected(path, low, high), path.shape[0] - more - 1
    return state, rules, pack_tape(terms, venue, feed, listing, state.markets, rules, posted=posted, last=last)


def _longer(scenario: Scenario, more: int, hours: int) -> Listing:
    """The listing with its columns carried on for as many ticks."""
    listing = scenario.listing
    found: dict[str, Any] = {}
    for name, rows in (("ratio", more), ("peg", more), ("confidence", hours - len(listing.confidence))):
        column = getattr(listing, name)
        if column.size and rows > 0:
            found[name] = np.concatenate([column, column[-1:].repeat(rows, 0)])
    return listing._replace(**found)
