"""Who pays for a loss before whom (rules §9): a layer only after the ones before it have paid all that they may.

What each layer could still have paid is reckoned when the next one pays, by the reference's books.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import (
    ADL_LAYER,
    BOOK,
    EXIT_LAYER,
    FUNDING_LAYER,
    INSURANCE_LAYER,
    LAYERS,
    VOLUNTARY_LAYER,
    Dampers,
    Pool,
    Selling,
    Sharing,
)
from tests.engine.engines import Engine, Told, compiled
from tests.engine.handmade import USD, Event, Trader, events
from tests.engine.handmade import world as handmade
from tests.engine.source import HUGE
from tests.engine.telling import LAYER_ROWS, QUANTUM, Walk, changed, is_auction, market_of, walked
from tests.engine.worlds import World, seeded_world
from tests.reference.replay import Replay

CENT = 0.01
"""Of a quote unit: far above what rounding to quantums leaves, far below any amount that means something."""

LAYER_OF = {
    names.COVER: INSURANCE_LAYER,
    names.SHARE: VOLUNTARY_LAYER,
    names.DELEVERAGE: ADL_LAYER,
    names.SOCIALISE: FUNDING_LAYER,
    names.DEFER: EXIT_LAYER,
}

pytestmark = pytest.mark.slow


def layers(world: World) -> list[int]:
    """In order."""
    code, found = world.terms.sharing.waterfall, []
    while code:
        found.append(code % (LAYERS + 1))
        code //= LAYERS + 1
    return found


@dataclass
class Loss:
    """One need of an account and what layers gave towards it; `rows` are theirs."""

    account: int
    market: int
    need: int
    resolving: bool
    insured: int
    """The most that insurance may pay for it."""
    outside: bool
    """Whether the outside holds a size of the market: then it can pay without limit."""
    volunteered: int = 0
    held_by: int = 0
    """The most that volunteers, and who holds the market's perpetual, may be asked for when their turn comes."""
    rows: list[Event] = field(default_factory=list)

    def look(self, walk: Walk, tick: int) -> None:
        """Who may be asked may have become poorer, until it is."""
        if not self.paid(VOLUNTARY_LAYER):
            self.volunteered = sum(volunteer_room(walk, self.account, tick))
        if not self.paid(FUNDING_LAYER):
            self.held_by = sum(holder_room(walk, self.account, self.market, tick))

    def paid(self, layer: int) -> int:
        return sum(row.quote for row in self.rows if LAYER_OF[row.kind] == layer)


def losses(world: World, replay: Replay) -> Iterator[tuple[Loss, Event]]:
    """Each need of auctions that end and of who retires, with the row after payments. The book has tests of its own."""
    loss = None
    for event, walk in walked(world, replay):
        met = loss is not None and (event.kind not in LAYER_ROWS or event.account != loss.account)
        if loss is not None:
            loss.look(walk, event.tick)
        if met:
            yield loss, event
        if (loss is None or (met and event.account != loss.account)) and begins(event, walk):
            loss, met = begun(walk, event), event.kind not in LAYER_ROWS
            if met:
                yield loss, event
        if met:
            loss = None
        if loss is not None:
            loss.rows.append(event)


def begins(event: Event, walk: Walk) -> bool:
    """Whether an account is about to be given what it lacks, or is not given it."""
    if event.kind not in (*LAYER_ROWS, names.DELEVERAGE, names.CLOSE, names.BAD_DEBT_EVENT) or event.account < 0:
        return False
    if not walk.held(event.account):
        return True
    ended = walk.resolved is not None and walk.resolved[::2] == (event.account, event.tick)
    return ended and walk.now(event.tick).equity(event.account) < 0


def begun(walk: Walk, event: Event) -> Loss:
    i, books = event.account, walk.now(event.tick)
    resolving = walk.held(i)
    need = math.ceil(-books.equity(i) * 1e6) if resolving else -walk.cash[i]
    market = walk.market_of_loss(i)
    insured = walk.may_help(i, market, event.tick)
    outside = market >= 0 and sum(walk.column(market)) != 0
    loss = Loss(i, market, need, resolving, insured, outside)
    loss.look(walk, event.tick)
    return loss


