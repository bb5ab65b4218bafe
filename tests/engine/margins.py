"""Random rules of margin: tiers, curves, collateral, options, scans."""

from typing import Any

import numpy as np

from govtool.engine.terms import (
    EMPTY,
    FLAT,
    LINEAR,
    ORACLE,
    POSITION,
    ROOT,
    SCAN,
    STABLE,
    STRICT,
    Listing,
    Margin,
    OptionRules,
    ScanRules,
)
from tests.engine.listings import asset_prices
from tests.engine.source import Source, each, log, or_zero

TYPICAL = 10_000.0
"""Quote value of a position at which curves of weights start to matter."""


def any_margin(source: Source, listing: Listing, start: Any) -> Margin:
    count, curve = len(start), source.pick([FLAT, FLAT, LINEAR, ROOT])
    slope = _curve(source, curve, start, 0.1)
    return Margin(
        method=source.pick([POSITION, SCAN]),
        curve=curve,
        curve_initial=slope,
        curve_maintenance=slope * source.real(0.3, 1.0),
        base_margin=source.pick([EMPTY, each(count, lambda: or_zero(source, 0.1, 50))]),
        fill_check=source.pick([0, 1]),
        fill_share=source.pick([0.0, 1.0, source.real(0, 1)]),
        stop_share=source.pick([0.0, 0.0, 1.0, source.real(0, 1)]),
        stop_add=source.pick([0.0, 0.0, source.real(0.001, 0.02)]),
        price_mode=source.pick([ORACLE, ORACLE, STRICT, STABLE]),
        twap_s=log(source, 10, 3600),
        stable_growth=log(source, 1e-6, 1e-3),
        delay_growth=log(source, 1e-4, 0.2),
        doubt_threshold=or_zero(source, 0.7, 1),
        doubt_factor=or_zero(source, 0.05, 2),
        peg_threshold=or_zero(source, 0.95, 1),
        peg_factor=or_zero(source, 0.1, 4),
        ramp_s=or_zero(source, 60, 3000),
        **_asset_rules(source, curve, asset_prices(listing, start)),
    )


def _curve(source: Source, curve: int, price: Any, most: float) -> Any:
    """Slopes that add at most so much to the weight of a position of typical value."""
    coins = TYPICAL / price
    slope = each(len(price), lambda: or_zero(source, 0.001, most))
    return {FLAT: EMPTY, LINEAR: slope / coins, ROOT: slope / np.sqrt(coins)}[curve]


def _asset_rules(source: Source, curve: int, price: Any) -> dict[str, Any]:
    count = len(price)
    digits = source.pick([4, 15])
    initial = np.round(each(count, lambda: source.pick([0.0, 1.0, source.real(0.4, 1), source.real(0.7, 1)])), digits)
    liability = 1 + each(count, lambda: source.real(0, 0.5))
    return {
        "asset_initial": initial,
        "asset_maintenance": np.round(initial + (1 - initial) * each(count, lambda: source.real(0, 1)), digits),
        "liability_initial": liability,
        "liability_maintenance": 1 + (liability - 1) * source.real(0.2, 1),
        "asset_curve": source.pick([EMPTY, _curve(source, curve, price, 0.6)]),
        "asset_worst": each(count, lambda: or_zero(source, 0.1, 0.6)),
        "asset_scale": source.pick([EMPTY, each(count, lambda: or_zero(source, 100, 3e4))]),
        "liability_scale": source.pick([EMPTY, each(count, lambda: or_zero(source, 100, 3e4))]),
        "asset_cap": source.pick([EMPTY, each(count, lambda: or_zero(source, 1e3, 1e5))]),
        "asset_hedges": each(count, lambda: source.pick([0.0, 1.0])),
        "borrow_rate": each(count, lambda: source.pick([0.0, log(source, 0.01, 100), log(source, 0.01, 100)])),
        "interest_to_insurance": source.pick([0.0, 1.0, source.real(0, 1)]),
    }


def any_option_rules(source: Source) -> OptionRules:
    return OptionRules(
        max_spot=source.real(0.05, 0.2),
        min_spot=source.real(0.02, 0.13),
        maintenance_call=source.real(0.01, 0.1),
        maintenance_put=source.real(0.01, 0.1),
        maintenance_put_value=source.real(0.05, 0.5),
        unpaired_initial=source.real(0.05, 1.5),
        unpaired_maintenance=source.real(0, 1.1),
        put_offset=source.real(1.0, 1.2),
        settle_ticks=source.pick([1, source.whole(2, 30), source.whole(2, 30), 500]),
        term_half_life_s=log(source, 3600, 1e7),
        skew=source.real(-0.2, 0.2),
        smile=source.real(0, 0.05),
        volatility_floor=source.real(0.05, 0.5),
        volatility_cap=source.real(0.5, 5),
    )


def any_scan_rules(source: Source, count: int) -> ScanRules:
    rows = source.whole(6, 12)
    tails = each(rows, lambda: source.pick([0, 0, 0, 1]), np.int64)
    return ScanRules(
        move=np.where(tails == 1, 3.0, 1.0) * each(rows, lambda: source.pick([0.0, -1.0, 1.0, source.real(-1, 1)])),
        shift=each(rows, lambda: source.pick([0, 1, 2, 1, 2, 3, 4]), np.int64),
        damp=np.where(tails == 1, source.real(0.1, 0.7), 1.0),
        range=each(count, lambda: source.real(0.02, 0.25)),
        offset=source.pick([0.0, 0.5, 1.0, source.real(0, 1)]),
        scan_initial=source.real(0.9, 1.3),
        scan_maintenance=source.real(0.5, 1.0),
        vol_up=source.real(0, 0.6),
        vol_down=source.real(0, 0.5),
        least_up=or_zero(source, 0.1, 4),
        turn_least=log(source, 0.01, 1),
        long_share=source.real(0.8, 1.0),
        long_rate=or_zero(source, 0.01, 0.2),
        short_share=source.real(0.9, 1.1),
        short_rate=or_zero(source, 0.01, 0.2),
        basis_add=or_zero(source, 0.01, 1),
        basis_per_year=source.real(0, 3),
        perp_maintenance=or_zero(source, 0.005, 0.05),
        perp_initial=source.real(0, 0.03),
        option_maintenance=or_zero(source, 0.001, 0.02),
        option_initial=source.real(0, 0.01),
    )
