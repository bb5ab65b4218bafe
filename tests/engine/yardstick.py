"""What accounts are worth and must keep at any moment that a log tells of, by the reference's own books.

The log of either engine tells cash, sizes and posted prices; prices of options and margins follow from them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.engine.worlds import World
from tests.reference import charge, liquidity
from tests.reference.door import admitted
from tests.reference.instruments import requote
from tests.reference.requirement import health, stop_level
from tests.reference.start import started
from tests.reference.state import State, collateral, equity


class Yardstick:
    """A reference's state that is set to whatever a log tells, and asked."""

    def __init__(self, world: World, path: Sequence[Sequence[float]]) -> None:
        parts = ("terms", "venue", "keepers", "feed", "crowd", "listing")
        self._path = path
        self.state: State = started(
            *(admitted(name, getattr(world, name)) for name in parts),
            before=None if world.formation is None else admitted("terms", world.formation),
            seed=world.seed,
            opening_pool=world.opening_pool,
        )
        self._quoted = -1

    def marks(self, tick: int) -> list[float]:
        """Price of each instrument for margin."""
        self._quote(tick)
        return self.state.mark

    def at(self, tick: int, cash: Mapping[int, int], size: Mapping[tuple[int, int], int]) -> "Yardstick":
        """Set the tick and what everyone holds."""
        self._quote(tick)
        state = self.state
        for i, account in enumerate(state.accounts):
            account.cash = cash[i]
            account.size = [size[i, j] for j in state.all]
        state.market_size = [-sum(account.size[j] for account in state.accounts) for j in state.all]
        return self

    def _quote(self, tick: int) -> None:
        if tick != self._quoted:
            self.state.tick = self._quoted = tick
            self.state.oracle = list(self._path[tick])
            requote(self.state)

    def equity(self, i: int) -> float:
        return equity(self.state, i)

    def health(self, i: int) -> tuple[float, float]:
        """Equity and maintenance."""
        return health(self.state, i)

    def stop(self, i: int) -> float:
        return stop_level(self.state, i, self.health(i)[1])

    def weight(self, i: int, j: int) -> float:
        return charge.weight(self.state, i, j)

    def collateral(self) -> float:
        return collateral(self.state)

    def deal(self, j: int, side: int, q: int) -> Any:
        """A trade with the outside market as displaced by now."""
        return liquidity.deal(self.state, j, side, q)
