"""What extra collateral would have carried a position through."""

from fractions import Fraction

import numpy as np
import pytest

from govtool.errors import DataError, ParamError
from govtool.history.events import find_event
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import PRESETS, preset
from govtool.replay.backtest import replay
from govtool.replay.buffer import Buffer, buffers, needs, sentences
from govtool.replay.vary import Variant, variants
from govtool.scenario.bundle import Scenario
from govtool.world.read import read_world
from tests.replay import pair, tiny

START_MS = 1_621_382_400_000  # 2021-05-19 00:00 UTC


def five_per_cent(**changes: object) -> Variant:
    """Maintenance of 5 % in every market."""
    fixed = {"tiers.large-cap.initial_margin_ppm": 100_000, "tiers.large-cap.maintenance_fraction_ppm": 500_000}
    return variants({"p": pair.book(**fixed, **changes)})[0]


def alone(scenario: Scenario, variant: Variant | None = None, **coins: int) -> list[Buffer]:
    position = {market: Fraction(size) for market, size in coins.items()}
    return needs(scenario, START_MS, position, variant or five_per_cent())


def test_a_long_needs_its_loss_and_the_margin_of_what_is_left():
    (row,) = alone(tiny.scenario([100.0, 90.0, 80.0, 95.0], [10.0]), BTC=1)
    # 100 - 80 lost, 0.05 * 80 to keep: 24, of which 5 were to be kept anyway.
    assert row.equity == pytest.approx(24.0)
    assert row.maintenance == pytest.approx(5.0)
    assert row.buffer == pytest.approx(19.0)
    assert row.share == pytest.approx(0.19)
    assert row.leverage == pytest.approx(100.0 / 24.0)
    assert row.worst_ms == START_MS + 3 * 15_000
    assert row.moves == pytest.approx({"BTC": -0.2})


def test_a_short_needs_more_margin_as_it_loses():
    (row,) = alone(tiny.scenario([100.0, 120.0, 95.0], [200.0]), BTC=-2)
    assert row.equity == pytest.approx(2 * (20.0 + 6.0))
    assert row.buffer == pytest.approx(2 * 21.0)
    assert row.moves == pytest.approx({"BTC": 0.2})


def test_a_position_that_only_gains_needs_no_buffer():
    (row,) = alone(tiny.scenario([100.0, 110.0, 120.0], [1.0]), BTC=1)
    assert row.buffer == pytest.approx(0.0)
    assert row.leverage == pytest.approx(20.0)
    assert row.worst_ms == START_MS + 15_000
    assert row.moves == {"BTC": 0.0}


def test_a_hedge_helps_under_cross_margin_and_not_under_isolated():
    scenario = pair.scenario([100.0, 80.0, 80.0], [100.0, 80.0, 120.0], ((0.5, 0.5),))
    (cross,) = alone(scenario, BTC=1, ETH=-1)
    # At the end 20 + 20 lost, 4 + 6 to keep.
    assert (cross.market, cross.notional, cross.equity) == ("all", pytest.approx(200.0), pytest.approx(50.0))
    assert cross.moves == pytest.approx({"BTC": -0.2, "ETH": 0.2})
    falls = pair.scenario([100.0, 80.0, 100.0], [100.0, 80.0, 100.0], ((0.5, 0.5),))
    (cross,) = alone(falls, BTC=1, ETH=-1)
    assert cross.equity == pytest.approx(10.0)  # at the start: while prices fall each leg pays for the other
    whole, btc, eth = alone(falls, five_per_cent(**{"margin.mode": "isolated"}), BTC=1, ETH=-1)
    assert (btc.equity, eth.equity) == (pytest.approx(24.0), pytest.approx(5.0))
    assert (whole.equity, whole.buffer, whole.worst_ms) == (pytest.approx(29.0), pytest.approx(19.0), None)
    assert [row.market for row in (whole, btc, eth)] == ["all", "BTC", "ETH"]


