"""Finished studies written by hand: no search and no replay, but numbers that agree with one another."""

import math
from dataclasses import replace
from typing import Any

from govtool.history.events import Event
from govtool.proposal.context import PoolPath
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import preset
from govtool.replay.metrics import METRICS
from govtool.study.model import OBJECTIVES, SETS, Study, parse_study
from govtool.study.objective import intervals, objective_values, opening_pool, upkeep
from govtool.study.result import Alone, Considered, Nearby, Result, Row, Trial

EVENTS = {
    "train": ("crash-a", "crash-b", "calm-c"),
    "select": ("crash-d", "calm-e"),
    "test": ("crash-f", "crash-g", "crash-h", "crash-i", "calm-j", "calm-k"),
}
CHANGES = {
    "tiers.large-cap.initial_margin_ppm": 25_000,
    "liquidation.max_position_portion_liquidated_ppm": 200_000,
    "liquidation.spread_to_maintenance_margin_ratio_ppm": 1_300_000,
}
SPACE = {
    "tiers.large-cap.initial_margin_ppm": (10_000, 50_000, 5_000, 10_000),
    "liquidation.max_position_portion_liquidated_ppm": (50_000, 500_000, 50_000, None),
    "liquidation.spread_to_maintenance_margin_ratio_ppm": (500_000, 3_000_000, 100_000, None),
    "liquidation.max_liquidation_fee_ppm": (5_000, 25_000, 1_000, None),
}
FEES_PER_DAY = 10_000.0


def a_study(**changes: Any) -> Study:
    """The study of every result here."""
    content: dict[str, Any] = {
        "format": "govtool/study@1",
        "name": "by-hand",
        "title": "By hand",
        "protocol": "dydx-v4",
        "seeds": [1, 2],
        "markets": ["BTC", "ETH", "SOL"],
        "events": {which: list(names) for which, names in EVENTS.items()},
        "histories": {"binance-spot_BTCUSDT_1m_20210101-20210102": "sha256:" + "1" * 64},
        "search": {"trials": 40, "batch": 10, "seed": 1},
        "space": [
            {"field": field, "low": low, "high": high, "step": step} | ({"max_change": most} if most else {})
            for field, (low, high, step, most) in SPACE.items()
        ],
        "objectives": {"cost_of_capital_ppm_per_year": 80_000, "windows_per_year": 12.0},
        "constraints": {
            "pool_floor": 1_000_000_000_000,
            "revenue_loss_max_ppm": 50_000,
            "unfilled_share_max_ppm": 100_000,
            "bad_debt": "not above current",
        },
        "selection": {"tolerance": {"tail_loss": 0.0002, "trader_cost": 0.0001, "capital_efficiency": 0.05}},
        "proposal": {
            "number": 9,
            "slug": "by-hand",
            "title": "Wider large-cap margin and faster liquidation",
            "authors": ["Example Risk Group"],
            "deposit": "2000000000000000000000adydx",
            "network": "dydx-mainnet-1",
        },
    }
    return parse_study(content | changes)


def some_events(label: str = "recorded") -> dict[str, Event]:
    """Events of the study, a month apart."""
    names = [name for which in SETS for name in EVENTS[which]]
    return {
        name: Event(
            name=name,
            title=f"Window {name[-1]} | {label}",
            kind=name.partition("-")[0],
            start_ms=1_600_000_000_000 + 2_592_000_000 * at // 60_000 * 60_000,
            end_ms=1_600_000_000_000 + 2_592_000_000 * at // 60_000 * 60_000 + 86_400_000,
            interval_s=60 if at % 2 else 3_600,
            series={},
            lead={},
            funding={},
            gap_policy="error",
            source="written by hand",
            what="Nothing happened.",
        )
        for at, name in enumerate(names)
    }


