"""Who becomes liquidatable when a proposal activates, at once or along a ramp, beside the protocol that stays."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from govtool.engine.state import Trace
from govtool.engine.terms import Floats, Ints, Terms
from govtool.errors import ParamError
from govtool.protocol.digest import digest as protocol_digest
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.replay.backtest import formation_terms, pack_terms, prepared, run_engine
from govtool.replay.events import FORCED, read_log, row_values, rows_of
from govtool.replay.holdings import marks_and_bases, owners, places, units
from govtool.scenario.bundle import Scenario
from govtool.units import SECONDS_PER_DAY, SECONDS_PER_HOUR

RAMPS_S = (0, SECONDS_PER_DAY)
"""Lengths of a ramp to compare, unless others are named: at once, and over a day."""

HOURS = 24.0


class Part(NamedTuple):
    """Some accounts: how many, and the notional of their positions in one market, quote currency."""

    accounts: int
    usd: float


class Group(NamedTuple):
    """Some accounts: how many, and the notional of their positions, whole and per market."""

    accounts: int
    usd: float
    markets: dict[str, Part]


@dataclass(frozen=True)
class Plan:
    """What one way to go on did.

    Attributes
    ----------
    ramp_s : int or None
        Length of the ramp to PROPOSED, 0 for at once; None where CURRENT stays in force.
    first, later : Group
        Flagged at tick 0, and within the first hours, each account with what it held when it was first flagged.
    first_beyond, later_beyond : Group
        Of them, those not flagged under CURRENT in the same time.
    closed_usd : float
        Closed by force within the first hours, deleveraging included; per market in `closed`.
    """

    ramp_s: int | None
    first: Group
    first_beyond: Group
    later: Group
    later_beyond: Group
    closed_usd: float
    closed: dict[str, float]


@dataclass(frozen=True)
class Activation:
    """The plans of one scenario: CURRENT stays, then PROPOSED along each ramp. `hours` is the time looked at."""

    scenario: str
    scenario_digest: str
    label: str
    native_s: int
    accounts: int
    current: str
    current_digest: str
    proposed: str
    proposed_digest: str
    hours: float
    plans: tuple[Plan, ...]


class _Seen(NamedTuple):
    """First flags of a replay, ascending in time, and what was closed in the first hours."""

    owner: Ints  # (N,)
    tick: Ints  # (N,)
    notional: Floats  # (N, P) per place
    closed: Floats  # (P,)


def activation(
    scenario: Scenario,
    current: Protocol,
    proposed: Protocol,
    *,
    ramps_s: Sequence[int] = RAMPS_S,
    hours: float = HOURS,
    names: tuple[str, str] | None = None,
) -> Activation:
    """Replay a crowd that formed under `current` with it staying in force, and with `proposed` active from tick 0.

    Same crowd, luck and opening pool (that of `current`) in each. What is held as collateral is no position.

    Parameters
    ----------
    ramps_s : sequence of int
        Values of `margin.ramp_s`, in which base weights move from those of `current` to those of `proposed`.
    hours : float
        Time looked at beside the first tick; cut to the window's.
    names : tuple of str, optional
        What to call the two; their own names if not given.

    Raises
    ------
    ParamError
        `hours` is not above zero, a ramp is out of bounds, or a protocol does not fit the scenario or the other.
    """
    if not 0 < hours < math.inf:
        raise ParamError(f"hours = {hours:g} is not a number above 0; look at one hour or more")
    ticks = min(round(hours * SECONDS_PER_HOUR / scenario.step_s), scenario.feed.index.shape[0])
    called = names or (current.name, proposed.name)
    ways = [replaced(proposed, {"margin.ramp_s": ramp}) for ramp in ramps_s]
    markets, _ = places(scenario)
    stays = _seen(scenario, current, current, ticks)
    found = [_plan(None, stays, stays, markets)]
    found += [
        _plan(ramp, _seen(scenario, way, current, ticks), stays, markets)
        for ramp, way in zip(ramps_s, ways, strict=True)
    ]
    return Activation(
        scenario=scenario.name,
        scenario_digest=scenario.digest,
        label=scenario.label,
        native_s=scenario.native_s,
        accounts=int(np.count_nonzero(scenario.crowd.enters == 0)),
        current=called[0],
        current_digest=protocol_digest(current),
        proposed=called[1],
        proposed_digest=protocol_digest(proposed),
        hours=ticks * scenario.step_s / SECONDS_PER_HOUR,
        plans=tuple(found),
    )


def _seen(scenario: Scenario, protocol: Protocol, formed_under: Protocol, ticks: int) -> _Seen:
    """What happens in the first ticks under a protocol."""
    scenario = prepared(scenario, protocol)
    terms = pack_terms(scenario, protocol)
    formation = terms if formed_under is protocol else formation_terms(scenario, terms, formed_under)
    trace = run_engine(scenario, terms, formed_under.insurance.balance, formation=formation).trace
    account, first = np.unique(trace.shot[:, 1], return_index=True)
    first = np.sort(first[trace.shot[first, 0] < ticks])
    shot = trace.shot[first]
    return _Seen(
        owner=owners(scenario)[shot[:, 1]] if account.size else shot[:, 1],
        tick=shot[:, 0],
        notional=_notional(scenario, terms, formation, trace, shot),
        closed=_closed(scenario, terms, formation, trace, ticks),
    )


def _notional(scenario: Scenario, terms: Terms, formation: Terms, trace: Trace, shot: Ints) -> Floats:
    """Notional at the basis of each snapshot's positions, (N, P); assets that are held are none."""
    names, place = places(scenario)
    sizes = shot[:, 3:].copy()
    held = sizes.shape[1] - scenario.listing.asset_market.size
    sizes[:, held:] = np.minimum(sizes[:, held:], 0)
    row, instrument = np.nonzero(sizes)
    _, basis = marks_and_bases(scenario, terms, formation, trace.path, shot[row, 0], instrument)
    found = np.zeros((shot.shape[0], len(names)))
    np.add.at(
        found, (row, place[instrument]), np.abs(sizes[row, instrument]) * units(scenario, terms)[instrument] * basis
    )
    return found


