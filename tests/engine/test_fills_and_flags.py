"""What holds of flags, fills and forced closes in every replay, seen from its event log."""

import math
from collections import Counter

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BATCH, BOOK
from tests.engine.handmade import Event, events
from tests.engine.levels import bankruptcy_quote, stop_level, weight_of
from tests.engine.telling import (
    QUANTUM,
    Walk,
    abuses,
    backs,
    basis,
    first_asset,
    is_option,
    market_of,
    notional,
    walked,
)
from tests.engine.worlds import World

CENT = 0.01
"""Of a quote unit: far above what rounding to quantums leaves, far below any amount that means something."""
CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engine."""

ONCE_INSOLVENT = (names.FLAG, names.OPEN, names.PHASE)
"""Events that tell equity and whether an auction is for less than the account owes."""

pytestmark = pytest.mark.slow


def test_only_an_account_with_positions_and_too_little_equity_is_flagged(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay, names.FLAG):
            assert event.equity < event.maintenance
            assert walk.held(event.account) and event.account not in walk.flagged


def test_only_flagged_accounts_are_liquidated(replays):
    kinds = (names.FILL, names.OPEN, names.TAKE, names.UNFILLED, names.DELEVERAGE, names.RECOVER)
    for world, replay in replays:
        for event, walk in walked(world, replay, *kinds):
            assert event.account in walk.flagged


def test_flagged_accounts_do_not_trade_out(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay, names.TRADE):
            assert event.account not in walk.flagged


def test_liquidation_stops_at_the_stop_level(replays):
    """Where `stop_level` is told; `seen` counts only stops of their own tier."""
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.RECOVER, names.FILL, names.OPEN):
            stop = stop_level(walk, event)
            if stop is None:
                continue
            slack = CLOSE_TO * (abs(event.equity) + abs(stop))
            seen += stop != world.terms.restore * event.maintenance
            if event.kind == names.RECOVER:
                assert event.equity >= stop - slack
            else:
                assert event.equity < stop + slack
    assert seen > len(replays) / 10


def test_a_fee_leaves_no_account_below_its_bankruptcy_quote(replays):
    """Nor does a keeper's reward. The rates in every world, the quote where `weight_of` is told."""
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.FILL, names.TAKE):
            reward = world.terms.bidding.reward_cap * 1e6 if event.kind == names.TAKE else 0.0
            assert 0 <= event.fee <= abs(event.quote) * world.terms.fee_rate + reward
            weight = weight_of(walk, event)
            if event.fee and weight is not None:
                assert event.quote - event.fee >= bankruptcy_quote(walk, event, weight) - 1
                seen += 1
    assert seen > len(replays) / 10


def test_fees_and_insurance_leave_equity_between_nothing_and_what_it_was(replays):
    """A fee or reward takes no account below zero, or further below; insurance brings none above zero, or further.

    Of perpetuals and assets, whose marks the log tells.
    """
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.FILL, names.TAKE):
            if is_option(world, event.market):
                continue
            paid = max(0, -event.fund)
            value = (event.size * walk.unit[event.market]) * basis(walk, event.tick, event.market)
            after = event.equity + value + (event.quote - event.fee + paid) * QUANTUM
            assert event.fee == 0 or after >= min(event.equity, 0) - CENT
            assert paid == 0 or min(event.equity, 0) - CENT <= after <= max(event.equity, 0) + CENT
            seen += event.fee > 0 or paid > 0
    assert seen > len(replays) / 10


def test_a_fill_is_no_worse_than_the_fillable_price(replays):
    """To a quantum; of perpetuals and assets, below maintenance where `weight_of` is told, above it in every world."""
    seen = 0
    for world, replay in replays:
        terms = world.terms
        for event, walk in walked(world, replay, names.FILL):
            assert event.price >= 0
            health = event.equity / event.maintenance if event.maintenance > 0 else -math.inf
            off = min(max((1 - health) * terms.bankruptcy_adjustment, 0), 1)
            weight = weight_of(walk, event) if off else 0.0
            if weight is None or is_option(world, event.market):
                continue
            side, mark = -np.sign(event.size), basis(walk, event.tick, event.market)
            limit = max(0.0, mark * (1 - side * off * terms.spread_ratio * weight))
            size = abs(event.size) * walk.unit[event.market]
            assert side * (event.price - limit) * size >= -QUANTUM - CLOSE_TO * mark * size
            seen += 1
    assert seen > len(replays) / 10


