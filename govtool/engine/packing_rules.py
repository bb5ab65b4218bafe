"""Every scalar of the inputs in one record, and what can be told from them before a replay."""

import numpy as np

from govtool.engine.state import Crowd, Feed, Rules, Venue
from govtool.engine.terms import FLAT, ORACLE, POSITION, Listing, Terms


def is_plain(terms: Terms, listing: Listing) -> bool:
    """Whether only perpetuals are listed and maintenance is linear in them: then shorter sums are the same."""
    margin = terms.margin
    linear = margin.method == POSITION and margin.curve == FLAT and not margin.base_margin.any()
    return linear and listing.option_market.size == 0 and listing.asset_market.size == 0


def is_ramped(terms: Terms, formation: Terms) -> bool:
    """Whether weights have a way to go from the formation's to the terms' own."""
    pairs = ((terms.initial_weight, formation.initial_weight), (terms.maintenance_weight, formation.maintenance_weight))
    return terms.margin.ramp_s > 0.0 and not all(np.array_equal(own, before) for own, before in pairs)


def is_linear(terms: Terms, listing: Listing) -> bool:
    """Whether initial margin is linear in a wish too: then its scale has a closed form (rules, section 6)."""
    margin = terms.margin
    trusted = margin.price_mode == ORACLE and margin.doubt_factor == 0.0 and margin.peg_factor == 0.0
    return trusted and is_plain(terms, listing)


def has_limits(terms: Terms) -> bool:
    """Whether anything bounds how much of an account may be put up at once."""
    selling = terms.selling
    bounds = (selling.account_window, selling.market_window, selling.outstanding)
    return selling.target == 1 or selling.first_share < 1.0 or any(bound > 0.0 for bound in bounds)


def has_orders(crowd: Crowd) -> bool:
    """Whether any trader has a stop or limit order."""
    return bool((crowd.habits.stop_loss > 0.0).any() or (crowd.habits.take_profit > 0.0).any())


def _scalars(source: tuple[object, ...]) -> list[tuple[str, int | float, bool]]:
    """Name, value and whether it is whole, of every scalar of a group and of the groups in it."""
    found: list[tuple[str, int | float, bool]] = []
    for name, value in source._asdict().items():  # type: ignore[attr-defined]
        if isinstance(value, tuple):
            found += _scalars(value)
        elif not isinstance(value, np.ndarray):
            found.append((name, value, type(source).__annotations__[name] is int))
    return found


def pack_rules(terms: Terms, venue: Venue, feed: Feed, crowd: Crowd, listing: Listing, seed: int) -> Rules:
    """One record of all scalars, integers as int64 and the rest as float64."""
    found: list[tuple[str, int | float, bool]] = [("seed", seed, True)]
    found.append(("linear", int(is_linear(terms, listing)), True))
    found.append(("limits", int(has_limits(terms)), True))
    found.append(("orders", int(has_orders(crowd)), True))
    for source in (terms, venue, feed, crowd, listing):
        found += _scalars(source)
    record = np.zeros(1, dtype=np.dtype([(name, np.int64 if whole else np.float64) for name, _, whole in found]))
    rows = record.view(np.recarray)
    for name, value, _ in found:
        rows[name] = value
    return rows[0]
