"""The liquidation system as the engine reads it."""

import numpy as np
import pytest

from govtool.engine import terms as names
from govtool.engine.terms import Bidding, Dampers, Pool, Selling, Sharing
from govtool.protocol.fields import replaced
from govtool.protocol.pack import pack
from govtool.protocol.pack_losses import waterfall_code
from govtool.protocol.read import PRESETS, preset

DYDX = preset("dydx-v4")
MANGO = preset("mango-v4")


def packed(changes, protocol=MANGO, markets=("BTC", "SOL")):
    return pack(replaced(protocol, changes), markets, step_s=15)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_packs(name):
    protocol = preset(name)
    terms = pack(protocol, tuple(protocol.markets)[:2], step_s=15)
    assert all(
        type(value) in (int, float) for value in (*terms.selling, *terms.bidding, *terms.sharing, *terms.dampers)
    )
    assert terms.pool.pool_share.shape == (2,)


def test_the_reference_packs_to_what_changes_nothing():
    terms = pack(DYDX, ("BTC",), step_s=15)
    assert terms.selling == Selling() and terms.bidding == Bidding()
    assert terms.sharing == Sharing() and terms.dampers == Dampers()
    # A target without a trigger is not read.
    pool = terms.pool._replace(pool_share=Pool().pool_share, advance_target=0.0)
    assert pool == Pool() and terms.pool.pool_share.tolist() == [0.0]


@pytest.mark.parametrize(
    ("word", "code"), [("dutch", names.DUTCH), ("batch", names.BATCH), ("first_come", names.FIRST_COME)]
)
def test_formats_have_their_codes(word, code):
    assert packed({"liquidation.format": word}).liquidation_format == code
    assert pack(DYDX, ("BTC",), step_s=15).liquidation_format == names.BOOK


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("linear", names.LINEAR_PATH),
        ("exponential", names.EXPONENTIAL_PATH),
        ("stairs", names.STAIRS_PATH),
        ("health", names.HEALTH_PATH),
    ],
)
def test_paths_have_their_codes(word, code):
    assert packed({"auction.path": word}).selling.path == code


@pytest.mark.parametrize(
    ("word", "code"), [("random", names.RANDOM_ORDER), ("profit", names.PROFIT_ORDER), ("pro-rata", names.PRO_RATA)]
)
def test_orders_of_deleveraging_have_their_codes(word, code):
    assert packed({"loss_sharing.adl_order": word}).sharing.adl_order == code


