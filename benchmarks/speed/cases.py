"""Scenarios at scale: a stretch of 2021 in minutes, so many markets and accounts, and how busy its traders are."""

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from benchmarks.speed.history import SPANS, window_of
from govtool.engine.terms import Terms
from govtool.protocol.fields import Value, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import read_protocol, validated
from govtool.replay.backtest import pack_terms, prepared
from govtool.scenario.behaviour import with_fee, with_stop
from govtool.scenario.bundle import Scenario, assemble
from govtool.world.model import World
from govtool.world.read import read_world

PRESET = "govtool"
"""Every mechanism on: adaptive weights, auctions with keepers, pool and its advances, limits, breaker, guards."""

LOSSES: dict[str, Value] = {
    "loss_sharing.waterfall": "insurance adl",
    "loss_sharing.adl_order": "random",
    "loss_sharing.premium_share_ppm": 0,
    "loss_sharing.share_cap_ppm": 0,
}
"""Save that what the pool cannot pay is deleveraged against one account after another, as on dYdX v4: a loss spread
over all holders writes a row of log for each, and then most of a replay would be the writing of its log."""

STEP_S = 60
FOREVER_H = 1e9

LONG_H = {"hold_h": 8760.0, "idle_h": 2880.0, "enter_h": 2880.0, "formed": 0.8, "leverage_spread": 0.3}

SLOW: dict[str, dict[str, Any]] = {
    "retail": LONG_H | {"leverage": 1.5, "leverage_limit": 2.4},
    "gambler": LONG_H | {"leverage": 2.0, "leverage_limit": 3.2, "hold_h": 4320.0, "stop_loss": 0.5},
    "professional": LONG_H | {"leverage": 1.2, "leverage_limit": 2.0, "take_profit": 3.0},
    "hedged": LONG_H | {"leverage": 1.5, "leverage_limit": 2.4},
}
"""Positions that are held for half a year to a year at a leverage of 1.2 to 2 in the median, and months between them;
a fifth of accounts has a stop order, an eighth a limit order."""

NERVES = {"nudge_chance": 0.2, "cut_chance": 0.1, "cut_share": 0.5}
FIXED = {
    "stop_loss": 0.0,
    "take_profit": 0.0,
    "formed": 1.0,
    "hold_h": FOREVER_H,
    "idle_h": 0.0,
    "enter_h": 0.0,
    "topup_chance": 0.0,
    "wallet": 0.0,
}

LEAN = FIXED | {"leverage": 1.0, "leverage_limit": 1.5}
"""What stays as it is for a year must survive it: at a higher leverage liquidations are most of the work."""

CHANGES = {"slow": NERVES, "fixed": FIXED, "lean": LEAN}

HABITS = {
    "slow": "held about a year",
    "fixed": "positions fixed",
    "lean": "positions fixed, leverage 1",
    "default": "default world's rates",
}


class Case(NamedTuple):
    """What a replay takes: a scenario with the crowd as the protocol has it, terms, and the pool in quantums."""

    scenario: Scenario
    terms: Terms
    pool: int

    @property
    def account_steps(self) -> int:
        """Ticks times accounts."""
        return int(self.scenario.feed.index.shape[0] * self.scenario.crowd.equity.shape[0])


def year_scenario(
    accounts: int = 10_000, markets: int = 4, *, span: str = "year", habits: str = "slow", seed: int = 1
) -> Case:
    """One year of minutes, or another of `SPANS`, ready for the engine.

    Parameters
    ----------
    habits : str
        "slow": positions turn over in months, with top-ups, nudges, cuts and stop orders; "fixed": nobody comes,
        leaves, tops up or reacts, and liquidations and all else go on; "lean": so too, at a leverage of 1 in the
        median; "default": the default world's own rates.

    Notes
    -----
    Use::

        from benchmarks.year import year_scenario
        from govtool.engine.loop import run

        case = year_scenario(10_000, 4)
        s = case.scenario
        parts = (case.terms, s.venue, s.keepers, s.feed, s.crowd, s.seed, case.pool)
        result = run(*parts, listing=s.listing, weather=s.weather)
    """
    return case_of(_scenario(accounts, markets, span, habits, seed), protocol_of())


def case_of(scenario: Scenario, protocol: Protocol) -> Case:
    """A scenario as a protocol has it, as `govtool.replay` would hand it to the engine."""
    scenario = prepared(scenario, protocol)
    terms = pack_terms(scenario, protocol)
    crowd = with_stop(with_fee(scenario.crowd, scenario.pace, terms.taker_fee), terms.restore)
    return Case(replace(scenario, crowd=crowd), terms, protocol.insurance.balance)


@lru_cache(maxsize=1)
def _scenario(accounts: int, markets: int, span: str, habits: str, seed: int) -> Scenario:
    return assemble(window_of(span, markets), SPANS[span].kind, world_of(accounts, habits), seed)


def world_of(accounts: int, habits: str) -> World:
    """The default world in minutes, with so many accounts and these habits."""
    world = read_world("default")
    kinds = dict(world.population.kinds)
    common = world.habits
    if habits != "default":
        for name, kind in kinds.items():
            kinds[name] = kind.model_copy(update=SLOW[name] | CHANGES[habits])
        common = common.model_copy(update={"nudge": 1.5 if habits == "slow" else 0.0})
    population = world.population.model_copy(update={"accounts": accounts, "kinds": kinds})
    changes = {"name": habits, "step_s": STEP_S, "population": population, "habits": common}
    return world.model_copy(update=changes)


def protocol_of() -> Protocol:
    """The preset with `LOSSES`, and with one more market, FTT, listed as AAVE is."""
    tables = read_protocol(PRESET).model_dump(mode="python", exclude_none=True)
    tables["markets"]["FTT"] = tables["markets"]["AAVE"] | {"id": 902, "market_id": 902, "ticker": "FTT-USD"}
    return replaced(validated(tables, PRESET), LOSSES)
