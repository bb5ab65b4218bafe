"""Random keepers and crowds."""

from typing import Any

import numpy as np

from govtool.engine.state import Crowd, Keepers
from govtool.engine.terms import EMPTY, EMPTY_INTS, Listing, Terms
from tests.engine.listings import asset_prices
from tests.engine.source import Source, each, log, money, or_zero


def any_keepers(source: Source) -> Keepers:
    count = source.whole(0, 4)
    capital = each(count, lambda: log(source, 50, 1e6))
    return Keepers(
        latency=np.sort(each(count, lambda: source.whole(1, 5), np.int64)),
        capital=capital,
        refill=capital * each(count, lambda: or_zero(source, 0.001, 0.2)),
        edge=each(count, lambda: source.real(0, 0.02)),
        least=each(count, lambda: or_zero(source, 1, 1000)),
    )


def any_crowd(source: Source, count: int, listing: Listing, accounts: int, ticks: int, restore: float) -> Crowd:
    warning = restore + source.pick([0.0, source.real(0, 1)])
    far = 10 * ticks
    assets = len(listing.asset_market)
    columns = count + len(listing.option_market) + assets
    return Crowd(
        equity=each(accounts, lambda: money(source, 30, 5e4), np.int64),
        leverage=each(accounts, lambda: log(source, 0.5, 50 if columns == count else 200)),
        share=np.array([_shares(source, count, columns) for _ in range(accounts)]),
        enters=each(accounts, lambda: source.pick([0, 0, 0, source.whole(1, ticks), -1]), np.int64),
        hold=each(accounts, lambda: source.pick([far, far, source.real(0, 50)])),
        idle=each(accounts, lambda: or_zero(source, 0.1, 40)),
        topup_chance=each(accounts, lambda: source.pick([0.0, 1.0, source.real(0, 1)])),
        topup_delay=each(accounts, lambda: source.real(0, 10)),
        wallet=each(accounts, lambda: source.pick([0, money(source, 1, 1e5)]), np.int64),
        headroom=source.real(0.4 if columns == count else 0.7, 1.0),
        warning=warning,
        topup_target=warning + source.pick([0.0, source.real(0, 1)]),
        deposit=_deposits(source, accounts, assets) if assets and source.pick([True, True, False]) else EMPTY,
        owner=each(accounts, lambda: source.whole(0, accounts - 1), np.int64)
        if source.pick([False, False, True])
        else EMPTY_INTS,
    )


def any_snapshot(source: Source, crowd: Crowd, terms: Terms, listing: Listing, start: Any) -> Any:
    """Coins to begin with, worth up to ten times the equity in each instrument of some accounts."""
    unit = np.concatenate([terms.unit, listing.option_unit, listing.asset_unit])
    step = np.concatenate([terms.step, listing.option_step, listing.asset_step])
    price = np.concatenate([start, start[listing.option_market], asset_prices(listing, start)])
    worth = np.array([[or_zero(source, -10, 10) * equity * 1e-6 for _ in unit] for equity in crowd.equity])
    return np.rint(worth / (unit * price * step)) * step * unit


def _deposits(source: Source, accounts: int, assets: int) -> Any:
    """Shares of equity that come in kind; at most all of it."""
    raw = np.array([[source.pick([0.0, source.real(0.05, 1)]) for _ in range(assets)] for _ in range(accounts)])
    return raw / np.maximum(1.0, raw.sum(axis=1, keepdims=True))


def _shares(source: Source, count: int, columns: int) -> list[float]:
    """Signed shares of gross notional; some instruments are left out, and now and then all but one."""
    raw = [source.pick([0.0, 1.0, 1.0]) * source.real(-1, 1) for _ in range(columns)]
    if columns > count and source.pick([False, False, True]):
        one = source.whole(source.pick([0, count]), columns - 1)
        raw = [share if j == one else 0.0 for j, share in enumerate(raw)]
    total = sum(abs(share) for share in raw)
    return [share / total for share in raw] if total else raw
