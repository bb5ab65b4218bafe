"""What each switch of a world moves: the file is complete, holds on a crash, and begins where nothing is moved."""

from types import NoneType
from typing import get_args, get_origin

import pytest
from pydantic import BaseModel

from govtool.history.events import find_event, load_window
from govtool.protocol.read import preset
from govtool.regression.sensitivity import SHIPPED_SWITCHES, Sensed, Sensitivity, read_sensitivities, sense, sides_of
from govtool.replay.backtest import replay
from govtool.scenario.bundle import assemble
from govtool.world.attacks import Attack
from govtool.world.fields import replaced
from govtool.world.model import World
from govtool.world.read import read_world

STATED = read_sensitivities(SHIPPED_SWITCHES)
BUNDLED = "reconstructed-crash-2021-05-19"

OTHER_PAGES = ("format", "name", "stakers", "keepers", "assets", "options", "doubt", "population.snapshot")
"""What a world says beside switches: who stands behind the pool, and the instruments."""

NEEDED = ("collateral", "borrows", "calls", "puts", "opts_in")
"""Of a kind of trader: what it holds."""

FACTS = {"sources.*.volume": "what pushing a source costs, and nothing in a replay"}
"""Fields that move no metric, and what they are for."""

EARLIER = {"chain.gas", "liquidity.half_spreads", "keepers.*.conduct"}
"""Fields with a default that no switch of a whole world is: of the first, docs/sensitivities.md has what answers it."""


def switches(group: type[BaseModel], prefix: str = "", *, optional: bool = False) -> list[str]:
    """Paths of every field of a group, and of the groups in it, that may be left out; `optional`: all may."""
    found = []
    for name, field in group.model_fields.items():
        path = prefix + name
        if path in OTHER_PAGES or (prefix == "population.kinds.*." and name in NEEDED):
            continue
        inner, listed = model_in(field.annotation)
        may_miss = optional or not field.is_required()
        if inner is None:
            found += [path] if may_miss and name != "name" else []
        elif not listed:
            found += switches(inner, f"{path}.", optional=optional)
        else:
            found += [path] if may_miss else []
            held = () if name == "outages" else switches(inner, f"{path}.*.", optional=may_miss)
            found += held
    return found


