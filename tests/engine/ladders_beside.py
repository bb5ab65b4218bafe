"""Ladders of who holds options and assets beside perpetuals, or is margined by a scan (see `ladders`)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from govtool.engine.terms import BOOK, SCAN, Listing, Margin, OptionRules, ScanRules
from tests.engine.handmade import Trader, world
from tests.engine.rungs import COIN, SMALL, long_at, orders_of, walk
from tests.engine.worlds import World


def _listed(rows: Sequence[tuple[int, float, int]], ratio: Any) -> Listing:
    """Series of calls (1) and puts (0) by strike and expiry, and assets with these ratios."""
    call, strike, expiry = zip(*rows, strict=True)
    series, assets = len(rows), ratio.shape[1]
    return Listing(
        option_market=np.zeros(series, dtype=np.int64),
        option_strike=np.array(strike, dtype=np.float64),
        option_call=np.array(call, dtype=np.int64),
        option_expiry=np.array(expiry, dtype=np.int64),
        option_unit=np.full(series, 1 / COIN),
        option_tick=1e-6,
        asset_market=np.array([0, -1][:assets], dtype=np.int64),
        asset_unit=np.full(assets, 1 / COIN),
        ratio=ratio,
    )


def _books(equities: Sequence[float], sizes: Sequence[Sequence[int]]) -> list[Trader]:
    """The same positions at several equities each, of traders who top up when they are warned."""
    return [Trader(float(one), size, topup_chance=0.5, wallet=50.0) for size in sizes for one in equities]


def options(**changed: Any) -> World:
    """Options near their end, some of them in the mean that settles them, with and without the coin."""
    index = walk(13, 120, 0.004)
    index[60:] *= 1.02
    series = [(0, 98.0, 63), (1, 101.0, 63), (1, 100.0, 119)]
    sizes = [[0, COIN], [COIN, 0, 0, -COIN], [0, -COIN, -COIN], [-COIN, 0, COIN], [COIN, 0, -COIN]]
    rules = OptionRules(settle_ticks=12, volatility_floor=0.3)
    return world(
        index,
        _books(np.linspace(10.5, 22.0, 7).tolist(), sizes),
        listing=_listed(series, np.ones((120, 0))),
        options=rules,
        step_s=3600.0,
        **(SMALL | {"ticks_per_hour": 2, "liquidation_format": BOOK} | changed),
    )


def settling() -> World:
    """A mean that settles options and lags behind the price, and a call that is paid from what secured it."""
    rise = np.repeat([100.5, 101.0, 101.5, 102.0], 2)
    index = np.concatenate([np.full(56, 100.0), rise, np.linspace(102.0, 80.0, 56)])
    hedged = [Trader(60.0, [-COIN, COIN])] * 14
    covered = [Trader(float(one), [COIN, 0, -COIN]) for one in np.linspace(14.0, 28.0, 12)]
    given = {"ticks_per_hour": 2, "liquidation_format": BOOK, "step_s": 3600.0}
    return world(
        index,
        hedged + covered,
        listing=_listed([(1, 60.0, 63), (1, 98.0, 63)], np.ones((120, 0))),
        options=OptionRules(settle_ticks=12, volatility_floor=0.1, volatility_cap=0.1),
        habits={"stop_loss": [*np.linspace(0.978, 0.9995, 14).tolist(), *[0.0] * 12]},
        **(SMALL | given),
    )


def _aged(sizes: Sequence[Sequence[int]], habits: dict[str, Any], **changed: Any) -> World:
    """Options at the money lose what time is worth while the price stands still."""
    given = {"ticks_per_hour": 2, "liquidation_format": BOOK, "step_s": 3600.0}
    series = [(1, 100.0, 44), (0, 100.0, 99)]
    return world(
        changed.pop("index", [100.0] * 100),
        [Trader(20.0, size) for size in sizes],
        listing=_listed(series, np.ones((100, 0))),
        options=changed.pop("options", OptionRules(volatility_floor=1.0, volatility_cap=1.0)),
        habits=habits,
        **(SMALL | given | changed),
    )


def decay() -> World:
    """Stop losses of who is long options, and take profits of who is short."""
    stops, goals = np.linspace(0.82, 0.995, 14).tolist(), np.linspace(1.005, 1.18, 14).tolist()
    bought = [[0, COIN], [0, 0, COIN]] * 7
    sold = [[0, -COIN], [0, 0, -COIN]] * 7
    return _aged(bought + sold, orders_of(stops, goals))


def volatile() -> World:
    """Volatility of options rises at once and stays, and with it what they are worth, where the price does not."""
    index = np.full(100, 100.0)
    index[40:42] = 103.0
    stops, goals = np.linspace(0.75, 0.995, 14).tolist(), np.linspace(1.005, 1.25, 14).tolist()
    rules = OptionRules(volatility_floor=0.1, volatility_cap=3.0, term_half_life_s=1e6)
    changed = {"index": index, "options": rules, "reference": 0.3, "half_life_s": 36_000.0}
    return _aged([[0, 0, -COIN]] * 14 + [[0, 0, COIN]] * 14, orders_of(stops, goals), **changed)


def assets(**changed: Any) -> World:
    """Coins held and borrowed as collateral, which move with their market and beside it."""
    index = walk(14, 160, 0.003)
    ratio = np.concatenate([walk(15, 160, 0.004) / 100.0, walk(20, 160, 0.004)], axis=1)
    sizes = [[-COIN, COIN], [COIN, -COIN], [0, COIN, -COIN], [COIN, 0, COIN], [0, -COIN, 0]]
    held = {
        "asset_initial": np.array([0.8, 0.8]),
        "asset_maintenance": np.array([0.9, 0.85]),
        "liability_initial": np.array([1.2, 1.2]),
        "liability_maintenance": np.array([1.1, 1.15]),
        "borrow_rate": np.array([50.0, 80.0]),
        "asset_hedges": np.array([1.0, 0.0]),
    }
    listing = _listed([(1, 1e9, 10_000)], ratio)._replace(option_market=np.zeros(0, dtype=np.int64))
    bare = {
        name: one[:0] for name, one in listing._asdict().items() if name.startswith("option_") and name != "option_tick"
    }
    margin = Margin(**held)._replace(**changed.pop("margin", {}))
    traders = _books(np.linspace(12.0, 36.0, 5).tolist(), sizes)
    # Nothing moves what these are worth but the price of what they hold.
    traders += [long_at(float(one), 0.15) for one in np.linspace(ratio[:, 1].min(), 99.9, 12)]
    for n, one in enumerate(traders[25:]):
        traders[25 + n] = Trader(one.equity, [0, 0, COIN])
    given = {"liquidation_format": BOOK, "listing": listing._replace(**bare), "margin": margin}
    return world(index, traders, **(SMALL | given | changed))


def mixed() -> World:
    """Orders, warnings and nudges of who holds assets."""
    habits = orders_of(np.linspace(0.5, 0.99, 18).tolist(), np.linspace(1.01, 1.5, 19).tolist())
    habits |= {"nudge": 1.8, "nudge_chance": [0.5] * 37}
    return assets(habits=habits, warning=1.4, topup_target=1.5)


def scan() -> World:
    """A scan of perpetuals and assets, whose ranges follow volatility."""
    rules = ScanRules(
        move=np.array([-1.0, 1.0, -2.0, 2.0]),
        shift=np.zeros(4, dtype=np.int64),
        damp=np.array([1.0, 1.0, 0.6, 0.6]),
        range=np.full(1, 0.06),
    )
    moving = {"adaptive": 1, "gamma": 0.5, "half_life_s": 3600.0, "reference": 0.2, "rise": 0.3, "fall": 0.1}
    return assets(margin={"method": SCAN}, scan=rules, **moving)


def stirred() -> World:
    """A scan of perpetuals, whose ranges rise for hours since prices now and then jump up by a percent and back."""
    index = np.full(160, 100.0)
    index[64::16] = 101.0
    rules = ScanRules(
        move=np.array([-1.0, 1.0]), shift=np.zeros(2, dtype=np.int64), damp=np.ones(2), range=np.full(1, 0.06)
    )
    moving = {"adaptive": 1, "gamma": 0.5, "half_life_s": 14_400.0, "reference": 0.2, "rise": 0.15, "fall": 0.1}
    traders = [Trader(float(one), [side * COIN]) for one in np.linspace(8.0, 14.0, 12) for side in (1, -1)]
    return world(index, traders, margin=Margin(method=SCAN), scan=rules, liquidation_format=BOOK, **(SMALL | moving))


def scanned_options() -> World:
    """Options in a scan, of which no bound is stated."""
    rules = ScanRules(
        move=np.array([-1.0, 1.0]), shift=np.zeros(2, dtype=np.int64), damp=np.ones(2), range=np.full(1, 0.2)
    )
    return options(margin=Margin(method=SCAN), scan=rules)
