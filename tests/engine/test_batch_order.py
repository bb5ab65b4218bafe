"""A batch does not ask who came first (rules §8), as long as all came in time.

Latency enters a batch twice: it says who may act when it clears, and it orders the keepers. Let the latencies be dealt
out anew among the same keepers, all within the time a batch collects bids, and the keepers be sorted by them again.
Groups of equal edge are served as wholes, and sums of whole numbers know no order. So:

- The price and the total are the same to the last bit, whatever the bids are.
- A group that is served in full gives each what it asked for; of the group at the margin each gets its share of the
  lot within one step for each bid in it: rounding up favours those who are counted first.
- Equal bids at the margin get the same lots, though not each the same one: they differ by a step at most.
- Equal lots earn the same, whoever came first: they are bought at one price and unloaded as one, at what the market
  pays for all of them together. X is then where it would be in any order.
- What fees and rewards leave the account is not the same, for each take starts from where the last one left it.

One who comes too late is not there at all: that changes price or total.
"""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govtool.engine import codes as names
from govtool.engine.state import Keepers
from govtool.engine.terms import BATCH, FIRST_COME
from tests.engine.engines import Engine, compiled, reference
from tests.engine.handmade import Event, Trader, events, world
from tests.engine.telling import changed
from tests.engine.worlds import World, seeded_world

Bid = tuple[float, float]
"""Edge and capital."""

COLLECT_S, COLLECT_TICKS = 60.0, 4
POSITION = 1000
PRICE = 94.0

pytestmark = pytest.mark.slow


def batch(bids: list[Bid], latencies: list[int], **terms: Any) -> World:
    """1000 coins at 94 under auction until tick 5, with these edges and capitals.

    The account can lose 8 % and stay solvent, and the market bids less the more it is sold.
    """
    keepers = [(late, capital, 0.0, edge, 0.0) for (edge, capital), late in zip(bids, latencies, strict=True)]
    keepers.sort(key=lambda row: row[0])
    given = {
        "liquidation_format": BATCH,
        "length_s": COLLECT_S,
        "end_discount": 0.08,
        "slope": 1e-5,
    }
    path = [100, *[PRICE] * 6]
    return world(path, [Trader(15_000, [POSITION])], maintenance_weight=0.1, keepers=keepers, **(given | terms))


def won(engine: Engine, one: World) -> list[tuple[Bid, Event]]:
    """Whose bid got which lot: bids are told by edge and capital."""
    bids = list(zip(one.keepers.edge.tolist(), one.keepers.capital.tolist(), strict=True))
    return [(bids[row.other], row) for row in events(engine(one), names.TAKE, names.WON)]


edges = st.sampled_from([0.0, 0.005, 0.01, 0.02, 0.04, 0.07])
capitals = st.sampled_from([940.0, 9_400.0, 18_800.0, 30_000.0, 47_000.0, 94_000.0])
crowds = st.lists(st.tuples(edges, capitals), min_size=2, max_size=6)


@st.composite
def orders(draw: Any) -> tuple[list[Bid], list[int], list[int]]:
    """Bids, and two ways to be in time."""
    bids = draw(crowds)
    late = st.lists(st.integers(1, COLLECT_TICKS), min_size=len(bids), max_size=len(bids))
    return draw(st.permutations(bids)), draw(late), draw(late)


@pytest.mark.parametrize("engine", [compiled, reference], ids=["compiled", "reference"])
@settings(max_examples=60)
@given(orders())
def test_price_and_total_of_a_batch_do_not_depend_on_who_came_first(engine, order):
    bids, early, late = order
    one, other = (won(engine, batch(bids, latencies)) for latencies in (early, late))
    assert {row.price for _, row in one} == {row.price for _, row in other}
    assert sum(row.size for _, row in one) == sum(row.size for _, row in other)
    margin = max((edge for (edge, _), _ in one), default=0.0)
    lots = [lots_by_bid(bids, rows) for rows in (one, other)]
    assert all(steps_apart(bids, lots[0][bid], lots[1][bid], bid[0], margin) for bid in bids)


@pytest.mark.parametrize("engine", [compiled, reference], ids=["compiled", "reference"])
@settings(max_examples=40)
@given(orders())
def test_equal_lots_of_a_batch_earn_the_same_whoever_came_first(engine, order):
    """What a lot earns is a function of its size alone, the same in both orders where the lots are, and X too."""
    bids, early, late = order
    replays = [engine(batch(bids, latencies)) for latencies in (early, late)]
    earned: list[dict[int, int]] = []
    for replay in replays:
        cash: dict[int, int] = {}
        rows = events(replay, names.TAKE)
        for row in rows:
            assert row.tick == rows[0].tick
            assert cash.setdefault(row.size, replay.keeper_cash[row.other]) == replay.keeper_cash[row.other]
        earned.append(cash)
    assert all(earned[1].get(size, cash) == cash for size, cash in earned[0].items())
    assert replays[0].volume == replays[1].volume


