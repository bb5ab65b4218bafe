"""From the metrics of paired replays to objectives, constraints and paired intervals.

Everything is divided by what trial 0 has in the same scenario and seed, so that a candidate that shrinks the
market improves nothing by it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from govtool.errors import EngineError
from govtool.protocol.model import Protocol
from govtool.study.model import OBJECTIVES, Constraints, Objectives
from govtool.study.result import Interval, Row
from govtool.units import PPM, SECONDS_PER_DAY, SECONDS_PER_YEAR, fraction, quote

CONSTRAINTS = ("bad_debt", "pool_floor", "auctions_clear", "revenue")
LOSSES = ("insurance_draw_usd", "shared_loss_usd", "adl_usd", "bad_debt_usd")
"""Each loss stands in one of them: advances written off are in the draw, and what is deferred to later withdrawals is
shared once they pay."""

CONFIDENCE = 0.95
DAYS_PER_YEAR = SECONDS_PER_YEAR / SECONDS_PER_DAY

Side = Literal["current", "candidate"]
Metrics = Mapping[str, float]


@dataclass(frozen=True)
class Upkeep:
    """What a protocol costs beyond its replays, in quote currency per year."""

    contributions: float
    foregone_fees: float
    capital: float

    @property
    def annual(self) -> float:
        """All of it."""
        return self.contributions + self.foregone_fees + self.capital


def opening_pool(protocol: Protocol, fees_per_day: float, run_in_days: int) -> int:
    """Quantums in the insurance pool when a window opens: the balance and what came in over the run-in.

    `fees_per_day` are the trading fees of trial 0 in calm windows, for every candidate alike. Example:
    balance 1,000,000, fees 10,000 a day of which 10 %, 180 days: 1,180,000 in quote currency. A pool with a target
    holds no more than that: the rest went back to the treasury.
    """
    insurance = protocol.insurance
    fees = fees_per_day * fraction(insurance.trading_fee_share_ppm) * run_in_days
    transfer = insurance.treasury_transfer_per_year * run_in_days / DAYS_PER_YEAR
    total = insurance.balance + round(fees * PPM + transfer)
    return min(total, insurance.target) if insurance.target else total


def upkeep(protocol: Protocol, pool: int, train: Sequence[Row], costs: Objectives, side: Side) -> Upkeep:
    """Annual cost of a protocol with its opening pool, from all its training rows.

    The stated rate on what a year gives to the pool, as transfer and as share of trading fees, and on the opening
    pool: money in the pool is not spent, it only earns nothing elsewhere, and what is drawn counts as loss. So a
    transfer that a window happens to see is no loss there either, nor does it lower the treasury's revenue: it is one
    of the year's. The fees, liquidation fees among them, that current takes and this protocol does not are lost in
    full.
    """
    calm = [row for row in train if row.kind == "calm"]
    insurance = protocol.insurance
    fees = fees_per_day(calm, "current") * DAYS_PER_YEAR
    lost = _annual_fees(train, calm, costs.windows_per_year, "current")
    lost -= _annual_fees(train, calm, costs.windows_per_year, side)
    rate = fraction(costs.cost_of_capital_ppm_per_year)
    given = fees * fraction(insurance.trading_fee_share_ppm) + quote(insurance.treasury_transfer_per_year)
    return Upkeep(contributions=rate * given, foregone_fees=max(0.0, lost), capital=rate * quote(pool))


def fees_per_day(rows: Sequence[Row], side: Side) -> float:
    """Fees per day, in quote currency; in calm rows nearly all of them are trading fees."""
    return math.fsum(_of(row, side)["fee_revenue_usd"] for row in rows) / math.fsum(row.days for row in rows)


def _annual_fees(train: Sequence[Row], calm: Sequence[Row], windows_per_year: float, side: Side) -> float:
    """Fees of a year that has so many windows like those of train and is otherwise like the calm ones."""
    days = min(DAYS_PER_YEAR, windows_per_year * _mean(row.days for row in train))
    return days * fees_per_day(train, side) + (DAYS_PER_YEAR - days) * fees_per_day(calm, side)


def loss_usd(metrics: Metrics) -> float:
    """What others than the liquidated trader paid: the pool, those who share losses, deleveraged winners, nobody."""
    return math.fsum(metrics[name] for name in LOSSES)


def row_values(row: Row, side: Side, upkeep: Upkeep, windows_per_year: float) -> dict[str, float]:
    """The objectives of one replay, as fractions of trial 0's open interest or collateral.

    Cost of liquidations counts once more where they were unnecessary; a window bears its share of the annual
    cost.
    """
    metrics, before = _of(row, side), row.current
    interest, collateral = before["open_interest_avg_usd"], before["collateral_avg_usd"]
    if not (interest > 0 and collateral > 0):
        raise EngineError(
            f"event {row.event!r}, seed {row.seed}: current has no open interest; choose another event or world"
        )
    cost = metrics["liquidation_cost_usd"] + metrics["unnecessary_liquidation_cost_usd"]
    return {
        "tail_loss": loss_usd(metrics) / interest,
        "trader_cost": (cost + upkeep.annual / windows_per_year) / interest,
        "capital_efficiency": metrics["open_interest_avg_usd"] / collateral,
    }


def objective_values(rows: Sequence[Row], side: Side, upkeep: Upkeep, costs: Objectives) -> dict[str, float]:
    """Objectives over scenarios and seeds: expected shortfall of the loss, means of the others."""
    each = [row_values(row, side, upkeep, costs.windows_per_year) for row in rows]
    return {
        "tail_loss": expected_shortfall([one["tail_loss"] for one in each], costs.tail_ppm),
        "trader_cost": _mean(one["trader_cost"] for one in each),
        "capital_efficiency": _mean(one["capital_efficiency"] for one in each),
    }


def expected_shortfall(losses: Sequence[float], tail_ppm: int) -> float:
    """Mean of the worst `1 - tail` of equally likely losses; a loss on the edge counts in part.

    Example: of 1, 2, 3, 4, 5 with 750,000 ppm the worst 1.25 are 5 and a quarter of 4: 6 / 1.25 = 4.8.
    """
    weight = len(losses) * (PPM - tail_ppm) / PPM
    worst, left = [], weight
    for loss in sorted(losses, reverse=True):
        worst.append(loss * min(1.0, left))
        left -= 1.0
        if left <= 0:
            break
    return math.fsum(worst) / weight


def constraint_values(rows: Sequence[Row], side: Side, limits: Constraints, pool: int) -> dict[str, float]:
    """How far each hard limit is broken; zero or less keeps it. The worst of steady and transition counts.

    Seeds are averaged inside an event, except for the pool's floor, which no replay may break. Scales are
    shares, so that the sampler may add violations up: of trial 0's open interest, the opening pool and what
    the treasury earns.
    """
    groups = _by_event_and_mode(rows).values()
    floor, scale = quote(limits.pool_floor), max(1.0, quote(pool))
    return {
        "bad_debt": max(_mean(_extra_bad_debt(row, side) for row in group) for group in groups),
        "pool_floor": max((floor - _of(row, side)["insurance_min_balance_usd"]) / scale for row in rows),
        "auctions_clear": max(
            _mean(_or_zero(_of(row, side)["auction_unfilled_share"]) for row in group) for group in groups
        )
        - fraction(limits.unfilled_share_max_ppm),
        "revenue": max(_revenue_loss(rows, side, mode) for mode in ("steady", "transition"))
        - fraction(limits.revenue_loss_max_ppm),
    }


def intervals(rows: Sequence[Row], ours: Upkeep, theirs: Upkeep, costs: Objectives) -> dict[str, Interval]:
    """Paired differences candidate minus current per objective; the event window is the sampling unit.

    `ours` is the candidate's upkeep, `theirs` current's.
    """
    windows: dict[str, list[dict[str, float]]] = {}
    for row in rows:
        after = row_values(row, "candidate", ours, costs.windows_per_year)
        before = row_values(row, "current", theirs, costs.windows_per_year)
        windows.setdefault(row.event, []).append({name: after[name] - before[name] for name in OBJECTIVES})
    return {name: interval([_mean(one[name] for one in group) for group in windows.values()]) for name in OBJECTIVES}


def interval(differences: Sequence[float]) -> Interval:
    """Mean of the differences with its 95 % Student-t interval; without bounds for a single window.

    Example: 1, 2, 3 is 2 within -0.484 to 4.484.
    """
    count, mean = len(differences), _mean(differences)
    if count < 2:
        return Interval(mean, -math.inf, math.inf, count)
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in differences) / (count - 1))
    half = _student_quantile(count - 1) * spread / math.sqrt(count)
    return Interval(mean, mean - half, mean + half, count)


@lru_cache(maxsize=64)
def _student_quantile(freedom: int) -> float:
    """Half the width of a `CONFIDENCE` interval in standard errors, of a mean with so many degrees of freedom."""
    from scipy.stats import t as student

    return float(student.ppf(0.5 + CONFIDENCE / 2, freedom))


def _of(row: Row, side: Side) -> Metrics:
    return row.current if side == "current" else row.candidate


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return math.fsum(listed) / len(listed)


def _or_zero(share: float) -> float:
    """A share of nothing is undefined; none of nothing went wrong."""
    return 0.0 if math.isnan(share) else share


def _extra_bad_debt(row: Row, side: Side) -> float:
    extra = _of(row, side)["bad_debt_usd"] - row.current["bad_debt_usd"]
    return extra / row.current["open_interest_avg_usd"]


def _revenue_loss(rows: Sequence[Row], side: Side, mode: str) -> float:
    of_mode = [row for row in rows if row.mode == mode]
    before = math.fsum(row.current["treasury_revenue_usd"] for row in of_mode)
    after = math.fsum(_of(row, side)["treasury_revenue_usd"] for row in of_mode)
    return 1 - after / before if before > 0 else 0.0


def _by_event_and_mode(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.event, row.mode), []).append(row)
    return groups
