"""Who holds units of the pool at any moment that a log tells of, who has asked to leave, and what each may take."""

from dataclasses import dataclass, field
from math import floor

from govtool.engine import codes as names
from tests.engine.handmade import Event
from tests.engine.telling import Walk, is_up
from tests.reference.numbers import ticks


@dataclass
class Stakes:
    """Units of stakers, followed beside a `Walk`: told of an event before it is, and of the end of every tick."""

    walk: Walk
    total: float = 1.0
    units: list[float] = field(init=False)
    asked: dict[int, int] = field(default_factory=dict)
    """Tick at which each asked to leave."""
    noted: dict[int, int] = field(default_factory=dict)
    peak: int = field(init=False)
    tick: int = 0
    over: bool = False
    """Whether those who lost their nerve in this tick have asked."""

    def __post_init__(self) -> None:
        self.units = self.walk.world.crowd.stake.tolist()
        self.peak = self.walk.world.opening_pool

    def staying(self) -> float:
        """Share of the yield that is for stakers."""
        held = sum(units for n, units in enumerate(self.units) if n not in self.asked)
        return held / self.total if held > 0 else 0.0

    def value(self, n: int) -> int:
        return floor(self.walk.pool * (self.units[n] / self.total)) if self.total > 0 else 0

    def due(self, n: int) -> int:
        """What staker `n` would take if all could be paid."""
        return min(self.noted[n], self.value(n))

    def may_leave(self) -> list[int]:
        """Who has asked and waited long enough, in order; nobody while the chain is not up."""
        world = self.walk.world
        if not is_up(world, self.tick):
            return []
        wait = ticks(world.terms.pool.stake_cooldown_s, world.venue.step_s)
        return [n for n in sorted(self.asked) if self.units[n] > 0 and self.tick >= self.asked[n] + wait]

    def tell(self, event: Event) -> None:
        """Of an event that the walk was not told of yet."""
        self.reach(event)
        if event.kind == names.POOL_OVERFLOW:
            self.peak += event.fund
        elif event.kind == names.UNSTAKE:
            self._leave(event.other, -event.fund)

    def reach(self, event: Event) -> None:
        """The moment just before an event."""
        while self.tick < event.tick:
            self.end_tick()
        if event.kind == names.UNSTAKE:
            self.ask()

    def end_tick(self) -> None:
        self.ask()
        self.tick, self.over = self.tick + 1, False

    def ask(self) -> None:
        """Once a tick that is up, when liquidation is over: those who have lost their nerve ask to leave."""
        if self.over or not is_up(self.walk.world, self.tick):
            return
        self.over = True
        whole = self.walk.pool + sum(self.walk.loans.out.values())
        self.peak = max(self.peak, whole)
        for n, nerve in enumerate(self.walk.world.crowd.nerve.tolist()):
            if self.units[n] > 0 and n not in self.asked and whole < (1 - nerve) * self.peak:
                self.asked[n], self.noted[n] = self.tick, self.value(n)

    def _leave(self, n: int, amount: int) -> None:
        due, value = self.due(n), self.value(n)
        gone = self.units[n] if amount == due else self.units[n] * (amount / value)
        self.total -= gone
        self.units[n] = 0.0 if amount == due else self.units[n] - gone
        self.noted[n] -= amount
        self.peak -= amount
