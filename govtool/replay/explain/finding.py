"""What an explanation consists of."""

from dataclasses import dataclass, field
from typing import NamedTuple

from govtool.protocol.fields import Value
from govtool.replay.explain.rule import Rule
from govtool.replay.explain.stage import Standing

ABSOLUTE, RELATIVE = 1e-6, 1e-9
"""How near a computed number must be to the one in the log: a quantum, or nine digits of larger ones."""


class Step(NamedTuple):
    """One formula: its symbols, the same with the numbers put in, its value, and what the log has of it, if anything.

    Money is in quote currency.
    """

    name: str
    symbols: str
    numbers: str
    value: float
    logged: float | None = None

    @property
    def agrees(self) -> bool:
        """Whether the log has the same number, or none."""
        if self.logged is None:
            return True
        return abs(self.value - self.logged) <= max(ABSOLUTE, RELATIVE * abs(self.logged))


class Lever(NamedTuple):
    """A parameter that decided an event. `would` is the nearest value that would have changed it, None if none does
    or it has no closed form; `effect` says what would have been, or why there is no value."""

    path: str
    value: Value
    would: Value | None
    effect: str


@dataclass(frozen=True)
class Finding:
    """One event explained.

    Attributes
    ----------
    row : int
        Of the event log, counted from 0.
    second : float
        From the start of the window; `ends_ms` the same as UTC milliseconds, if the window has a date.
    text : str
        What happened, in a line.
    standing : Standing or None
        The account just before, with the prices of that tick; None for an event without an account.
    """

    row: int
    tick: int
    second: float
    ends_ms: int | None
    kind: str
    account: int
    text: str
    rule: Rule
    standing: Standing | None
    steps: tuple[Step, ...] = ()
    levers: tuple[Lever, ...] = field(default=())

    @property
    def agrees(self) -> bool:
        """Whether every number that the log has too is the same there."""
        return all(step.agrees for step in self.steps)


def say(value: float) -> str:
    """A number as a reader wants it. Example: 44312.5 is 44,312.50, and 0.0120000001 is 0.012."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}" if abs(value) >= 1_000 else f"{value:.6g}"


def product(*factors: float) -> str:
    """Example: 1.2 and -3 are "1.2 × -3"."""
    return " × ".join(say(factor) for factor in factors)


def less(first: str, second: str) -> str:
    """A difference in words. Example: "5" and "-3 × 2" are "5 + 3 × 2"."""
    return f"{first} + {second[1:]}" if second.startswith("-") else f"{first} - {second}"


def total(terms: list[str]) -> str:
    """A sum in words of its terms; a leading minus becomes the sign. Example: "-90" and "1 × 100"."""
    return " + ".join(terms).replace("+ -", "- ") if terms else "0"
