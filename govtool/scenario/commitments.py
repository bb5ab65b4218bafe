"""What binds accounts beyond their own trading: losses they agreed to share, stakes in the pool, owners in common."""

import numpy as np

from govtool.engine.draw import POPULATION, draws
from govtool.engine.state import Crowd
from govtool.engine.terms import Floats, Ints
from govtool.world.model import World

OPTED, OWNER = POPULATION + 11, POPULATION + 12
"""Streams of their own: whoever opts in or is owned, the rest of the population is the same."""


def opted(seed: int, chance: Floats) -> Ints:
    """Who has opted into sharing losses: 1 or 0 per account, with a chance for each, (A,)."""
    return (draws(seed, OPTED, np.arange(chance.size, dtype=np.int64), 0) < chance).astype(np.int64)


def stakes(world: World) -> tuple[Floats, Floats]:
    """Shares of the pool and nerve of those who stand behind it, (N,) each."""
    shares = np.array([staker.share for staker in world.stakers], dtype=np.float64)
    return shares, np.array([staker.nerve for staker in world.stakers], dtype=np.float64)


def owned(world: World, seed: int, crowd: Crowd) -> tuple[Crowd, tuple[int, ...]]:
    """The crowd with accounts that keepers' owners hold, and the owner of each keeper as listed, -1 for none.

    Which accounts is drawn by chance, account by account; an owner has the number of the first of them. Where no keeper
    owns any, the crowd is left as it was.
    """
    bounds = np.cumsum([keeper.owns for keeper in world.keepers])
    account = np.arange(crowd.equity.size, dtype=np.int64)
    keeper = np.searchsorted(bounds, draws(seed, OWNER, account, 0), side="right")
    owner, owners = account.copy(), []
    for place in range(len(world.keepers)):
        held = account[keeper == place]
        owners.append(int(held[0]) if held.size else -1)
        owner[held] = owners[-1]
    nobody = max(owners, default=-1) < 0
    return (crowd if nobody else crowd._replace(owner=owner)), tuple(owners)
