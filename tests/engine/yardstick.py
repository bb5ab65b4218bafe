"""What accounts are worth and must keep at any moment that a log tells of, by the reference's own books.

The log of either engine tells cash, sizes and posted prices; prices of options and margins follow from them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.engine.worlds import World
from tests.reference import charge, liquidity
from tests.reference.door import admitted
from tests.reference.instruments import fair, requote
from tests.reference.requirement import health, stop_level
from tests.reference.start import started
from tests.reference.state import State, collateral, equity


class Yardstick:
    """A reference's state that is set to whatever a log tells, and asked."""

    def __init__(self, world: World) -> None:
        parts = ("terms", "venue", "keepers", "feed", "crowd", "listing")
        self.state: State = started(
            *(admitted(name, getattr(world, name)) for name in parts),
            before=None if world.formation is None else admitted("terms", world.formation),
            weather=admitted("weather", world.weather),
            seed=world.seed,
            opening_pool=world.opening_pool,
        )
        self._quoted: tuple[int, list[float]] = (-1, [])

    def marks(self) -> list[float]:
        """Price of each instrument for margin."""
        return self.state.mark

    def fair(self, j: int) -> float:
        """Price of an instrument for execution."""
        return fair(self.state, j)

    def at(
        self, tick: int, prices: Sequence[float], cash: Mapping[int, int], size: Mapping[tuple[int, int], int]
    ) -> "Yardstick":
        """Set the tick, the prices of markets for margin, and what everyone holds."""
        self._quote(tick, list(prices))
        state = self.state
        for i, account in enumerate(state.accounts):
            account.cash = cash[i]
            account.size = [size[i, j] for j in state.all]
        state.market_size = [-sum(account.size[j] for account in state.accounts) for j in state.all]
        return self

    def _quote(self, tick: int, prices: list[float]) -> None:
        if (tick, prices) != self._quoted:
            self._quoted = tick, prices
            self.state.tick, self.state.oracle = tick, list(prices)
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
