"""Random portfolios under a case's terms: tiny and huge, long and short, hedged and naked, both sides of each kink."""

import math
from random import Random

import numpy as np

from govtool.engine.terms import ROOT, SCAN, Floats, Ints
from govtool.protocol.agreement.portfolio import Case, Holding, asset_market, first_asset, markets_of
from govtool.units import QUANTUMS_PER_QUOTE, SECONDS_PER_DAY

SMALLEST, LARGEST = 1e-3, 1e8
"""Notionals of one position, quote: from a tenth of a cent to more than any account has."""

LARGEST_SIZE = 10**17
"""Quantums of one position, well inside int64."""

ROOT_COINS = 8e7
"""Coins of one position under the root curve, whose argument the engine caps at 9e7 coins."""

STRIKES = 1.5
"""Logarithm of the furthest strike over the price: puts may be worth more than a coin."""

LAST_EXPIRY_S = 400 * SECONDS_PER_DAY
ROUND_TIMES_S = (1_800, SECONDS_PER_DAY, 30 * SECONDS_PER_DAY)
"""Times to expiry at which a rule changes: settlement begins, shocks stop growing, their power changes."""


def log_uniform(rng: Random, low: float, high: float) -> float:
    """A number whose logarithm is uniform between those of two bounds."""
    return math.exp(math.log(low) + rng.random() * (math.log(high) - math.log(low)))


def chance(rng: Random, share: float) -> bool:
    """Whether something with this chance happens."""
    return rng.random() < share


def below(rng: Random, count: int) -> int:
    """A whole number from 0 to count - 1."""
    return min(int(rng.random() * count), count - 1)


def drawn(case: Case, rng: Random) -> Holding:
    """A portfolio, and prices, pools and doubts to go with it; the same for the same stream of random numbers."""
    markets, assets = markets_of(case), case.listing.asset_market.shape[0]
    # A portfolio manager has one underlying.
    one = below(rng, markets) if case.terms.margin.method == SCAN else None
    price = np.array([_price(rng, float(case.price[m]), int(case.digits[m])) for m in range(markets)])
    ratio = np.array([1.0 if asset_market(case, k) >= 0 else _quoted(rng) for k in range(assets)])
    strike, call, expiry, volatility = _series(case, rng, price)
    size = _sizes(case, rng, price, ratio, one)
    slow = _slow(case, rng, price, ratio)
    held, borrowed = _pools(case, rng, price, ratio, size)
    return Holding(
        cash=_cash(case, rng, price, ratio, size),
        size=size,
        price=price,
        slow=slow,
        ratio=ratio,
        interest=np.array([_interest(case, rng, m, float(price[m])) for m in range(markets)], dtype=np.int64),
        held=held,
        borrowed=borrowed,
        confidence=np.array([1.0 if chance(rng, 0.5) else rng.random() for _ in range(markets)]),
        peg=1.0 if chance(rng, 0.5) else 0.9 + 0.11 * rng.random(),
        strike=strike,
        call=call,
        expiry=expiry,
        volatility=volatility,
    )


def _price(rng: Random, around: float, digits: int) -> float:
    """A price from a fifth to five times a usual one, on the chain's grid."""
    return max(round(log_uniform(rng, 0.2, 5.0) * around * 10.0**digits), 1) / 10.0**digits


def _quoted(rng: Random) -> float:
    """Price of a dollar token on a grid of 1e-6, near a dollar."""
    return round(1e6 * (0.95 + 0.1 * rng.random())) / 1e6


def _count(rng: Random, price: float, unit: float, most: float, largest: float = LARGEST) -> int:
    """A signed size of a random notional, at least one quantum."""
    coins = min(log_uniform(rng, SMALLEST, largest) / price, most)
    return max(1, min(round(coins / unit), LARGEST_SIZE)) * (1 if chance(rng, 0.5) else -1)


def _sizes(case: Case, rng: Random, price: Floats, ratio: Floats, one: int | None) -> Ints:
    """Sizes of each instrument; only in market `one` and in assets that follow none other, if it is given."""
    terms, listing = case.terms, case.listing
    most = ROOT_COINS if terms.margin.curve == ROOT else math.inf
    found = []
    for m in range(markets_of(case)):
        held = one == m if one is not None else chance(rng, 0.5)
        found.append(_count(rng, float(price[m]), float(terms.unit[m]), most) if held and chance(rng, 0.8) else 0)
    for o in range(listing.option_market.shape[0]):
        m = int(listing.option_market[o])
        held = one in (None, m) and chance(rng, 0.5)
        fresh = _count(rng, float(price[m]), float(listing.option_unit[o]), math.inf) if held else 0
        # Now and then the other side of what came before: a hedge, in whole or in part.
        found.append(-found[-1] if fresh and o and found[-1] and chance(rng, 0.3) else fresh)
    for k in range(listing.asset_market.shape[0]):
        m = asset_market(case, k)
        beside = float(price[m]) if m >= 0 else 1.0
        fresh = _count(rng, beside * float(ratio[k]), float(listing.asset_unit[k]), most)
        held = (one is None or m in (one, -1)) and chance(rng, 0.6)
        found.append((fresh if _lends(case, k) else abs(fresh)) if held else 0)
    return np.array(found, dtype=np.int64)


