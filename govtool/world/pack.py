"""A world as the arrays that the engine takes."""

import math
from collections.abc import Sequence

import numpy as np

from govtool.engine.codes import BACKSTOP, COLLUDE, HONEST, LATE, NO_SHOW, SELF
from govtool.engine.elementary import half_power
from govtool.engine.state import Keepers, Passage, Venue
from govtool.engine.terms import FIRST_COME_ORDER, PRIORITY_ORDER, PRIVATE_ORDER, Floats, Ints
from govtool.errors import ParamError
from govtool.units import SECONDS_PER_HOUR
from govtool.world.attacks import Collusion
from govtool.world.keepers import Keeper
from govtool.world.model import World

SKIP_S = 900
"""Seconds in a block of ticks over which the engine skips quiet accounts; no result depends on it."""

SAMPLE_S = 60
"""Seconds between rows of an outcome's time columns."""

_CONDUCTS = {
    "honest": HONEST,
    "no-show": NO_SHOW,
    "late": LATE,
    "self": SELF,
    "collude": COLLUDE,
    "backstop": BACKSTOP,
}
_ORDERS = {"first-come": FIRST_COME_ORDER, "priority": PRIORITY_ORDER, "private": PRIVATE_ORDER}


def pack_venue(world: World, markets: Sequence[str]) -> Venue:
    """Trading and block production as the world fixes them, for these markets."""
    liquidity, chain, step = world.liquidity, world.chain, world.step_s
    half_spread = [liquidity.half_spreads.get(market, liquidity.half_spread) for market in markets]
    ticks_per_hour = SECONDS_PER_HOUR // step
    return Venue(
        half_spread=np.array(half_spread, dtype=np.float64),
        own_weight=np.full(len(markets), liquidity.own_weight, dtype=np.float64),
        decay=float(half_power(step / liquidity.half_life_s)),
        floor_x=float(liquidity.floor),
        step_s=float(step),
        ticks_per_hour=ticks_per_hour,
        block_ticks=math.gcd(ticks_per_hour, max(1, SKIP_S // step)),
        blocks=max(1, round(step / chain.block_s)),
        lag_blocks=chain.lag_blocks,
        max_attempts=chain.max_attempts,
        max_deleverages=chain.max_deleverages,
        max_counterparties=chain.max_counterparties,
        sample_ticks=max(1, SAMPLE_S // step),
        gas=float(chain.gas),
        ordering=_ORDERS[chain.ordering],
        priority_share=float(chain.priority_share),
        frontrun=float(chain.frontrun),
        passage=pack_passage(world),
    )


def pack_passage(world: World) -> Passage:
    """How long money is under way, times in ticks, rounded up; only an optimistic proof can be disputed."""
    chain, bridge, channel = world.chain, world.bridge, world.bridge.channel
    disputed = chain.proof == "optimistic" and chain.dispute_chance > 0.0
    return Passage(
        batch_ticks=max(1, _ticks(chain.batch_s, world)),
        proof_lag=0 if chain.proof == "none" else _ticks(chain.proof_s, world),
        dispute_chance=float(chain.dispute_chance) if disputed else 0.0,
        dispute_lag=_ticks(chain.dispute_s, world) if disputed else 0,
        bridge_lag=_ticks(bridge.delay_s, world),
        bridge_fee=float(bridge.fee),
        bridge_capacity=float(bridge.capacity),
        channel_capacity=float(channel.capacity),
        channel_refill_s=float(channel.refill_s),
        channel_fee=float(channel.fee),
        channel_lag=_ticks(channel.delay_s, world),
    )


def _ticks(seconds: float, world: World) -> int:
    return math.ceil(seconds / world.step_s)


def pack_keepers(world: World, open_interest: float, owners: Sequence[int] = ()) -> Keepers:
    """Keepers sorted by latency, those of equal latency as listed; capital is a share of `open_interest`.

    `owners` says of each keeper, as listed, whose accounts are its owner's (see `Crowd.owner`), -1 for nobody's; left
    out, nobody's.

    Raises
    ------
    ParamError
        An attack has a keeper collude that the world does not have, or that is a backstop.
    """
    bench = _colluding(world)
    order = sorted(range(len(bench)), key=lambda place: bench[place].latency_s)
    keepers = [bench[place] for place in order]
    capital = [keeper.capital * open_interest for keeper in keepers]
    refill = [have * world.step_s / keeper.recycle_s for have, keeper in zip(capital, keepers, strict=True)]
    return Keepers(
        latency=_ints([max(1, math.ceil(keeper.latency_s / world.step_s)) for keeper in keepers]),
        capital=_floats(capital),
        refill=_floats(refill),
        edge=_floats([keeper.edge for keeper in keepers]),
        least=_floats([keeper.least for keeper in keepers]),
        patience=_floats([keeper.patience for keeper in keepers]),
        risk=_floats([keeper.risk for keeper in keepers]),
        cost=_floats([keeper.cost for keeper in keepers]),
        conduct=_ints([int(_CONDUCTS[keeper.conduct]) for keeper in keepers]),
        keeper_owner=_ints([owners[place] if owners else -1 for place in order]),
    )


def _colluding(world: World) -> list[Keeper]:
    """Keepers as listed, those whom an attack names as it has them."""
    found = list(world.keepers)
    for attack in world.attacks:
        if not isinstance(attack, Collusion):
            continue
        for name in attack.keepers:
            places = [place for place, keeper in enumerate(world.keepers) if keeper.name == name]
            if not places:
                there = ", ".join(keeper.name for keeper in world.keepers) or "none"
                raise ParamError(
                    f"attacks: keeper {name!r} that colludes is none of the world's; name some of: {there}"
                )
            for place in places:
                if found[place].conduct == "backstop":
                    raise ParamError(f"attacks: keeper {name!r} is a backstop, which waits for nothing; name others")
                found[place] = found[place].model_copy(update={"conduct": "collude", "patience": attack.patience})
    return found


def _floats(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)
