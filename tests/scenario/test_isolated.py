"""The crowd as wallets of one market each."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.engine.state import Crowd
from govtool.engine.terms import NOTHING, Listing
from govtool.errors import ParamError
from govtool.protocol.fields import replaced
from govtool.replay.backtest import prepared, replay
from govtool.scenario.isolated import split_by_market
from tests.replay import pair, tiny

USD = 1_000_000

ASSETS = Listing(option_market=np.array([0, 1]), asset_market=np.array([1, -1]))
"""Two markets, a series on each, an asset that follows the second and one that follows none."""


def crowd(share: Any, equity: Any = 1_000 * USD, leverage: float = 10.0, **changed: Any) -> Crowd:
    shares = np.array(share, dtype=np.float64)
    made = tiny.crowd([1.0] * len(shares), leverage=leverage)
    equities = np.broadcast_to(np.array(equity, dtype=np.int64), len(shares)).copy()
    return made._replace(equity=equities, share=shares, **changed)


def split(made: Crowd, weight: Any, listing: Listing = NOTHING, price: Any = None) -> Crowd:
    weights = np.array(weight, dtype=np.float64)
    prices = np.ones_like(weights) if price is None else np.array(price, dtype=np.float64)
    return split_by_market(made, listing, weights, prices)


def notional(made: Crowd) -> Any:
    """Wished notional per wallet and instrument."""
    return (made.equity * made.leverage)[:, None] * made.share


def test_equity_goes_where_initial_margin_is_asked():
    # Half of the notional each; the second market asks for three times as much: a quarter and three quarters.
    made = split(crowd([[0.5, -0.5]], wallet=np.array([400 * USD])), [0.125, 0.375])
    assert made.equity.tolist() == [250 * USD, 750 * USD]
    assert made.wallet.tolist() == [100 * USD, 300 * USD]
    assert made.share.tolist() == [[1.0, 0.0], [0.0, -1.0]]
    # 5000 of notional on 250 and on 750.
    assert made.leverage.tolist() == [20.0, pytest.approx(20 / 3)]
    assert made.owner.tolist() == [0, 0]


def test_an_account_of_one_market_is_left_alone():
    before = crowd([[1.0, 0.0], [0.0, -1.0], [0.5, 0.5]], equity=[3, 7, 9], leverage=0.1)
    after = split(before, [0.1, 0.2])
    assert after.owner.tolist() == [0, 1, 2, 2]
    for name in ("equity", "wallet", "enters", "hold", "idle", "topup_chance", "topup_delay"):
        assert getattr(after, name)[:2].tolist() == getattr(before, name)[:2].tolist(), name
    assert after.share[:2].tolist() == before.share[:2].tolist()
    # Multiplied by equity and divided by it again: the last bit may differ.
    assert after.leverage[:2] == pytest.approx(before.leverage[:2], rel=3e-16)


def test_an_account_without_positions_is_one_wallet():
    after = split(crowd([[0.0, 0.0]]), [0.1, 0.2])
    assert (after.equity.tolist(), after.share.tolist()) == ([1_000 * USD], [[0.0, 0.0]])


def test_a_quantum_that_does_not_split_stays_with_the_last_wallet():
    # 10 quantums in three: 3, 3 and 4.
    after = split(crowd([[0.25, 0.25, 0.5]], equity=10), [0.2, 0.2, 0.1])
    assert after.equity.tolist() == [3, 3, 4]


def test_markets_that_ask_for_nothing_share_equally():
    after = split(crowd([[0.25, 0.75]]), [0.0, 0.0])
    assert after.equity.tolist() == [500 * USD, 500 * USD]


def test_options_and_assets_go_with_their_market_and_others_by_themselves():
    # Instruments: two markets, an option on each, an asset of the second, one of none.
    share = [[0.25, 0.0, 0.25, 0.0, -0.25, -0.25]]
    after = split(crowd(share), [0.1] * 6, ASSETS)
    assert [np.flatnonzero(row).tolist() for row in after.share] == [[5], [0, 2], [4]]
    assert after.equity.tolist() == [250 * USD, 500 * USD, 250 * USD]


def test_each_wallet_brings_the_assets_of_its_owner_in_proportion():
    made = crowd([[0.5, 0.5, 0.0, 0.0, 0.0, 0.0]], deposit=np.array([[0.25, 0.5]]))
    assert split(made, [0.1] * 6, ASSETS).deposit.tolist() == [[0.25, 0.5]] * 2


def test_wallets_share_losses_as_their_owner_agreed_and_stakers_stay():
    made = crowd([[1.0, 0.0], [0.5, 0.5]], opted=np.array([0, 1]), stake=np.array([0.5]), nerve=np.array([0.1]))
    after = split(made, [0.1, 0.1])
    assert after.opted.tolist() == [0, 1, 1]
    assert after.stake.tolist() == [0.5] and after.nerve.tolist() == [0.1]
    # Nobody has opted in where the crowd says nothing of it.
    assert split(crowd([[0.5, 0.5]]), [0.1, 0.1]).opted.size == 0


def test_wallets_of_a_keepers_account_are_its_owners():
    made = crowd([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]], owner=np.array([0, 1, 1]))
    assert split(made, [0.1, 0.1]).owner.tolist() == [0, 1, 1, 1]


def test_wallets_of_wallets_have_the_first_owner():
    once = split(crowd([[1.0, 0.0], [0.5, 0.5]]), [0.1, 0.1])
    twice = split(once, [0.1, 0.1])
    assert once.owner.tolist() == twice.owner.tolist() == [0, 1, 1]
    assert twice.equity.tolist() == once.equity.tolist()


def test_an_account_of_a_snapshot_keeps_positions_and_cash():
    # 1 at 100 and -2 at 50 on cash of 1000: worth 1000, of which weights 1/8 and 3/8 take a quarter and the rest.
    made = crowd([[0.0, 0.0]], leverage=0.0, opening=np.array([[1.0, -2.0]]))
    after = split(made, [0.125, 0.375], price=[100.0, 50.0])
    assert after.opening.tolist() == [[1.0, 0.0], [0.0, -2.0]]
    # Cash: what each is worth less what its position is worth.
    assert after.equity.tolist() == [(250 - 100) * USD, (750 + 100) * USD]


def test_collateral_of_a_snapshot_is_shared_and_what_is_borrowed_goes_with_its_market():
    # Beside the same positions, 8 coins of a dollar on cash of 992: a quarter and the rest of them too.
    listing = Listing(asset_market=np.array([-1]))
    made = crowd([[0.0, 0.0, 0.0]], equity=992 * USD, leverage=0.0, opening=np.array([[1.0, -2.0, 8.0]]))
    after = split(made, [0.125, 0.375, 0.5], listing, [100.0, 50.0, 1.0])
    assert after.opening.tolist() == [[1.0, 0.0, 2.0], [0.0, -2.0, 6.0]]
    assert after.equity.tolist() == [(250 - 100 - 2) * USD, (750 + 100 - 6) * USD]
    # Borrowed, they are a position of their own.
    owed = made._replace(opening=np.array([[1.0, -2.0, -8.0]]))
    after = split(owed, [0.125, 0.375, 0.5], listing, [100.0, 50.0, 1.0])
    assert after.opening.tolist() == [[0.0, 0.0, -8.0], [1.0, 0.0, 0.0], [0.0, -2.0, 0.0]]
    assert after.equity.sum() == 992 * USD


fractions = st.floats(-1.0, 1.0, allow_subnormal=False)


@st.composite
def crowds(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Crowd:
    rows = draw(st.lists(st.lists(fractions, min_size=6, max_size=6), min_size=1, max_size=5))
    share = np.array([[0.0 if abs(one) < 0.2 else one for one in row] for row in rows])
    gross = np.abs(share).sum(axis=1, keepdims=True)
    share = share / np.where(gross > 0, gross, 1.0)
    money = st.lists(st.integers(1, 10**15), min_size=len(rows), max_size=len(rows))
    return crowd(share, equity=draw(money), leverage=draw(st.floats(0.1, 50)), wallet=np.array(draw(money)))


weights = st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6)


@given(crowds(), weights)
def test_owners_have_what_they_had(made, weight):
    after = split(made, weight, ASSETS)
    for name in ("equity", "wallet"):
        summed = np.zeros_like(made.equity)
        np.add.at(summed, after.owner, getattr(after, name))
        assert summed.tolist() == getattr(made, name).tolist()
        assert (getattr(after, name) >= 0).all()
    assert (np.diff(after.owner) >= 0).all()
    # Where something is left to stand on, gross notional is what it was, instrument by instrument.
    wished = np.zeros_like(made.share)
    np.add.at(wished, after.owner, notional(after))
    whole = np.ones(len(made.equity), dtype=bool)
    whole[after.owner[after.equity == 0]] = False
    assert wished[whole] == pytest.approx(notional(made)[whole], rel=1e-12)


@given(crowds(), weights)
def test_every_wallet_is_of_one_market(made, weight):
    after = split(made, weight, ASSETS)
    market = np.array([0, 1, 0, 1, 1, -1])
    for row in after.share:
        assert len(set(market[row != 0.0].tolist())) <= 1
        assert np.abs(row).sum() == pytest.approx(1.0 if row.any() else 0.0)
    places = [(i, *np.sign(row).tolist()) for i, row in zip(after.owner, after.share, strict=True)]
    assert len(set(places)) == len(places)


@given(crowds(), weights, st.lists(fractions, min_size=6, max_size=6))
def test_a_snapshot_is_split_to_the_quantum(made, weight, price):
    prices = np.abs(np.array(price)) * 100 + 1
    real = made._replace(opening=made.share * 7, share=np.zeros_like(made.share), leverage=np.zeros(len(made.equity)))
    after = split(real, weight, ASSETS, prices)
    cash, coins = np.zeros_like(made.equity), np.zeros_like(made.share)
    np.add.at(cash, after.owner, after.equity)
    np.add.at(coins, after.owner, after.opening)
    assert cash.tolist() == real.equity.tolist()
    # Collateral is split in coins, and the last wallet has the rest: rounding may leave a last bit.
    assert coins == pytest.approx(real.opening, rel=1e-12)


def test_collateral_of_a_snapshot_is_shared_and_forms_no_wallet():
    # 1 at 100 and -2 at 50 ask for a quarter and three quarters; 400 of an asset that follows no market is collateral.
    made = crowd([[0.0] * 6], leverage=0.0, opening=np.array([[1.0, -2.0, 0.0, 0.0, 0.0, 400.0]]))
    after = split(made, [0.125, 0.375, 0.1, 0.1, 0.1, 0.1], ASSETS, price=[100.0, 50.0, 1.0, 1.0, 1.0, 1.0])
    assert after.opening.tolist() == [[1.0, 0.0, 0.0, 0.0, 0.0, 100.0], [0.0, -2.0, 0.0, 0.0, 0.0, 300.0]]
    # Worth 1400 in all: 350 and 1050, of which positions and collateral are 200 and 200.
    assert after.equity.tolist() == [150 * USD, 850 * USD]
    alone = split(
        crowd([[0.0] * 6], leverage=0.0, opening=np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 400.0]])), [0.1] * 6, ASSETS
    )
    assert (alone.owner.tolist(), alone.opening.tolist()) == ([0], [[1.0, 0.0, 0.0, 0.0, 0.0, 400.0]])


def test_a_hedge_across_markets_holds_in_cross_margin_alone():
    # 50 coins long of one, 50 short of the other, on 1000: both markets fall by a tenth, and 500 is gained and lost.
    # As two wallets of 500, the long's is lost before.
    made = pair.scenario([100.0, 90.0, 90.0], [100.0, 90.0, 90.0], ((0.5, -0.5),))
    cross = replay(made, pair.book())
    isolated = replay(made, pair.book(**{"margin.mode": "isolated"}))
    assert cross.metrics["liquidated_usd"] == 0.0
    assert isolated.metrics["liquidated_usd"] == pytest.approx(50 * 90.0, rel=0.01)
    assert isolated.metrics["ledger_residual_quantums"] == 0


def test_options_of_a_snapshot_cannot_be_split():
    listing = Listing(
        option_market=np.zeros(1, dtype=np.int64),
        option_strike=np.array([100.0]),
        option_call=np.ones(1, dtype=np.int64),
        option_expiry=np.ones(1, dtype=np.int64),
        option_unit=np.array([1e-9]),
        option_step=np.ones(1, dtype=np.int64),
        option_spread=np.zeros(1),
    )
    made = dataclasses.replace(
        tiny.scenario([100.0, 100.0], [100.0]),
        listing=listing,
        series=("BTC:2024-08-09T08:00:100:C",),
        crowd=crowd([[0.0, 0.0]], opening=np.array([[1.0, 1.0]])),
    )
    assert prepared(made, tiny.dutch()).crowd.opening.shape == (1, 2)
    with pytest.raises(ParamError) as refused:
        prepared(made, replaced(tiny.dutch(), {"margin.mode": "isolated"}))
    assert str(refused.value) == (
        "the snapshot of tiny/none/0 holds options, which isolated margin cannot split; leave them out, or replay it"
        ' with margin.mode = "cross"'
    )


def test_options_that_are_wished_for_are_split_with_their_market():
    made = dataclasses.replace(
        pair.scenario([100.0, 100.0], [100.0, 100.0], ((0.5, -0.5),)),
        listing=ASSETS._replace(
            option_strike=np.full(2, 100.0),
            option_call=np.ones(2, dtype=np.int64),
            option_expiry=np.ones(2, dtype=np.int64),
            option_unit=np.full(2, 1e-9),
            option_step=np.ones(2, dtype=np.int64),
            option_spread=np.zeros(2),
            asset_market=np.zeros(0, dtype=np.int64),
        ),
        series=("BTC-1h-100-C", "ETH-1h-100-C"),
        crowd=crowd([[0.25, 0.25, 0.25, -0.25]]),
    )
    made = prepared(made, replaced(tiny.dutch(), {"margin.mode": "isolated"}))
    # Weights of 2 % of a perpetual and 15 % of an option in both.
    assert made.crowd.share.tolist() == [[0.5, 0.0, 0.5, 0.0], [0.0, 0.5, 0.0, -0.5]]
    assert made.crowd.equity.tolist() == [500 * USD, 500 * USD]
