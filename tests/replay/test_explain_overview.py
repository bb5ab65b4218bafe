"""Who lost most, where to look, and how the cascade went."""

import pytest

from govtool.engine import codes as kinds
from govtool.replay.explain.cascade import cascade
from govtool.replay.explain.overview import moments, sufferers
from tests.replay import pair, tiny
from tests.replay.cases import case_of, crash


def test_the_overview_names_who_lost_most_and_where_to_look():
    case = crash(tiny.book(), after=89.0, opening_pool=40_000_000)
    (one,) = sufferers(case)
    assert (one.account, one.closed, one.cost, one.pool, one.bad_debt) == (0, 8_900.0, 0.0, 0.0, 0.0)
    named = {moment.what: moment.row for moment in moments(case)}
    assert case.log.kind[named["first account below maintenance"]] == kinds.FLAG
    assert case.log.kind[named["first deleveraging"]] == kinds.DELEVERAGE
    assert one.first == named["first account below maintenance"]


def test_a_quiet_window_has_nothing_to_look_at():
    case = crash(tiny.book(), after=100.0)
    assert (sufferers(case), moments(case)) == ([], [])
    assert cascade(case).liquidated.tolist() == [0.0, 0.0, 0.0]


def test_the_cascade_adds_up_to_what_was_closed(large):
    found_ = cascade(large)
    total = large.columns["liquidated"][-1]
    assert 0.6 * total < found_.liquidated.sum() <= total
    sizes = {len(getattr(found_, name)) for name in ("second", "price", "liquidated", "pool", "shared", "adl")}
    assert sizes == {found_.second.size}
    assert found_.price.max() < 1.2 * large.path.max()


def test_the_cascade_shows_deleveraging_and_the_market_it_was_in():
    prices = [100.0] * 4 + [89.0] * 8
    scenario = pair.scenario([100.0] * 12, prices, ((0.0, 1.0), (0.0, -1.0)))
    case = case_of(scenario, pair.book(), opening_pool=0)
    found_ = cascade(case)
    assert found_.market == "ETH"
    assert found_.deleveraged.sum() == pytest.approx(8_900.0, rel=1e-4)
    assert found_.lost[-1] == pytest.approx(100.0, rel=1e-2)
