"""What an attack brought and cost, counted row by row on logs written by hand, and on replays."""

from types import SimpleNamespace

import numpy as np
import pytest

from govtool.engine.codes import CLOSE, DELEVERAGE, ENTER, FILL, RETIRE, TAKE, TILLS, TRADE, WITHDRAW
from govtool.protocol.read import preset
from govtool.replay.attack import booty_of, harm_of, hedge_of, raid
from govtool.replay.backtest import replay
from govtool.replay.events import Log
from govtool.scenario.bundle import assemble
from govtool.world.model import World
from govtool.world.read import read_world
from tests.scenario.windows import window

COLUMNS = {"market": -1, "other": -1, "size": 0, "quote": 0, "fee": 0, "fund": 0, "price": 0.0, "equity": 0.0}
USD = 1_000_000
TERMS = SimpleNamespace(unit=np.array([1.0]), funding_clamp=np.array([1.0]))


def log_of(*rows: dict) -> Log:
    whole = [{"tick": 0, "account": -1, "maintenance": 0.0} | COLUMNS | row for row in rows]
    real = ("price", "equity", "maintenance")
    return Log(**{n: np.array([row[n] for row in whole], dtype=float if n in real else int) for n in Log._fields})


def scene(index: list[float], **told: object) -> SimpleNamespace:
    """One market, two accounts, of which the second is the attacker's; no funding."""
    feed = SimpleNamespace(
        index=np.array(index)[:, None],
        funding_tick=np.zeros(0, dtype=np.int64),
        funding_rate=np.zeros((0, 1)),
        funding_share=1.0,
    )
    listing = SimpleNamespace(option_unit=np.zeros(0), asset_unit=np.zeros(0))
    crowd = SimpleNamespace(equity=np.zeros(2))
    made = {"feed": feed, "listing": listing, "crowd": crowd, "markets": ("BTC",), "attackers": 1, "takers": 1}
    return SimpleNamespace(**(made | told))


def result_of(path: list[float], **told: object) -> SimpleNamespace:
    books = {
        "cash": np.zeros(2, dtype=int),
        "size": np.zeros((2, 1), dtype=int),
        "keeper_cash": np.array([50 * USD, 7 * USD]),
        "tills": np.zeros(TILLS, dtype=int),
        "gauges": np.zeros(40),
    }
    return SimpleNamespace(books=SimpleNamespace(**(books | told)), trace=SimpleNamespace(path=np.array(path)[:, None]))


def test_money_is_what_came_back_and_is_still_held_less_what_was_brought():
    log = log_of(
        {"kind": ENTER, "account": 0, "quote": 99 * USD},
        {"kind": ENTER, "account": 1, "quote": 100 * USD},
        {"kind": WITHDRAW, "account": 1, "quote": -60 * USD, "price": 0.5},
        {"kind": RETIRE, "account": 0, "quote": -90 * USD},
    )
    held = result_of([10.0, 10.0], cash=np.array([0, 30 * USD]), size=np.array([[0], [2]]))
    found = booty_of(scene([10.0, 11.0]), TERMS, held, log)
    # The channel kept a half; two coins are worth 11 at the index, whatever is posted; the last keeper is its own.
    assert (found.brought, found.returned, found.held, found.keeper) == (100.0, 59.5, 52.0, 7.0)
    assert found.gain == pytest.approx(59.5 + 52 + 7 - 100 + found.hedge)


def test_an_account_that_is_worth_less_than_nothing_counts_nothing():
    held = result_of([10.0], cash=np.array([0, -30 * USD]), size=np.array([[0], [2]]))
    assert booty_of(scene([10.0]), TERMS, held, log_of()).held == 0.0


def test_the_hedge_gains_what_the_position_loses_at_the_index():
    log = log_of(
        {"kind": TRADE, "tick": 0, "account": 1, "market": 0, "size": 4, "quote": -404 * USD},
        {"kind": TRADE, "tick": 0, "account": 0, "market": 0, "size": 9, "quote": -900 * USD},
        {"kind": FILL, "tick": 1, "account": 1, "market": 0, "size": -1, "quote": 85 * USD},
        # Met as a counterparty: another's short of one coin is closed against it.
        {"kind": DELEVERAGE, "tick": 2, "account": 0, "other": 1, "market": 0, "size": 1, "quote": -95 * USD},
    )
    # Sold 4 at 100, bought back one each at 90 and 80, and two at the end at 70.
    assert hedge_of(scene([100.0, 90.0, 80.0, 70.0]), TERMS, log, 1) == 400 - 90 - 80 - 140


