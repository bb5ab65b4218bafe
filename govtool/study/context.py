"""What candidates are replayed in: protocol, world, events, scenarios, and current's own replays."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import permutations
from pathlib import Path
from typing import Any

from govtool import MODEL
from govtool.errors import ParamError
from govtool.history.bars import MS_PER_DAY, utc
from govtool.history.events import Event, catalogue, find_event, load_window
from govtool.history.store import find_series
from govtool.protocol.digest import digest
from govtool.protocol.model import Protocol
from govtool.protocol.read import read_protocol
from govtool.scenario.bundle import Scenario, assemble
from govtool.study.journal import Identity
from govtool.study.model import SETS, SetName, Study, digest_of
from govtool.study.objective import Upkeep, opening_pool
from govtool.study.play import Played, Player, Task, sealed
from govtool.study.space import axes
from govtool.study.workers import Workers
from govtool.world.model import World
from govtool.world.read import read_world

TAIL_MS = MS_PER_DAY
"""Windows carry a tail of up to 24 h, which shadows of liquidated accounts see: no other set may touch it."""


class Context:
    """A study opened for replaying. Scenarios are built and current is replayed set by set, when asked."""

    def __init__(self, study: Study, current: Protocol, world: World, events: Mapping[str, Event]) -> None:
        self.study = study
        self.current = current
        self.world = world
        self.events = events
        self.axes = axes(study.space, current, world.step_s)
        self.scenarios: dict[SetName, tuple[Scenario, ...]] = {}
        self.player = Player({}, current)
        self.baseline: dict[str, Played] = {}
        self.upkeeps: dict[str, Upkeep] = {}
        self.fees_per_day = 0.0
        self.pool = 0

    def prepare(self, sets: Sequence[SetName], workers: Workers) -> None:
        """Build the scenarios of these sets and replay current in them; train first, as it fixes the pool."""
        missing = [name for name in SETS if (name == "train" or name in sets) and name not in self.scenarios]
        if missing:
            workers.expect(self.player.play)
        for name in missing:
            self.scenarios[name] = workers.shared(self._build(name))
            self.player = Player(self._by_name(), self.current)
            if name == "train":
                self._measure_pool()
            self._replay_current(name, workers)

    def calm(self) -> list[Scenario]:
        """The calm scenarios of train: fees per day are measured there."""
        return [scenario for scenario in self.scenarios["train"] if scenario.kind == "calm"]

    def pool_of(self, protocol: Protocol) -> int:
        """Opening pool of a protocol, in quantums."""
        return opening_pool(protocol, self.fees_per_day, self.study.objectives.run_in_days)

    def identity(self) -> Identity:
        """Whose journal this is."""
        return Identity(self.study.name, study_digest(self), code_digest())

    def _build(self, name: SetName) -> tuple[Scenario, ...]:
        found = []
        for event in (self.events[one] for one in getattr(self.study.events, name)):
            window = load_window(event, markets=self.study.markets, digests=self.study.histories)
            found += [assemble(window, event.kind, self.world, seed) for seed in self.study.seeds]
        return tuple(found)

    def _by_name(self) -> dict[str, Scenario]:
        return {scenario.name: scenario for group in self.scenarios.values() for scenario in group}

    def _measure_pool(self) -> None:
        """Trading fees per day in calm windows, with the pool as it stands now.

        The caller replays them, whoever works for it: where the engine is not compiled yet it is once, not by each.
        """
        calm, balance = self.calm(), self.current.insurance.balance
        told = sealed(self.current)
        played = [self.player.play(Task(0, told, balance, "train", one.name, "steady")) for one in calm]
        fees = sum(one.metrics["fee_revenue_usd"] for one in played)
        self.fees_per_day = fees / sum(scenario.days for scenario in calm)
        self.pool = self.pool_of(self.current)

    def _replay_current(self, name: SetName, workers: Workers) -> None:
        told = sealed(self.current)
        tasks = [Task(0, told, self.pool, name, scenario.name, "steady") for scenario in self.scenarios[name]]
        for task, played in workers.run(self.player.play, tasks):
            self.baseline[task.scenario] = played


def open_context(study: Study, *, current: Protocol | None = None) -> Context:
    """Read what the study names, and refuse it before anything is replayed if it cannot be done.

    `current` replaces the study's protocol, as where evidence holds the one that was used.

    Raises
    ------
    ParamError
        Events overlap, lack a market or a calm window, a series is not stated by digest, or the search space
        does not fit the protocol.
    DataError, FileError
        A file or series is missing.
    """
    protocol = current or read_protocol(study.beside(study.protocol))
    world = read_world(study.beside(study.world))
    events = study_events(study)
    for market in study.markets:
        if market not in protocol.markets:
            raise ParamError(
                f"study {study.name}: market {market!r} is not in protocol {protocol.name}; "
                f"it has {', '.join(protocol.markets)}"
            )
    _check_kinds(study, events)
    _check_disjoint(study, events)
    context = Context(study, protocol, world, events)
    _check_histories(study, events)
    return context


def study_digest(context: Context) -> str:
    """Digest of all that shapes a study's numbers, save the number of trials: more may be added later."""
    # The red team has a digest of its own: what it searches moves no other number.
    study = context.study.model_dump(mode="json", exclude={"title", "proposal", "protocol", "world", "redteam"})
    del study["search"]["trials"]
    told = {"title", "source", "what"}
    events = {
        name: {key: value for key, value in asdict(event).items() if key not in told}
        for name, event in context.events.items()
    }
    parts: dict[str, Any] = {
        "study": study,
        "protocol": digest(context.current),
        "world": context.world.model_dump(mode="json"),
        "events": events,
        "model": MODEL,
    }
    return digest_of(parts)


