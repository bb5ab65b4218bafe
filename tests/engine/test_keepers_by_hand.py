"""What keepers ask for, pay, win and forfeit, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.codes import BACKSTOP, COLLUDE, HONEST, LATE, NO_SHOW, SELF
from govtool.engine.terms import BATCH, BOOK, FIRST_COME, Bidding
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
BUYER = (1, 1e6, 0, 0, 0)


def auction(path=(100, 94, 94, 94, 94, 94), **changed):
    """100 coins at 94: E = 900 under MM = 940. All of them are auctioned for a minute, 0 % to 8 % below."""
    given = {"length_s": 60.0, "start_discount": 0.0, "end_discount": 0.08, "keepers": [BUYER]}
    return world(list(path), [LONG], **(given | changed))


@pytest.mark.parametrize(
    ("traits", "tick"),
    [
        # Discounts are 2, 4, 6, 8 % at ticks 2 to 5, and the market bids 94.
        ({}, 2),
        ({"patience": [0.03]}, 3),
        # Half of a daily volatility of 9 %, twice one with all capital free: 4.5 %.
        ({"risk": [0.5], "sigma": 0.09}, 4),
        ({"patience": [0.07], "conduct": [COLLUDE]}, 5),
    ],
)
def test_an_edge_grows_with_patience_and_risk(replay, traits, tick):
    assert only(replay(auction(**traits)), names.TAKE).tick == tick


def test_colluders_wait_only_among_themselves(replay):
    keepers, patience = [BUYER, (1, 1e6, 0, 0.9, 0)], [0.07, 0.0]
    alone = replay(auction(keepers=keepers, patience=patience, conduct=[COLLUDE, COLLUDE]))
    watched = replay(auction(keepers=keepers, patience=patience, conduct=[COLLUDE, HONEST]))
    assert [only(found, names.TAKE).tick for found in (alone, watched)] == [5, 2]


def test_tied_capital_makes_risk_dearer(replay):
    # 9400 of 18,800 are tied by the first account's coins: 3 % becomes 4.5 % for the second, two ticks later.
    found = replay(
        world(
            [100, 94, 94, 94, 94],
            [LONG, LONG],
            length_s=60.0,
            end_discount=0.08,
            keepers=[(1, 18_800.0, 0, 0, 0)],
            risk=[0.5],
            sigma=0.06,
        )
    )
    assert [(event.tick, event.account) for event in events(found, names.TAKE)] == [(3, 0), (4, 1)]


def test_gas_and_cost_come_out_of_the_profit(replay):
    # At tick 2 100 coins bring 188: less 100 of gas and 20 of its own.
    found = replay(auction(gas=100.0, cost=[20.0]))
    assert only(found, names.TAKE).tick == 2
    assert (found.keeper_cash, found.buckets["gas"]) == ([68 * USD], 120 * USD)


def test_a_keeper_waits_until_its_profit_covers_the_gas(replay):
    # 188 at tick 2, 376 at tick 3.
    assert only(replay(auction(gas=300.0)), names.TAKE).tick == 3


def test_a_reward_comes_from_what_the_account_has_left(replay):
    # A = 92.12 leaves 9212 - 8500 = 712. The bankruptcy quote is 8500: the surplus is 712 too, of which the fee takes
    # 1 % of 9212. 5 and half a percent of 9212 are asked for, 51.06; gas and a half are 30.
    rules = Bidding(reward_flat=5.0, reward_share=0.005, gas_margin=0.5, reward_cap=1000.0)
    found = replay(auction(fee_rate=0.01, gas=20.0, bidding=rules))
    take = only(found, names.TAKE)
    assert (take.quote, take.fee, take.fund) == (9212 * USD, 92_120_000 + 51_060_000, 92_120_000)
    assert found.keeper_cash == [188 * USD + 51_060_000 - 20 * USD]
    assert found.gauges["rewards"] == pytest.approx(51.06)
    assert found.flows["liquidation_fees"] == 92_120_000
    assert found.gauges["cost"] == pytest.approx(188 + 143.18)


def test_a_reward_comes_before_the_fee(replay):
    # 8 % below 94 are 86.48: 148 are left of 8648. The keeper gets 100; 48 of a fee of 86.48 remain.
    found = replay(
        auction(liquidation_format=FIRST_COME, fee_rate=0.01, bidding=Bidding(reward_flat=100.0, reward_cap=1000.0))
    )
    take = only(found, names.TAKE)
    assert (take.quote, take.fee, take.fund) == (8648 * USD, 148 * USD, 48 * USD)
    assert (found.gauges["rewards"], found.flows["liquidation_fees"]) == (pytest.approx(100), 48 * USD)
    assert only(found, names.RETIRE).quote == 0


def test_a_reward_is_capped_and_covers_gas(replay):
    flat = replay(auction(bidding=Bidding(reward_flat=50.0, reward_cap=40.0)))
    assert only(flat, names.TAKE).fee == 40 * USD
    # 188 do not pay for gas of 200, but with a reward of 300 they do.
    assert only(replay(auction(gas=200.0)), names.TAKE).tick == 3
    covered = only(replay(auction(gas=200.0, bidding=Bidding(gas_margin=0.5, reward_cap=1000.0))), names.TAKE)
    assert (covered.tick, covered.fee) == (2, 300 * USD)


def settling(conduct, **changed):
    """A winner puts up 10 % of 9400 and has two ticks."""
    rules = {"bond_share": 0.1, "settle_s": 30.0, "exclusion_s": 60.0}
    return auction(conduct=[conduct], bidding=Bidding(**(rules | changed)))


def test_a_winner_who_does_not_come_forfeits_its_bond(replay):
    found = replay(settling(NO_SHOW, no_show_penalty=0.5))
    won, slash = only(found, names.WON), only(found, names.SLASH)
    assert (won.tick, won.other, won.size, won.price) == (2, 0, 100, pytest.approx(92.12))
    assert (slash.tick, slash.other, slash.market, slash.fund) == (4, 0, 0, 470 * USD)
    assert (found.keeper_cash, found.buckets["insurance"], found.buckets["escrow"]) == ([-470 * USD], 470 * USD, 0)
    # It is barred until tick 8; the auction of a minute goes on and ends at tick 5.
    assert events(found, names.TAKE) == []
    assert only(found, names.UNFILLED).tick == 5


def test_a_bond_is_on_all_that_a_reservation_blocks_and_is_lost_capital(replay):
    # 4700 buy 50 of 100 coins, and the bond is 10 % of 9400. Half of it is lost at tick 4: 4230 of capital are left,
    # all back by then, for 45 coins. Nobody else could have had the others: 940 again, and 470 at the end.
    found = replay(
        auction(
            keepers=[(1, 4700.0, 4700.0, 0, 0)],
            conduct=[NO_SHOW],
            bidding=Bidding(bond_share=0.1, settle_s=30.0, no_show_penalty=0.5),
        )
    )
    assert [(event.tick, event.size) for event in events(found, names.WON)] == [(2, 50), (4, 45)]
    assert [(event.tick, event.fund) for event in events(found, names.SLASH)] == [(4, 470 * USD), (5, 470 * USD)]
    assert found.keeper_cash == [-940 * USD]


def test_a_late_winner_pays_if_that_is_cheaper(replay):
    # At tick 4 it takes at the price of tick 2 and gives up a fifth of its bond.
    found = replay(settling(LATE, late_penalty=0.2))
    take, slash = only(found, names.TAKE), only(found, names.SLASH)
    assert (take.tick, take.price, take.quote) == (4, pytest.approx(92.12), 9212 * USD)
    assert slash.fund == 188 * USD
    assert found.keeper_cash == [0]
    kinds = [event.kind for event in events(found, names.TAKE, names.SLASH, names.RETIRE)]
    assert kinds == [names.TAKE, names.SLASH, names.RETIRE]


def test_a_late_winner_stays_away_from_a_loss(replay):
    # At 80 it would lose 1212 and 188 of its bond; staying away costs 940.
    path = (100, 94, 94, 94, 80, 80)
    found = replay(
        auction(
            path, conduct=[LATE], bidding=Bidding(bond_share=0.1, settle_s=30.0, late_penalty=0.2, exclusion_s=600.0)
        )
    )
    assert events(found, names.TAKE) == []
    assert only(found, names.SLASH).fund == 940 * USD


def test_a_bond_goes_back_when_the_account_recovers(replay):
    found = replay(
        auction((100, 94, 94, 100, 100, 100), conduct=[NO_SHOW], bidding=Bidding(bond_share=0.1, settle_s=60.0))
    )
    assert only(found, names.RECOVER).tick == 3
    assert (found.keeper_cash, found.buckets["escrow"], events(found, names.SLASH)) == ([0], 0, [])


def test_who_has_won_and_not_paid_at_the_end_has_not_come(replay):
    found = replay(settling(NO_SHOW, settle_s=3600.0))
    assert (only(found, names.SLASH).tick, only(found, names.SLASH).fund) == (5, 940 * USD)


def test_keepers_who_settle_at_once_have_no_time_to_stay_away(replay):
    found = replay(settling(NO_SHOW, settle_s=0.0))
    assert only(found, names.TAKE).tick == 2


@pytest.mark.parametrize(
    ("conduct", "keeper_owner", "allowed", "takes"),
    [
        (SELF, 0, 1, 1),
        (SELF, 1, 1, 0),
        (SELF, -1, 1, 0),
        (SELF, 0, 0, 0),
        (HONEST, 0, 1, 1),
        (HONEST, 0, 0, 0),
        (HONEST, 1, 0, 1),
        (HONEST, -1, 0, 1),
    ],
)
def test_keepers_of_an_owner(replay, conduct, keeper_owner, allowed, takes):
    given = {"conduct": [conduct], "keeper_owner": [keeper_owner], "bidding": Bidding(own_accounts=allowed)}
    assert len(events(replay(auction(**given)), names.TAKE)) == takes


def test_a_winner_of_a_batch_who_does_not_come_leaves_its_lot_unsold(replay):
    found = replay(
        auction(
            (100, 94, 94, 94),
            liquidation_format=BATCH,
            length_s=30.0,
            keepers=[(1, 4700.0, 0, 0.01, 0), (1, 1e6, 0, 0.03, 0)],
            conduct=[NO_SHOW, HONEST],
            cost=[2.0, 1.0],
            bidding=Bidding(bond_share=0.1, settle_s=15.0),
        )
    )
    won, slash, take = (only(found, kind) for kind in (names.WON, names.SLASH, names.TAKE))
    assert (won.other, won.size, slash.fund) == (0, 50, 470 * USD)
    assert (take.other, take.size) == (1, -50)
    assert only(found, names.UNFILLED).size == 50
    # Each pays for its bid once.
    assert found.buckets["gas"] == 3 * USD


def test_a_late_winner_goes_by_the_book_that_it_sees(replay):
    # It sees a market without impact and pays; the market that is there takes a fifth of what it unloads.
    given = {"slope": 0.003, "weather": {"spoof": [0.0] * 6}}
    rules = {"bond_share": 0.1, "settle_s": 30.0, "exclusion_s": 600.0, "late_penalty": 0.2}
    found = replay(auction(conduct=[LATE], bidding=Bidding(**rules), **given))
    assert only(found, names.TAKE).tick == 4
    assert found.keeper_cash[0] < -940 * USD


@pytest.mark.parametrize(("allowed", "kind"), [(0, names.UNFILLED), (1, names.TAKE)])
def test_a_backstop_buys_from_its_owner_only_where_owners_may_sell_to_themselves(replay, allowed, kind):
    whose = {"conduct": [BACKSTOP], "keeper_owner": [0], "bidding": Bidding(own_accounts=allowed)}
    found = replay(auction(**whose))
    assert [(event.tick, event.kind) for event in events(found, names.UNFILLED, names.TAKE)] == [(5, kind)]
    # On a book that takes nothing within the limit, likewise.
    wide = {"liquidation_format": BOOK, "half_spread": 0.5, "spread_ratio": 0.01}
    found = replay(world([100, 94], [LONG], keepers=[BUYER], **whose, **wide))
    assert len(events(found, names.FILL)) == allowed
