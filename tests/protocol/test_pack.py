"""Terms of the engine: each the float nearest to its on-chain value."""

import numpy as np
import pytest

from govtool.engine.terms import (
    ABSOLUTE_TURN,
    BOOK,
    DUTCH,
    FLAT,
    LINEAR,
    LINEAR_TURN,
    ROOT,
    SCAN,
    STABLE,
    STRICT,
    Terms,
)
from govtool.errors import ParamError
from govtool.protocol.fields import replaced
from govtool.protocol.pack import pack
from govtool.protocol.read import preset

DYDX, GOVTOOL = preset("dydx-v4"), preset("govtool")


def test_the_reference_packs_to_known_fractions():
    terms = pack(DYDX, ("BTC", "SOL"), step_s=15)
    assert terms.initial_weight.tolist() == [0.02, 0.1]
    assert terms.maintenance_weight.tolist() == [0.012, 0.05]
    assert terms.oi_lower.tolist() == [0.0, 20e6] and terms.oi_upper.tolist() == [0.0, 50e6]
    assert terms.unit.tolist() == [1e-10, 1e-7] and terms.step.tolist() == [1_000_000, 1_000_000]
    assert terms.deviation.tolist() == [0.001, 0.0025]
    # 6 times initial minus maintenance margin: 6 * 0.8 % and 6 * 5 %.
    assert terms.funding_clamp.tolist() == [0.048, 0.3]
    assert (terms.taker_fee, terms.fee_rate, terms.portion, terms.spread_ratio) == (0.0005, 0.015, 0.1, 1.5)
    assert (terms.min_notional, terms.block_notional) == (1_000.0, 100_000.0)
    assert terms.block_insurance == 1_000_000_000_000
    assert (terms.liquidation_format, terms.adaptive, terms.heartbeat, terms.adl) == (BOOK, 0, 0, 1)
    assert (terms.fee_to_insurance, terms.trading_fee_share, terms.restore) == (1.0, 0.0, 1.0)


def test_the_design_packs_its_auction_and_adaptive_weights():
    terms = pack(GOVTOOL, ("ETH",), step_s=15)
    assert terms.liquidation_format == DUTCH and terms.adaptive == 1
    assert (terms.length_s, terms.start_discount, terms.end_discount) == (120.0, 0.0, 0.03)
    assert terms.gamma.tolist() == [0.5] and terms.cap.tolist() == [2.5] and terms.reference.tolist() == [0.8]
    assert terms.rise.tolist() == [0.5] and terms.fall.tolist() == [0.05]
    assert terms.half_life_s.tolist() == [86_400.0]
    assert (terms.restore, terms.trading_fee_share, terms.heartbeat) == (1.1, 0.05, 240)


def test_columns_follow_the_order_of_the_markets_and_have_the_engines_types():
    one, other = (pack(DYDX, names, step_s=15) for names in (("BTC", "SOL"), ("SOL", "BTC")))
    for name in Terms._fields:
        left, right = getattr(one, name), getattr(other, name)
        if isinstance(left, tuple):
            continue
        if isinstance(left, np.ndarray):
            assert left.shape == (2,) and left.tolist() == right[::-1].tolist(), name
            assert left.dtype == (np.int64 if name == "step" else np.float64), name
        else:
            assert type(left) in (int, float) and left == right, name


@pytest.mark.parametrize(("seconds", "ticks"), [(0, 0), (1, 1), (15, 1), (16, 2), (3_600, 240)])
def test_a_heartbeat_becomes_ticks_rounded_up(seconds, ticks):
    assert pack(replaced(DYDX, {"oracle.heartbeat_s": seconds}), ("BTC",), step_s=15).heartbeat == ticks


def test_a_market_that_the_protocol_lacks_is_refused_with_the_remedy():
    sentence = r"market LUNA is not in protocol dydx-v4; add \[markets\.LUNA\] to it or leave it out"
    with pytest.raises(ParamError, match=sentence):
        pack(DYDX, ("BTC", "LUNA"), step_s=15)


def test_an_isolated_market_is_refused():
    with pytest.raises(ParamError, match="market SOL of protocol dydx-v4 is isolated"):
        pack(replaced(DYDX, {"markets.SOL.market_type": "isolated"}), ("SOL",), step_s=15)


def test_margin_rules_of_each_system_pack_to_known_numbers():
    drift = pack(preset("drift-v2"), ("BTC", "SOL"), step_s=15, assets=("SOL", "USDT")).margin
    assert (drift.curve, drift.price_mode, drift.twap_s, drift.fill_share, drift.stop_add) == (
        ROOT,
        STRICT,
        300,
        0.5,
        0.02,
    )
    assert drift.curve_initial.tolist() == [0.0019, 0.00005]
    assert drift.asset_initial.tolist() == [0.8, 0.9] and drift.liability_maintenance.tolist() == [1.1, 1.05]
    assert drift.asset_scale.tolist() == [200_000.0, 0.0] and drift.asset_curve.tolist() == [0.003, 0.0004]
    depth = pack(preset("synthetix-v3"), ("BTC",), step_s=15, assets=("ETH",)).margin
    assert depth.curve == LINEAR and depth.base_margin.tolist() == [15.0]
    assert depth.curve_initial.tolist() == [1.54 / 12_500]
    assert depth.curve_maintenance.tolist() == pytest.approx([1.54 / 12_500 * 0.28], rel=1e-15)
    assert depth.asset_curve.tolist() == [1 / 350_000] and depth.asset_worst.tolist() == [0.9]
    mango = pack(preset("mango-v4"), ("SOL",), step_s=15).margin
    assert (mango.price_mode, mango.stop_share, mango.curve) == (STABLE, 1.0, FLAT)
    assert mango.stable_growth == float(np.float32(0.0003))


def test_the_scan_of_the_portfolio_manager_packs_to_33_scenarios():
    terms = pack(preset("derive-v2-portfolio"), ("BTC", "ETH"), step_s=15, assets=("ETH",))
    assert terms.margin.method == SCAN and terms.scan.range.tolist() == [1.0, 1.0]
    assert terms.scan.move.size == 33 and terms.scan.move[0] == 0.18 and terms.scan.damp[23] == 0.21
    assert terms.scan.shift[-2:].tolist() == [LINEAR_TURN, ABSOLUTE_TURN]
    assert (terms.scan.scan_initial, terms.scan.scan_maintenance, terms.options.settle_ticks) == (1.0, 0.8, 120)
    assert terms.margin.asset_hedges.tolist() == [1.0]


def test_an_unknown_collateral_is_refused_with_the_remedy():
    sentence = r"asset WIF is no collateral of protocol drift-v2; add \[collateral\.WIF\] to it or leave it out"
    with pytest.raises(ParamError, match=sentence):
        pack(preset("drift-v2"), ("BTC",), step_s=15, assets=("WIF",))


def test_no_market_packs_to_empty_columns():
    assert pack(DYDX, (), step_s=15).unit.shape == (0,)
