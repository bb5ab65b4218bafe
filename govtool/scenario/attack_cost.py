"""What an attack costs: pushing a price by the square-root law, and what the attacker must bring.

Everything else that an attack uses (silence, spoofed depth, a sequencer or bridge that fails, keepers that collude) has
no price here: it is taken as a coincidence that the attacker waits for, and reported as such.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from govtool.errors import ParamError
from govtool.history.bars import MS_PER_DAY, Window
from govtool.units import SECONDS_PER_HOUR
from govtool.world.attacks import Attack, Position, Push
from govtool.world.model import World
from govtool.world.sources import Source

MEAN_OF_ROOT = 2 / 3
"""Mean of the square root from 0 to 1: a price pushed to x by buying is paid x * 2/3 above fair on average."""


@dataclass(frozen=True)
class AttackCost:
    """What an attack takes, in quote currency. Pushes are spent; equity may come back, and is in the profit.

    `coincidences` names what else must happen that nobody can buy here.
    """

    push_usd: float
    equity_usd: float
    coincidences: tuple[str, ...]

    @property
    def total_usd(self) -> float:
        """All that must be at hand: what a budget limits."""
        return self.push_usd + self.equity_usd


def attack_cost(world: World, window: Window, attacks: Sequence[Attack]) -> AttackCost:
    """What these attacks cost in a window of a world.

    Raises
    ------
    ParamError
        A push names a market or a source that is not there.
    """
    pushes = [_push_cost(world, window, attack) for attack in attacks if isinstance(attack, Push)]
    equities = [attack.equity for attack in attacks if isinstance(attack, Position)]
    others = [attack.kind for attack in attacks if not isinstance(attack, Push | Position)]
    return AttackCost(math.fsum(pushes), math.fsum(equities), tuple(dict.fromkeys(others)))


def push_cost(by: float, length_s: float, volume: float, sigma: float, impact: float, half_life_s: float) -> float:
    """Quote currency that it takes to hold one source's price away from fair.

    The displacement of a traded volume Q is `impact * sigma * sqrt(Q / volume)`, so that a push by x needs
    `Q = volume * (x / (impact * sigma))^2`, bought (or sold, if x is negative) on average at 2/3 of x from fair. What
    of it decays while the push lasts is traded anew. All of it is unwound at fair, without cost, in its own time: that
    favours the attacker, as does that nobody else trades against it because the price is wrong. Without impact or
    volatility it costs nothing.

    Parameters
    ----------
    by : float
        Push, a fraction of price.
    volume : float
        Daily volume of the source, quote currency.
    sigma : float
        Daily volatility, a fraction.
    half_life_s : float
        Time after which half a displacement is gone.

    Notes
    -----
    Source: square-root law, Donier and Bonart 2015 for Bitcoin (arXiv 1412.4503), Tóth et al. 2011 (arXiv 1105.1694);
    decay as the world's `liquidity` has it. Example: 10 % for 300 s on a source of 1 M a day at a volatility of 5 % and
    half-life 300 s: Q = 4 M, 2/3 of 10 % of it is 266,667, times 1 + ln 2 is 451,505.
    """
    if not impact * sigma > 0:
        return 0.0
    traded = volume * (by / (impact * sigma)) ** 2
    return MEAN_OF_ROOT * abs(by) * traded * (1 + length_s * math.log(2) / half_life_s)


def source_volume(source: Source, window: Window, market: str, start_h: float) -> float:
    """Daily volume of a market at a source: its share of history's own lagged median, not scaled to the venue."""
    return source.volume * float(window.day_volume[_day(start_h), window.markets.index(market)])


def _push_cost(world: World, window: Window, push: Push) -> float:
    known = {source.name: source for source in world.sources}
    for name in push.sources:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise ParamError(f"attacks: a push names the source {name!r}, and the world {world.name} has {listed}")
    if push.market not in window.markets:
        raise ParamError(f"attacks: a push names the market {push.market!r}, which is not replayed")
    sigma = float(window.day_sigma[_day(push.start_h), window.markets.index(push.market)])
    liquidity = world.liquidity
    return math.fsum(
        push_cost(
            push.by,
            push.length_s,
            source_volume(known[name], window, push.market, push.start_h),
            sigma,
            liquidity.impact,
            liquidity.half_life_s,
        )
        for name in push.sources
    )


def _day(start_h: float) -> int:
    """Day of the window, as the scenario counts days for its depth."""
    return int(start_h * SECONDS_PER_HOUR * 1_000 // MS_PER_DAY)