def test_nobody_pays_for_a_solvent_account_or_more_than_an_insolvent_one_lacks(replays):
    seen = 0
    for _, replay in replays:
        for event in events(replay, names.DELEVERAGE):
            assert event.equity < CENT
            assert event.price <= max(-event.equity, 0) + CENT
            seen += event.equity < -CENT
    assert seen > len(replays) / 10


def test_deleveraging_leaves_counterparties_solvent(some):
    seen = 0
    for world, replay in some:
        for event, walk in walked(world, replay, names.DELEVERAGE):
            if event.other >= 0:
                assert walk.now(event.tick).equity(event.other) - event.price >= -QUANTUM
                seen += event.price > CENT
    assert seen > len(some) / 10


def test_no_deleveraging_where_governance_forbids_it_and_none_of_assets(replays):
    for world, replay in replays:
        for event in events(replay, names.DELEVERAGE):
            assert world.terms.adl and event.market < first_asset(world)


def test_takes_of_a_tranche_are_no_more_than_the_tranche_and_wait_for_latency(replays):
    """Where an account has one at a time. A reset shows it anew; a halt or the insolvent phase does not.

    Who comes late has waited before it won, and backstops wait for the end.
    """
    seen = 0
    for world, replay in replays:
        if world.terms.selling.tranches > 1:
            continue
        live: dict[int, Event] = {}
        left: dict[int, int] = {}
        shown: dict[int, int] = {}
        for event in events(replay, names.OPEN, names.RESET, names.TAKE):
            i = event.account
            if event.kind != names.TAKE:
                shown[i] = event.tick
            if event.kind == names.OPEN:
                live[i], left[i] = event, abs(event.size)
            elif event.kind == names.TAKE:
                left[i] -= abs(event.size)
                assert left[i] >= 0 and event.market == live[i].market
                if not abuses(world, event.other) and not backs(world, event.other):
                    assert event.tick - shown[i] >= world.keepers.latency[event.other]
                seen += 1
    assert seen > len(replays) / 10


def test_a_keeper_never_ties_up_more_than_its_capital(replays):
    """Which is less by all that was slashed of it. Those who settle late are left out: it was tied when they won."""
    seen = 0
    for world, replay in replays:
        spent: Counter[tuple[int, int]] = Counter()
        slashed: Counter[int] = Counter()
        for event, walk in walked(world, replay, names.TAKE, names.WON, names.SLASH):
            k = event.other
            capital = max(0.0, world.keepers.capital[k] - slashed[k] * QUANTUM)
            if event.kind == names.SLASH:
                slashed[k] += event.fund
            elif event.kind == names.WON:
                assert notional(walk, event) <= capital * (1 + CLOSE_TO)
            elif not abuses(world, k):
                spent[event.tick, k] += notional(walk, event)
                assert spent[event.tick, k] <= capital * (1 + CLOSE_TO)
                seen += spent[event.tick, k] > capital * 0.99
    assert seen > 0


def test_no_auction_makes_a_solvent_account_insolvent(replays):
    """It sells no lower than the bankruptcy price, until it is below cost anyway: whatever a take costs with its fees,
    an account that had something still has.

    Of perpetuals and assets, whose marks the log tells; what was won before and is settled late is left out, and so is
    who was insolvent since its flag.
    """
    seen = low = 0
    for world, replay in replays:
        broke: set[int] = set()
        for event, walk in walked(world, replay, *ONCE_INSOLVENT, names.TAKE):
            if event.kind != names.TAKE:
                broke = broke - {event.account} if event.kind == names.FLAG else broke
            if event.equity < 0:
                broke.add(event.account)
            late = abuses(world, event.other) if event.kind == names.TAKE else True
            if late or event.account in broke or is_option(world, event.market):
                continue
            value = (event.size * walk.unit[event.market]) * basis(walk, event.tick, event.market)
            after = event.equity + value + (event.quote - event.fee) * QUANTUM
            assert after >= -CENT
            seen += 1
            low += after < CENT
    assert seen > len(replays) / 10 and low > 0