def model_in(annotation) -> tuple[type[BaseModel] | None, bool]:
    """The group that an annotation holds, if any, and whether it holds many; attacks change as a whole."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    found = [model_in(one)[0] for one in get_args(annotation) if one not in (Ellipsis, NoneType)]
    groups = [one for one in found if one is not None]
    many = get_origin(annotation) in (tuple, dict)
    return (groups[0] if len(groups) == 1 else None), many


def starred(path: str) -> str:
    """A path with a star for each name of a list or table."""
    parts = path.split(".")
    for place, part in enumerate(parts[:-1]):
        if part in ("kinds", "keepers", "sources", "elsewhere"):
            parts[place + 1] = "*"
    return ".".join(parts)


DECLARED = [path for path in switches(World) if path not in EARLIER]


@pytest.mark.parametrize("path", DECLARED)
def test_every_switch_of_a_world_is_stated(path):
    assert path in FACTS or path in {starred(one.parameter) for one in STATED.sensitivities}


def test_nothing_is_stated_of_what_is_not_declared():
    stated = {starred(one.parameter) for one in STATED.sensitivities} - {"keepers.*.conduct"}
    assert stated | set(FACTS) == set(DECLARED)
    assert len(DECLARED) > 60


def test_every_attack_and_every_word_of_a_switch_is_taken():
    kinds = {one.to[0]["kind"] for one in STATED.sensitivities if one.parameter == "attacks"}
    union = get_args(get_args(Attack)[0])
    assert kinds == {get_args(one.model_fields["kind"].annotation)[0] for one in union}
    taken = {(one.parameter, value) for one in STATED.sensitivities for value in (str(one.from_), str(one.to))}
    for path, words in (
        ("chain.ordering", ("first-come", "priority", "private")),
        ("chain.proof", ("none", "optimistic", "zk")),
    ):
        assert {(path, word) for word in words} <= taken
    assert ("keepers.patient.conduct", "backstop") in taken


def test_no_line_stands_twice_and_every_setting_is_used():
    lines = [(one.parameter, str(one.from_), str(one.to)) for one in STATED.sensitivities]
    assert len(set(lines)) == len(lines)
    assert {one.setting for one in STATED.sensitivities} == set(STATED.settings)


@pytest.mark.parametrize("one", STATED.sensitivities, ids=lambda one: f"{one.parameter}-{one.moves}")
def test_the_two_worlds_of_a_line_differ_in_its_switch_alone(one):
    first, second = sides_of(one, STATED)
    assert first.protocol == second.protocol and first.world != second.world
    assert replaced(first.world, {one.parameter: one.to}) == second.world
    assert one.why.endswith(".")


# On crashes


def failed(found: Sensed) -> list[tuple[object, ...]]:
    return [(row.parameter, row.metric, row.value_before, row.value_after) for row in found.rows if not row.holds]


@pytest.mark.slow
def test_every_switch_moves_what_it_should_on_a_recorded_crash(real_history):
    found = sense(STATED)
    assert (found.event, found.label) == ("crash-2021-05-19", "recorded")
    assert failed(found) == [] and len(found.rows) == len(STATED.sensitivities)


@pytest.mark.slow
def test_every_switch_moves_what_it_should_on_the_bundled_crash():
    found = sense(STATED, find_event(BUNDLED))
    assert (found.event, found.label) == (BUNDLED, "reconstructed")
    assert failed(found) == []


# At the value where a switch does nothing

LITTLE = {
    "bridge.capacity",  # 0 is no limit, and the largest number comes to the same
    *(f"{service}.{of}" for service in ("chain", "bridge") for of in ("random.length_s", "load.window_s")),
    *(f"{service}.load.length_s" for service in ("chain", "bridge")),
    *(f"liquidity.elsewhere.other.{of}" for of in ("share", "random.length_s", "load.window_s", "load.length_s")),
    *("bridge.channel.refill_s", "liquidity.makers.window_s", "liquidity.makers.calm_s"),
    *("sources.a.failures.length_s", "population.kinds.*.cut_share", "population.kinds.*.keep"),
    *("habits.panic_window_s", "habits.herd_delay_s"),
}
"""Switches that shape what another turns on: their line begins at a value that does little, for none does nothing."""


@pytest.mark.parametrize(
    "one",
    [one for one in STATED.sensitivities if one.parameter not in LITTLE],
    ids=lambda one: f"{one.parameter}-{one.moves}",
)
def test_a_line_begins_where_its_switch_may_be_left_out(one: Sensitivity):
    setting = STATED.settings[one.setting]
    without = replaced(read_world(setting.world), {**setting.weather, **one.weather})
    assert sides_of(one, STATED)[0].world == without


@pytest.fixture(scope="module")
def digest():
    """The event log's digest of the bundled crash in a world, by preset."""
    event = find_event(BUNDLED)
    window = load_window(event)

    def of(world: World, name: str) -> str:
        return replay(assemble(window, event.kind, world, 0), preset(name)).event_digest

    return of


PLAIN = read_world("default")
FAR = [{"start_h": 1_000.0, "length_s": 60.0}]
EXACT = [{"name": name, "volume": 0.1} for name in "abc"]
KINDS = "population.kinds.*."

