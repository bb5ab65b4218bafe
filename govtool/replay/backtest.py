"""One scenario under one protocol: pack, run, check the ledger, measure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from govtool.engine.codes import DONE, OVERFLOW
from govtool.engine.loop import Result, run
from govtool.engine.parts import Sink
from govtool.engine.state import Trace
from govtool.engine.terms import Floats, Listing, Terms
from govtool.errors import EngineError, ParamError
from govtool.protocol.digest import digest as protocol_digest
from govtool.protocol.model import Protocol
from govtool.protocol.pack import pack
from govtool.protocol.pack_margin import taken_asset
from govtool.replay.events import Log
from govtool.replay.ledger import check_ledger, refuse_too_large
from govtool.replay.measure import measure
from govtool.replay.quote import heard
from govtool.replay.ratios import NAN, ratio
from govtool.replay.spool import Spool
from govtool.scenario.behaviour import with_fee, with_stop
from govtool.scenario.bundle import Scenario
from govtool.scenario.isolated import split_by_market

STEADY, TRANSITION = "steady", "transition"

LEAST_CASCADE_USD = 1_000.0
"""Without the feedback at least this much must be closed by force for a cascade factor (assumption)."""

COLUMNS = ("pool", "open_interest", "collateral", "liquidated", "bad_debt", "flagged", "shared", "adl")
"""Time columns of an outcome; all quote currency, save the count of flagged accounts. What was liquidated, left as bad
debt, shared by others or taken from the deleveraged (against oracle) is counted from the start."""


@dataclass(frozen=True, eq=False)
class Source:
    """What a replay is made from, so that it can be made again: see `replay`."""

    scenario: Scenario
    protocol: Protocol
    formed_under: Protocol | None
    opening_pool: int
    feedback: bool


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a replay leaves.

    Attributes
    ----------
    scenario, scenario_digest, protocol, protocol_digest : str
        What was replayed.
    mode : str
        "steady": the crowd was formed under the protocol replayed; "transition": under another.
    opening_pool : int
        Quantums.
    metrics : dict
        By name, in the order of METRICS.
    event_digest : str
        SHA-256 of the whole event log.
    events, columns, path, source
        Event log, time columns (with "second"), posted oracle prices and what was replayed; None unless asked for.
    attacks : tuple of str
        Kinds of the attacks in its world.
    """

    scenario: str
    scenario_digest: str
    label: str
    native_s: int
    markets: tuple[str, ...]
    instruments: tuple[str, ...]
    protocol: str
    protocol_digest: str
    mode: str
    opening_pool: int
    status: int
    metrics: dict[str, float]
    event_digest: str
    events: Spool | None = None
    columns: dict[str, Floats] | None = None
    path: Floats | None = None
    source: Source | None = None
    attacks: tuple[str, ...] = ()

    @cached_property
    def log(self) -> Log | None:
        """All of the event log as columns in memory; None without `events`."""
        return None if self.events is None else self.events.log()


def replay(
    scenario: Scenario,
    protocol: Protocol,
    *,
    formed_under: Protocol | None = None,
    opening_pool: int | None = None,
    feedback: bool = True,
    detail: bool = False,
) -> Outcome:
    """Replay a scenario under a protocol.

    Parameters
    ----------
    formed_under : Protocol, optional
        Protocol that the crowd was formed under, if another; `protocol` is active from the first tick.
    opening_pool : int, optional
        Insurance pool at the start, quantums; the protocol's balance if not given.
    feedback : bool
        Whether the venue's own trades move the oracle.
    detail : bool
        Keep the event log, time columns, oracle prices and what was replayed.

    Raises
    ------
    ParamError
        The protocol lacks a market of the scenario, or counts sizes in other quantums than `formed_under`.
    EngineError
        The replay did not finish, or its ledger does not add up.
    """
    pool = protocol.insurance.balance if opening_pool is None else opening_pool
    source = Source(scenario, protocol, formed_under, pool, feedback)
    scenario = prepared(scenario, protocol)
    terms = pack_terms(scenario, protocol)
    formation = terms if formed_under is None else formation_terms(scenario, terms, formed_under)
    events = Spool()
    result = run_engine(scenario, terms, pool, formation=formation, feedback=feedback, sink=events.begin)
    outcome = Outcome(
        scenario=scenario.name,
        scenario_digest=scenario.digest,
        label=scenario.label,
        native_s=scenario.native_s,
        markets=scenario.markets,
        instruments=scenario.instruments,
        protocol=protocol.name,
        protocol_digest=protocol_digest(protocol),
        mode=STEADY if formed_under is None else TRANSITION,
        opening_pool=pool,
        status=result.status,
        metrics=measure(scenario, terms, formation, result, events),
        event_digest=events.digest(),
        attacks=scenario.attacks,
    )
    if not detail:
        return outcome
    columns = time_columns(scenario, result.trace)
    return replace(outcome, events=events, columns=columns, path=result.trace.path, source=source)


def with_cascade(
    outcome: Outcome, scenario: Scenario, protocol: Protocol, *, formed_under: Protocol | None = None
) -> Outcome:
    """The outcome with its `cascade_factor`: size closed by force beside the same without the oracle's feedback.

    Replays once more, without the feedback; NaN if hardly anything is closed there.
    """
    pool = outcome.opening_pool
    alone = replay(scenario, protocol, formed_under=formed_under, opening_pool=pool, feedback=False)
    size, without = outcome.metrics["liquidated_usd"], alone.metrics["liquidated_usd"]
    factor = ratio(size, without) if without >= LEAST_CASCADE_USD else NAN
    return replace(outcome, metrics=outcome.metrics | {"cascade_factor": factor})


