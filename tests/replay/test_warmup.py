"""What `govtool warmup` compiles is what replays call: none finds a kernel that still wants compiling."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from govtool.engine.compiling import WATCH
from govtool.replay import warmup
from govtool.replay.warmup import PARTS, Warmed, warm

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from numba.core.dispatcher import Dispatcher
from govtool.history.events import find_event
from govtool.protocol.read import PRESETS, preset
from govtool.replay.backtest import replay
from govtool.replay.warmup import EVENT, PARTS, warm
from govtool.scenario.bundle import build
from govtool.world.read import read_world, shipped_worlds

def called():
    modules = [module for name, module in sys.modules.items() if name.startswith("govtool.")]
    kernels = {one for module in modules for one in vars(module).values() if isinstance(one, Dispatcher)}
    return {(one.py_func.__qualname__, signature) for one in kernels for signature in one.signatures}

for part in PARTS:
    warm(part)
before = called()
cases = [(world, "govtool") for world in shipped_worlds()]
cases += [(world, rules) for world in ("default", "stress") for rules in PRESETS]
for world, rules in cases:
    told = read_world(world)
    few = told.population.model_copy(update={"accounts": 300})
    event, under = find_event(EVENT), preset(rules)
    markets = [market for market in event.series if market in under.markets]
    scenario = build(event, told.model_copy(update={"population": few}), 1, markets=markets)
    replay(scenario, under, formed_under=under, detail=True)
print(len(cases), len(before))
print(*(called() - before), sep="\\n")
"""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back what `warm` does to the count and to the sentence on compiling."""
    monkeypatch.setattr(WATCH, "said", WATCH.said)
    monkeypatch.setattr(WATCH, "compiled", WATCH.compiled)


@pytest.mark.slow
@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled under NUMBA_DISABLE_JIT")
def test_no_world_and_no_preset_calls_a_kernel_that_warming_leaves_cold() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, *new = done.stdout.splitlines()
    cases, warmed = map(int, first.split())
    assert cases >= 20
    assert warmed >= 10
    assert [line for line in new if line] == []


def test_a_part_tells_what_was_compiled_for_it(monkeypatch: pytest.MonkeyPatch, counted: None) -> None:
    def work() -> None:
        WATCH.compiled += 3

    monkeypatch.setattr(warmup, "PARTS", {"some": work, "none": lambda: None})
    found: list[Warmed] = [warm("some"), warm("none")]
    assert [(one.part, one.compiled) for one in found] == [("some", 3), ("none", 0)]
    assert all(one.seconds >= 0.0 for one in found)
    assert WATCH.said


def test_both_forms_of_the_engine_are_parts() -> None:
    assert [part for part in PARTS if "engine" in part] == [
        "engine for perpetuals alone",
        "engine with options and assets",
    ]
