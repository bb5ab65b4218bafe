"""Counter-based randomness: a draw is a pure function of (seed, stream, entity, tick)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from govtool.engine.jit import kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
S27, S30, S31, S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
TWO_TO_MINUS_53 = 1.0 / 9007199254740992.0

# Streams: one number per use, so that two uses never share a draw.
HOLD, IDLE, TOPUP, TOPUP_DELAY, ATTEMPT, COUNTERPARTY = 1, 2, 3, 4, 5, 6
NUDGE, NUDGE_DELAY, CUT, CUT_DELAY, HERD, HERD_DELAY, DRAW, ORDER, DISPUTE = 7, 8, 9, 10, 11, 12, 13, 14, 15
OUTAGES, SOURCES, BRIDGES, VENUES, FAILURES = 23, 24, 25, 26, 27
BRIDGE_ORDER, BRIDGE_TIME, BRIDGE_NOISE = 20, 21, 22
POPULATION = 40


@kernel
def _mix(z):  # type: ignore[no-untyped-def]
    z = (z ^ (z >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    return z ^ (z >> S31)


@kernel
def draw(seed, stream, entity, tick):  # type: ignore[no-untyped-def]
    """Uniform number in [0, 1) for one (seed, stream, entity, tick); all integers.

    Starting from h = 0, for each of the four numbers n in turn: h = mix((h xor n) + GOLDEN), modulo 2**64, with the
    finaliser of splitmix64 (Steele, Lea and Flood 2014) as `mix`; the answer is (h >> 11) * 2**-53.
    """
    h = _mix(np.uint64(seed) + GOLDEN)
    h = _mix((h ^ np.uint64(stream)) + GOLDEN)
    h = _mix((h ^ np.uint64(entity)) + GOLDEN)
    h = _mix((h ^ np.uint64(tick)) + GOLDEN)
    return np.float64(h >> S11) * TWO_TO_MINUS_53


def draws(seed: int, stream: int, entities: ArrayLike, ticks: ArrayLike) -> NDArray[np.float64]:
    """The same numbers as `draw` for arrays of entities and ticks, broadcast against each other."""
    entity = np.asarray(entities, dtype=np.int64).astype(np.uint64)
    tick = np.asarray(ticks, dtype=np.int64).astype(np.uint64)
    with np.errstate(over="ignore"):
        h = _mixed(np.asarray(seed, dtype=np.uint64) + GOLDEN)
        h = _mixed((h ^ np.uint64(stream)) + GOLDEN)
        h = _mixed((h ^ entity) + GOLDEN)
        h = _mixed((h ^ tick) + GOLDEN)
        return np.asarray((h >> S11).astype(np.float64) * TWO_TO_MINUS_53)


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    return np.asarray(z ^ (z >> S31))
