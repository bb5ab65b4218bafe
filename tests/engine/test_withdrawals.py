"""Withdrawals wait exactly while the chain, the gate, the guard or the throttle says so (rules §8a), whoever leaves.

What these look at is reckoned beside the log: equity of everyone in the margin step, collateral at the end of a tick,
and the bucket of withdrawals.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from govtool.engine import codes as names
from tests.engine.engines import Engine, compiled
from tests.engine.handmade import Event, events
from tests.engine.source import Seeded, log
from tests.engine.telling import LAYER_ROWS, QUANTUM, Walk, changed, first_asset
from tests.engine.worlds import World, seeded_world
from tests.reference.numbers import ticks
from tests.reference.replay import Replay

pytestmark = pytest.mark.slow

HOUR_S = 3600
LIQUIDATION = {names.FILL, names.OPEN, names.TAKE, names.UNFILLED, names.RESET, names.PHASE, names.WON, names.SLASH}
LIQUIDATION |= {names.DELEVERAGE, names.CLOSE}
"""What happens after the margin step of a tick."""
MARGIN = {names.FLAG, names.RECOVER, names.ADVANCE}
"""What happens in the margin step or later. (An account that has been restored moves no cash.)"""
LEAVING = (names.RETIRE, names.EXIT_HAIRCUT, names.DEPOSIT, names.LAND, names.BOUNCE)
HOLDING = (names.TOPUP, names.SEND, names.CUT_EVENT, names.STOP_EVENT, names.LIMIT_EVENT, names.WITHDRAW)
"""What may happen to one who waits with assets."""
CLOSE_TO = 1e-9


def troubled(seed: int) -> World:
    """A world in which accounts come and go while others fail, with one reason or another to let nobody out.

    In half of them nobody is restored before all is sold, so that solvent accounts leave by liquidation.
    """
    world, source = seeded_world(seed), Seeded(seed)
    step_s = world.venue.step_s
    dampers = {
        "gate_s": source.pick([0.0, 2.0, 40.0]) * step_s,
        "guard": source.pick([0, 1]),
        "throttle": source.pick([0.0, log(source, 1e-3, 0.5)]),
    }
    crowd = {"hold": world.crowd.hold * 0 + source.real(5, 40), "idle": world.crowd.idle * 0 + source.real(1, 20)}
    terms = {"dampers": dampers, "restore": source.pick([world.terms.restore, 20.0])}
    return changed(world, terms=terms, crowd=crowd)


@dataclass
class Door:
    """Whether anyone may take cash out now."""

    world: World
    tick: int = 0
    gate: int = 0
    shortfall: float = 0.0
    collateral: float = 0.0
    used: float = 0.0
    at: int = 0
    why: Counter[str] = field(default_factory=Counter)

    def reasons(self, amount: float, pool: int) -> set[str]:
        """What holds a withdrawal of this quote amount."""
        rules, found = self.world.terms.dampers, set()
        if self.chain == names.DOWN:
            found.add("down")
        if rules.gate_s > 0 and self.tick < self.gate:
            found.add("gate")
        if rules.guard and self.shortfall * 1e6 > pool:
            found.add("guard")
        gone, cap = self._level(), self._cap()
        if rules.throttle > 0 and gone != 0 and gone + amount > cap:
            found.add("throttle")
        return found

    def close_to(self, amount: float, pool: int) -> bool:
        """Whether a sum of floats in another order might decide."""
        rules, gone, cap = self.world.terms.dampers, self._level(), self._cap()
        near = abs(gone + amount - cap) <= CLOSE_TO * (gone + amount + cap) or 0 < gone <= CLOSE_TO * cap
        guard = abs(self.shortfall * 1e6 - pool) <= 2 + CLOSE_TO * pool
        return bool(rules.throttle > 0 and near) or bool(rules.guard and guard)

    @property
    def chain(self) -> int:
        column = self.world.weather.chain
        return int(column[self.tick]) if column.size else names.UP

    def resume(self, event: Event) -> None:
        """The first tick after an outage, which shuts the gate if it was long."""
        rules = self.world.terms.dampers
        if rules.gate_s > 0 and 0 < rules.gate_outage_s <= event.price:
            self.gate = max(self.gate, self.tick + ticks(rules.gate_s, self.world.venue.step_s))

    @property
    def throttles(self) -> bool:
        return self.world.terms.dampers.throttle > 0

    def _cap(self) -> float:
        return self.world.terms.dampers.throttle * max(0.0, self.collateral)

    def _level(self) -> float:
        return max(0.0, self.used - self._cap() * ((self.tick - self.at) * self.world.venue.step_s / HOUR_S))

    def let_out(self, amount: float) -> None:
        if amount > 0 and self.world.terms.dampers.throttle > 0:
            self.used, self.at = min(self._level() + amount, self._cap()), self.tick

    def look(self, walk: Walk) -> None:
        """The margin step: what everyone who holds something is worth without what the pool lent."""
        rules = self.world.terms.dampers
        if self.chain != names.UP or (rules.gate_s == 0 and not rules.guard):
            return
        books = walk.now(self.tick)
        holders = [i for i in walk.accounts if i in walk.inside and walk.held(i)]
        lacking = {i: walk.loans.owed[i] * QUANTUM - books.equity(i) for i in holders}
        self.shortfall = sum(max(0.0, lack) for i, lack in lacking.items() if i in walk.flagged)
        if rules.gate_s > 0 and any(lack > 0 for lack in lacking.values()):
            self.gate = self.tick + ticks(rules.gate_s, self.world.venue.step_s)

    def close(self, walk: Walk) -> None:
        if self.world.terms.dampers.throttle > 0:
            self.collateral = walk.now(self.tick).collateral()


@dataclass
class Attempt:
    """A told try of an account to leave."""

    event: Event
    amount: float
    """What it would take out, in quote: all that it is worth."""
    reasons: set[str]
    unsure: bool
    """Whether rounding might say otherwise."""
    when: str


def attempts(world: World, replay: Replay) -> Iterator[Attempt]:
    """Each told try to leave with something."""
    walk, door = Walk(world, replay), Door(world)
    by_tick: dict[int, list[Event]] = {}
    for event in events(replay):
        by_tick.setdefault(event.tick, []).append(event)
    last, draws = len(world.feed.index) - 1, world.crowd.habits.draws.size > 0
    for tick in range(last + 1):
        door.tick = tick
        looked = asked = False
        rows = by_tick.get(tick, [])
        for event in rows:
            if event.kind == names.RESUME:
                door.resume(event)
        morning = {i: door.reasons(worth(walk, i, tick), walk.pool) for i in walk.waiting}
        for n, event in enumerate([*rows, None]):
            if (event is None or event.kind in MARGIN or liquidates(walk, event)) and not asked:
                # Who still waits had a reason to: at the start of the tick, or since others left or paid fees in it;
                # or it has cut what it holds, or drawn, instead.
                for i in walk.waiting - {row.account for row in rows if row.kind == names.CUT_EVENT}:
                    assert draws or morning.get(i) or door.reasons(worth(walk, i, tick), walk.pool)
                asked = True
            if (event is None or liquidates(walk, event)) and not looked:
                door.look(walk)
                looked = True
            if event is None:
                continue
            if event.kind in (names.HELD, names.RETIRE, names.WITHDRAW):
                drawn = event.kind == names.WITHDRAW
                amount = -event.quote * QUANTUM if drawn else leaving_with(walk, rows[: n + 1])
                # in the last tick the log does not tell whether its books are closed, which is when the cap changes
                unsure = door.close_to(amount, walk.pool) or (tick == last and looked and door.throttles)
                when = "liquidation" if looked else "expiry" if expired(rows, event) else "draw" if drawn else "will"
                if amount > 2 * QUANTUM:
                    yield Attempt(event, amount, door.reasons(amount, walk.pool), unsure, when)
                if event.kind != names.HELD:
                    door.let_out(amount)
            walk.tell(event)
        door.close(walk)


def liquidates(walk: Walk, event: Event) -> bool:
    """Whether the margin step of the tick is over: on the book, others may pay for a position before it is closed."""
    return event.kind in LIQUIDATION or (event.kind in LAYER_ROWS and walk.held(event.account))


def worth(walk: Walk, i: int, tick: int) -> float:
    """Quote that an account would take out."""
    return walk.now(tick).equity(i) if walk.held(i) else walk.cash[i] * QUANTUM


def leaving_with(walk: Walk, rows: list[Event]) -> float:
    """What the account of the last of these rows was worth before it lost a part to exits and took assets out."""
    i, tick = rows[-1].account, rows[-1].tick
    own = [row for row in rows if row.account == i]
    amount = worth(walk, i, tick)
    for row in own[::-1][1:]:
        if row.kind == names.EXIT_HAIRCUT:
            amount -= row.quote * QUANTUM
        elif row.kind == names.DEPOSIT and row.size < 0:
            amount -= (row.size * walk.unit[row.market]) * row.price
        else:
            break
    return amount


def expired(rows: list[Event], leaving: Event) -> bool:
    return any(row.kind == names.EXPIRE and row.account == leaving.account for row in rows) and not any(
        row.kind == names.TRADE and row.account == leaving.account for row in rows
    )


def seeds(again: Engine, first: int) -> range:
    return range(first, first + (100 if again is compiled else 60))


def test_withdrawals_are_held_exactly_while_something_says_so(again: Engine) -> None:
    """A HELD row has a reason and tells what is held, and nobody retires with anything while there is one: of its own
    will, after an expiry, or liquidated. What bad losses cost counts before it is cut."""
    seen: Counter[str] = Counter()
    for seed in seeds(again, 210_000):
        world = troubled(seed)
        for tried in attempts(world, again(world)):
            held = tried.event.kind == names.HELD
            assert not held or tried.event.price == pytest.approx(tried.amount, abs=2 * QUANTUM)
            if not tried.unsure:
                assert bool(tried.reasons) == held
                seen.update(tried.reasons or {"free"})
                seen.update({tried.when} if held or tried.when == "draw" else {})
    assert min(seen[why] for why in ("gate", "guard", "throttle", "free", "will", "liquidation")) > 0


def test_who_is_held_waits_without_positions_until_it_leaves(again: Engine) -> None:
    """With assets at most, and without a flag; that it has a reason in every tick is asserted in `attempts`. A debt of
    exits that grew meanwhile may have it sell some of those, and a top-up that was under way may arrive for them."""
    seen: Counter[str] = Counter()
    for seed in seeds(again, 211_000):
        world = troubled(seed)
        replay = again(world)
        since: dict[int, int] = {}
        walk = Walk(world, replay)
        for event in events(replay):
            i = event.account
            if event.kind == names.HELD:
                assert i not in since and event.price > 0
                assert not any(walk.sizes(i)[: first_asset(world)]) and min(walk.sizes(i)) >= 0
                since[i] = event.tick
            elif event.kind == names.TRADE and i in since:
                assert event.market >= first_asset(world) and event.size == -walk.size[i, event.market] < 0
            elif i in since:
                assert event.kind in LEAVING or (event.kind in HOLDING and walk.held(i))
            if event.kind == names.RETIRE and i in since:
                seen["waited"] += event.tick > since.pop(i)
            walk.tell(event)
        assert not any(walk.held(i) and replay.flag[i] is not None for i in since)
        seen["after the end"] += sum(tick == len(replay.path) - 1 for tick in since.values())
        held = sum(event.price for event in events(replay, names.HELD))
        assert replay.flows["held_cash"] * QUANTUM == pytest.approx(held)
        rules = world.terms.dampers
        if not (rules.gate_s or rules.guard or rules.throttle or world.weather.chain.size):
            assert held == 0
    assert min(seen["waited"], seen["after the end"]) > 0
