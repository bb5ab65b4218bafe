"""The liquidation systems of the presets against the arithmetic of their chains, where a number was translated."""

import pytest

from govtool.protocol.drift_v2.liquidation import GRACE_SLOTS, liquidation_fee
from govtool.protocol.fixed import WAD, units
from govtool.protocol.model import Protocol
from govtool.protocol.pack import pack
from govtool.protocol.read import PRESETS, preset
from govtool.protocol.synthetix_v3.liquidation import window_capacity
from govtool.units import PPM

SLOT_S = 0.4
"""A slot of Solana."""

WATERFALLS = {
    "dydx-v4": ("insurance", "adl"),
    "drift-v2": ("insurance", "funding"),
    "synthetix-v3": (),
    "derive-v2": ("insurance", "exit"),
    "derive-v2-portfolio": ("insurance", "exit"),
    "mango-v4": ("insurance", "funding"),
    "govtool": ("insurance", "voluntary", "adl", "funding", "exit"),
}


@pytest.mark.parametrize("name", PRESETS)
def test_losses_fall_on_whom_the_chain_lets_them_fall(name):
    protocol = preset(name)
    assert protocol.loss_sharing.layers() == WATERFALLS[name]
    assert protocol.deleveraging.enabled == ("adl" in WATERFALLS[name])


def maintenance_ppm(protocol: Protocol) -> int:
    """What a lone perpetual of the first market must keep."""
    if protocol.scan is not None and protocol.margin.method == "scan":
        scan = pack(protocol, ("BTC",), step_s=15).scan
        worst = max(float(abs(move) * damp) for move, damp in zip(scan.move, scan.damp, strict=True))
        return round((worst * scan.scan_maintenance + scan.perp_maintenance) * PPM)
    tier = protocol.tiers[protocol.markets["BTC"].tier]
    return tier.initial_margin_ppm * tier.maintenance_fraction_ppm // PPM


@pytest.mark.parametrize(("name", "weight"), [("derive-v2", 65_000), ("derive-v2-portfolio", 174_000)])
def test_derives_discounts_are_shares_of_what_a_flagged_account_is_worth(name, weight):
    protocol = preset(name)
    auction = protocol.auction
    assert maintenance_ppm(protocol) == weight and auction is not None
    assert auction.start_discount_ppm == weight * 5 // 100
    assert auction.end_discount_ppm == weight * 30 // 100
    assert auction.floor_discount_ppm == auction.insolvent_discount_ppm == weight
    assert protocol.liquidation.max_liquidation_fee_ppm == weight // 10
    assert (auction.length_s, auction.slow_s, auction.insolvent_s) == (15 * 60, 12 * 3_600, 3_600)
    assert protocol.withdrawals.guard


def test_drifts_fee_ramp_is_flat_and_then_grows_to_three_times():
    protocol = preset("drift-v2")
    auction = protocol.auction
    assert auction is not None
    most = min(3 * auction.start_discount_ppm, maintenance_ppm(protocol))
    fees = [liquidation_fee(auction.start_discount_ppm, most, slots) for slots in (0, GRACE_SLOTS - 1, 10_000, 20_000)]
    assert fees == [5_000, 5_000, auction.floor_discount_ppm, most]
    assert auction.end_discount_ppm == auction.start_discount_ppm
    assert auction.length_s == GRACE_SLOTS * SLOT_S and auction.length_s + auction.slow_s == 10_000 * SLOT_S


@pytest.mark.parametrize(("market", "depth", "price"), [("BTC", 12_500, 70_000), ("ETH", 350_000, 2_500)])
def test_synthetixs_window_is_that_of_its_largest_markets(market, depth, price):
    protocol = preset("synthetix-v3")
    assert protocol.markets[market].skew_scale == depth
    fees = units("0.000001", WAD), units("0.0005", WAD)
    coins = window_capacity(*fees, depth * WAD, units("1.5", WAD), protocol.liquidation.window_s) / WAD
    assert protocol.liquidation.market_window_notional / 1e6 == pytest.approx(coins * price, rel=0.02)
    # Half of what a full window moves the pool's price.
    assert protocol.auction is not None
    assert protocol.auction.end_discount_ppm / PPM == pytest.approx(coins / depth / 2, rel=0.03)


@pytest.mark.parametrize("name", ["drift-v2", "derive-v2", "derive-v2-portfolio", "mango-v4"])
def test_a_chain_that_sells_to_a_target_does(name):
    assert preset(name).liquidation.target


@pytest.mark.parametrize("name", ["synthetix-v3", "mango-v4"])
def test_a_fixed_penalty_does_not_move(name):
    protocol = preset(name)
    assert protocol.liquidation.format == "first_come" and protocol.auction is not None
    assert protocol.auction.start_discount_ppm == protocol.auction.end_discount_ppm