def test_a_waterfall_is_an_integer_of_base_6_digits_the_first_layer_lowest():
    assert waterfall_code(()) == 0
    assert waterfall_code(("insurance", "adl")) == Sharing().waterfall == 1 + 3 * 6
    assert waterfall_code(("adl", "insurance")) == 3 + 1 * 6
    code = waterfall_code(("voluntary", "insurance", "funding", "adl", "exit"))
    digits = [code // 6**place % 6 for place in range(6)]
    layers = [names.VOLUNTARY_LAYER, names.INSURANCE_LAYER, names.FUNDING_LAYER, names.ADL_LAYER, names.EXIT_LAYER]
    assert digits == [*layers, 0]


def test_slices_and_limits_pack_to_fractions_seconds_and_quote():
    selling = packed(
        {
            "liquidation.target": True,
            "liquidation.min_position_notional_liquidated": 1_000_000,
            "liquidation.first_share_ppm": 100_000,
            "liquidation.share_ramp_s": 60,
            "liquidation.window_s": 300,
            "liquidation.account_window_notional": 1_500_000,
            "liquidation.market_window_notional": 2_000_000,
            "liquidation.outstanding_notional": 3_000_000,
            "liquidation.tranches": 2,
        }
    ).selling
    assert (selling.target, selling.first_share, selling.share_ramp_s, selling.window_s) == (1, 0.1, 60.0, 300.0)
    assert (selling.account_window, selling.market_window, selling.outstanding) == (1.5, 2.0, 3.0)
    assert selling.tranches == 2


def test_the_book_has_slices_too():
    selling = packed({"liquidation.target": True, "liquidation.market_window_notional": 10**9}, DYDX).selling
    assert (selling.target, selling.market_window) == (1, 1_000.0)
    assert selling._replace(target=0, market_window=0.0) == Selling()


def test_an_auctions_phases_and_resets_pack():
    selling = packed(
        {
            "auction.stair_s": 30,
            "auction.slow_s": 3_600,
            "auction.floor_discount_ppm": 50_000,
            "auction.insolvent_s": 1_800,
            "auction.insolvent_discount_ppm": 80_000,
            "auction.anchored": True,
            "auction.reset_s": 900,
            "auction.reset_drop_ppm": 40_000,
            "auction.max_resets": 3,
            "auction.residue": 100_000_000,
        }
    ).selling
    assert (selling.stair_s, selling.slow_s, selling.floor_discount) == (30.0, 3_600.0, 0.05)
    assert (selling.insolvent_s, selling.insolvent_discount, selling.anchored) == (1_800.0, 0.08, 1)
    assert (selling.reset_s, selling.reset_drop, selling.max_resets, selling.residue) == (900.0, 0.04, 3, 100.0)


def test_keepers_are_held_to_their_bonds():
    bidding = packed(
        {
            "keepers.bond_ppm": 10_000,
            "keepers.settle_s": 30,
            "keepers.no_show_penalty_ppm": 900_000,
            "keepers.late_penalty_ppm": 500_000,
            "keepers.exclusion_s": 3_600,
            "keepers.own_accounts": False,
            "keepers.reward_flat": 1_000_000,
            "keepers.reward_ppm": 300,
            "keepers.gas_margin_ppm": 250_000,
            "keepers.reward_cap": 30_000_000,
        }
    ).bidding
    assert bidding == Bidding(0.01, 30.0, 0.9, 0.5, 3_600.0, 0, 1.0, 0.0003, 0.25, 30.0)


@pytest.mark.parametrize(("year", "hour"), [(0, 0), (8_759, 0), (8_760, 1), (17_519, 1), (10**12, 114_155_251)])
def test_treasury_transfers_come_in_hourly_parts_rounded_down(year, hour):
    assert packed({"insurance.treasury_transfer_per_year": year}).pool.treasury_per_hour == hour


def test_the_pool_packs_with_its_advances_and_each_markets_own_part():
    pool = packed(
        {
            "insurance.daily_payout_cap": 5,
            "insurance.target": 7,
            "insurance.stake_cooldown_s": 86_400,
            "insurance.stake_yield_ppm": 200_000,
            "insurance.advance.trigger_ppm": 900_000,
            "insurance.advance.target_ppm": 1_200_000,
            "insurance.advance.account_cap": 1_000_000,
            "insurance.advance.total_cap": 9_000_000,
            "insurance.advance.fee_ppm": 20_000,
            "insurance.advance.repay_ppm": 1_100_000,
            "markets.SOL.pool_share_ppm": 250_000,
        }
    ).pool
    assert (pool.day_insurance, pool.pool_target, pool.stake_cooldown_s, pool.stake_yield) == (5, 7, 86_400.0, 0.2)
    advance = (pool.advance_trigger, pool.advance_target, pool.advance_account, pool.advance_event)
    assert advance == (0.9, 1.2, 1.0, 9.0) and (pool.advance_fee, pool.advance_repay) == (0.02, 1.1)
    assert pool.pool_share.tolist() == [0.0, 0.25] and pool.pool_share.dtype == np.float64


def test_dampers_pack():
    dampers = packed(
        {
            "liquidation.cooldown_s": 30,
            "liquidation.breaker.move_ppm": 50_000,
            "liquidation.breaker.volume": 2_000_000,
            "liquidation.breaker.window_s": 600,
            "liquidation.breaker.halt_s": 120,
            "liquidation.breaker.override_ppm": 500_000,
            "withdrawals.gate_s": 60,
            "withdrawals.guard": True,
            "withdrawals.throttle_ppm_per_hour": 100_000,
        }
    ).dampers
    assert dampers == Dampers(30.0, 0.05, 600.0, 2.0, 120.0, 0.5, 60.0, 1, 0.1)


def test_sharing_packs():
    sharing = packed(
        {
            "loss_sharing.waterfall": "voluntary exit",
            "loss_sharing.share_cap_ppm": 50_000,
            "loss_sharing.premium_share_ppm": 100_000,
        }
    ).sharing
    assert sharing == Sharing(2 + 5 * 6, 0.05, 0.1, names.RANDOM_ORDER)
