"""What a red team leaves: the worst attack found, what it brings and costs, and what each defence leaves of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from govtool.study.redteam.model import Goal


@dataclass(frozen=True)
class Effect:
    """What one attack comes to, in quote currency: means over the seeds.

    Attributes
    ----------
    profit : float
        `returned + held + hedge + keeper - brought - push_cost`.
    damage : float
        The sum of `harm`.
    brought, returned, held, hedge
        As `govtool.replay.attack.Booty`.
    keeper : float
        Change of the cash of the attacker's keeper, less what the same keeper earns where nobody attacks: that is
        honest business.
    push_cost, equity : float
        What the attack costs, and what of it is only brought.
    coincidences : tuple of str
        What else must happen that nobody can buy.
    harm : dict
        Loss of others by kind, with the attack less without it.
    events : tuple of str
        Digest of the event log with the attack, per seed.
    """

    profit: float
    damage: float
    brought: float
    returned: float
    held: float
    hedge: float
    keeper: float
    push_cost: float
    equity: float
    coincidences: tuple[str, ...]
    harm: dict[str, float]
    events: tuple[str, ...]

    def of(self, goal: Goal) -> float:
        """The number that a search of this goal raises."""
        return self.profit if goal == "profit" else self.damage


@dataclass(frozen=True)
class Defended:
    """One change of the protocol against the attack that was found, all else equal.

    `cost` is what it costs where nobody attacks: fees that are no longer paid, and losses and liquidation costs that
    come on top; neither counts where it is a gain.
    """

    name: str
    changes: dict[str, int | bool | str]
    profit: float
    damage: float
    cost: float
    closes: bool


@dataclass(frozen=True)
class Worst:
    """The worst attack on one protocol that a search found.

    Attributes
    ----------
    attacks : tuple of dict
        As a world names them; empty if every trial was refused.
    effect : Effect or None
    binds : bool
        Whether the attack takes 99 % of the budget or more.
    defences : tuple of Defended
        In the order in which they are listed.
    closed_by : str or None
        The cheapest of those that leave nothing of the goal; the first of equal ones.
    """

    protocol: str
    protocol_digest: str
    opening_pool: int
    trials: int
    refused: int
    attacks: tuple[dict[str, Any], ...]
    effect: Effect | None
    binds: bool
    defences: tuple[Defended, ...]
    closed_by: str | None

    def pays(self, goal: Goal) -> bool:
        """Whether there is an attack with more than nothing of the goal."""
        return self.effect is not None and self.effect.of(goal) > 0


@dataclass(frozen=True)
class RedTeamed:
    """A red team's whole finding, on current and, in a study with a candidate, on that.

    `digest` is of all that shapes its numbers, the protocols aside.
    """

    event: str
    label: str
    seeds: tuple[int, ...]
    markets: tuple[str, ...]
    budget: float
    goal: Goal
    trials: int
    digest: str
    scenarios: tuple[str, ...]
    current: Worst
    candidate: Worst | None = None


def closing(defences: Sequence[Defended]) -> str | None:
    """Name of the cheapest defence that closes the attack, the first of equal ones; None if none does."""
    closes = [one for one in defences if one.closes]
    return min(closes, key=lambda one: one.cost).name if closes else None
