"""What the pool lends to accounts as margin, told from the log (rules §9a)."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil

from govtool.engine import codes as names
from tests.engine.handmade import Event


@dataclass
class Loans:
    """What of each advance is still out, and what is owed for it with its fee."""

    fee: float
    out: Counter[int] = field(default_factory=Counter)
    owed: Counter[int] = field(default_factory=Counter)

    def tell(self, event: Event) -> None:
        i = event.account
        if event.kind == names.ADVANCE:
            self.out[i] = event.quote
            self.owed[i] = event.quote + ceil(event.quote * self.fee)
        elif event.kind == names.REPAY:
            self.out[i] -= min(-event.quote, self.out[i])
            self.owed[i] += event.quote
        elif event.kind in (names.RETIRE, names.HELD):
            self.out[i] = self.owed[i] = 0  # the rest is written off
