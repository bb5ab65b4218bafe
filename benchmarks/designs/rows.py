"""Replays of every design under every threat, and what is measured of each."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.designs.terms import CALM, DESIGNS, MARKETS, SEEDS, THREATS, Design, Threat, protocol_of, world_of
from govtool.history.events import find_event
from govtool.replay.backtest import replay
from govtool.scenario.bundle import Scenario, build

BORNE = ("bad_debt_usd", "insurance_draw_usd", "adl_usd", "shared_loss_usd")
"""What others than the trader lose."""


class Row(NamedTuple):
    """One design under one threat, means over seeds.

    Attributes
    ----------
    wrong : float
        Liquidations begun while the index alone would not have begun them; an account may have several.
    closed, borne : float
        Size closed by force and what others lost, quote currency; under an attack on the calm window beyond what the
        same design has there without it.
    error_bps, worst_bps : float
        Mean and largest distance of the posted price from the index.
    """

    design: str
    threat: str
    wrong: float
    closed: float
    borne: float
    error_bps: float
    worst_bps: float


def _scenarios(threat: Threat, seeds: int, accounts: int | None) -> list[Scenario]:
    world = world_of(threat, accounts=accounts)
    return [build(find_event(threat.event), world, seed, markets=MARKETS) for seed in range(seeds)]


def _measured(scenarios: Sequence[Scenario], design: Design) -> dict[str, float]:
    found = [dict(replay(scenario, protocol_of(design)).metrics) for scenario in scenarios]
    return {name: sum(one[name] for one in found) / len(found) for name in found[0]}


def replayed(
    advance: Callable[[str], None] = lambda text: None,
    *,
    threats: Sequence[Threat] = THREATS,
    designs: Sequence[Design] = DESIGNS,
    seeds: int = SEEDS,
    accounts: int | None = None,
) -> list[Row]:
    """A row per threat and design, in their order."""
    quiet = _scenarios(Threat("none", CALM, (), ""), seeds, accounts)
    base = {design.name: _measured(quiet, design) for design in designs}
    rows = []
    for threat in threats:
        scenarios = _scenarios(threat, seeds, accounts)
        for design in designs:
            found = _measured(scenarios, design)
            less = base[design.name] if threat.event == CALM else dict.fromkeys(found, 0.0)
            rise = {name: value - less[name] for name, value in found.items()}
            rows.append(
                Row(
                    design.name,
                    threat.name,
                    found["oracle_error_liquidations"],
                    rise["liquidated_usd"] + rise["adl_notional_usd"],
                    sum(rise[name] for name in BORNE),
                    found["oracle_error_mean_bps"],
                    found["oracle_error_max_bps"],
                )
            )
        advance(threat.name)
    return rows