def _lends(case: Case, k: int) -> bool:
    """Whether an asset can be borrowed: then a borrow counts more than its value."""
    return bool(case.terms.margin.liability_initial[k] > 1.0)


def _series(case: Case, rng: Random, price: Floats) -> tuple[Floats, Ints, Ints, Floats]:
    """Strikes, kinds, expiries and volatilities, in the listing's order: by market, then expiry, then strike."""
    rows: list[tuple[int, int, float, int, float]] = []
    for m in range(markets_of(case)):
        expiries = [_expiry(case, rng) for _ in range(1 + below(rng, 3))]
        strike = 0.0
        for _ in range(int((case.listing.option_market == m).sum())):
            if not (strike and chance(rng, 0.3)):
                strike = float(f"{float(price[m]) * math.exp(STRIKES * (2.0 * rng.random() - 1.0) ** 3):.4g}")
            volatility = log_uniform(rng, 0.05, 3.0)
            rows.append((m, expiries[below(rng, len(expiries))], strike, below(rng, 2), volatility))
    rows.sort(key=lambda row: row[:3])
    return (
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[3] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[4] for row in rows], dtype=np.float64),
    )


def _expiry(case: Case, rng: Random) -> int:
    seconds = log_uniform(rng, 60.0, LAST_EXPIRY_S)
    if chance(rng, 0.2):
        seconds = ROUND_TIMES_S[below(rng, len(ROUND_TIMES_S))]
    return max(1, round(seconds / case.step_s))


def _slow(case: Case, rng: Random, price: Floats, ratio: Floats) -> Floats:
    """Other prices of the initial tier, up to a tenth away and on the same grid; a third of them the same."""

    def moved(mark: float, digits: int) -> float:
        if chance(rng, 1 / 3):
            return mark
        return max(round(mark * (0.9 + 0.2 * rng.random()) * 10.0**digits), 1) / 10.0**digits

    slow = np.zeros(first_asset(case) + ratio.shape[0])
    for m in range(markets_of(case)):
        slow[m] = moved(float(price[m]), int(case.digits[m]))
    for k in range(ratio.shape[0]):
        m = asset_market(case, k)
        digits = int(case.digits[m]) if m >= 0 else 6
        slow[first_asset(case) + k] = moved(float(ratio[k]) * (float(price[m]) if m >= 0 else 1.0), digits)
    return slow


def _interest(case: Case, rng: Random, m: int, price: float) -> int:
    """One-sided open interest below, between or above the caps, in quantums."""
    terms = case.terms
    lower, upper = float(terms.oi_lower[m]), float(terms.oi_upper[m])
    if upper == 0.0:
        return 0
    low, high = ((0.0, lower), (lower, upper), (upper, 2.0 * upper))[below(rng, 3)]
    return min(int((low + (high - low) * rng.random()) / price / float(terms.unit[m])), LARGEST_SIZE)


def _pools(case: Case, rng: Random, price: Floats, ratio: Floats, size: Ints) -> tuple[Ints, Ints]:
    """What all accounts hold and owe of each asset, around where the pool starts to scale weights."""
    terms, listing = case.terms.margin, case.listing
    pools: tuple[list[int], list[int]] = ([], [])
    for k in range(listing.asset_market.shape[0]):
        m = asset_market(case, k)
        mark = float(ratio[k]) * (float(price[m]) if m >= 0 else 1.0)
        own = int(size[first_asset(case) + k])
        starts = (float(terms.asset_scale[k]), float(terms.liability_scale[k]))
        for pool, start, part in zip(pools, starts, (max(own, 0), max(-own, 0)), strict=True):
            coins = (start or 1e6) * log_uniform(rng, 0.1, 20.0) / mark
            pool.append(max(part, min(round(coins / float(listing.asset_unit[k])), LARGEST_SIZE)))
    return np.array(pools[0], dtype=np.int64), np.array(pools[1], dtype=np.int64)


def _cash(case: Case, rng: Random, price: Floats, ratio: Floats, size: Ints) -> int:
    """Cash that leaves equity around zero, within a fifth of the notional of perpetuals and assets; or none."""
    if chance(rng, 0.1):
        return 0
    worth = gross = 0.0
    for m in range(markets_of(case)):
        value = int(size[m]) * float(case.terms.unit[m]) * float(price[m])
        worth, gross = worth + value, gross + abs(value)
    for k in range(ratio.shape[0]):
        m = asset_market(case, k)
        mark = float(ratio[k]) * (float(price[m]) if m >= 0 else 1.0)
        value = int(size[first_asset(case) + k]) * float(case.listing.asset_unit[k]) * mark
        worth, gross = worth + value, gross + abs(value)
    return round((0.2 * (2.0 * rng.random() - 1.0) * (gross + 1_000.0) - worth) * QUANTUMS_PER_QUOTE)
