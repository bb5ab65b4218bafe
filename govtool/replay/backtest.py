"""One scenario under one protocol: pack, run, check the ledger, measure."""

from dataclasses import dataclass, replace

import numpy as np

from govtool.engine.loop import Result, run
from govtool.engine.state import BUCKETS, DONE, OPENING, OVERFLOW, RESIDUAL, TRADERS, Books, Crowd, Floats, Terms, Trace
from govtool.errors import EngineError, ParamError
from govtool.history.bars import digest_arrays
from govtool.protocol.digest import digest as protocol_digest
from govtool.protocol.model import Protocol
from govtool.protocol.pack import pack
from govtool.replay.events import Log, read_log
from govtool.replay.metrics import NAN, measure, ratio
from govtool.scenario.bundle import Scenario

STEADY, TRANSITION = "steady", "transition"

LEAST_CASCADE_USD = 1_000.0
"""Without the feedback at least this much must be closed by force for a cascade factor (assumption)."""

COLUMNS = ("pool", "open_interest", "collateral", "liquidated", "bad_debt", "flagged")
"""Time columns of an outcome; all quote currency, save the count of flagged accounts."""


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
    log, columns, path
        Event log, time columns (with "second") and posted oracle prices; None unless asked for.
    """

    scenario: str
    scenario_digest: str
    label: str
    native_s: int
    markets: tuple[str, ...]
    protocol: str
    protocol_digest: str
    mode: str
    opening_pool: int
    status: int
    metrics: dict[str, float]
    event_digest: str
    log: Log | None = None
    columns: dict[str, Floats] | None = None
    path: Floats | None = None


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
        Keep the event log, time columns and oracle prices.

    Raises
    ------
    ParamError
        The protocol lacks a market of the scenario.
    EngineError
        The replay did not finish, or its ledger does not add up.
    """
    terms = pack_terms(scenario, protocol, formed_under)
    pool = protocol.insurance.balance if opening_pool is None else opening_pool
    result = run_engine(scenario, terms, pool, feedback=feedback)
    trace = result.trace
    outcome = Outcome(
        scenario=scenario.name,
        scenario_digest=scenario.digest,
        label=scenario.label,
        native_s=scenario.native_s,
        markets=scenario.markets,
        protocol=protocol.name,
        protocol_digest=protocol_digest(protocol),
        mode=STEADY if formed_under is None else TRANSITION,
        opening_pool=pool,
        status=result.status,
        metrics=measure(scenario, terms, result),
        event_digest=digest_arrays({"whole": trace.whole, "real": trace.real}),
    )
    if not detail:
        return outcome
    return replace(outcome, log=read_log(trace), columns=_columns(scenario, trace), path=trace.path)


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


def pack_terms(scenario: Scenario, protocol: Protocol, formed_under: Protocol | None = None) -> Terms:
    """The protocol for the engine; the crowd's formation follows the other protocol, if there is one."""
    return pack(protocol, scenario.markets, step_s=scenario.step_s, formation=formed_under)


def run_engine(scenario: Scenario, terms: Terms, opening_pool: int, *, feedback: bool = True) -> Result:
    """Run the engine and hold its ledger to account."""
    if opening_pool < 0:
        raise ParamError(f"opening_pool = {opening_pool} is negative: choose 0 or more quantums")
    venue = scenario.venue
    if not feedback:
        venue = venue._replace(own_weight=np.zeros_like(venue.own_weight))
    crowd = _habits_above_stop(scenario.crowd, terms.restore)
    result = run(terms, venue, scenario.keepers, scenario.feed, crowd, scenario.seed, opening_pool)
    if result.status == OVERFLOW:
        raise EngineError(
            f"replay of {scenario.name}: money or sizes outgrow 64-bit integers; make the world or the pool smaller"
        )
    if result.status != DONE:
        raise EngineError(
            f"replay of {scenario.name} ended with status {result.status} instead of {DONE}: report this defect"
        )
    _check_ledger(scenario, result.books)
    return result


def _habits_above_stop(crowd: Crowd, stop: float) -> Crowd:
    """Traders are warned, and aim, no lower than where the protocol stops liquidating."""
    return crowd._replace(warning=max(crowd.warning, stop), topup_target=max(crowd.topup_target, stop))


def _check_ledger(scenario: Scenario, books: Books) -> None:
    """EngineError unless all cash sums to the opening pool and all sizes to nothing, to the last quantum."""
    tills = books.tills
    gaps = {
        "the residual of an event": int(tills[RESIDUAL]),
        "the sum of all buckets": int(tills[:BUCKETS].sum() - tills[OPENING]),
        "the sum of accounts' cash": int(books.cash.sum() - tills[TRADERS]),
        "the sum of all sizes": int(np.abs(books.size.sum(axis=0) + books.market_size).max()),
    }
    for what, gap in gaps.items():
        if gap != 0:
            raise EngineError(f"replay of {scenario.name}: {what} is off by {gap} quantums: report it as a defect")


def _columns(scenario: Scenario, trace: Trace) -> dict[str, Floats]:
    step = scenario.venue.sample_ticks * scenario.venue.step_s
    columns: dict[str, Floats] = {"second": np.asarray((1.0 + np.arange(trace.columns.shape[0])) * step)}
    columns |= {name: trace.columns[:, k].copy() for k, name in enumerate(COLUMNS)}
    return columns
