"""Both engines behind one shape, and what differs between two replays."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from govtool.engine import codes as names
from govtool.engine.loop import run
from govtool.engine.visits import SKIP
from tests.engine.worlds import World
from tests.reference import loop, replay
from tests.reference.replay import Replay

Engine = Callable[[World], Replay]
Told = list[tuple[World, Replay]]
"""Worlds, and what an engine makes of them."""

TOLERANCE = 1e-9
"""Relative and absolute, for floats: the engines may add in another order; nothing else may differ."""

BUCKETS = (
    "traders",
    "keepers",
    "insurance",
    "treasury",
    "market",
    "wallets",
    "bad_debt",
    "lenders",
    "escrow",
    "gas",
    "stakers",
    "sharing",
    "exits",
    "transit",
    "carriers",
    "searchers",
)
FLOWS = {name: getattr(names, name.upper()) for name in replay.FLOWS}
GAUGES = {name: getattr(names, name.upper()) for name in replay.GAUGES}


def reference(world: World) -> Replay:
    return loop.simulate(
        world.terms,
        world.venue,
        world.keepers,
        world.feed,
        world.crowd,
        world.seed,
        world.opening_pool,
        world.listing,
        world.formation,
        world.weather,
    )


def compiled_result(world: World, *, visit: int = SKIP) -> Any:
    """The compiled engine's own answer; a world that it does not finish is a failure."""
    result = run(
        world.terms,
        world.venue,
        world.keepers,
        world.feed,
        world.crowd,
        world.seed,
        world.opening_pool,
        listing=world.listing,
        formation=world.formation,
        weather=world.weather,
        visit=visit,
    )
    assert result.status == names.DONE
    assert result.books.tills[names.RESIDUAL] == 0
    return result


def written(result: Any) -> list[bytes]:
    """Everything that a replay reports, to the last bit."""
    return [np.ascontiguousarray(array).tobytes() for array in (*result.trace, *result.books)]


def compiled(world: World, *, visit: int = SKIP) -> Replay:
    """The compiled engine's replay in the reference's shape."""
    result = compiled_result(world, visit=visit)
    books, trace = result.books, result.trace
    return Replay(
        events=[(*whole, *real) for whole, real in zip(trace.whole.tolist(), trace.real.tolist(), strict=True)],
        cash=books.cash.tolist(),
        size=books.size.tolist(),
        inside=(books.status == names.IN).tolist(),
        flag=[flag if flag >= 0 else None for flag in books.flag.tolist()],
        wallet=books.wallet.tolist(),
        keeper_cash=books.keeper_cash.tolist(),
        market_size=books.market_size.tolist(),
        oracle=books.oracle.tolist(),
        volume=books.volume.tolist(),
        buckets={name: int(books.tills[n]) for n, name in enumerate(BUCKETS)},
        pool_low=int(books.tills[names.POOL_LOW]),
        flows={name: int(books.tills[n]) for name, n in FLOWS.items()},
        gauges={name: float(books.gauges[n]) for name, n in GAUGES.items()},
        shots=[tuple(row) for row in trace.shot.tolist()],
        path=trace.path.tolist(),
        columns=[tuple(row) for row in trace.columns.tolist()],
        factor=books.factor.tolist(),
    )


def differences(one: Replay, other: Replay) -> list[str]:
    """What differs, events first, each as a sentence; empty if the replays agree."""
    found = list(_different("event", one.events, other.events))
    if not found:
        for name in Replay.__dataclass_fields__:
            found += _different(name, getattr(one, name), getattr(other, name))
    return found[:5]


def _different(place: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from _different(f"{place}[{key}]", one.get(key), other.get(key))
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        for n, (a, b) in enumerate(zip(one, other, strict=False)):
            yield from _different(f"{place}[{n}]", a, b)
        if len(one) != len(other):
            longer = one if len(one) > len(other) else other
            first = longer[min(len(one), len(other))]
            yield f"{place} has {len(one)} entries in one and {len(other)} in the other, which starts at {first}"
    elif isinstance(one, float) and isinstance(other, float):
        if not (math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or one == other):
            yield f"{place} is {one!r} in one and {other!r} in the other"
    elif one != other:
        yield f"{place} is {one!r} in one and {other!r} in the other"
