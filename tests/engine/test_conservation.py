"""No quantum and no size appears or vanishes, and the log explains every one that moved.

Both engines check all buckets against the opening pool after every event as well: the reference in its audit, the
compiled one in its residual, which `compiled_result` looks at.
"""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BATCH
from tests.engine.handmade import Event, events
from tests.engine.stakes import Stakes
from tests.engine.stalls import Stalls
from tests.engine.telling import QUANTUM, Walk, basis, first_asset, market_of, notional, quantums, walked
from tests.engine.worlds import World
from tests.reference.numbers import DISPUTE, draw

pytestmark = pytest.mark.slow

CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engines."""


def test_cash_of_all_buckets_is_the_opening_pool(replays):
    for world, replay in replays:
        assert sum(replay.buckets.values()) == world.opening_pool
        assert replay.buckets["traders"] == sum(replay.cash)
        assert replay.buckets["keepers"] == sum(replay.keeper_cash)


def test_sizes_of_all_holders_cancel_and_keep_to_the_step(replays):
    """Also those of a snapshot, whose coins are whole steps in these worlds."""
    for world, replay in replays:
        _, step = quantums(world)
        sizes = np.array(replay.size)
        assert (sizes.sum(axis=0) + replay.market_size == 0).all()
        assert (sizes % step == 0).all()
        assert all(event.size % step[event.market] == 0 for event in events(replay) if event.size)


def test_the_log_tells_every_account_to_the_quantum(replays):
    """Whatever kinds of event there were, what they say they moved is all that moved."""
    seen: Counter[int] = Counter()
    for world, replay in replays:
        walk = Walk(world, replay)
        for event in events(replay):
            walk.tell(event)
            seen[event.kind] += 1
        assert [walk.cash[i] for i in walk.accounts] == replay.cash
        assert [walk.sizes(i) for i in walk.accounts] == replay.size
        assert sorted(walk.inside) == [i for i, inside in enumerate(replay.inside) if inside]
    assert len(seen) == len(names.EVENT_NAMES)


def test_the_log_tells_what_belongs_to_the_pool_and_to_each_market_of_it(replays):
    """Never below zero, whoever is paid; with the shared part it is the whole pool."""
    own = shared = 0
    for world, replay in replays:
        walk, lowest = Walk(world, replay), world.opening_pool
        for event in events(replay):
            before = sum(walk.own)
            walk.tell(event)
            lowest = min(lowest, walk.pool)
            assert min(walk.pool, walk.shared, *walk.own) >= 0
            own += event.kind in (names.COVER, names.FILL) and sum(walk.own) < before
            shared += event.fund < 0 and sum(walk.own) == before
        assert (walk.pool, sum(walk.own)) == (replay.buckets["insurance"], replay.flows["market_pools"])
        # the lowest pool is that at the end of a tick
        assert replay.pool_low >= lowest
    assert own > 0 and shared > len(replays) / 2


def test_the_pool_is_what_it_opened_with_and_its_flows(replays):
    for world, replay in replays:
        flows, paid = replay.flows, Counter[int]()
        for event in events(replay):
            paid[event.kind, event.fund > 0] += event.fund
        gone = -paid[names.POOL_OVERFLOW, False] - paid[names.UNSTAKE, False]
        lent = flows["advances_out"]
        assert replay.buckets["insurance"] == world.opening_pool + flows["pool_in"] - flows["pool_out"] - lent - gone
        assert flows["staked_out"] == -paid[names.UNSTAKE, False]
        # Advances come back, with a fee, or are written off; none is left when the window is over.
        assert lent == 0
        assert flows["advanced"] == -paid[names.ADVANCE, False]
        assert flows["repaid"] + flows["advance_fees"] == paid[names.REPAY, True]
        written_off = flows["advanced"] - flows["repaid"]
        assert written_off >= 0
        assert flows["pool_out"] == written_off - paid[names.COVER, False] - paid[names.FILL, False]
        earned = (names.TRADE, names.FILL, names.TAKE, names.INTEREST, names.SLASH, names.TRANSFER)
        assert flows["pool_in"] == flows["advance_fees"] + sum(paid[kind, True] for kind in earned)


def test_buckets_beside_the_pool_are_what_the_log_says_went_there(replays):
    """Wallets, bad debt and exits always, escrow when all is over, the rest where fees of keepers are told apart."""
    told = 0
    for world, replay in replays:
        quote = Counter[int]()
        for event in events(replay):
            quote[event.kind, event.account < 0] += event.quote
        buckets, bad = replay.buckets, names.BAD_DEBT_EVENT
        assert outside(replay) == (buckets["wallets"] + buckets["transit"], buckets["carriers"])
        assert buckets["bad_debt"] == -quote[bad, False] - quote[bad, True]
        assert buckets["exits"] == quote[bad, True] - quote[names.DEFER, False] - quote[names.EXIT_HAIRCUT, False] == 0
        assert buckets["escrow"] == 0
        if world.terms.bidding.reward_cap == 0:
            assert {name: buckets[name] for name in ("treasury", "sharing", "stakers", "lenders")} == divided(
                world, replay
            )
            told += buckets["sharing"] + buckets["stakers"] > 0
    assert told > len(replays) / 50


def outside(replay) -> tuple[int, int]:
    """What wallets, or those under way to and from them, and carriers got of accounts."""
    wallets = carriers = 0
    for event in events(replay, names.ENTER, names.TOPUP, names.RETIRE, names.WITHDRAW):
        leaves = event.kind in (names.RETIRE, names.WITHDRAW)
        fee = round(event.price * 1e6) if leaves else event.fee
        wallets -= event.quote + (fee if leaves else 0)
        carriers += fee
    return wallets, carriers


def lands_at_once(world: World, event: Event) -> bool:
    """Whether a withdrawal that no channel carries is in its wallet in its own tick."""
    passage, t = world.venue.passage, event.tick
    apart = max(1, passage.batch_ticks)
    disputed = draw(world.seed, DISPUTE, event.account, t) < passage.dispute_chance
    return -(-t // apart) * apart + passage.proof_lag + disputed * passage.dispute_lag <= t


def test_what_is_under_way_is_what_set_out_and_has_not_landed(replays):
    """The log tells what each landing brings; a top-up that came in time brings what was sent."""
    landed = bounced = 0
    for world, replay in replays:
        sent: dict[int, int] = {}
        leaving: Counter[int] = Counter()
        for event in events(replay):
            i, price = event.account, round(event.price * 1e6)
            if event.kind == names.SEND:
                assert i not in sent
                sent[i] = price
            elif event.kind == names.TOPUP:
                assert event.quote == sent.pop(i, event.quote)
            elif event.kind == names.BOUNCE:
                assert price == sent.pop(i)
                bounced += 1
            elif event.kind == names.LAND:
                assert price <= leaving[i]
                leaving[i] -= price
                landed += 1
            elif event.kind in (names.RETIRE, names.WITHDRAW) and not lands_at_once(world, event):
                leaving[i] -= event.quote + price
        under_way = sum(sent.values()) + sum(leaving.values())
        passage = world.venue.passage
        if passage.channel_capacity == 0 or passage.channel_lag > 0:
            assert under_way == replay.buckets["transit"]
        # A channel without delay leaves no trace where it costs nothing.
        assert under_way >= replay.buckets["transit"]
    assert landed > len(replays) / 10 and bounced > 0


def divided(world, replay) -> dict[str, int]:
    """What fees and interest brought to others than the pool, less what they gave away (rules §9a)."""
    terms, found = world.terms, dict.fromkeys(("treasury", "sharing", "stakers", "lenders"), 0)
    walk = Walk(world, replay)
    stakes = Stakes(walk)
    shares = {names.TRADE: terms.trading_fee_share, names.FILL: terms.fee_to_insurance}
    shares |= {names.TAKE: terms.fee_to_insurance, names.INTEREST: terms.margin.interest_to_insurance}
    for event in events(replay):
        stakes.tell(event)
        income = -event.quote if event.kind == names.INTEREST else event.fee
        if event.kind in shares and income:
            pool = math.floor(income * shares[event.kind])
            staked = math.floor((pool * terms.pool.stake_yield) * stakes.staying())
            assert event.fund == pool - staked
            found["stakers"] += staked
            premium = 0 if event.kind == names.INTEREST else math.floor((income - pool) * terms.sharing.premium_share)
            found["sharing"] += premium
            found["lenders" if event.kind == names.INTEREST else "treasury"] += income - pool - premium
        elif event.kind in (names.TRANSFER, names.POOL_OVERFLOW):
            found["treasury"] -= event.fund
        elif event.kind == names.PREMIUM:
            found["sharing"] -= event.quote
        elif event.kind == names.UNSTAKE:
            found["stakers"] -= event.fund
        walk.tell(event)
    return found


def test_stakers_leave_after_their_time_with_what_they_noted_or_it_is_worth_if_others_can_spare_it(replays):
    """In order, each in every tick until all its units are gone: what belongs to no market is paid as far as it goes,
    and nothing is told of nothing. Who has not lost its nerve does not leave."""
    seen: Counter[str] = Counter()
    for world, replay in replays:
        if not world.crowd.stake.any():
            continue
        walk = Walk(world, replay)
        stakes, rows = Stakes(walk), events(replay)
        for event, after in pairwise([*rows, None]):
            stakes.reach(event)
            if event.kind == names.UNSTAKE:
                n = event.other
                assert n in stakes.may_leave()
                assert -event.fund == min(stakes.due(n), walk.shared)
                seen["part" if -event.fund < stakes.due(n) else "whole"] += 1
            stakes.tell(event)
            walk.tell(event)
            more = after is not None and after.tick == event.tick and after.kind == names.UNSTAKE
            assert not more or event.kind != names.UNSTAKE or after.other > event.other
            if event.kind == names.UNSTAKE and not more:
                assert all(walk.shared == 0 < stakes.due(n) for n in stakes.may_leave() if n > event.other)
    assert min(seen["whole"], seen["part"]) > 0


def test_a_bond_is_a_share_of_all_that_it_blocks_and_a_penalty_of_it_is_slashed(replays):
    """Of all that is left of a tranche if it is reserved, and of the lot alone if a batch slashes at once.

    Exactly where an account has one tranche at a time: a slash is then one of the two penalties' shares, floored.
    """
    seen = 0
    for world, replay in replays:
        bidding, walk = world.terms.bidding, Walk(world, replay)
        stalls, bonds = Stalls(walk), Counter[tuple[int, int, int]]()
        for event in events(replay):
            key = event.account, event.market, event.other
            if event.kind == names.WON:
                unit, price = walk.unit[event.market], basis(walk, event.tick, event.market)
                left = stalls.left[event.account, event.market]
                at_once = won_in_a_batch(world, replay, event)
                assert abs(event.size) <= left
                value = notional(walk, event) if at_once else (left * unit) * price
                bonds[key] = max(bonds[key], math.floor((bidding.bond_share * value) * 1e6))
                if world.terms.selling.tranches == 1:
                    bonds[key] = math.floor((bidding.bond_share * value) * 1e6)
            elif event.kind == names.SLASH:
                penalties = [
                    math.floor(bonds[key] * share) for share in (bidding.no_show_penalty, bidding.late_penalty)
                ]
                assert 0 <= event.fund <= max(penalties)
                assert world.terms.selling.tranches > 1 or event.fund in penalties
                seen += event.fund > 0
            walk.tell(event)
            stalls.tell(event)
    assert seen > len(replays) / 20


def won_in_a_batch(world, replay, won: Event) -> bool:
    """Whether a slash comes right after it; a reservation lasts for a tick at least, unless the window ends."""
    n = replay.events.index(tuple(won))
    after = Event(*replay.events[n + 1]) if n + 1 < len(replay.events) else None
    at_once = after is not None and after.kind == names.SLASH and after.tick == won.tick and after.other == won.other
    return world.terms.liquidation_format == BATCH and at_once


def test_equity_and_maintenance_in_the_log_are_those_of_what_an_account_holds(some):
    """By the reference's books, set to what the log tells, at posted prices and then at those of the settlement."""
    kinds = (names.TOPUP, names.FLAG, names.RECOVER, names.FILL, names.OPEN, names.TAKE, names.DELEVERAGE, names.CLOSE)
    kinds += (names.PHASE, names.ADVANCE, names.REPAY)
    for world, replay in some:
        for event, walk in walked(world, replay, *kinds):
            equity, maintenance = walk.now(event.tick).health(event.account)
            gross = abs(walk.cash[event.account]) * QUANTUM + maintenance
            assert event.equity == pytest.approx(equity, rel=CLOSE_TO, abs=CLOSE_TO * gross)
            assert event.maintenance == pytest.approx(maintenance, rel=CLOSE_TO, abs=CLOSE_TO * gross)


def test_interest_is_charged_at_the_start_of_an_hour_at_the_rate_of_the_terms(replays):
    for world, replay in replays:
        for event in events(replay, names.INTEREST):
            assert event.tick > 0 and event.tick % world.venue.ticks_per_hour == 0
            assert event.price == world.terms.margin.borrow_rate[event.market - first_asset(world)]


def test_rows_of_a_loss_name_its_market(replays):
    """Which is that of the auction that just ended, or of the account's last forced close."""
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.SHARE, names.SOCIALISE, names.DEFER):
            if walk.resolved is None and event.account in walk.flagged and walk.held(event.account):
                continue  # on the book: of the position that is about to be deleveraged
            assert event.market == walk.market_of_loss(event.account)
            assert event.market == -1 or market_of(world, event.market) == event.market
            seen += 1
    assert seen > len(replays) / 5