def prepared(scenario: Scenario, protocol: Protocol) -> Scenario:
    """The scenario as a protocol has it.

    Quantums of assets, what the oracle makes of its sources, and wallets instead of accounts if margin is isolated.

    Raises
    ------
    ParamError
        The protocol does not take an asset, or prices it by another market than the scenario does; or its oracle wants
        to hear more sources than there are.
    """
    scenario = replace(heard(scenario, protocol.oracle), listing=counted(scenario, protocol))
    refuse_too_large(scenario, pack_terms(scenario, protocol))
    if protocol.margin.mode == "cross":
        return scenario
    terms = pack_terms(scenario, protocol)
    listing = scenario.listing
    beside = np.full(listing.option_market.size, terms.options.max_spot)
    # A borrowed asset weighs as its market where the protocol asks for nothing, so that no wallet is left with nothing.
    like = np.append(terms.initial_weight, terms.initial_weight.max())[listing.asset_market]
    weight = np.concatenate([terms.initial_weight, beside, np.maximum(like, terms.margin.liability_initial - 1.0)])
    if scenario.crowd.opening.size and scenario.series:
        raise ParamError(
            f"the snapshot of {scenario.name} holds options, which isolated margin cannot split; leave them out, or"
            ' replay it with margin.mode = "cross"'
        )
    first = scenario.feed.index[0]
    follows = np.where(listing.asset_market < 0, 1.0, first[np.maximum(listing.asset_market, 0)])
    ratio = listing.ratio[0] if listing.ratio.size else np.ones(0)
    price = np.concatenate([first, first[listing.option_market], follows * ratio])
    return replace(scenario, crowd=split_by_market(scenario.crowd, listing, weight, price))


def counted(scenario: Scenario, protocol: Protocol) -> Listing:
    """The scenario's listing with the protocol's quantums of assets."""
    taken = [taken_asset(protocol, name) for name in scenario.assets]
    for name, asset, row in zip(scenario.assets, taken, scenario.listing.asset_market.tolist(), strict=True):
        follows = scenario.markets[row] if row >= 0 else ""
        if asset.market != follows:
            raise ParamError(
                f'asset {name} follows "{asset.market}" in protocol {protocol.name} and "{follows}" in scenario'
                f" {scenario.name}; replay that market too, or set assets.{name}.market in the world"
            )
    return scenario.listing._replace(
        asset_unit=np.array([float(Fraction(10) ** asset.atomic_resolution) for asset in taken], dtype=np.float64),
        asset_step=np.array([asset.step_quantums for asset in taken], dtype=np.int64),
    )


def pack_terms(scenario: Scenario, protocol: Protocol) -> Terms:
    """The protocol for the engine, for the markets and assets of a scenario."""
    if scenario.series and protocol.options is None:
        raise ParamError(
            f"protocol {protocol.name} has no options and the world of {scenario.name} lists some; add the table"
            " [options] to the protocol or remove it from the world"
        )
    return pack(protocol, scenario.markets, step_s=scenario.step_s, assets=scenario.assets)


def formation_terms(scenario: Scenario, terms: Terms, formed_under: Protocol) -> Terms:
    """Terms of the protocol that the crowd forms under; ParamError if it counts a market in other quantums.

    Sizes are carried over in quantums, so that another resolution would change every position.
    """
    formation = pack_terms(scenario, formed_under)
    for market, before, now in zip(scenario.markets, formation.unit.tolist(), terms.unit.tolist(), strict=True):
        if before != now:
            raise ParamError(
                f"market {market} is counted in quantums of {before:g} by {formed_under.name} and of {now:g} by the"
                f" protocol that follows it; give both the same markets.{market}.atomic_resolution"
            )
    return formation


def run_engine(
    scenario: Scenario,
    terms: Terms,
    opening_pool: int,
    *,
    formation: Terms | None = None,
    feedback: bool = True,
    sink: Callable[[], Sink] | None = None,
) -> Result:
    """Run the engine on a prepared scenario and hold its ledger to account; for `sink` see `engine.loop.run`."""
    if opening_pool < 0:
        raise ParamError(f"opening_pool = {opening_pool} is negative: choose 0 or more quantums")
    venue = scenario.venue
    if not feedback:
        venue = venue._replace(own_weight=np.zeros_like(venue.own_weight))
    result = run(
        terms,
        venue,
        scenario.keepers,
        scenario.feed,
        with_stop(with_fee(scenario.crowd, scenario.pace, terms.taker_fee), terms.restore),
        scenario.seed,
        opening_pool,
        listing=scenario.listing,
        weather=scenario.weather,
        formation=formation,
        sink=sink,
    )
    if result.status == OVERFLOW:
        raise EngineError(
            f"replay of {scenario.name}: money or sizes outgrow 64-bit integers; make the world or the pool smaller"
        )
    if result.status != DONE:
        raise EngineError(
            f"replay of {scenario.name} ended with status {result.status} instead of {DONE}: report this defect"
        )
    check_ledger(scenario, result.books)
    return result


def time_columns(scenario: Scenario, trace: Trace) -> dict[str, Floats]:
    """Time columns of a trace by name, and the second, counted from the start, at which each row stands."""
    step = scenario.venue.sample_ticks * scenario.venue.step_s
    columns: dict[str, Floats] = {"second": np.asarray((1.0 + np.arange(trace.columns.shape[0])) * step)}
    columns |= {name: trace.columns[:, k].copy() for k, name in enumerate(COLUMNS)}
    return columns
