"""How long auctions took, what they left, at which price, and who won them."""

import numpy as np

from govtool.engine.codes import BACKSTOP, FILL, FLAG, OPEN, RESET, TAKE, UNFILLED
from govtool.engine.state import Keepers
from govtool.engine.terms import BOOK, Floats, Terms
from govtool.replay.events import ENDS_INCIDENT, FORCED, Log, Sizes, rows_of, seconds_to_end
from govtool.replay.ratios import BPS, quantile, ratio
from govtool.replay.spans import auction_seconds
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM


def auction_metrics(scenario: Scenario, terms: Terms, log: Log, sizes: Sizes) -> dict[str, float]:
    """Durations, unfilled share, price and keepers of any format; the book has no auctions but liquidations."""
    step_s = scenario.venue.step_s

    def total(*kinds: int) -> float:
        return float(sizes.notional[rows_of(log, kinds)].sum())

    if terms.liquidation_format == BOOK:
        seconds = seconds_to_end(log, FLAG, ENDS_INCIDENT, step_s)
        unfilled = 1.0 - ratio(total(FILL), total(*FORCED))
    else:
        seconds = auction_seconds(log, terms.selling.tranches, step_s)
        unfilled = ratio(total(UNFILLED), total(OPEN))
    return {
        "auction_seconds_median": quantile(seconds, 0.5),
        "auction_seconds_mean": ratio(float(seconds.sum()), seconds.size),
        "auction_seconds_p99": quantile(seconds, 0.99),
        "auction_resets": float(np.count_nonzero(log.kind == RESET)),
        "auction_unfilled_share": unfilled,
        "sale_discount_bps": _discount(log, sizes),
    } | _competition(log, sizes.notional, scenario.keepers)


def _discount(log: Log, sizes: Sizes) -> float:
    """Basis points that sales to keepers or on the book brought less than mark, by size.

    Example: 1,000 at mark sold for 990 is 100; 1,000 bought back for 990 is -100.
    """
    rows = rows_of(log, (FILL, TAKE))
    worth = -np.sign(log.size[rows]) * sizes.worth[rows]
    less = (worth - log.quote[rows] * QUOTE_QUANTUM).sum()
    return BPS * ratio(float(less), float(sizes.notional[rows].sum()))


def _competition(log: Log, notional: Floats, keepers: Keepers) -> dict[str, float]:
    """How many keepers took something, and how it was spread over them; the fastest is the first that races."""
    takes = rows_of(log, (TAKE,))
    taken = notional[takes]
    won = np.bincount(log.other[takes], weights=taken, minlength=keepers.latency.size)
    races = keepers.conduct != BACKSTOP if keepers.conduct.size else np.ones(keepers.latency.size, dtype=bool)
    return {
        "keepers_active": float(np.unique(log.other[takes]).size),
        "keeper_hhi": ratio(float((won * won).sum()), float(taken.sum()) ** 2),
        "fastest_keeper_share": ratio(float(won[races][:1].sum()), float(taken.sum())),
    }