def volunteer_room(walk: Walk, i: int, tick: int) -> Iterator[int]:
    """Of each account that may be asked to stand in for account `i`."""
    opted, cap, books = walk.world.crowd.opted, walk.world.terms.sharing.share_cap, walk.now(tick)
    for c in walk.inside - walk.flagged - {i}:
        if opted.size and opted[c]:
            equity, maintenance = books.health(c)
            own = equity - walk.loans.owed[c] * QUANTUM
            promised = math.floor((cap * max(own, 0.0)) * 1e6) - walk.given[c]
            yield max(0, min(promised, math.floor((own - maintenance) * 1e6)))


def holder_room(walk: Walk, i: int, market: int, tick: int) -> Iterator[int]:
    """Of each account that holds a market's perpetual, but for account `i`."""
    books = walk.now(tick)
    for c in walk.inside - {i} if market >= 0 else ():
        if walk.size[c, market]:
            yield max(0, math.floor((books.equity(c) - walk.loans.owed[c] * QUANTUM) * 1e6))


def test_a_layer_pays_only_when_those_before_it_have_nothing_left(some: Told) -> None:
    """Nothing left up to a quantum, for a room that is a sum of floats may come out one less.

    Insurance: the pool, its day, its cap per block, account and tick. Volunteers: all that they promised and can spare
    without what the pool lent. Holders of a market: all that they own, and only where no size of it is outside, for
    else the outside pays without limit. Later withdrawals: never.
    """
    followed = 0
    for world, replay in some:
        for loss, after in losses(world, replay):
            turns = turns_of(layers(world), loss)
            rest, seen = loss.need, [LAYER_OF[row.kind] for row in loss.rows]
            assert [layer for layer in turns if layer in seen] == list(dict.fromkeys(seen))
            for layer in turns:
                left = rest - loss.paid(layer)
                assert left >= 0
                if left > 0:
                    assert_exhausted(loss, layer)
                    followed += loss.paid(layer) > 0
                rest = left
            if not loss.resolving:
                assert (after.kind == names.BAD_DEBT_EVENT) == (rest > 0)
                assert rest == 0 or after.quote == rest
    assert followed > len(some) / 20


def turns_of(order: list[int], loss: Loss) -> list[int]:
    """Layers that are asked: before deleveraging if positions are left, without it if not."""
    if not loss.resolving:
        return [layer for layer in order if layer != ADL_LAYER]
    return order[: order.index(ADL_LAYER)] if ADL_LAYER in order else order


def assert_exhausted(loss: Loss, layer: int) -> None:
    assert layer != EXIT_LAYER
    assert not (layer == FUNDING_LAYER and loss.outside)
    could = {INSURANCE_LAYER: loss.insured, VOLUNTARY_LAYER: loss.volunteered, FUNDING_LAYER: loss.held_by}
    assert abs(loss.paid(layer) - could[layer]) <= 1


def test_no_layer_pays_that_the_waterfall_does_not_have(replays: Told) -> None:
    seen = 0
    for world, replay in replays:
        order = layers(world)
        for event in events(replay, *LAYER_OF):
            assert LAYER_OF[event.kind] in order
            seen += len(order) < LAYERS
        if INSURANCE_LAYER not in order:
            assert all(event.fund >= 0 for event in events(replay, names.FILL))
    assert seen > len(replays) / 10


def default_waterfall(seed: int, **terms: object) -> World:
    """Insurance, then deleveraging, and no advances that a loss could hide in."""
    given = {"sharing": {"waterfall": Sharing().waterfall}, "adl": 1, "pool": {"advance_trigger": 0.0}}
    return changed(seeded_world(seed), terms=given | terms)


def test_by_default_nobody_solvent_pays_in_an_auction_before_the_pool_has_paid_what_it_may(again: Engine) -> None:
    """A counterparty's haircut above a cent means that the pool's part for the market, its day or the cap per block and
    account was used up by this very loss, by the payment told just before."""
    seen = 0
    for seed in range(60_000, 60_000 + (220 if again is compiled else 40)):
        world = default_waterfall(seed)
        if not is_auction(world):
            continue
        replay = again(world)
        paid: dict[int, tuple[int, int]] = {}
        for event, walk in walked(world, replay, names.UNFILLED, names.COVER, names.DELEVERAGE, names.ENDED):
            i = event.account
            if event.kind == names.UNFILLED:
                paid[i] = (0, walk.may_help(i, market_of(world, event.market), event.tick))
            elif event.kind == names.COVER and i in paid:
                paid[i] = (event.quote, walk.may_help(i, walk.market_of_loss(i), event.tick))
            elif event.kind == names.DELEVERAGE and event.price > CENT:
                amount, could = paid[i]
                assert amount == could
                seen += 1
    assert seen > 5