def test_a_price_better_than_the_index_is_no_gain_of_an_attack():
    bought = {"kind": TRADE, "account": 1, "market": 0, "size": 1, "quote": -98 * USD}
    sold = {"kind": TRADE, "tick": 1, "account": 1, "market": 0, "size": -1, "quote": 103 * USD}
    assert hedge_of(scene([100.0, 100.0]), TERMS, log_of(bought, sold), 1) == 98 - 103


def test_the_hedge_gets_the_funding_that_the_position_pays():
    log = log_of({"kind": TRADE, "account": 1, "market": 0, "size": 2, "quote": -200 * USD})
    one = scene([100.0, 100.0])
    one.feed.funding_tick, one.feed.funding_rate, one.feed.funding_share = np.array([1]), np.array([[5.0]]), 0.5
    # The rate is clamped to 1, of which a half applies: 2 coins of 100.
    assert hedge_of(one, TERMS, log, 1) == 100.0


def test_others_lose_what_they_lose_at_the_index_and_the_attacker_is_none_of_them():
    log = log_of(
        {"kind": TRADE, "account": 0, "market": 0, "size": 5, "quote": -500 * USD},
        # Pushed to 80, the other account is sold at 84 for a fee of 1: equity 20 at mark is 120 at the index.
        {"kind": TAKE, "account": 0, "market": 0, "size": -5, "quote": 420 * USD, "fee": USD, "equity": 20.0},
        {"kind": CLOSE, "account": 1, "market": 0, "size": -5, "quote": 400 * USD, "equity": 20.0},
        # The attacker's short is closed at 97 against the other's long, which is worth 100.
        {"kind": DELEVERAGE, "account": 1, "other": 0, "market": 0, "size": 1, "quote": -97 * USD},
        {"kind": DELEVERAGE, "account": 0, "other": 1, "market": 0, "size": 1, "quote": -90 * USD},
    )
    found = harm_of(scene([100.0]), TERMS, result_of([80.0]), log)
    assert found.liquidation_cost == pytest.approx(500 - 420 + 1)
    assert found.adl == pytest.approx(3.0)
    assert (found.insurance_draw, found.shared_loss, found.bad_debt) == (0.0, 0.0, 0.0)
    assert found.total == pytest.approx(84.0)


def test_nobody_loses_more_than_was_left():
    rows = (
        {"kind": TRADE, "account": 0, "market": 0, "size": 5, "quote": -500 * USD},
        {"kind": TAKE, "account": 0, "market": 0, "size": -5, "quote": 420 * USD},
    )
    poor, broke = (log_of(rows[0], rows[1] | {"equity": one}) for one in (30.0, -1.0))
    level = result_of([100.0])
    assert harm_of(scene([100.0]), TERMS, level, poor).liquidation_cost == 30.0
    assert harm_of(scene([100.0]), TERMS, level, broke).liquidation_cost == 0.0


def test_a_replay_without_an_attack_is_the_replay_that_backtest_makes():
    scenario, protocol = assemble(window(), "crash", read_world("default"), 3), preset("dydx-v4")
    found, same = raid(scenario, protocol, 0), replay(scenario, protocol, opening_pool=0)
    assert found.events == same.event_digest and found.booty.gain == 0.0
    assert found.fees == pytest.approx(same.metrics["fee_revenue_usd"])
    for name, metric in (("insurance_draw", "insurance_draw_usd"), ("bad_debt", "bad_debt_usd")):
        assert getattr(found.harm, name) == pytest.approx(same.metrics[metric])


def test_an_honest_trader_that_is_hedged_pays_its_costs_and_nothing_else():
    """In at half a spread and a fee, on a tenth of a fall of a tenth: whatever the price does, that is all."""
    told = {"kind": "position", "market": "ETH", "side": "long", "equity": 1e5, "leverage": 1.0, "enters_h": 0.1}
    world = World.model_validate(read_world("default").model_dump() | {"attacks": [told | {"wallets": 3}]})
    scenario = assemble(window(), "crash", world, 3)
    assert (scenario.attackers, scenario.takers) == (3, 0)
    found = raid(scenario, preset("dydx-v4"), 0).booty
    assert found.brought == 1e5 and found.returned == 0.0
    assert found.gain == pytest.approx(-1e5 * (0.0005 + 0.0005), rel=0.02)
