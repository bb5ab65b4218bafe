"""Terms and digests are kept per protocol: a change of one field, or of what is asked for, makes them anew."""

import pytest

from govtool.protocol.digest import digest
from govtool.protocol.fields import replaced
from govtool.protocol.pack import pack
from govtool.protocol.read import preset

MARKETS = ("BTC", "ETH")

CHANGES = {
    "tiers.large-cap.initial_margin_ppm": (25_000, lambda terms: terms.initial_weight.tolist()),
    "liquidation.max_liquidation_fee_ppm": (6_000, lambda terms: terms.fee_rate),
    "oracle.mean_s": (300, lambda terms: terms.posting.mean_ticks),
    "insurance.daily_payout_cap": (7, lambda terms: terms.pool.day_insurance),
}


@pytest.mark.parametrize("path", CHANGES)
def test_protocols_that_differ_in_one_field_share_nothing(path):
    value, read = CHANGES[path]
    current = preset("dydx-v4")
    before, known = pack(current, MARKETS, step_s=15), digest(current)
    changed = replaced(current, {path: value})
    assert read(pack(changed, MARKETS, step_s=15)) != read(before)
    assert digest(changed) != known
    assert pack(current, MARKETS, step_s=15) is before and digest(current) == known


def test_a_copy_with_another_value_does_not_bring_its_answers_along():
    current = preset("dydx-v4")
    known = digest(current)
    fees = current.fees.model_copy(update={"taker_fee_ppm": current.fees.taker_fee_ppm + 1})
    assert digest(current.model_copy(update={"fees": fees})) != known


def test_other_markets_ticks_and_assets_have_terms_of_their_own():
    protocol = replaced(preset("dydx-v4"), {"oracle.heartbeat_s": 60})
    asked = [(MARKETS, 15, ()), (("ETH", "BTC"), 15, ()), (MARKETS, 5, ())]
    found = [pack(protocol, markets, step_s=step, assets=assets) for markets, step, assets in asked]
    again = [pack(protocol, markets, step_s=step, assets=assets) for markets, step, assets in asked]
    assert len({id(terms) for terms in found}) == 3
    assert [id(terms) for terms in again] == [id(terms) for terms in found]
    assert found[0].unit.tolist() == found[1].unit.tolist()[::-1]
    assert found[0].heartbeat != found[2].heartbeat
