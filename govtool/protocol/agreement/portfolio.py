"""What is compared: a protocol's terms, a portfolio under them, and its margins in each tier."""

from typing import NamedTuple

from govtool.engine.terms import Floats, Ints, Listing, Terms
from govtool.units import QUANTUMS_PER_QUOTE

TIERS = ("initial", "fill", "maintenance", "stop")

FLOAT_STEPS = 32
"""Roundings of a float, each of at most 2**-53 of the sum of all values held, that a margin goes through in the engine.

A value takes three, its need about ten, and each is added to a total of twenty positions at most; what an option is
worth takes some twenty more, but is a part of its notional, which counts here in full.
"""


class Case(NamedTuple):
    """A protocol as the engine has it, and what its chain knows beside: decimals of prices, depths of markets.

    Shapes: M markets, S assets. A depth of 0 is none. Portfolios are drawn around `price`.
    """

    system: str
    terms: Terms
    listing: Listing
    price: Floats  # (M,) quote
    digits: Ints  # (M,) decimals of an integer price on chain
    depth: Ints  # (M,) coins
    asset_depth: Ints  # (S,) coins
    step_s: float = 1.0


class Holding(NamedTuple):
    """A random portfolio in the engine's units, with the prices, pools and doubts that it meets.

    Shapes: M markets, J instruments, S assets, O option series. The exact side rounds floats to the chain's own grid,
    on which all of them lie already.
    """

    cash: int  # quantums
    size: Ints  # (J,)
    price: Floats  # (M,) quote
    slow: Floats  # (J,) the other price of the initial tier
    ratio: Floats  # (S,) price of an asset beside its market's, or in quote
    interest: Ints  # (M,) one-sided open interest, quantums
    held: Ints  # (S,) quantums that the whole pool holds
    borrowed: Ints  # (S,)
    confidence: Floats  # (M,)
    peg: float
    strike: Floats  # (O,)
    call: Ints  # (O,)
    expiry: Ints  # (O,) ticks from now
    volatility: Floats  # (O,)


class Margins(NamedTuple):
    """Equity less what each tier asks for, in quote quantums; None where the chain has no such tier."""

    initial: float | None = None
    fill: float | None = None
    maintenance: float | None = None
    stop: float | None = None


class Exact(NamedTuple):
    """Margins by the chain's own arithmetic, and how far from them the engine may be: the chain's roundings."""

    margins: Margins
    allowed: Margins


def markets_of(case: Case) -> int:
    """Number of perpetuals, which come first among the instruments."""
    return int(case.terms.unit.shape[0])


def first_asset(case: Case) -> int:
    """Row of the first asset among the instruments."""
    return markets_of(case) + int(case.listing.option_market.shape[0])


def asset_market(case: Case, k: int) -> int:
    """Market whose price asset `k` follows, -1 for none."""
    return int(case.listing.asset_market[k])


def asset_price(case: Case, holding: Holding, k: int) -> float:
    """Price of a coin of asset `k`."""
    m = asset_market(case, k)
    beside = float(holding.price[m]) if m >= 0 else 1.0
    return beside * float(holding.ratio[k])


def gross_value(case: Case, holding: Holding) -> float:
    """Cash and all notionals, added up without sign, in quote quantums; an option counts its underlying and strike."""
    terms, listing, size = case.terms, case.listing, holding.size
    total = abs(holding.cash) / QUANTUMS_PER_QUOTE
    for m in range(markets_of(case)):
        total += abs(int(size[m])) * float(terms.unit[m]) * max(float(holding.price[m]), float(holding.slow[m]))
    for o in range(listing.option_market.shape[0]):
        price = float(holding.price[listing.option_market[o]]) + float(holding.strike[o])
        total += abs(int(size[markets_of(case) + o])) * float(listing.option_unit[o]) * price
    for k in range(listing.asset_market.shape[0]):
        j = first_asset(case) + k
        price = max(asset_price(case, holding, k), float(holding.slow[j]))
        total += abs(int(size[j])) * float(listing.asset_unit[k]) * price
    return total * QUANTUMS_PER_QUOTE


def float_noise(case: Case, holding: Holding, largest_weight: float = 1.0) -> float:
    """Quantums by which float64 may be off: `FLOAT_STEPS` roundings of all that is held, at weights above one more."""
    return FLOAT_STEPS * 2.0**-53 * gross_value(case, holding) * max(largest_weight, 1.0)
