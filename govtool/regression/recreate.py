"""Replaying incidents, and setting what comes out beside what was published."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from govtool import MODEL
from govtool.errors import ParamError
from govtool.history.events import catalogue, find_event
from govtool.history.falls import largest_fall
from govtool.regression.incidents import FALL, Incidents, Published, chosen, refuse_other_label
from govtool.replay.backtest import Outcome, replay
from govtool.replay.ratios import NAN, ratio
from govtool.scenario.bundle import Scenario, build
from govtool.units import QUANTUMS_PER_QUOTE, QUOTE_QUANTUM

FORMAT = "govtool/recreated@1"

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class Beside:
    """A published figure and the replay beside it: mean over the seeds, lowest and highest; NaN if none is a number.

    `ratio` is the mean over what was published, NaN where that is zero. `given`: the re-creation was set to the figure.
    """

    what: str
    unit: str
    published: float
    mean: float
    low: float
    high: float
    ratio: float
    measure: str
    how: str
    given: bool
    source: str
    citation: str


@dataclass(frozen=True)
class Recreated:
    """One incident, re-created."""

    name: str
    title: str
    event: str
    protocol: str
    world: str
    label: str
    seeds: tuple[int, ...]
    what: str
    left_out: str
    rows: tuple[Beside, ...]


def recreate(
    stated: Incidents,
    names: Sequence[str] = (),
    *,
    seeds: Sequence[int] | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> tuple[Recreated, ...]:
    """Replay incidents, all if none is named, with the seeds that the file states unless some are given.

    Raises
    ------
    DataError, FileError, ParamError
        An incident names an event, series, protocol, world or market that is not there.
    """
    wanted = chosen(stated, names)
    found: list[Recreated] = []
    for name, incident in wanted.items():
        progress("incidents", len(found), len(wanted))
        found.append(_recreated(name, stated, tuple(seeds or incident.seeds)))
    progress("incidents", len(found), len(wanted))
    return tuple(found)


def plain(found: Sequence[Recreated]) -> dict[str, Any]:
    """What was re-created, as a file keeps it."""
    return {"format": FORMAT, "model": MODEL, "incidents": [asdict(one) for one in found]}


def _recreated(name: str, stated: Incidents, seeds: tuple[int, ...]) -> Recreated:
    incident = stated.incidents[name]
    event = find_event(incident.event, catalogue())
    protocol, world = stated.protocol_of(incident), stated.world_of(incident)
    pool = None if incident.opening_pool_usd is None else round(incident.opening_pool_usd * QUANTUMS_PER_QUOTE)
    values: list[tuple[float, ...]] = []
    for seed in seeds:
        scenario = build(event, world, seed)
        refuse_other_label(stated, name, scenario.label)
        known = measures(replay(scenario, protocol, opening_pool=pool, detail=True))
        values.append(tuple(_measured(figure, known, scenario) for figure in incident.figures))
    rows = [
        beside(figure, [row[i] for row in values], stated.sources[figure.source])
        for i, figure in enumerate(incident.figures)
    ]
    return Recreated(
        name=name,
        title=incident.title,
        event=event.name,
        protocol=protocol.name,
        world=world.name,
        label=incident.label,
        seeds=seeds,
        what=incident.what,
        left_out=incident.left_out,
        rows=tuple(rows),
    )


def measures(outcome: Outcome) -> dict[str, float]:
    """Metrics of a replay with detail, and what its time columns say of open interest."""
    interest = (outcome.columns or {})["open_interest"]
    start = float(interest[0]) if interest.size else NAN
    return outcome.metrics | {
        "open_interest_start_usd": start,
        "open_interest_lost_share": 1.0 - ratio(float(interest.min(initial=start)), start),
        "pool_start_usd": outcome.opening_pool * QUOTE_QUANTUM,
    }


def _measured(figure: Published, known: Mapping[str, float], scenario: Scenario) -> float:
    value = market_fall(scenario, figure) if figure.measure == FALL else known[figure.measure]
    return ratio(value, known[figure.over]) if figure.over else value


def market_fall(scenario: Scenario, figure: Published) -> float:
    """Largest fall of a figure's market in a scenario, a fraction of the index, within the minutes that it states."""
    if figure.market not in scenario.markets:
        known = ", ".join(scenario.markets)
        raise ParamError(
            f'market = "{figure.market}" of "{figure.what}" is not in event {scenario.event}; name one of {known}'
        )
    path = scenario.feed.index[:, scenario.markets.index(figure.market)]
    ticks = figure.within_min * SECONDS_PER_MINUTE // scenario.step_s
    return largest_fall(path, path, ticks or None)


def beside(figure: Published, values: Sequence[float], citation: str) -> Beside:
    """A figure beside the values of a replay, one a seed.

    Example: 38 published, 30 and 46 replayed, give a mean of 38 and a ratio of 1.
    """
    numbers = [value for value in values if not math.isnan(value)]
    mean = math.fsum(numbers) / len(numbers) if numbers else NAN
    return Beside(
        what=figure.what,
        unit=figure.unit,
        published=figure.value,
        mean=mean,
        low=min(numbers, default=NAN),
        high=max(numbers, default=NAN),
        ratio=ratio(mean, figure.value),
        measure=_named(figure),
        how=figure.how,
        given=figure.given,
        source=figure.source,
        citation=citation,
    )


def _named(figure: Published) -> str:
    if figure.measure == FALL:
        return f"{FALL} {figure.market}" + (f" in {figure.within_min} min" if figure.within_min else "")
    return f"{figure.measure} / {figure.over}" if figure.over else figure.measure
