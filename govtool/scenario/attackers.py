"""Attackers in the crowd: accounts and a keeper of one owner, added behind everybody else."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from govtool.engine.codes import COLLUDE, HONEST
from govtool.engine.state import Crowd, Habits, Keepers
from govtool.engine.terms import Floats, Ints
from govtool.errors import ParamError
from govtool.units import SECONDS_PER_HOUR, quantums
from govtool.world.attacks import Collusion, Position
from govtool.world.model import World

FAR = 2**40
"""A tick that no window reaches: who leaves then stays."""


class Joined(NamedTuple):
    """Crowd and bench with attackers, who are the last `accounts` of the one and the last `takers` of the other."""

    crowd: Crowd
    keepers: Keepers
    accounts: int
    takers: int


def with_attackers(
    world: World, crowd: Crowd, keepers: Keepers, markets: Sequence[str], open_interest: float
) -> Joined:
    """The crowd and the bench with what the world's `position` attacks add to them; without any, both as they are.

    All of them are one attacker: every account, and the keeper if any attack has one, has the same owner, the number
    of its first account. Whoever was there before has the same number, plans and luck as without. An attacker brings
    its equity in cash, in `wallets` equal parts, tops nothing up, reacts to no warning or panic, withdraws once all
    that initial margin does not hold, and leaves when told, or never.

    Its keeper comes last on the bench, so that no other's number changes, is as fast as the fastest, has capital worth
    all the opening open interest, back in every tick, and asks for no profit: all that favours it. It takes from
    anyone, and from its own accounts where the protocol lets it. Where keepers collude it is one of them.

    Parameters
    ----------
    open_interest : float
        One-sided, over all markets, quote currency.

    Raises
    ------
    ParamError
        An attack names a market that is not replayed.
    """
    attacks = [attack for attack in world.attacks if isinstance(attack, Position)]
    if not attacks:
        return Joined(crowd, keepers, 0, 0)
    for attack in attacks:
        if attack.market not in markets:
            raise ParamError(
                f"attacks: the market {attack.market!r} of a position is not replayed, only {', '.join(markets)};"
                " name one of them"
            )
    owner, count = crowd.equity.size, sum(attack.wallets for attack in attacks)
    crowd = _crowd_with(crowd, attacks, owner, world.step_s, markets)
    takers = int(any(attack.liquidates for attack in attacks))
    if takers:
        keepers = with_taker(keepers, owner, open_interest, _patience(world))
    return Joined(crowd, keepers, count, takers)


def tick_of(hours: float, step_s: float) -> int:
    """The tick in which a moment so many hours after the window's begin falls. Example: 0.5 h of 15 s is 120."""
    # Hours are decimal fractions: one that is a microsecond short of a tick means that tick.
    return int(round(hours * SECONDS_PER_HOUR, 6) // step_s)


def _crowd_with(crowd: Crowd, attacks: Sequence[Position], owner: int, step_s: float, markets: Sequence[str]) -> Crowd:
    each = [(attack, part) for attack in attacks for part in _parts(quantums(attack.equity), attack.wallets)]
    count = len(each)
    draws, leaves = (
        _ints([tick_of(getattr(attack, name), step_s) for attack, _ in each]) for name in ("draws_h", "leaves_h")
    )
    nothing = np.zeros(count, dtype=np.int64)
    return crowd._replace(
        equity=_longer(crowd.equity, _ints([part for _, part in each])),
        leverage=_longer(crowd.leverage, _floats([attack.leverage for attack, _ in each])),
        share=np.concatenate([crowd.share, _shares([attack for attack, _ in each], markets, crowd.share.shape[1])]),
        enters=_longer(crowd.enters, _ints([_entry(attack, step_s, crowd) for attack, _ in each])),
        hold=_longer(crowd.hold, np.full(count, float(FAR))),
        idle=_longer(crowd.idle, np.zeros(count)),
        topup_chance=_longer(crowd.topup_chance, np.zeros(count)),
        topup_delay=_longer(crowd.topup_delay, np.ones(count)),
        wallet=_longer(crowd.wallet, nothing),
        deposit=_below(crowd.deposit, count),
        owner=_longer(_or_own(crowd.owner, owner), np.full(count, owner, dtype=np.int64)),
        opening=_below(crowd.opening, count),
        opted=_longer(crowd.opted, nothing) if crowd.opted.size else crowd.opted,
        habits=_habits_with(crowd.habits, owner, count, draws, np.where(leaves > 0, leaves, FAR)),
    )


def _parts(amount: int, count: int) -> list[int]:
    """An amount in equal whole parts, the last with the rest. Example: 10 in 3 is 3, 3, 4."""
    return [amount // count] * (count - 1) + [amount - amount // count * (count - 1)]


def _entry(attack: Position, step_s: float, crowd: Crowd) -> int:
    """Tick of the entry. Who is in from the start of a snapshot is in the snapshot: others come in the first tick."""
    if attack.enters_h == 0 and not crowd.opening.size:
        return 0
    return max(1, tick_of(attack.enters_h, step_s))


def _shares(attacks: Sequence[Position], markets: Sequence[str], instruments: int) -> Floats:
    """All of the gross notional in one perpetual each, signed."""
    share = np.zeros((len(attacks), instruments))
    for row, attack in zip(share, attacks, strict=True):
        row[markets.index(attack.market)] = 1.0 if attack.side == "long" else -1.0
    return share


def _habits_with(habits: Habits, before: int, count: int, draws: Ints, leaves: Ints) -> Habits:
    """Habits of those before, and of attackers: nothing but leaving and one withdrawal of all that is not needed."""
    kept: dict[str, Any] = {
        name: held for name, held in habits._asdict().items() if isinstance(held, np.ndarray) and held.size
    }
    nothing: dict[str, Any] = {name: _longer(held, np.zeros(count)) for name, held in kept.items()}
    told = {
        "leaves": _longer(_or_nothing(habits.leaves, before), leaves),
        "draws": _longer(_or_nothing(habits.draws, before), draws),
        "keep": _longer(_or_nothing(habits.keep, before), np.ones(count)),
    }
    return habits._replace(**(nothing | told))


def with_taker(keepers: Keepers, owner: int, open_interest: float, patience: float | None = None) -> Keepers:
    """The bench with an attacker's keeper at its end; with a patience it is one of those who collude."""
    before = keepers.latency.size
    own = {
        "latency": keepers.latency.min(initial=FAR) if before else 1,
        "capital": open_interest,
        "refill": open_interest,
        "edge": 0.0,
        "least": 0.0,
        "patience": patience or 0.0,
        "risk": 0.0,
        "cost": 0.0,
        "conduct": HONEST if patience is None else COLLUDE,
        "keeper_owner": owner,
    }
    unset = {"keeper_owner": -1}
    found = {}
    for name, value in own.items():
        held = getattr(keepers, name)
        kind = np.int64 if name in ("latency", "conduct", "keeper_owner") else np.float64
        full = held if held.size == before else np.full(before, unset.get(name, 0), dtype=kind)
        found[name] = _longer(full, np.array([value], dtype=kind))
    return keepers._replace(**found)


def _patience(world: World) -> float | None:
    """What colluding keepers wait for, the most that any agreement names; None if none collude."""
    waits = [attack.patience for attack in world.attacks if isinstance(attack, Collusion)]
    return max(waits, default=None)


def _longer(held: np.ndarray, more: np.ndarray) -> np.ndarray:
    return np.concatenate([held, more.astype(held.dtype)])


def _below(held: Floats, count: int) -> Floats:
    """A table with so many rows of zeros below it; one that is left out stays so."""
    return np.concatenate([held, np.zeros((count, held.shape[1]))]) if held.ndim > 1 and len(held) else held


def _or_own(owner: Ints, count: int) -> Ints:
    return owner if owner.size else np.arange(count, dtype=np.int64)


def _or_nothing(held: np.ndarray, count: int) -> np.ndarray:
    return held if held.size else np.zeros(count, dtype=held.dtype)


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _floats(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)
