"""Who becomes liquidatable when a proposal activates."""

import dataclasses

import numpy as np
import pytest

from govtool.errors import ParamError
from govtool.history.events import find_event
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import preset
from govtool.replay.activation import Activation, activation, pace, sentences
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world
from tests.replay import pair, tiny

HOUR = [100.0] * 240


def doubled() -> Protocol:
    """Maintenance of 2.4 % instead of 1.2 %."""
    return replaced(tiny.book(), {"tiers.large-cap.initial_margin_ppm": 40_000})


def two_accounts(prices: list[float]) -> Scenario:
    """1,000 of equity each: 10,000 long keep 120, then 240; 45,000 long keep 540, then 1,080."""
    crowd = tiny.crowd([1.0, 1.0])._replace(leverage=np.array([10.0, 45.0]))
    return tiny.scenario(prices, [100.0], crowd=crowd)


def test_twice_the_weight_makes_exactly_the_account_liquidatable_that_it_should():
    found = activation(two_accounts(HOUR), tiny.book(), doubled(), ramps_s=[0])
    stays, at_once = found.plans
    assert (stays.first.accounts, stays.later.accounts, stays.closed_usd) == (0, 0, 0.0)
    assert at_once.first.accounts == at_once.first_beyond.accounts == 1
    assert at_once.first_beyond.usd == pytest.approx(45_000.0)
    assert at_once.first_beyond.markets["BTC"] == (1, pytest.approx(45_000.0))
    assert at_once.closed_usd == pytest.approx(at_once.closed["BTC"]) and at_once.closed_usd > 0
    assert found.accounts == 2
    assert found.hours == 1.0  # the window is no longer


def test_a_ramp_flags_nobody_at_the_start_and_that_account_when_its_weight_is_reached():
    found = activation(two_accounts(HOUR), tiny.book(), doubled(), ramps_s=[0, 3_600, 86_400])
    _, at_once, hour, day = found.plans
    assert [plan.first.accounts for plan in (at_once, hour, day)] == [1, 0, 0]
    # 45,000 * w > 1,000 from w = 2.22 % on, 85 % of the way from 1.2 to 2.4: after 51 minutes of an hour.
    assert [plan.later.accounts for plan in (at_once, hour, day)] == [1, 1, 0]
    early = activation(two_accounts(HOUR), tiny.book(), doubled(), ramps_s=[3_600], hours=51.0 / 60.0)
    assert early.plans[1].later.accounts == 0


def test_who_is_flagged_under_current_as_well_is_not_beyond_it():
    falls = [100.0] + [98.9] * 239  # 1,000 - 495 = 505 keep 534: flagged under both, under the proposal at once
    found = activation(two_accounts(falls), tiny.book(), doubled(), ramps_s=[0])
    stays, at_once = found.plans
    assert (stays.first.accounts, stays.later.accounts) == (0, 1)
    assert stays.later.usd == pytest.approx(450 * 98.9)
    assert (at_once.first_beyond.accounts, at_once.later_beyond.accounts) == (1, 0)


def test_nothing_changes_if_nothing_is_changed():
    falls = [100.0] + [98.9] * 239
    found = activation(two_accounts(falls), tiny.book(), tiny.book())
    stays, *ways = found.plans
    assert [plan.ramp_s for plan in found.plans] == [None, 0, 86_400]
    for way in ways:
        assert dataclasses.replace(way, ramp_s=None) == stays


def test_notional_is_told_by_market():
    scenario = pair.scenario(HOUR, HOUR, ((0.5, -0.5),), leverage=45.0)
    found = activation(scenario, pair.book(), replaced(pair.book(), {"tiers.large-cap.initial_margin_ppm": 40_000}))
    group = found.plans[1].first
    assert (group.accounts, group.usd) == (1, pytest.approx(45_000.0, abs=0.2))  # a step of ETH is worth 0.1
    assert group.markets == {"BTC": (1, pytest.approx(22_500.0, abs=0.2)), "ETH": (1, pytest.approx(22_500.0, abs=0.2))}


@pytest.mark.parametrize("hours", [0.0, -1.0, float("nan")])
def test_no_time_to_look_at_is_refused(hours):
    with pytest.raises(ParamError, match="is not a number above 0"):
        activation(two_accounts(HOUR), tiny.book(), doubled(), hours=hours)


def test_a_ramp_out_of_bounds_is_refused():
    with pytest.raises(ParamError, match="ramp_s = -1"):
        activation(two_accounts(HOUR), tiny.book(), doubled(), ramps_s=[-1])


def test_quantums_of_another_size_are_refused():
    finer = replaced(doubled(), {"markets.BTC.atomic_resolution": -9})
    with pytest.raises(ParamError, match=r"market BTC is counted in quantums of 1e-10 .* and of 1e-09"):
        activation(two_accounts(HOUR), tiny.book(), finer)


def test_the_words_follow_the_numbers():
    found = activation(two_accounts(HOUR), tiny.book(), doubled(), ramps_s=[0, 86_400], names=("old", "new"))
    at_once, day = sentences(found)
    assert at_once.startswith(
        "new at once: 1 account is liquidatable at the start who would not be under old (BTC 45,000 usd);"
        " in 1 h 1 is flagged who would not be (45,000 usd); "
    )
    assert day == (
        "new over 24 h: nobody is liquidatable at the start who would not be under old;"
        " in 1 h 0 are flagged who would not be (0 usd); 0 usd more closed by force."
    )
    assert [pace(plan.ramp_s) for plan in found.plans] == ["stays", "at once", "over 24 h"]


@pytest.fixture(scope="module")
def bundled() -> Scenario:
    return build(find_event("reconstructed-crash-2021-05-19"), read_world("default"), 0)


def weights_times(protocol: Protocol, factor: int) -> Protocol:
    """The weights of the tiers of BTC, ETH and SOL times a factor."""
    tiers = {protocol.markets[market].tier for market in ("BTC", "ETH", "SOL")}
    return replaced(
        protocol,
        {f"tiers.{key}.initial_margin_ppm": protocol.tiers[key].initial_margin_ppm * factor for key in sorted(tiers)},
    )


def watched(scenario: Scenario, factor: int) -> Activation:
    return activation(scenario, preset("dydx-v4"), weights_times(preset("dydx-v4"), factor), ramps_s=[0, 3_600])


def test_more_weight_flags_more_and_a_ramp_nobody_at_the_start(bundled):
    some, more = watched(bundled, 3), watched(bundled, 5)
    assert 0 < some.plans[1].first_beyond.accounts < more.plans[1].first_beyond.accounts
    assert some.plans[2].first.accounts == more.plans[2].first.accounts == 0
    assert some.plans[0] == more.plans[0]
    for plan in (*some.plans, *more.plans):
        for group in (plan.first, plan.first_beyond, plan.later, plan.later_beyond):
            assert group.usd == pytest.approx(sum(part.usd for part in group.markets.values()))
        assert plan.closed_usd == pytest.approx(sum(plan.closed.values()))


def test_a_move_to_isolated_margin_counts_owners(bundled):
    found = activation(bundled, preset("dydx-v4"), replaced(preset("dydx-v4"), {"margin.mode": "isolated"}))
    stays, at_once, _ = found.plans
    assert stays.later.accounts < at_once.later.accounts <= found.accounts
