"""Who leaves, when, and with what, worked by hand on both engines: nobody goes at the cost of others."""

from collections.abc import Sequence

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import EXIT_LAYER, Dampers, Listing, Margin, Pool, Sharing
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
LEAVER = Trader(1500, [100], hold=0.0)
"""The same, and would leave at tick 1."""

TOKEN, OTHER_TOKEN = 1, 2
"""Assets come after the one market. A quantum of each is worth one, and all of it counts."""


def with_tokens(path: Sequence[float], traders: Sequence[Trader], **changed):
    whole = np.ones(max(len(trader.deposit) for trader in traders))
    listing = Listing(asset_market=np.full(len(whole), -1))
    margin = Margin(asset_initial=whole, asset_maintenance=whole, liability_initial=whole, liability_maintenance=whole)
    return world(path, traders, listing=listing, margin=margin, **changed)


@pytest.mark.parametrize(
    ("spread", "fee", "gone"), [(0.15, 0.0, 1), (0.1501, 0.0, 0), (0.14, 0.011, 1), (0.14, 0.012, 0)]
)
def test_nobody_leaves_who_cannot_pay_for_closing(replay, spread, fee, gone):
    # 8500 are owed for 100 coins at 100. 15 % below they bring just that; 14 % below 8600, and 1.1 % of it are 94.60,
    # 1.2 % are 103.20.
    found = replay(world([100, 100], [LEAVER], half_spread=spread, taker_fee=fee))
    assert [(event.tick, event.account) for event in events(found, names.RETIRE)] == [(1, 0)] * gone
    assert found.inside == [not gone]
    assert found.buckets["bad_debt"] == 0


def test_who_could_not_pay_for_closing_leaves_when_it_can(replay):
    # 11 % below 95 are 8455, below 96 8544: 44 are left.
    retire = only(replay(world([100, 95, 96], [LEAVER], half_spread=0.11)), names.RETIRE)
    assert (retire.tick, retire.quote) == (2, -44 * USD)


LENDING = Pool(
    advance_trigger=1.1,
    advance_target=1.2,
    advance_account=1000.0,
    advance_event=1000.0,
    advance_fee=0.02,
    advance_repay=9.0,
)
"""At 94: E = 900, MM = 940, and up to 1.2 * 940 = 1128 the pool lends 228. 232.56 are owed."""


def test_nobody_leaves_who_cannot_pay_the_pool_back(replay):
    # 10.5 % below 95 are 8502.50, of which 230.50 are left with the loan; below 96 8592 leave 320.
    found = replay(world([100, 94, 95, 96], [LEAVER], pool=1000, half_spread=0.105, insurance=LENDING))
    repay, retire = only(found, names.REPAY), only(found, names.RETIRE)
    assert (repay.tick, repay.quote) == (3, -232_560_000)
    assert (retire.tick, retire.quote) == (3, -87_440_000)
    assert found.flows["pool_out"] == 0


def test_who_owes_the_pool_sells_assets_to_pay(replay):
    # 300 in tokens, 1200 in cash. At 94 all is as above. 9 % below 95 are 8645: cash is 73, less than 232.56. The 300
    # are sold: 373 less 232.56.
    leaver = Trader(1500, [100], hold=0.0, deposit=[0.2])
    found = replay(with_tokens([100, 94, 95], [leaver], pool=1000, half_spread=0.09, insurance=LENDING))
    sale = events(found, names.TRADE)[-1]
    assert (sale.tick, sale.market, sale.size, sale.quote) == (2, TOKEN, -300, 300 * USD)
    assert (only(found, names.REPAY).quote, only(found, names.RETIRE).quote) == (-232_560_000, -140_440_000)
    # At the mark the perpetual brings 9500, enough for all: the tokens go back in kind.
    found = replay(with_tokens([100, 94, 95], [leaver], pool=1000, insurance=LENDING))
    back = events(found, names.DEPOSIT)[-1]
    assert (back.tick, back.market, back.size) == (2, TOKEN, -300)
    assert only(found, names.RETIRE).quote == -(9500 + 228 - 8800) * USD + 232_560_000


def test_a_leaver_pays_for_exits_by_all_that_it_is_worth(replay):
    # The long owes 500 at 80, which are left to exits at tick 2. A sixth of all collateral is 500 of 3000: of 1000 in
    # tokens, and no cash, 166.67 are lost. 200 of the first token are sold for it, 800 of the second go back.
    leaver = Trader(1000, [], enters=2, hold=0.0, deposit=[0.2, 0.8])
    found = replay(
        with_tokens(
            [100, 80, 80, 80],
            [LONG, Trader(1000, []), Trader(1000, []), leaver],
            sharing=Sharing(waterfall=EXIT_LAYER),
        )
    )
    assert only(found, names.DEFER).quote == 500 * USD
    sale = events(found, names.TRADE)[-1]
    assert (sale.tick, sale.account, sale.market, sale.quote) == (3, 3, TOKEN, 200 * USD)
    haircut = events(found, names.EXIT_HAIRCUT)[0]
    assert (haircut.tick, haircut.account, haircut.quote) == (3, 3, -166_666_666)
    back = events(found, names.DEPOSIT)[-1]
    assert (back.account, back.market, back.size) == (3, OTHER_TOKEN, -800)
    assert events(found, names.RETIRE)[-1].quote == -33_333_334