def on_the_book(seed: int, **parts: object) -> World:
    """Perpetuals alone, no limits, and a market that bids at any price."""
    world = default_waterfall(
        seed,
        liquidation_format=BOOK,
        bankruptcy_adjustment=2.0,
        spread_ratio=1e9,
        block_insurance=HUGE,
        selling=Selling(),
        dampers=Dampers(),
        pool=Pool(),
    )
    return changed(world, feed={"slope": np.zeros_like(world.feed.slope)}, **parts)


def test_on_the_book_a_pool_without_bottom_and_a_market_without_limit_leave_nothing_to_others(again: Engine) -> None:
    """There is always a fill, and it is always paid for; without a pool others pay in the same worlds."""
    seen = 0
    for seed in range(61_000, 61_000 + (160 if again is compiled else 25)):
        if on_the_book(seed).listing.option_market.size or on_the_book(seed).listing.asset_market.size:
            continue
        rich, poor = (again(on_the_book(seed, opening_pool=pool)) for pool in (HUGE, 0))
        assert not events(rich, names.DELEVERAGE, names.BAD_DEBT_EVENT, names.SHARE, names.SOCIALISE, names.DEFER)
        seen += any(event.price > CENT for event in events(poor, names.DELEVERAGE))
    assert seen > 0


def test_on_the_book_an_account_is_filled_or_deleveraged_once_a_block(replays: Told) -> None:
    """It is deleveraged, or else sold for whatever the market gives, only where nothing filled; so all that together is
    no more than the blocks of a tick. (In the last tick the sales of those in trouble follow.)"""
    seen: Counter[int] = Counter()
    for world, replay in replays:
        if is_auction(world):
            continue
        tried: Counter[tuple[int, int]] = Counter()
        resorts = set()
        for event in events(replay, names.FILL, names.DELEVERAGE, names.CLOSE):
            if event.kind == names.FILL:
                tried[event.tick, event.account] += 1
            elif event.kind == names.DELEVERAGE or event.tick < len(replay.path) - 1:
                assert event.equity < CENT  # what layers gave before is in it
                resorts.add((event.tick, event.account, event.market, event.kind))
        tried.update((tick, account) for tick, account, *_ in resorts)
        assert max(tried.values(), default=0) <= world.venue.blocks
        seen.update(kind for *_, kind in resorts)
    assert seen[names.DELEVERAGE] > len(replays) / 20 and seen[names.CLOSE] > 0


def test_insurance_pays_an_account_no_more_in_a_tick_than_a_block_allows(replays: Told) -> None:
    """Over all its rows, whether an auction ended or the account left; fills on the book have a cap of their own."""
    seen = 0
    for world, replay in replays:
        cap, paid = world.terms.block_insurance, Counter[tuple[int, int]]()
        for event in events(replay, names.COVER, names.FILL):
            if event.kind == names.COVER:
                paid[event.tick, event.account] += event.quote
                assert paid[event.tick, event.account] <= cap
                seen += paid[event.tick, event.account] == cap
            else:
                assert -event.fund <= cap
    assert seen > 0


def test_holders_of_a_market_pay_all_they_can_before_later_withdrawals_do(replay: Engine) -> None:
    # At 80 the first owes 500. Nothing is outside: of 200 coins of others the short holds 150 and pays 375; the long
    # with 50 has one left and pays that. The other 124 are the short's, which has thousands.
    traders = [Trader(1500, [100]), Trader(1e5, [-150]), Trader(1001, [50])]
    later = Sharing(waterfall=FUNDING_LAYER + EXIT_LAYER * (LAYERS + 1))
    found = replay(handmade([100, 80, 80, 80], traders, sharing=later))
    paid = [(event.other, event.quote) for event in events(found, names.SOCIALISE)]
    assert paid[:3] == [(1, 375 * USD), (2, 1 * USD), (1, 124 * USD)]
    assert not events(found, names.DEFER)