def metrics(at: int, seed: int, kind: str, better: float) -> dict[str, float]:
    """Metrics of one replay; `better` scales every loss down."""
    crash = kind == "crash"
    size = (1 + 0.37 * (at * 7 % 5) + 0.05 * seed) * better
    found = dict.fromkeys(METRICS, 0.0) | {
        "insurance_draw_usd": 31_234.5 * size if crash else 0.0,
        "adl_usd": 2_500.25 * size if at % 3 == 0 and crash else 0.0,
        "liquidated_usd": 2_345_678.9 * size if crash else 12_345.6 * size,
        "liquidated_accounts": float(round(40 * size)) if crash else 2.0,
        "liquidation_cost_usd": 18_765.4 * size if crash else 98.7 * size,
        "unnecessary_liquidation_share": 0.2,
        "insurance_min_balance_usd": 2_000_000 - 31_234.5 * size,
        "open_interest_avg_usd": 50_000_000.0 * (1.01 - 0.01 * better),
        "collateral_avg_usd": 9_000_000.0,
        "fee_revenue_usd": FEES_PER_DAY * (0.98 + 0.02 * better),
        "cascade_factor": math.nan,
        "price_improvement_bps": math.nan,
    }
    return found


def some_rows(label: str, better: float, sets: tuple[str, ...] = SETS) -> tuple[Row, ...]:
    """Two seeds, both formations, all events."""
    found = []
    names = [(which, name) for which in SETS for name in EVENTS[which]]
    for at, (which, name) in enumerate(names):
        for seed in (1, 2) if which in sets else ():
            for mode in ("steady", "transition"):
                kind = name.partition("-")[0]
                penalty = 1.05 if mode == "transition" else 1.0
                found.append(
                    Row(
                        set=which,  # type: ignore[arg-type]
                        event=name,
                        kind=kind,
                        seed=seed,
                        mode=mode,  # type: ignore[arg-type]
                        scenario_digest="sha256:" + f"{at:x}" * 64,
                        label=label,
                        native_s=60 if at % 2 else 3_600,
                        days=1.0,
                        current=metrics(at, seed, kind, 1.0),
                        candidate=metrics(at, seed, kind, better * penalty),
                        current_events="sha256:" + "a" * 64,
                        candidate_events="sha256:" + "b" * 64,
                    )
                )
    return tuple(found)


def some_trials(candidate: dict[str, int], current: dict[str, int]) -> tuple[Trial, ...]:
    """Forty trials: current, a cloud with a front, some infeasible, two refused, the candidate as number 7."""
    found = []
    for number in range(40):
        shift = (number * 17 % 40) / 40
        values = {
            "tail_loss": 0.0011 - 0.0006 * shift + 0.0002 * ((number * 7) % 11) / 11,
            "trader_cost": 0.0008 + 0.0003 * shift**2 + 0.0001 * ((number * 5) % 13) / 13,
            "capital_efficiency": 5.6 - 0.8 * shift + 0.1 * ((number * 3) % 7) / 7,
        }
        limits = {"bad_debt": 0.1 if number % 9 == 4 else -0.1, "pool_floor": -1.0}
        params = candidate if number == 7 else current
        if number in (11, 23):
            found.append(Trial(number, params, {}, {}, "refused", "off the grid"))
        else:
            found.append(Trial(number, params, values, limits, "complete"))
    return tuple(found)


def change_result(label: str = "recorded", better: float = 0.6, changes: dict[str, int] | None = None) -> Result:
    """A study that ends in a change."""
    study, current = a_study(), preset("dydx-v4")
    return _result(study, current, replaced(current, changes or CHANGES), label, better)


