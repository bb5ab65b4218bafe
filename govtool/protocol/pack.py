"""A protocol as the engine reads it: arrays per market, fractions of one, quote currency and seconds."""

from fractions import Fraction

import numpy as np

from govtool.engine.terms import BATCH, BOOK, DUTCH, FIRST_COME, Floats, Ints, Terms
from govtool.errors import ParamError
from govtool.kept import Kept
from govtool.protocol.dydx_v4 import funding_clamp_ppm
from govtool.protocol.model import Market, Protocol, Tier
from govtool.protocol.pack_liquidation import pack_bidding, pack_dampers, pack_selling
from govtool.protocol.pack_losses import pack_pool, pack_sharing
from govtool.protocol.pack_margin import pack_margin, pack_options, pack_scan
from govtool.protocol.pack_oracle import pack_posting
from govtool.protocol.problem import nearest
from govtool.units import PPM, fraction, nearest_quote

_FORMATS = {"book": BOOK, "dutch": DUTCH, "batch": BATCH, "first_come": FIRST_COME}


_PACKED: Kept[Terms] = Kept(8)
"""Terms of each protocol, by markets, tick and assets: a study replays it in many scenarios of the same."""


def pack(protocol: Protocol, markets: tuple[str, ...], *, step_s: float, assets: tuple[str, ...] = ()) -> Terms:
    """Terms of a replay of these markets and collateral assets, in this order.

    Each number is the float nearest to the exact on-chain value. Who asks again for the same gets the same object,
    which nobody may change.

    Parameters
    ----------
    protocol : Protocol
        In force during the replay.
    markets : tuple of str
        Keys of `protocol.markets`, one per column of the scenario.
    step_s : float
        Seconds per tick, by which the heartbeat becomes ticks, rounded up.
    assets : tuple of str
        Keys of `protocol.collateral`, one per asset of the scenario.

    Raises
    ------
    ParamError
        A market or an asset is not in the protocol, or a market has its own collateral, which this engine does not
        replay.
    """
    return _PACKED.get(protocol, (markets, step_s, assets), lambda: _pack(protocol, markets, step_s, assets))


def _pack(protocol: Protocol, markets: tuple[str, ...], step_s: float, assets: tuple[str, ...]) -> Terms:
    held = [_market(protocol, name) for name in markets]
    tiers = [protocol.tiers[market.tier] for market in held]
    adaptive, rules, auction = protocol.adaptive, protocol.liquidation, protocol.auction
    width = len(held)
    return Terms(
        initial_weight=_initial(tiers),
        maintenance_weight=_floats([_maintenance(tier) for tier in tiers]),
        oi_lower=_floats([nearest_quote(tier.open_interest_lower_cap) for tier in tiers]),
        oi_upper=_floats([nearest_quote(tier.open_interest_upper_cap) for tier in tiers]),
        adaptive=int(adaptive.enabled),
        gamma=np.full(width, fraction(adaptive.gamma_ppm)),
        half_life_s=np.full(width, float(adaptive.half_life_s)),
        reference=np.full(width, fraction(adaptive.reference_volatility_ppm)),
        cap=np.full(width, fraction(adaptive.cap_ppm)),
        rise=np.full(width, fraction(adaptive.rise_ppm_per_hour)),
        fall=np.full(width, fraction(adaptive.fall_ppm_per_hour)),
        unit=_floats([float(Fraction(10) ** market.atomic_resolution) for market in held]),
        step=_ints([market.step_base_quantums for market in held]),
        deviation=_floats([fraction(market.min_price_change_ppm) for market in held]),
        heartbeat=int(-(-protocol.oracle.heartbeat_s // step_s)),
        funding_clamp=_floats([_funding_clamp(protocol, tier) for tier in tiers]),
        taker_fee=fraction(protocol.fees.taker_fee_ppm),
        trading_fee_share=fraction(protocol.insurance.trading_fee_share_ppm),
        liquidation_format=_FORMATS[rules.format],
        fee_rate=fraction(rules.max_liquidation_fee_ppm),
        fee_to_insurance=fraction(rules.fee_to_insurance_ppm),
        min_notional=nearest_quote(rules.min_position_notional_liquidated),
        portion=fraction(rules.max_position_portion_liquidated_ppm),
        block_notional=nearest_quote(rules.max_notional_liquidated),
        block_insurance=rules.max_quantums_insurance_lost,
        bankruptcy_adjustment=fraction(rules.bankruptcy_adjustment_ppm),
        spread_ratio=fraction(rules.spread_to_maintenance_margin_ratio_ppm),
        restore=fraction(rules.restore_ppm),
        # Without an auction nothing reads these three.
        length_s=float(auction.length_s) if auction is not None else 1.0,
        start_discount=fraction(auction.start_discount_ppm) if auction is not None else 0.0,
        end_discount=fraction(auction.end_discount_ppm) if auction is not None else 0.0,
        adl=int(protocol.deleveraging.enabled),
        margin=pack_margin(protocol, held, assets),
        options=pack_options(protocol.options, step_s),
        scan=pack_scan(protocol.scan, tiers),
        selling=pack_selling(rules, auction),
        bidding=pack_bidding(protocol.keepers),
        pool=pack_pool(protocol.insurance, held),
        sharing=pack_sharing(protocol.loss_sharing),
        dampers=pack_dampers(rules, protocol.withdrawals, protocol.sequencer),
        posting=pack_posting(protocol.oracle, step_s),
    )


def _market(protocol: Protocol, name: str) -> Market:
    market = protocol.markets.get(name)
    if market is None:
        raise ParamError(
            f"market {name} is not in protocol {protocol.name}; add [markets.{name}] to it or leave it out"
            f" of the scenario ({nearest(name, protocol.markets)})"
        )
    if market.market_type != "cross":
        raise ParamError(
            f"market {name} of protocol {protocol.name} is isolated and the engine replays shared collateral;"
            f' set market_type = "cross" or leave it out of the scenario'
        )
    return market


def _maintenance(tier: Tier) -> float:
    return float(Fraction(tier.initial_margin_ppm * tier.maintenance_fraction_ppm, PPM * PPM))


def _funding_clamp(protocol: Protocol, tier: Tier) -> float:
    factor = protocol.funding.rate_clamp_factor_ppm
    return fraction(funding_clamp_ppm(factor, tier.initial_margin_ppm, tier.maintenance_fraction_ppm))


def _initial(tiers: list[Tier]) -> Floats:
    return _floats([fraction(tier.initial_margin_ppm) for tier in tiers])


def _floats(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)