def test_one_market_is_the_same_under_both_modes():
    scenario = tiny.scenario([100.0, 80.0], [80.0])
    (cross,), (isolated,) = alone(scenario, BTC=1), alone(scenario, five_per_cent(**{"margin.mode": "isolated"}), BTC=1)
    assert (cross.equity, cross.worst_ms) == (isolated.equity, isolated.worst_ms)


def test_funding_is_paid_as_clamped():
    scenario = tiny.scenario([100.0] * 4, [100.0])
    feed = scenario.feed._replace(funding_tick=np.array([1, 2]), funding_rate=np.array([[0.01], [9.0]]))
    scenario = tiny.dataclasses.replace(scenario, feed=feed)
    # 1 % of 100, then the clamp of 6 * (initial - maintenance) = 6 * 5 % of it; a short receives both.
    (row,) = alone(scenario, BTC=1)
    assert row.equity == pytest.approx(5.0 + 1.0 + 30.0)
    assert row.worst_ms == START_MS + 3 * 15_000
    assert alone(scenario, BTC=-1)[0].buffer == pytest.approx(0.0)


def test_exactly_that_equity_survives_and_less_does_not():
    prices = [100.0, 90.0, 80.0, 95.0] + [95.0] * 4
    (row,) = alone(tiny.scenario(prices, [95.0]), BTC=1)
    for extra, accounts in ((1e-4, 0), (-1e-4, 1)):
        equity = row.equity + extra
        crowd = tiny.crowd([1.0], equity=equity, leverage=100.0 / equity)
        held = tiny.scenario(prices, [95.0], crowd=crowd)
        outcome = replay(held, five_per_cent().protocol)
        assert outcome.metrics["liquidated_accounts"] == accounts


@pytest.mark.parametrize(
    ("coins", "sentence"),
    [
        (Fraction(1, 10**9), "BTC=1e-09 is not a multiple of 0.0001, the smallest order"),
        (Fraction(0), "is not a multiple"),
        (Fraction(10**12), "outgrows 64-bit integers"),
    ],
)
def test_a_size_that_cannot_be_held_is_refused(coins, sentence):
    with pytest.raises(ParamError, match=sentence):
        needs(tiny.scenario([100.0], [100.0]), 0, {"BTC": coins}, five_per_cent())


def test_the_words_name_the_event_that_asks_for_most():
    (one,) = alone(tiny.scenario([100.0, 80.0], [80.0]), BTC=1)
    (two,) = alone(tiny.scenario([100.0, 90.0], [90.0], event="mild"), BTC=1)
    assert sentences([one, two]) == [
        "p, cross, position: to survive all 2 events takes a buffer of 19.0 % of notional beyond maintenance (tiny asks"
        " for most), and leverage of at most 4.17."
    ]


EVENT = "reconstructed-crash-2021-05-19"
HELD = {"BTC": Fraction(1), "ETH": Fraction(-10)}


def of_event(protocol: Protocol, *modes: str) -> list[Buffer]:
    return buffers(find_event(EVENT), HELD, variants({"p": protocol}, modes), read_world("default"))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_answers_in_both_modes(name):
    cross, whole, btc, eth = of_event(preset(name), "cross", "isolated")
    assert cross.equity >= cross.maintenance > 0
    assert cross.label == "reconstructed"
    assert whole.equity == pytest.approx(btc.equity + eth.equity)
    # Equity that may move between markets is never short of equity that may not.
    assert whole.equity >= cross.equity * (1 - 1e-9)


def test_weights_that_follow_volatility_ask_for_more():
    follows = preset("govtool")
    (still,) = of_event(replaced(follows, {"adaptive.enabled": False}))
    (moves,) = of_event(follows)
    assert moves.equity > still.equity


def test_a_market_that_the_event_lacks_is_refused_by_name():
    with pytest.raises(DataError, match=f"event '{EVENT}' has no market 'DOGE'"):
        buffers(find_event(EVENT), {"DOGE": Fraction(1)}, [five_per_cent()], read_world("default"))
