"""What each objective is called and means in a document, and the unit in which it is printed."""

from dataclasses import dataclass
from typing import Any

from govtool.proposal.words import NOTHING, decimal, signed
from govtool.study.model import OBJECTIVES

BPS = 10_000


@dataclass(frozen=True)
class Named:
    """Name, unit and meaning of an objective; a printed number is the objective times `scale`."""

    title: str
    unit: str
    scale: float
    meaning: str


WORDS: dict[str, Named] = {
    "tail_loss": Named(
        "Tail loss",
        "bps of open interest",
        BPS,
        "what others than the liquidated trader paid (insurance pool, deleveraged winners, nobody), in the worst "
        "windows",
    ),
    "trader_cost": Named(
        "Trader cost",
        "bps of open interest",
        BPS,
        "what liquidations cost the liquidated traders, once more where they were unnecessary, and this window's share "
        "of the yearly cost of contributions, foregone fees and pool capital",
    ),
    "capital_efficiency": Named(
        "Capital efficiency",
        "ratio",
        1,
        "average open interest per unit of collateral that traders hold today",
    ),
}


def printed(value: float | None, name: str) -> str:
    """An objective in its printed unit, without the unit. Example: tail_loss 0.00123 is "12.3"."""
    return NOTHING if value is None else decimal(value * WORDS[name].scale)


def printed_interval(found: dict[str, Any], name: str) -> str:
    """A paired difference with its interval. Example: "-12.3 [-20.1, -4.50]"."""
    estimate, low, high = (signed(printed(found[key], name)) for key in ("estimate", "low", "high"))
    return f"{estimate} [{low}, {high}]"


def word(found: dict[str, Any], name: str) -> str:
    """What an interval says: "better" or "worse" if it lies on one side of zero, else "inconclusive".

    "no change" if every difference is zero.
    """
    low, high = found["low"], found["high"]
    if low is None or high is None or found["windows"] < 2:
        return "inconclusive"
    if low == high == 0:
        return "no change"
    if OBJECTIVES[name] == "higher":
        low, high = -high, -low
    return "better" if high < 0 else "worse" if low > 0 else "inconclusive"
