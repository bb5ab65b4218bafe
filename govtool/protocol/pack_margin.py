"""Margin, option and scan rules as the engine reads them."""

import numpy as np

from govtool.engine.terms import (
    ABSOLUTE_TURN,
    DOWN,
    FLAT,
    LINEAR,
    LINEAR_TURN,
    ORACLE,
    POSITION,
    ROOT,
    SCAN,
    STABLE,
    STRICT,
    UNSHIFTED,
    UP,
    Floats,
    Margin,
    OptionRules,
    ScanRules,
)
from govtool.errors import ParamError
from govtool.protocol.model import Collateral, Market, Options, Protocol, Scan, Tier
from govtool.protocol.model.scan import parsed_scenarios
from govtool.protocol.problem import nearest
from govtool.units import PPM, fraction, nearest_quote

_METHODS = {"position": POSITION, "scan": SCAN}
_CURVES = {"flat": FLAT, "linear": LINEAR, "root": ROOT}
_PRICES = {"oracle": ORACLE, "strict": STRICT, "stable": STABLE}
_SHIFTS = {"none": UNSHIFTED, "up": UP, "down": DOWN, "linear": LINEAR_TURN, "absolute": ABSOLUTE_TURN}


def pack_margin(protocol: Protocol, held: list[Market], assets: tuple[str, ...]) -> Margin:
    """Margin rules for these markets and assets.

    Raises
    ------
    ParamError
        The protocol does not take an asset as collateral.
    """
    rules, tiers = protocol.margin, [protocol.tiers[market.tier] for market in held]
    slopes = [_slope(rules.curve, protocol.tiers[one.tier].size_factor_ppm, one.skew_scale) for one in held]
    fractions = [fraction(tier.maintenance_fraction_ppm) for tier in tiers]
    taken = [taken_asset(protocol, name) for name in assets]
    return Margin(
        method=_METHODS[rules.method],
        curve=_CURVES[rules.curve],
        curve_initial=_floats(slopes),
        curve_maintenance=_floats([a * b for a, b in zip(slopes, fractions, strict=True)]),
        base_margin=_floats([nearest_quote(tier.base_margin) for tier in tiers]),
        fill_check=int(rules.fill_check),
        fill_share=fraction(rules.fill_share_ppm),
        stop_share=fraction(rules.stop_share_ppm),
        stop_add=fraction(rules.stop_add_ppm),
        price_mode=_PRICES[rules.price_mode],
        twap_s=float(rules.twap_s),
        stable_growth=single(fraction(rules.stable_growth_ppm_per_s)),
        delay_growth=single(fraction(rules.delay_growth_ppm)),
        doubt_threshold=fraction(rules.doubt_threshold_ppm),
        doubt_factor=fraction(rules.doubt_factor_ppm),
        peg_threshold=fraction(rules.peg_threshold_ppm),
        peg_factor=fraction(rules.peg_factor_ppm),
        ramp_s=float(rules.ramp_s),
        asset_initial=_floats([fraction(PPM - asset.initial_haircut_ppm) for asset in taken]),
        asset_maintenance=_floats([fraction(PPM - asset.maintenance_haircut_ppm) for asset in taken]),
        liability_initial=_floats([fraction(asset.initial_liability_ppm) for asset in taken]),
        liability_maintenance=_floats([fraction(asset.maintenance_liability_ppm) for asset in taken]),
        asset_curve=_floats([_slope(rules.curve, asset.size_factor_ppm, asset.skew_scale) for asset in taken]),
        asset_worst=_floats([fraction(PPM - asset.largest_haircut_ppm) for asset in taken]),
        asset_scale=_floats([nearest_quote(asset.deposit_scale) for asset in taken]),
        liability_scale=_floats([nearest_quote(asset.borrow_scale) for asset in taken]),
        asset_cap=_floats([nearest_quote(asset.deposit_cap) for asset in taken]),
        asset_hedges=_floats([float(asset.hedges) for asset in taken]),
        borrow_rate=_floats([fraction(asset.borrow_rate_ppm) for asset in taken]),
        interest_to_insurance=fraction(rules.interest_to_insurance_ppm),
    )


def pack_options(rules: Options | None, step_s: float) -> OptionRules:
    """Option rules; those of the engine's default, which nothing reads, for a protocol without options."""
    if rules is None:
        return OptionRules()
    return OptionRules(
        max_spot=fraction(rules.max_spot_ppm),
        min_spot=fraction(rules.min_spot_ppm),
        maintenance_call=fraction(rules.maintenance_call_ppm),
        maintenance_put=fraction(rules.maintenance_put_ppm),
        maintenance_put_value=fraction(rules.maintenance_put_value_ppm),
        unpaired_initial=fraction(rules.unpaired_initial_ppm),
        unpaired_maintenance=fraction(rules.unpaired_maintenance_ppm),
        put_offset=fraction(rules.put_offset_ppm),
        settle_ticks=max(1, round(rules.settle_s / step_s)),
        term_half_life_s=float(rules.term_half_life_s),
        skew=fraction(rules.skew_ppm),
        smile=fraction(rules.smile_ppm),
        volatility_floor=fraction(rules.volatility_floor_ppm),
        volatility_cap=fraction(rules.volatility_cap_ppm),
    )


def pack_scan(rules: Scan | None, tiers: list[Tier]) -> ScanRules:
    """Scan rules with one row per scenario; none for a protocol without a scan."""
    reach = _floats([fraction(tier.scan_range_ppm) for tier in tiers])
    if rules is None:
        return ScanRules(range=reach)
    found = parsed_scenarios(rules.scenarios)
    plain = {
        "scan_initial": rules.initial_factor_ppm,
        "scan_maintenance": rules.maintenance_factor_ppm,
        "vol_up": rules.volatility_up_ppm,
        "vol_down": rules.volatility_down_ppm,
        "least_up": rules.least_volatility_up_ppm,
        "turn_vol": rules.turn_volatility_ppm,
        "turn_vol_slope": rules.turn_volatility_slope_ppm,
    }
    plain |= {
        name: getattr(rules, f"{name}_ppm")
        for name in ScanRules._fields
        if hasattr(rules, f"{name}_ppm") and name not in plain
    }
    return ScanRules(
        move=_floats([fraction(one.move_ppm) for one in found]),
        shift=np.array([_SHIFTS[one.shift] for one in found], dtype=np.int64),
        damp=_floats([fraction(one.damp_ppm) for one in found]),
        range=reach,
        shortest_s=float(rules.shortest_s),
        **{name: fraction(value) for name, value in plain.items()},
    )


def taken_asset(protocol: Protocol, name: str) -> Collateral:
    """The collateral asset of a name. Raises ParamError if the protocol does not take it."""
    asset = protocol.collateral.get(name)
    if asset is None:
        known = nearest(name, protocol.collateral) if protocol.collateral else "it takes none"
        raise ParamError(
            f"asset {name} is no collateral of protocol {protocol.name}; add [collateral.{name}] to it or leave it out"
            f" of the population ({known})"
        )
    return asset


def _slope(curve: str, factor_ppm: int, scale: int) -> float:
    """Growth of a weight per coin (linear) or per root of a coin (root)."""
    if curve == "linear":
        return fraction(factor_ppm) / scale if scale else 0.0
    return fraction(factor_ppm) if curve == "root" else 0.0


def single(value: float) -> float:
    """A number as 32 bits hold it: so Mango stores the limits of its stable price."""
    return float(np.float32(value))


def _floats(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)