def code_digest() -> str:
    """Digest of the sources that replay and search: another version's trials are not continued."""
    package = Path(__file__).resolve().parents[1]
    rooms = ("engine", "history", "world", "protocol", "scenario", "replay", "study")
    paths = sorted(path for room in rooms for path in (package / room).rglob("*.py"))
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return f"sha256:{hashed.hexdigest()}"


def used_series(study: Study, events: Mapping[str, Event]) -> list[str]:
    """Names of all series that a study reads, sorted."""
    tables = [table for event in events.values() for table in (event.series, event.lead, event.funding)]
    return sorted({table[market] for table in tables for market in study.markets if market in table})


def study_events(study: Study) -> dict[str, Event]:
    """The study's events from the catalogue. Raises DataError for a name that is not in it."""
    known = catalogue()
    return {name: find_event(name, known) for name in study.events.all()}


def study_histories(study: Study) -> dict[str, str]:
    """Digest, as it is here, of every series that the study reads: what its table `histories` should say."""
    return {name: find_series(name).digest for name in used_series(study, study_events(study))}


def _check_kinds(study: Study, events: Mapping[str, Event]) -> None:
    for name, event in events.items():
        for market in study.markets:
            if market not in event.series:
                raise ParamError(
                    f"study {study.name}: event {name!r} has no market {market!r}, only "
                    f"{', '.join(event.series)}; choose another event or leave the market out"
                )
    for kind, why in (("crash", "to be searched for losses"), ("calm", "to measure fees per day in")):
        if not any(events[name].kind == kind for name in study.events.train):
            raise ParamError(f"study {study.name}: events.train has no {kind} event {why}; add one")


def _check_disjoint(study: Study, events: Mapping[str, Event]) -> None:
    """No two events share a bar, and none of another set lies in an event's tail: a test must be new."""
    home = {name: which for which in SETS for name in getattr(study.events, which)}
    for before, after in permutations((events[name] for name in study.events.all()), 2):
        tail = TAIL_MS if home[before.name] != home[after.name] else 0
        if before.start_ms <= after.start_ms < before.end_ms + tail:
            raise ParamError(
                f"study {study.name}: event {after.name!r} in {home[after.name]} begins "
                f"{utc(after.start_ms)}, before {before.name!r} in {home[before.name]} ends with its tail "
                f"{utc(before.end_ms + tail)}; events must be disjoint in time, so leave one out"
            )


def _check_histories(study: Study, events: Mapping[str, Event]) -> None:
    missing = [name for name in used_series(study, events) if name not in study.histories]
    if missing:
        name, found = missing[0], find_series(missing[0]).digest
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise ParamError(
            f'study {study.name}: histories does not state series {name}{more}; add "{name}" = "{found}", '
            "or print all lines with `govtool optimize STUDY --histories`"
        )
