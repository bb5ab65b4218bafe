"""What may close an attack: changes of the protocol, each tried alone against the attack that was found."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from govtool.errors import ParamError
from govtool.protocol.fields import Value, get, replaced
from govtool.protocol.model import Protocol
from govtool.study.redteam.ground import Fort, Ground
from govtool.study.redteam.model import Defence, Goal
from govtool.study.redteam.result import Defended, Effect
from govtool.study.workers import Workers
from govtool.units import PPM, quantums
from govtool.world.attacks import Attack, Position

RISES = (2, 5, 10)
"""Factors on the initial margin of the attacked market's tier."""

ROOM = 1.5
"""Open interest of the attacked market, beside what it opens with, at which initial margin is all of the notional."""


def _defence(name: str, changes: dict[str, Value]) -> Defence:
    return Defence(name=name, changes=changes)


_ORACLE = (
    _defence("hear every source", {"oracle.sources": 0}),
    _defence("median of all sources", {"oracle.sources": 0, "oracle.aggregator": "median"}),
    _defence("at least two sources", {"oracle.sources": 0, "oracle.least_sources": 2}),
    _defence("stable price of the median", {"oracle.sources": 0, "oracle.aggregator": "stable"}),
    _defence("mean over 5 minutes", {"oracle.mean_s": 300}),
    _defence("mean over half an hour", {"oracle.mean_s": 1_800}),
    _defence("at most 5 % a post", {"oracle.max_jump_ppm": 50_000}),
    _defence("at most 1 % a post", {"oracle.max_jump_ppm": 10_000}),
    _defence("latency of a minute", {"oracle.latency_s": 60}),
    _defence("initial margin at a stable price", {"margin.price_mode": "stable"}),
)
_KEEPERS = (
    _defence("no keeper takes from its own accounts", {"keepers.own_accounts": False}),
    _defence("bond of 5 %", {"keepers.settle_s": 60, "keepers.bond_ppm": 50_000}),
)
_OUTAGES = (
    _defence("an hour of grace after an outage", {"sequencer.grace_s": 3_600}),
    _defence(
        "no withdrawal for an hour after an outage", {"withdrawals.gate_s": 3_600, "withdrawals.gate_outage_s": 600}
    ),
)
_WITHDRAWALS = (
    _defence("guard on withdrawals", {"withdrawals.guard": True}),
    _defence("gate of an hour", {"withdrawals.gate_s": 3_600}),
    _defence("at most 5 % leaves in an hour", {"withdrawals.throttle_ppm_per_hour": 50_000}),
    _defence("at most 0.5 % leaves in an hour", {"withdrawals.throttle_ppm_per_hour": 5_000}),
)
"""Usual defences by what an attack uses; values are assumptions of what is strict."""


def defences_for(
    protocol: Protocol, ground: Ground, attacks: Sequence[Attack], listed: Sequence[Defence] | None
) -> tuple[Defence, ...]:
    """The defences of a file, or a list of usual ones; those that would change nothing are left out.

    The order is from what nobody feels to what every trader does, for of equally cheap ones the first is named.
    """
    wanted = listed if listed is not None else _usual(protocol, ground, attacks)
    return tuple(one for one in wanted if _changes_something(protocol, one))


def defend(
    fort: Fort, attacks: Sequence[Attack], defences: Sequence[Defence], goal: Goal, workers: Workers
) -> Iterator[tuple[int, Defended]]:
    """Each defence with its place, as they finish. One that breaks a rule is left out."""
    tasks = [(place, dict(one.changes)) for place, one in enumerate(defences)]
    for (place, changes), tried in workers.run(partial(_tried, fort, attacks), tasks):
        if tried is None:
            continue
        effect, cost = tried
        closes = effect.of(goal) <= 0
        yield place, Defended(defences[place].name, changes, effect.profit, effect.damage, cost, closes)


def _tried(fort: Fort, attacks: Sequence[Attack], task: tuple[int, dict[str, Value]]) -> tuple[Effect, float] | None:
    """What the attack comes to under a changed protocol, and what the change costs without it; None if it cannot be."""
    try:
        changed = Fort(fort.ground, replaced(fort.protocol, task[1]), fort.opening_pool)
        return changed.effect(attacks), changed.burden(fort)
    except ParamError:
        return None  # it breaks a rule, or asks for more sources than the world has


def _usual(protocol: Protocol, ground: Ground, attacks: Sequence[Attack]) -> list[Defence]:
    market = next((attack.market for attack in attacks if isinstance(attack, Position)), ground.window.markets[0])
    kinds = {attack.kind for attack in attacks}
    owned = [attack for attack in attacks if isinstance(attack, Position)]
    return [
        *(_ORACLE if "push" in kinds else ()),
        *(_KEEPERS if "collusion" in kinds or any(attack.liquidates for attack in owned) else ()),
        *(_OUTAGES if kinds & {"sequencer", "bridge"} else ()),
        *(_WITHDRAWALS if any(attack.draws_h for attack in owned) else ()),
        *_caps(protocol, ground, market),
        *_margins(protocol, market),
    ]


def _caps(protocol: Protocol, ground: Ground, market: str) -> list[Defence]:
    """Open interest beyond what the market opens with needs more and more initial margin."""
    tier = protocol.markets[market].tier
    m = ground.window.markets.index(market)
    opens = float(np.mean([scenario.open_interest[m] for scenario in ground.calm]))
    lower, upper = quantums(round(opens)), quantums(round(ROOM * opens))
    changes: dict[str, Value] = {
        f"tiers.{tier}.open_interest_lower_cap": lower,
        f"tiers.{tier}.open_interest_upper_cap": upper,
    }
    return [_defence("caps on open interest at what there is", changes)]


def _margins(protocol: Protocol, market: str) -> list[Defence]:
    path = f"tiers.{protocol.markets[market].tier}.initial_margin_ppm"
    now = get(protocol, path)
    assert isinstance(now, int)
    wanted = dict.fromkeys(min(PPM, now * rise) for rise in RISES)
    return [_defence(f"initial margin of {value / PPM:.3g}", {path: value}) for value in wanted]


def _changes_something(protocol: Protocol, one: Defence) -> bool:
    return any(get(protocol, path) != value for path, value in one.changes.items())
