"""The inside of a replay of a world that is not running: for tests that set its books and ask one kernel."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from govtool.engine.codes import IN
from govtool.engine.packing import pack_state
from govtool.engine.packing_rules import pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.passive import set_prices
from govtool.engine.state import Rules, State, Tape
from govtool.engine.watch import Watch, empty_watch, keep_watch, set_now
from tests.engine.worlds import World


class Stage(NamedTuple):
    """What kernels of the loop are given."""

    state: State
    rules: Rules
    tape: Tape
    watch: Watch


def staged(world: World) -> Stage:
    """The world in its first tick, at its prices and weights; nobody is in."""
    formed = world.terms if world.formation is None else world.formation
    parts = (world.venue, world.keepers, world.feed, world.crowd, world.listing)
    state = pack_state(world.terms, *parts, formed, 0)
    rules = pack_rules(world.terms, world.venue, world.feed, world.crowd, world.listing, world.seed)
    tape = pack_tape(world.terms, world.venue, world.feed, world.listing, state.markets, rules, world.weather)
    set_prices(state, rules, tape, tape.index, 0, 0)
    return Stage(state, rules, tape, empty_watch(state))


def watched(stage: Stage, sizes: Sequence[Any], cash: Sequence[float], f: int = 0) -> Stage:
    """Put accounts in with these sizes (quantums) and this cash (quote), and watch them from now on."""
    state = stage.state
    for i, (size, money) in enumerate(zip(sizes, cash, strict=True)):
        state.size[i, : len(size)] = size
        state.accounts[i].status = IN
        state.cash[i] = round(money * 1e6)
        keep_watch(state, stage.rules, stage.tape, stage.watch, i, f)
    return stage


def post(stage: Stage, prices: Any, f: int = 0) -> None:
    """Post these prices of markets; `f` funding times have been."""
    stage.state.markets["oracle"] = prices
    stage.state.lots["mark"][: len(stage.state.markets)] = prices
    set_now(stage.state, stage.tape, stage.watch, f)


def copies(world: World, accounts: int) -> World:
    """The same world with so many accounts like the first."""
    crowd = world.crowd
    rows = {
        name: np.repeat(one[:1], accounts, axis=0)
        for name, one in crowd._asdict().items()
        if isinstance(one, np.ndarray) and one.shape[:1] == crowd.equity.shape
    }
    return World(**{**vars(world), "crowd": crowd._replace(**rows)})