HARMLESS = {
    "all at once where they do nothing": {
        one.parameter: one.from_
        for one in STATED.sensitivities
        if one.parameter not in LITTLE and not one.weather and one.setting != "bridged"
    },
    "batches as short as a tick": {"chain.batch_s": 15.0},
    "a price for places without order by price": {"chain.priority_share": 0.9},
    "proofs that take no time": {"chain.proof": "zk", "chain.dispute_chance": 1.0, "chain.dispute_s": 9e5},
    "a window for proofs without proofs": {"chain.proof_s": 9e5},
    "forced inclusion without outages": {"chain.forced_s": 60.0},
    "outages after the window": {"chain.outages": FAR, "bridge.outages": FAR},
    "the length of what never happens": {
        f"{service}.{of}.length_s": 9e4 for service in ("chain", "bridge") for of in ("random", "load")
    },
    "load that no move brings": {"chain.load.move": 9.0, "bridge.load.move": 9.0, "chain.load.window_s": 9e3},
    "a bridge as wide as the sea": {"bridge.capacity": 1e12},
    "a channel where nothing waits": {"bridge.channel.capacity": 1e9, "bridge.channel.fee": 0.5},
    "a channel without money": {"bridge.channel.delay_s": 9e3, "bridge.channel.refill_s": 60.0},
    "makers who leave nothing behind": {"liquidity.makers.move": 0.01, "liquidity.makers.calm_s": 9e4},
    "makers who never leave": {"liquidity.makers.depth": 0.01, "liquidity.makers.spread": 99.0},
    "depth elsewhere that is as near": {"liquidity.elsewhere": [{"name": "twin", "share": 0.5}]},
    "outages elsewhere after the window": {
        "liquidity.elsewhere": [{"name": "twin", "share": 0.5, "outages": FAR, "load": {"move": 9.0}}]
    },
    "sources that say the index": {"sources": EXACT},
    "warnings that nobody heeds": {"habits.nudge": 2.5},
    "heed of warnings that do not come": {KINDS + "nudge_chance": 1.0, KINDS + "cut_share": 1.0},
    "traders who would run, and nothing to run from": {KINDS + "herd": 1.0, "habits.herd_delay_s": 15.0},
    "a panic at a fall that never comes": {"habits.panic_move": 0.99, KINDS + "herd": 1.0},
    "orders out of reach": {KINDS + "stop_loss": 1e-9, KINDS + "take_profit": 1e9},
    "what nobody takes out": {KINDS + "keep": 5.0},
    "a calm that nobody is beyond": {"habits.vol_target": 1e6},
    "a fee that traders are used to": {"habits.fee_elasticity": 3.0},
    "a chain that traders are used to": {"habits.latency_elasticity": 3.0},
    "a push by nothing": {
        "sources": EXACT,
        "attacks": [{"kind": "push", "market": "BTC", "sources": ["a"], "by": 0.0, "start_h": 1.0, "length_s": 9e3}],
    },
    "a spoof that shows what is there": {"attacks": [{"kind": "spoof", "shown": 1.0, "start_h": 1.0, "length_s": 9e3}]},
    "attacks after the window": {
        "sources": EXACT,
        "attacks": [
            {"kind": "silence", "sources": ["a", "b", "c"], **FAR[0]},
            *({"kind": kind, **FAR[0]} for kind in ("sequencer", "bridge")),
        ],
    },
    "a ring that waits for no more": {"attacks": [{"kind": "collusion", "keepers": ["fast"], "patience": 0.0}]},
}
"""Worlds that say something, and nothing that changes a replay."""


@pytest.mark.parametrize("name", ["dydx-v4", "govtool"])
@pytest.mark.parametrize("changes", HARMLESS.values(), ids=HARMLESS)
def test_what_changes_nothing_leaves_every_event_as_it_was(digest, changes, name):
    assert digest(replaced(PLAIN, changes), name) == digest(PLAIN, name)


def test_on_the_book_keepers_have_no_order_to_be_in(digest):
    changes = {"chain.ordering": "priority", "chain.priority_share": 1.0, "chain.frontrun": 1e6}
    assert digest(replaced(PLAIN, changes), "dydx-v4") == digest(PLAIN, "dydx-v4")


@pytest.mark.slow
def test_a_bridge_that_holds_what_it_issued_changes_nothing(digest):
    world = read_world("collateral")
    kept = {"attacks": [{"kind": "integrity", "asset": "BTC", "start_h": 1.0, "keeps": 1.0}]}
    assert digest(replaced(world, kept), "govtool") == digest(world, "govtool")
