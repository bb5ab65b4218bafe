"""What can be held, and its prices of a tick (rules §2)."""

import math
from itertools import groupby
from types import SimpleNamespace

from tests.reference.numbers import YEAR_S, clip
from tests.reference.pricing import black, black_slope, nine_digits, rounded
from tests.reference.state import ASSET, OPTION, PERPETUAL, Expiry, Instrument, State

DAY_S = 86400


def listed(terms: SimpleNamespace, venue: SimpleNamespace, listing: SimpleNamespace) -> list[Instrument]:
    """Perpetuals, options, assets."""
    perpetuals = [
        Instrument(PERPETUAL, m, m, terms.unit[m], terms.step[m], venue.half_spread[m]) for m in range(len(terms.unit))
    ]
    options = [
        Instrument(OPTION, o, *row)
        for o, row in enumerate(
            zip(
                listing.option_market,
                listing.option_unit,
                listing.option_step,
                listing.option_spread,
                listing.option_strike,
                map(bool, listing.option_call),
                listing.option_expiry,
                strict=True,
            )
        )
    ]
    rows = zip(listing.asset_market, listing.asset_unit, listing.asset_step, listing.asset_spread, strict=True)
    assets = [Instrument(ASSET, k, *row) for k, row in enumerate(rows)]
    return perpetuals + options + assets


def expiries(instruments: list[Instrument]) -> list[Expiry]:
    """Runs of series of one market with the same expiry."""
    options = [(one.market, one.expiry, j) for j, one in enumerate(instruments) if one.kind == OPTION]
    runs = groupby(options, key=lambda row: row[:2])
    return [Expiry(*key, tuple(j for _, _, j in run)) for key, run in runs]


def running_sums(index: list[list[float]]) -> list[list[float]]:
    """Per market, the sum of the index over ticks before each tick: entry t + 1 is C[t] of the rules."""
    found = []
    for prices in zip(*index, strict=True):
        sums = [0.0]
        for price in prices:
            sums.append(sums[-1] + price)
        found.append(sums)
    return found


def requote(state: State) -> None:
    """Set marks and bases of this tick, and forget what was worked out from the ones before."""
    state.memo.clear()
    for j, one in enumerate(state.instruments):
        if one.kind == PERPETUAL:
            state.mark[j] = state.basis[j] = state.oracle[j]
        elif one.kind == ASSET:
            state.mark[j] = state.basis[j] = asset_price(state, one, state.oracle)
        elif state.tick >= one.expiry:
            state.mark[j] = state.basis[j] = 0.0
        else:
            state.mark[j] = option_value(state, one, state.oracle[one.market])
            state.basis[j] = state.oracle[one.market]


def ratio(state: State, one: Instrument) -> float:
    return state.listing.ratio[state.tick][one.number]


def asset_price(state: State, one: Instrument, prices: list[float]) -> float:
    """At these prices of the markets."""
    return ratio(state, one) if one.market < 0 else prices[one.market] * ratio(state, one)


def years_left(state: State, one: Instrument | Expiry) -> float:
    return (seconds_left(state, one)) / YEAR_S


def seconds_left(state: State, one: Instrument | Expiry) -> float:
    expiry = one.tick if isinstance(one, Expiry) else one.expiry
    return (expiry - state.tick) * state.venue.step_s


def settle_ticks(state: State, expiry: int) -> int:
    """Ticks in the mean that settles an expiry."""
    return min(state.regime.terms.options.settle_ticks, expiry + 1)


def mean_index(state: State, m: int, first: int, last: int, ticks: int) -> float:
    """Sum of the index over ticks after `first` up to `last`, over `ticks`."""
    sums = state.sums[m]
    return (sums[last + 1] - sums[first + 1]) / ticks


def forward(state: State, m: int, expiry: int, price: float) -> float:
    """What the settlement is expected to be, at `price` of the market."""
    window = settle_ticks(state, expiry)
    if state.tick <= expiry - window:
        return price
    begun = mean_index(state, m, expiry - window, state.tick, window)
    return begun + ((expiry - state.tick) / window) * price


def volatility(state: State, one: Instrument) -> float:
    """Implied volatility of a series, set at the start of the hour."""
    return state.remembered(("volatility", one.number), _volatility, one)


def _volatility(state: State, one: Instrument) -> float:
    rules, m, h = state.regime.terms.options, one.market, state.hour
    start = h * state.venue.ticks_per_hour
    left_s = (one.expiry - start) * state.venue.step_s
    level = _level(state, m, left_s / rules.term_half_life_s)
    years = max(left_s, DAY_S) / YEAR_S
    z = clip(math.log(one.strike / state.feed.index[start][m]) / (level * math.sqrt(years)), -3, 3)
    wings = 1 + rules.skew * z + rules.smile * z * z
    return clip(level * wings, rules.volatility_floor, rules.volatility_cap)


def _level(state: State, m: int, x: float) -> float:
    """At-the-money volatility `x` half-lives away."""
    rules, reference = state.regime.terms.options, state.regime.terms.reference[m]
    sigma = state.regime.sigma[state.hour][m]
    g = 1.0 if x <= 0 else (1 - 0.5**x) / (x * math.log(2))
    square = reference * reference + (sigma * sigma - reference * reference) * g
    return max(math.sqrt(max(square, 0.0)), rules.volatility_floor)


def tick_of(state: State, one: Instrument) -> float:
    """Grid of the quotes of a series."""
    return state.listing.option_tick * one.strike


def option_value(state: State, one: Instrument, price: float, volatility_then: float | None = None) -> float:
    """Quote of a series at `price` of its market, and at another volatility if given."""
    at = volatility(state, one) if volatility_then is None else volatility_then
    ahead = forward(state, one.market, one.expiry, price)
    return rounded(black(ahead, one.strike, at, years_left(state, one), one.call), tick_of(state, one))


def fair(state: State, j: int) -> float:
    """Price for execution: at the index."""
    return state.remembered(("fair", j), _fair, j)


def _fair(state: State, j: int) -> float:
    one = state.instruments[j]
    if one.kind == PERPETUAL:
        return state.index[j]
    if one.kind == ASSET:
        return asset_price(state, one, state.index)
    return option_value(state, one, state.index[one.market]) if state.tick < one.expiry else 0.0


def delta(state: State, j: int) -> float:
    """Coins of the underlying that hedge a coin of option `j`."""
    return state.remembered(("delta", j), _delta, j)


def _delta(state: State, j: int) -> float:
    one = state.instruments[j]
    if state.tick >= one.expiry:
        return 0.0
    window = settle_ticks(state, one.expiry)
    ahead = forward(state, one.market, one.expiry, state.index[one.market])
    slope = nine_digits(black_slope(ahead, one.strike, volatility(state, one), years_left(state, one), one.call))
    return slope if state.tick <= one.expiry - window else slope * ((one.expiry - state.tick) / window)