def lots_by_bid(bids: list[Bid], rows: list[tuple[Bid, Event]]) -> dict[Bid, list[int]]:
    """Lots of equal bids, sorted, with a zero for each that got none."""
    found: dict[Bid, list[int]] = {bid: [] for bid in bids}
    for bid, row in rows:
        found[bid].append(-row.size)
    return {bid: sorted([*lots, *[0] * (bids.count(bid) - len(lots))]) for bid, lots in found.items()}


def steps_apart(bids: list[Bid], one: list[int], other: list[int], edge: float, margin: float) -> bool:
    """Whether lots of equal bids are the same, or at the margin within a step for each bid there."""
    allowed = sum(bid[0] == edge for bid in bids) if edge == margin else 0
    return all(abs(a - b) <= allowed for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("engine", [compiled, reference], ids=["compiled", "reference"])
@settings(max_examples=60)
@given(st.integers(2, 6), st.integers(1, 40), st.data())
def test_equal_bids_get_the_same_lots(engine, count, coins, data):
    """Here of one edge and capital, of whom most are served in part: sorted, the lots are the same to the quantum."""
    bids = [(0.01, (300.0 + coins) * PRICE)] * count
    late = st.lists(st.integers(1, COLLECT_TICKS), min_size=count, max_size=count)
    one, other = (won(engine, batch(bids, data.draw(late))) for _ in range(2))
    lots = [sorted(-row.size for _, row in rows) for rows in (one, other)]
    assert lots[0] == lots[1]
    assert lots[0][-1] - lots[0][0] <= 1


def test_one_who_comes_too_late_changes_the_price(replay):
    # With the first, 500 coins go at an edge of 0.5 % and 500 at 4 %. Without it, the second gets all.
    bids = [(0.005, 500 * PRICE), (0.04, 1e6)]
    in_time, too_late = (won(replay, batch(bids, [late, 1])) for late in (COLLECT_TICKS, COLLECT_TICKS + 1))
    assert [bid for bid, _ in in_time] == [(0.04, 1e6), (0.005, 500 * PRICE)]
    assert [bid for bid, _ in too_late] == [(0.04, 1e6)]
    bids = [(0.005, 1e6), (0.04, 1e6)]
    prices = [won(replay, batch(bids, [late, 1]))[0][1].price for late in (COLLECT_TICKS, COLLECT_TICKS + 1)]
    assert prices[0] > prices[1]


def test_whoever_comes_first_has_it_all_without_a_batch(replay):
    # What the permutations above would change elsewhere.
    bids = [(0.005, 1e6), (0.01, 1e6)]
    for first in (0, 1):
        latencies = [1 + (k != first) for k in range(2)]
        ((bid, _),) = won(replay, batch(bids, latencies, liquidation_format=FIRST_COME))
        assert bid == bids[first]


def shuffled(one: World, generator: Any) -> tuple[World, list[int]]:
    """The world with latencies dealt out anew, and where each keeper was before."""
    latency = generator.permutation(one.keepers.latency)
    order = np.argsort(latency, kind="stable")
    columns = {
        name: column[order] if column.size else column
        for name, column in one.keepers._asdict().items()
        if name != "latency"
    }
    return changed(one, keepers=Keepers(latency=latency[order], **columns)), order.tolist()


def test_the_first_batch_of_a_random_world_clears_alike_in_any_order(again: Engine) -> None:
    """With all traits of keepers, all instruments and limits, until the first batch has cleared.

    Nobody is late for it and insolvent phases, which sell one by one, are left out; so is the residue, which falls
    upon the largest lot, for that may be another after a different rounding. Lots won count whether they are paid or
    not.
    """
    seen: Counter[str] = Counter()
    for seed in range(80_000, 80_000 + (150 if again is compiled else 60)):
        one = seeded_world(seed)
        steps = max(2, len(one.keepers.latency))
        selling = {"insolvent_s": 0.0, "residue": 0.0}
        terms = {"liquidation_format": BATCH, "length_s": steps * one.venue.step_s, "selling": selling}
        one = changed(one, terms=terms, keepers={"latency": np.arange(len(one.keepers.latency)) % steps + 1})
        one = changed(one, keepers={"latency": np.sort(one.keepers.latency)})
        other, order = shuffled(one, np.random.default_rng(seed))
        first, second = (first_cleared(again(each)) for each in (one, other))
        assert {place(row) for row in first} == {place(row) for row in second}
        assert sum(row.size for row in first) == sum(row.size for row in second)
        seen["other order"] += len(first) > 1 and order != sorted(order)
    assert seen["other order"] > 2


def first_cleared(replay: Any) -> list[Event]:
    """Lots of the first batch that found a bid, as sizes of the account's change."""
    rows = events(replay, names.TAKE, names.WON)
    if not rows:
        return []
    return [row._replace(size=abs(row.size)) for row in rows if place(row) == place(rows[0])]


def place(row: Event) -> tuple[float, ...]:
    return row.tick, row.account, row.market, row.price
