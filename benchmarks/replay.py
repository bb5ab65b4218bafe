"""How fast a replay is: the engine with skipping, against itself visiting every account at every tick, against the
plain Python reference of the tests. Ratios are of medians within this one run; absolute times hang on the machine.

Run: `make bench`, or `python benchmarks/replay.py`.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from govtool.engine.loop import run
from govtool.history.events import catalogue
from govtool.protocol.pack import pack
from govtool.protocol.read import read_protocol
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world
from tests.reference.loop import simulate

REPEATS = 5
SMALL = 50
"""Accounts that the plain reference is given; it would take minutes with all of them."""


def median_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median wall seconds of a few calls, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def rows_of(scenario: Scenario, preset: str) -> list[tuple[str, float, float]]:
    """(engine, seconds, account-steps per second) for one scenario under one preset."""
    protocol = read_protocol(preset)
    terms = pack(protocol, scenario.markets, step_s=scenario.step_s)
    parts = (terms, scenario.venue, scenario.keepers, scenario.feed, scenario.crowd, scenario.seed)
    steps = scenario.feed.index.shape[0] * scenario.crowd.equity.shape[0]
    few = scenario.crowd._replace(
        **{
            name: getattr(scenario.crowd, name)[:SMALL]
            for name in scenario.crowd._fields
            if hasattr(getattr(scenario.crowd, name), "shape")
        }
    )
    pool = protocol.insurance.balance
    skipping = median_seconds(lambda: run(*parts, pool))
    brute = median_seconds(lambda: run(*parts, pool, skip=False))
    plain = median_seconds(lambda: simulate(*parts[:4], few, scenario.seed, pool, scenario.listing), repeats=1)
    return [
        ("compiled, skipping", skipping, steps / skipping),
        ("compiled, every tick", brute, steps / brute),
        (f"plain Python, {SMALL} accounts", plain, scenario.feed.index.shape[0] * SMALL / plain),
    ]


def main() -> None:
    events = catalogue()
    world = read_world("default")
    print("| event | preset | engine | seconds | account-steps/s | against every tick |")
    print("| --- | --- | --- | ---: | ---: | ---: |")
    crash = next(event for event in events.values() if event.kind == "crash")
    calm = next(event for event in events.values() if event.kind == "calm")
    for event in (calm, crash):
        scenario = build(event, world, 1)
        for preset in ("dydx-v4", "govtool"):
            rows = rows_of(scenario, preset)
            brute = rows[1][2]
            for engine, seconds, rate in rows:
                print(f"| {event.name} | {preset} | {engine} | {seconds:.4f} | {rate:,.0f} | {rate / brute:.3g}x |")


if __name__ == "__main__":
    main()
