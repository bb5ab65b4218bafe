"""Rounding, draws and values of sizes (rules §1)."""

import math
from collections.abc import Iterator

WORD = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
YEAR_S = 31536000

HOLD, IDLE, TOPUP, TOPUP_DELAY, ATTEMPT, COUNTERPARTY = range(1, 7)
NUDGE, NUDGE_DELAY, CUT, CUT_DELAY, HERD, HERD_DELAY, DRAW, ORDER, DISPUTE = range(7, 16)


def mixed(z: int) -> int:
    """Finaliser of splitmix64 (Steele, Lea and Flood 2014) on a 64-bit word."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def draw(seed: int, stream: int, entity: int, tick: int) -> float:
    """Uniform number in [0, 1), a pure function of its four integers."""
    h = 0
    for number in (seed, stream, entity, tick):
        h = mixed(((h ^ (number & WORD)) + GOLDEN) & WORD)
    return (h >> 11) / 2**53


def wait(mean: float, seed: int, stream: int, entity: int, tick: int) -> int:
    """Ticks to wait, at least one, exponential with mean `mean`, drawn at `tick`."""
    return 1 + math.floor(-mean * math.log(1 - draw(seed, stream, entity, tick)))


def sign(x: float) -> int:
    return (x > 0) - (x < 0)


def clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def rint(x: float) -> int:
    """Nearest integer, halves to the even one: what Python's own `round` does."""
    return round(x)


def stepped(quantums: int, step: int) -> int:
    """A quantity floored to a multiple of `step`."""
    return quantums // step * step


def ticks(time_s: float, step_s: float) -> int:
    """Whole ticks that last at least a time."""
    return math.ceil(time_s / step_s)


def notional(size: int, unit: float, price: float) -> float:
    """Value of a size in quote currency, with its sign."""
    return (size * unit) * price


def root(b: float) -> int:
    """Whole root of a size of `b` coins, in 1e-5 of the root of a coin (rules §3a, curve ROOT)."""
    return math.isqrt(min(10 * rint(b * 1e9) + 1, 9 * 10**17))


def shares(amount: int, weights: dict[int, float], room: dict[int, int] | None = None) -> Iterator[tuple[int, int]]:
    """Who gets or pays how much of `amount`, by weight, nobody more than its room (rules §9).

    Where rooms leave a rest it is shared again among those who have some left.
    """
    left = dict(room or {})
    rest, moved = amount, True
    while rest > 0 and moved:
        moved = False
        weighing = {who: weight for who, weight in weights.items() if weight > 0 and left.get(who, 1) > 0}
        still_to_come = 0.0
        for weight in weighing.values():
            still_to_come = still_to_come + weight
        for who, weight in weighing.items():
            # rounding may leave less to come than the last weight
            part = min(rest, math.ceil(rest * (weight / max(still_to_come, weight))))
            part = min(part, left.get(who, part))
            still_to_come = still_to_come - weight
            if part > 0:
                rest -= part
                moved = True
                if who in left:
                    left[who] -= part
                yield who, part