def _result(study: Study, current: Protocol, candidate: Protocol, label: str, better: float) -> Result:
    rows = some_rows(label, better)
    train = [row for row in rows if row.set == "train"]
    pools = {who: opening_pool(one, FEES_PER_DAY, 180) for who, one in (("current", current), ("candidate", candidate))}
    ours = upkeep(candidate, pools["candidate"], train, study.objectives, "candidate")
    theirs = upkeep(current, pools["current"], train, study.objectives, "current")
    own = {which: [row for row in rows if row.set == which] for which in SETS}
    found = {which: intervals(own[which], ours, theirs, study.objectives) for which in SETS}
    values = {
        which: {
            "current": objective_values(own[which], "current", theirs, study.objectives),
            "candidate": objective_values(own[which], "candidate", ours, study.objectives),
        }
        for which in SETS
    }
    start = {field: low for field, (low, *_) in SPACE.items()}
    middle = values["train"]["candidate"]
    return Result(
        study=study,
        study_digest="sha256:" + "5" * 64,
        trials=some_trials(start | CHANGES, start),
        front=(0, 3, 7, 20, 33),
        chosen=7,
        current=current,
        candidate=candidate,
        outcome="change",
        verdict="improves",
        reason="On 6 held-out events tail loss and capital efficiency improved throughout the 95 % interval, and "
        "nothing got worse by more than its tolerance.",
        considered=tuple(
            Considered(n, found["select"], {"bad_debt": -0.1}, 3.5 - n / 10, n != 20, why)
            for n, why in ((3, "nowhere worse than current"), (7, "nowhere worse than current"), (20, "worse | here"))
        ),
        intervals=found,
        values=values,
        rows=rows,
        sensitivity=tuple(
            Nearby(field, steps, 1_000 + steps, {n: v * (1 + 0.02 * steps) for n, v in middle.items()}, steps < 3)
            for field in SPACE
            for steps in (-3, -1, 1, 3)
        ),
        decomposition=tuple(
            Alone(field, SPACE[field][0], value, {n: v * 0.98 for n, v in values["train"]["current"].items()}, True)
            for field, value in CHANGES.items()
        ),
        importance=dict(zip(SPACE, (0.5, 0.3, 0.2, 0.0), strict=True)),
        opening_pools=pools,
        annual_costs={"current": theirs.annual, "candidate": ours.annual},
        histories=dict(study.histories),
        labels=(label,),
        notes=("38 distinct candidates were replayed on train.",),
    )


def refused_result(label: str = "recorded") -> Result:
    """No candidate passed: the nearest is shown, and test was never scored."""
    whole = change_result(label, better=1.1)
    shown = ("train", "select")
    return replace(
        whole,
        chosen=None,
        outcome="no change",
        verdict="no candidate",
        reason="None of 3 candidates is nowhere worse than current. The current parameters stay.",
        considered=tuple(replace(one, passed=False, why="trader cost may be worse") for one in whole.considered),
        rows=tuple(row for row in whole.rows if row.set != "test"),
        intervals={which: whole.intervals[which] for which in shown},
        values={which: whole.values[which] for which in shown},
    )


def empty_result(label: str = "recorded") -> Result:
    """No trial but current is feasible: there is no candidate at all."""
    whole = change_result(label)
    return replace(
        whole,
        chosen=None,
        candidate=None,
        outcome="no change",
        verdict="no candidate",
        reason="No candidate keeps every hard limit on the training events. The current parameters stay.",
        trials=tuple(
            trial if trial.number == 0 or trial.state == "refused" else replace(trial, constraints={"bad_debt": 1.0})
            for trial in whole.trials
        ),
        front=(0,),
        considered=(),
        rows=(),
        intervals={},
        values={},
        sensitivity=(),
        decomposition=(),
        opening_pools={"current": whole.opening_pools["current"]},
        annual_costs={},
    )


def a_path(event: str = "crash-g", which: str = "test") -> PoolPath:
    """A pool that falls and is filled a little again."""
    hours = tuple(at / 10 for at in range(240))

    def pool(depth: float) -> tuple[float, ...]:
        return tuple(2_000_000 - depth * min(1, max(0, at - 9) / 3) + 900 * max(0, at - 12) for at in hours)

    def liquidated(size: float) -> tuple[float, ...]:
        return tuple(size / (1 + math.exp(10 - at)) for at in hours)

    return PoolPath(
        set=which,
        event=event,
        seed=1,
        mode="steady",
        hours=hours,
        pool={"current": pool(300_000), "candidate": pool(160_000)},
        liquidated={"current": liquidated(8e6), "candidate": liquidated(6e6)},
    )


assert set(OBJECTIVES) == {"tail_loss", "trader_cost", "capital_efficiency"}
