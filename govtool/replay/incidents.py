"""Who was closed by force, how fast, whether that was necessary, and for whose losses."""

import numpy as np

from govtool.engine.codes import DELEVERAGE
from govtool.engine.loop import Result
from govtool.engine.terms import Floats, Ints, Terms
from govtool.replay.contagion import fell_for_others
from govtool.replay.events import FORCED, Log, Sizes, forced_cost, incident_of, rows_of
from govtool.replay.holdings import owners
from govtool.replay.ratios import NAN, quantile, ratio
from govtool.replay.shadow import Shadow
from govtool.replay.spool import Spool
from govtool.scenario.bundle import Scenario


def incident_metrics(scenario: Scenario, result: Result, log: Log, sizes: Sizes, shadow: Shadow) -> dict[str, float]:
    """Accounts and size closed by force in any format, and what a passive shadow says of them."""
    trace, venue = result.trace, scenario.venue
    rows = rows_of(log, FORCED)
    value = sizes.notional[rows]
    minute = (log.tick[rows] * venue.step_s // 60).astype(np.int64)
    fastest = np.bincount(minute, weights=value).max() if rows.size else 0.0
    incident = incident_of(log, rows)
    known = incident >= 0
    solvent = shadow.lowest_equity > 0
    spared = known & np.append(solvent, False)[incident]
    hit = np.unique(incident[known])
    short = np.maximum(0.0, shadow.deepest_shortfall[hit])
    start = trace.columns[0, 1] if trace.columns.shape[0] else NAN
    owner = owners(scenario)
    borne = log.other[log.kind == DELEVERAGE]
    return {
        "adl_accounts": np.unique(owner[borne[borne >= 0]]).size,
        "liquidated_accounts": np.unique(owner[log.account[rows]]).size,
        "liquidated_share": ratio(value.sum(), start),
        "unnecessary_liquidation_share": ratio(value[spared].sum(), value.sum()),
        "unnecessary_liquidation_cost_usd": forced_cost(log, rows, sizes.worth[rows])[spared].sum(),
        "liquidation_velocity_max_usd_per_min": fastest,
        "oracle_error_liquidations": np.count_nonzero(shadow.true_shortfall[hit] <= 0),
        "capital_needed_usd": _largest_each(trace.shot[hit, 1], short).sum(),
        "buffer_p95": quantile(short / shadow.notional[hit], 0.95),
    }


def contagion_metrics(
    scenario: Scenario, terms: Terms, formation: Terms, path: Floats, events: Spool, log: Log, sizes: Sizes
) -> dict[str, float]:
    """Size closed by force in one market for what another had lost."""
    size = sizes.notional[rows_of(log, FORCED)]
    fell = size[fell_for_others(scenario, terms, formation, path, events.parts())].sum()
    return {"contagion_usd": fell, "contagion_share": ratio(fell, size.sum())}


def _largest_each(account: Ints, amount: Floats) -> Floats:
    """Largest amount of each account: what keeps it safe once is there again the next time."""
    found = np.zeros(int(account.max(initial=-1)) + 1)
    np.maximum.at(found, account, amount)
    return found
