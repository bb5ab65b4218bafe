"""How traders answer to what a protocol asks of them, and to the speed of the chain."""

from typing import NamedTuple

from govtool.engine.elementary import power
from govtool.engine.state import Crowd
from govtool.world.model import World

FASTEST, SLOWEST = 0.1, 10.0
"""Nobody trades ten times as fast or slow as stated: an elasticity holds near its reference (assumption)."""


class Pace(NamedTuple):
    """What times in and out owe to the taker fee, which is the protocol's."""

    fee_elasticity: float = 0.0
    reference_fee: float = 0.0005


STEADY_PACE = Pace()
"""Times are as stated, whatever the fee."""


def pace_of(world: World) -> Pace:
    """The pace that a world states."""
    return Pace(float(world.habits.fee_elasticity), float(world.habits.reference_fee))


def factor(value: float, reference: float, elasticity: float) -> float:
    """(value / reference) to the power of the elasticity, within FASTEST and SLOWEST; FASTEST for a value of 0.

    Example: twice the reference at an elasticity of 0.5 is 1.414.
    """
    if value <= 0.0:
        return FASTEST
    return min(max(float(power(value / reference, elasticity)), FASTEST), SLOWEST)


def with_latency(world: World, crowd: Crowd) -> Crowd:
    """The crowd with holding and reaction times (top-ups, cuts, flight) as the time between blocks makes them.

    The same object where times do not hang on it.
    """
    told = world.habits
    if told.latency_elasticity == 0.0:
        return crowd
    by = factor(world.chain.block_s, told.reference_block_s, told.latency_elasticity)
    habits = crowd.habits._replace(herd_delay=crowd.habits.herd_delay * by)
    return crowd._replace(hold=crowd.hold * by, topup_delay=crowd.topup_delay * by, habits=habits)


def with_fee(crowd: Crowd, pace: Pace, taker_fee: float) -> Crowd:
    """The crowd with times in and out as a taker fee (fraction of notional) makes them.

    The same object where times do not hang on it. Who never comes back still does not.
    """
    if pace.fee_elasticity == 0.0:
        return crowd
    by = factor(taker_fee, pace.reference_fee, pace.fee_elasticity)
    return crowd._replace(hold=crowd.hold * by, idle=crowd.idle * by)


def with_stop(crowd: Crowd, stop: float) -> Crowd:
    """Traders are warned, and aim, no lower than the health at which the protocol stops liquidating."""
    return crowd._replace(warning=max(crowd.warning, stop), topup_target=max(crowd.topup_target, stop))
