"""What is under auction at any moment that a log tells of.

The log does not say which of an account's tranches in one instrument a keeper took from. So what is left is told of all
of them together, and tranche by tranche only where an account has one at a time.
"""

from collections import Counter
from dataclasses import dataclass, field

from govtool.engine import codes as names
from tests.engine.handmade import Event
from tests.engine.telling import Walk, basis


@dataclass
class Stalls:
    """Quantums under auction per account and instrument, followed beside a `Walk`: told of an event after it was."""

    walk: Walk
    left: Counter[tuple[int, int]] = field(default_factory=Counter)

    def tell(self, event: Event) -> None:
        key = event.account, event.market
        if event.kind == names.OPEN:
            self.left[key] += abs(event.size)
        elif event.kind in (names.TAKE, names.UNFILLED):
            self.left[key] -= abs(event.size)
        elif event.kind in (names.RECOVER, names.RETIRE, names.HELD) or (
            event.kind == names.ENDED and self.walk.resolved is not None
        ):
            self._drop(event.account)
        elif event.kind == names.DELEVERAGE:
            self._shrink(event.account, event.market)
            self._shrink(event.other, event.market)
        elif event.kind in (names.EXPIRE, names.CLOSE):
            self._shrink(*key)

    def _drop(self, account: int) -> None:
        for key in [key for key in self.left if key[0] == account]:
            del self.left[key]

    def _shrink(self, account: int, j: int) -> None:
        """No more stays under auction than is still held."""
        self.left[account, j] = min(self.left[account, j], abs(self.walk.size[account, j]))

    def of(self, account: int) -> dict[int, int]:
        """What an account has under auction, by instrument."""
        return {j: left for (i, j), left in self.left.items() if i == account and left}

    def value(self, tick: int, account: int | None = None) -> float:
        """Quote under auction, of one account or of all."""
        return sum(
            (left * self.walk.unit[j]) * basis(self.walk, tick, j)
            for (i, j), left in self.left.items()
            if left and account in (None, i)
        )