def _closed(scenario: Scenario, terms: Terms, formation: Terms, trace: Trace, ticks: int) -> Floats:
    """Size closed by force in the first ticks, per place."""
    names, place = places(scenario)
    log = read_log(trace)
    rows = rows_of(log, FORCED)
    rows = rows[log.tick[rows] < ticks]
    _, basis = marks_and_bases(scenario, terms, formation, trace.path, log.tick, log.market)
    value = row_values(log, units(scenario, terms), basis)[rows]
    return np.asarray(np.bincount(place[log.market[rows]], weights=value, minlength=len(names)), dtype=np.float64)


def _plan(ramp_s: int | None, seen: _Seen, stays: _Seen, names: Sequence[str]) -> Plan:
    now, at_first = seen.tick == 0, stays.owner[stays.tick == 0]
    return Plan(
        ramp_s=ramp_s,
        first=_group(seen, now, names),
        first_beyond=_group(seen, now & ~np.isin(seen.owner, at_first), names),
        later=_group(seen, np.ones(now.size, dtype=bool), names),
        later_beyond=_group(seen, ~np.isin(seen.owner, stays.owner), names),
        closed_usd=float(seen.closed.sum()),
        closed=dict(zip(names, seen.closed.tolist(), strict=True)),
    )


def _group(seen: _Seen, wanted: np.ndarray, names: Sequence[str]) -> Group:
    owner, notional = seen.owner[wanted], seen.notional[wanted]
    parts = {
        name: Part(int(np.unique(owner[column > 0]).size), float(column.sum()))
        for name, column in zip(names, notional.T, strict=True)
    }
    return Group(int(np.unique(owner).size), float(notional.sum()), parts)


def sentences(found: Activation) -> list[str]:
    """What an activation comes to: who is liquidatable at once, and what each ramp does about it."""
    return [_sentence(found, found.plans[0], way) for way in found.plans[1:]]


def _sentence(found: Activation, stays: Plan, way: Plan) -> str:
    fresh, later = way.first_beyond, way.later_beyond
    markets = ", ".join(f"{name} {part.usd:,.0f}" for name, part in fresh.markets.items() if part.usd > 0)
    who = "nobody is" if fresh.accounts == 0 else "1 account is" if fresh.accounts == 1 else f"{fresh.accounts:,} are"
    more = way.closed_usd - stays.closed_usd
    clauses = (
        f"{who} liquidatable at the start who would not be under {found.current}"
        + (f" ({markets} usd)" if fresh.accounts else ""),
        f"in {found.hours:g} h {later.accounts:,} {'is' if later.accounts == 1 else 'are'} flagged who would not be"
        f" ({later.usd:,.0f} usd)",
        f"{abs(more):,.0f} usd {'more' if more >= 0 else 'less'} closed by force",
    )
    return f"{found.proposed} {pace(way.ramp_s)}: {'; '.join(clauses)}."


def pace(ramp_s: int | None) -> str:
    """How a plan goes on. Example: 86,400 is "over 24 h"."""
    if ramp_s is None:
        return "stays"
    return f"over {ramp_s / SECONDS_PER_HOUR:g} h" if ramp_s else "at once"
