"""Terms of the engine: each the float nearest to its on-chain value."""

import numpy as np
import pytest

from govtool.engine.state import BOOK, DUTCH, Terms
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
        if isinstance(left, np.ndarray):
            assert left.shape == (2,) and left.tolist() == right[::-1].tolist(), name
            assert left.dtype == (np.int64 if name == "step" else np.float64), name
        else:
            assert type(left) in (int, float) and left == right, name


def test_the_opening_population_may_form_under_another_protocol():
    candidate = replaced(DYDX, {"tiers.large-cap.initial_margin_ppm": 50_000})
    terms = pack(candidate, ("BTC",), step_s=15, formation=DYDX)
    assert terms.initial_weight.tolist() == [0.05] and terms.formation_weight.tolist() == [0.02]
    assert pack(candidate, ("BTC",), step_s=15).formation_weight.tolist() == [0.05]


@pytest.mark.parametrize(("seconds", "ticks"), [(0, 0), (1, 1), (15, 1), (16, 2), (3_600, 240)])
def test_a_heartbeat_becomes_ticks_rounded_up(seconds, ticks):
    assert pack(replaced(DYDX, {"oracle.heartbeat_s": seconds}), ("BTC",), step_s=15).heartbeat == ticks


def test_a_market_that_the_protocol_lacks_is_refused_with_the_remedy():
    sentence = r"market LUNA is not in protocol dydx-v4; add \[markets\.LUNA\] to it or leave it out"
    with pytest.raises(ParamError, match=sentence):
        pack(DYDX, ("BTC", "LUNA"), step_s=15)
    with pytest.raises(ParamError, match="market BTC is not in protocol x"):
        without = {key: market for key, market in DYDX.markets.items() if key != "BTC"}
        formed = DYDX.model_copy(update={"markets": without, "name": "x"})
        pack(DYDX, ("BTC",), step_s=15, formation=formed)


def test_an_isolated_market_is_refused():
    with pytest.raises(ParamError, match="market SOL of protocol dydx-v4 is isolated"):
        pack(replaced(DYDX, {"markets.SOL.market_type": "isolated"}), ("SOL",), step_s=15)


def test_no_market_packs_to_empty_columns():
    assert pack(DYDX, (), step_s=15).unit.shape == (0,)