def test_what_rounding_leaves_of_a_debt_to_exits_is_shared_again(replay):
    # The long owes 500, left to exits. Those who can pay, if it is all that they have, hold 400 and twice
    # 50.0000009, of which 50 can be paid. The first is asked for 500 * 400 / 500.0000018, 1.44 quantums less than 400,
    # rounded up; the others have no room for the rest.
    path = [[100, 100], *[[80, 100.0000009]] * 3]
    payers = [Trader(400, []), *[Trader(50, [0, 1])] * 2]
    found = replay(world(path, [LONG, *payers], sharing=Sharing(waterfall=EXIT_LAYER)))
    assert only(found, names.DEFER).quote == 500 * USD
    assert [(event.account, event.quote) for event in events(found, names.EXIT_HAIRCUT)] == [
        (1, -400 * USD + 1),
        (2, -50 * USD),
        (3, -50 * USD),
        (1, -1),
    ]
    assert events(found, names.BAD_DEBT_EVENT) == []
    assert found.buckets["bad_debt"] == 0


def test_a_gate_holds_assets_too(replay):
    # At 84 the long owes 100 at ticks 1 and 2: shut until tick 4. The other has 1000 in tokens and no cash.
    leaver = Trader(1000, [], enters=1, hold=0.0, deposit=[1.0])
    found = replay(with_tokens([100, 84, 84, 84, 84], [LONG, leaver], pool=1000, dampers=Dampers(gate_s=30.0)))
    held = only(found, names.HELD)
    assert (held.tick, held.account, held.price) == (2, 1, 1000.0)
    back = events(found, names.DEPOSIT)[-1]
    assert (back.tick, back.size) == (4, -1000)
    assert found.flows["held_cash"] == 1000 * USD


def test_a_throttle_counts_assets_too(replay):
    # Collateral is 3500 after tick 0, and 60 % of it hold both; 55 % are 1925, and after tick 1 1375, 5.73 of which
    # drain a tick: the second waits.
    leavers = [Trader(1000, [], hold=0.0, deposit=[1.0])] * 2
    for share, gone in ((0.6, [1, 2]), (0.55, [1])):
        found = replay(with_tokens([100, 100, 100], [LONG, *leavers], dampers=Dampers(throttle=share)))
        assert [event.account for event in events(found, names.RETIRE)] == gone


def test_a_throttle_holds_no_more_than_its_cap(replay):
    # A tenth of 3500 an hour. 1000 of the first fill the bucket to 350. 2500 are left, of which a tenth drains in an
    # hour, 62.50 in a quarter: it is empty after 5.6 of them. Then the second goes, whatever the cap.
    given = {"step_s": 900.0, "length_s": 900.0, "ticks_per_hour": 4, "block_ticks": 4}
    traders = [LONG, *[Trader(1000, [10], hold=0.0)] * 2]
    found = replay(world([100] * 9, traders, dampers=Dampers(throttle=0.1), **given))
    assert [(event.tick, event.account) for event in events(found, names.RETIRE)] == [(1, 1), (7, 2)]


# In the second market the other long loses 2000 at tick 1: it owes 500, and the gate is shut until tick 3. Still there
# at tick 2, it shuts it until tick 4, and is sold for 8000.
SHUT = [[100, 100], [94, 80], [94, 80], [94, 80], [94, 80]]


def after_a_sale(path: Sequence[Sequence[float]]):
    """A keeper takes 100 coins at 94 at tick 2, when withdrawals wait: 900 are left."""
    return world(
        path,
        [Trader(1500, [100, 0]), Trader(1500, [0, 100])],
        keepers=[(1, 1e6, 0, 0, 0)],
        dampers=Dampers(gate_s=30.0),
    )


def test_who_was_liquidated_waits_at_the_gate_as_everyone(replay):
    found = replay(after_a_sale(SHUT))
    held = only(found, names.HELD)
    assert (held.tick, held.account, held.price) == (2, 0, 900.0)
    assert [(event.tick, event.account) for event in events(found, names.RETIRE)] == [(2, 1), (4, 0)]
    assert events(found, names.RETIRE)[1].quote == -900 * USD


def test_who_waits_after_a_liquidation_is_flat_and_has_no_flag(replay):
    found = replay(after_a_sale(SHUT[:4]))
    assert (found.inside, found.size[0], found.cash[0]) == ([True, False], [0, 0], 900 * USD)
    # Its flag of tick 1 is gone: another is not raised, nothing is recovered, and it is under for one tick alone.
    assert [(event.tick, event.account) for event in events(found, names.FLAG)] == [(1, 0), (1, 1)]
    assert events(found, names.RECOVER) == []
    assert found.gauges["under_seconds"] == 4 * 15.0
