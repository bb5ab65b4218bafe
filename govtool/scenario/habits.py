"""What traders do beside coming, topping up and leaving, as the engine takes it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from govtool.engine.draw import POPULATION, draws
from govtool.engine.state import Habits
from govtool.engine.terms import EMPTY, EMPTY_INTS, Floats, Ints
from govtool.scenario.waits import waits
from govtool.units import SECONDS_PER_HOUR
from govtool.world.model import World
from govtool.world.traders import Kind

FIRST_DRAW = POPULATION + 13
"""A stream of its own: whoever draws, the rest of the population is the same."""


def form_habits(world: World, seed: int, kinds: Sequence[Kind], kind: Ints) -> Habits:
    """Habits of accounts of these kinds; what nobody does is an empty array.

    The first withdrawal is drawn from the start of the window on, also for an account that is not in yet: waits have
    no memory, and one that is due while the account is out is only followed by the next.

    Parameters
    ----------
    kinds : sequence of Kind
        Kinds that there are.
    kind : int64 (A,)
        Place of each account's kind among them.

    Returns
    -------
    Habits
        Times in ticks; nobody has a tick to leave at.
    """
    told, per_hour = world.habits, SECONDS_PER_HOUR / world.step_s

    def of(field: str) -> Floats:
        return np.array([float(getattr(one, field)) for one in kinds])[kind]

    cuts, draws_at = of("cut_chance"), of("draw_every_h") * per_hour
    return Habits(
        nudge_chance=_unless_neutral(of("nudge_chance")),
        cut_chance=_unless_neutral(cuts),
        cut_share=of("cut_share") if cuts.any() else EMPTY,
        stop_loss=_unless_neutral(of("stop_loss")),
        take_profit=_unless_neutral(of("take_profit")),
        herd=_unless_neutral(of("herd")),
        draws=_first_draws(seed, draws_at) if draws_at.any() else EMPTY_INTS,
        draw_every=_unless_neutral(draws_at),
        keep=of("keep") if draws_at.any() else EMPTY,
        nudge=float(told.nudge),
        herd_delay=told.herd_delay_s / world.step_s,
        vol_target=float(told.vol_target),
    )


def taken(habits: Habits, account: Ints) -> Habits:
    """Habits of these accounts, in this order; one may be named more than once."""
    found: dict[str, Any] = {
        name: np.ascontiguousarray(value[account]) for name, value in _arrays(habits) if value.size > 0
    }
    return habits._replace(**found)


def _arrays(habits: Habits) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in habits._asdict().items() if isinstance(value, np.ndarray)]


def _unless_neutral(values: Floats) -> Floats:
    return values if values.any() else EMPTY


def _first_draws(seed: int, mean: Floats) -> Ints:
    """Tick of the first withdrawal; 0 (never) where the mean is 0."""
    found = waits(mean, draws(seed, FIRST_DRAW, np.arange(mean.size, dtype=np.int64), 0))
    return np.asarray(np.maximum(found, 0))