def test_a_solvent_auction_sells_no_lower_than_the_bankruptcy_price(some):
    """The first take of a tick, for which account and price are as they were when it was offered: the price leaves
    equity over maintenance where it is, at least. `at` counts prices that are this bound."""
    seen = at = 0
    for world, replay in some:
        broke: set[int] = set()
        first: set[tuple[int, int]] = set()
        for event, walk in walked(world, replay, *ONCE_INSOLVENT, names.TAKE):
            i, j = event.account, event.market
            if event.kind == names.FLAG:
                broke.discard(i)
            if event.equity < 0:
                broke.add(i)
            if event.kind != names.TAKE or (event.tick, i) in first:
                continue
            first.add((event.tick, i))
            if i in broke or abuses(world, event.other):
                continue
            books, side = walk.now(event.tick), -np.sign(event.size)
            coins = abs(walk.size[i, j]) * walk.unit[j]
            asks = min(coins * basis(walk, event.tick, j) * books.weight(i, j), event.maintenance)
            gives = event.equity * (asks / event.maintenance) / coins if event.maintenance > 0 else 0.0
            mark = books.marks()[j]
            off = side * (event.price - (mark - side * gives))
            assert off >= -CLOSE_TO * (abs(mark) + abs(gives))
            at += abs(off) <= CLOSE_TO * (abs(mark) + abs(gives))
            seen += 1
    assert seen > len(some) / 10 and at > 0


def test_a_keeper_that_pays_at_once_never_loses(replays):
    """More than rounding to quantums, a half on each side of a take.

    In a batch it may lose what bids and transactions cost: losing bids cost as well, and a lot may be less than what
    was bid for. All that is in the bucket of gas. A backstop goes by the mark: it may lose what the mark promises more
    than the index gives, but where a transaction costs something in an auction, for that it reckons with the index; on
    the book it does not reckon with what a transaction costs. Keepers who took where a market is shown deeper or
    shallower than it is are left out.
    """
    seen: Counter[str] = Counter()
    for world, replay in replays:
        takes: Counter[int] = Counter()
        promised: Counter[int] = Counter()
        misled: set[int] = set()
        for event, walk in walked(world, replay, names.TAKE, names.FILL):
            k = event.other
            takes[k] += 1
            if not backs(world, k):
                misled |= {k} if is_spoofed(walk, event) else set()
            elif event.kind == names.FILL or spends(world, k) <= 0:
                promised[k] += math.ceil(promise(walk, event) * 1e6)
        for k, cash in enumerate(replay.keeper_cash):
            if abuses(world, k) or k in misled:
                continue
            expense = replay.buckets["gas"] if world.terms.liquidation_format == BATCH else 0
            if world.terms.liquidation_format == BOOK:
                expense = takes[k] * math.floor(spends(world, k) * 1e6)
            assert cash >= -takes[k] - expense - promised[k]
            seen["by the mark"] += cash < -takes[k] - expense
            seen["among spoofs"] += world.weather.spoof.size > 0 and takes[k] > 0
            seen["took"] += takes[k] > 0
    assert seen["by the mark"] > 0 and seen["among spoofs"] > 0 and seen["took"] > len(replays) / 10


def is_spoofed(walk: Walk, event: Event) -> bool:
    """Whether a market is not shown to keepers as it is."""
    spoof, m = walk.world.weather.spoof, market_of(walk.world, event.market)
    return m >= 0 and spoof.size > 0 and spoof[event.tick, m] != 1


def spends(world: World, k: int) -> float:
    """What a transaction costs keeper `k`."""
    cost = world.keepers.cost
    return float(world.venue.gas + (cost[k] if cost.size else 0.0))


def promise(walk: Walk, event: Event) -> float:
    """What a purchase is worth more at the mark than at the index."""
    books, j = walk.now(event.tick), event.market
    return float((-event.size * walk.unit[j]) * (books.marks()[j] - books.fair(j)))
