"""The tables of a document about what changes: parameters, what they drag along, and what to watch afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any

from govtool.proposal.context import Evidence, protocol_of, study_of
from govtool.proposal.payload import TRANSFER, moved, settable, values
from govtool.protocol.declare import NONE
from govtool.protocol.dydx_v4 import funding_clamp_ppm, maintenance_margin_ppm
from govtool.protocol.model import Protocol
from govtool.study.model import Study
from govtool.units import PPM, quote

Record = dict[str, Any]

IMPACT_QUANTUMS = 500_000_000
"""impact_notional that the chain's own comment recommends, times the initial margin: 500 USDC. Source:
v4-chain proto/dydxprotocol/perpetuals/perpetual.proto, LiquidityTier.impact_notional."""


def change_tables(evidence: Evidence, events: Sequence[Mapping[str, Any]]) -> Record:
    """Parameters, tiers and funding that the candidate moves, and thresholds to watch; empty without a candidate."""
    study, current = study_of(evidence), protocol_of(evidence, "current")
    side = "candidate" if evidence["outcome"] == "change" else "current"
    found: Record = {"chain": current.system == "dydx-v4", "monitoring": monitoring(study, events, side)}
    if evidence["candidate"] is None:
        return {**found, "parameters": [], "unmoved": [], "tiers": [], "funding": []}
    candidate = protocol_of(evidence, "candidate")
    changed = {one.path for one in moved(current, candidate)}
    return {
        **found,
        "parameters": parameter_rows(study, current, candidate),
        "unmoved": [one.field for one in study.space if one.field not in changed],
        "tiers": tier_rows(current, candidate),
        "funding": funding_rows(current, candidate),
    }


def parameter_rows(study: Study, current: Protocol, candidate: Protocol) -> list[Record]:
    """Every field that differs: unit, both values as on-chain integers, the change, bounds and setter."""
    before, after = values(current), values(candidate)
    covered = settable(current, candidate)
    bounds = {one.field: one for one in study.space}
    found = []
    for one in moved(current, candidate):
        old, new, searched = before[one.path], after[one.path], bounds.get(one.path)
        number = isinstance(old, int) and isinstance(new, int) and not isinstance(old, bool)
        found.append(
            {
                "path": one.path,
                "meaning": one.meaning,
                "unit": one.unit,
                "current": old,
                "proposed": new,
                "relative": (int(new) - int(old)) / int(old) if number and old else None,
                "low": searched.low if searched else None,
                "high": searched.high if searched else None,
                "max_change": searched.max_change if searched else None,
                "on_chain": None if one.on_chain == NONE else one.on_chain,
                "setter": None if one.setter == NONE else one.setter,
                "covered": one.path in covered,
                "payment": one.path == TRANSFER,
            }
        )
    return found


def tier_rows(current: Protocol, candidate: Protocol) -> list[Record]:
    """Every tier that differs: the markets in it by name, margins, and the impact notional that would match."""
    found = []
    for key, tier in candidate.tiers.items():
        before = current.tiers[key]
        if tier != before:
            names = [market.ticker for market in candidate.markets.values() if market.tier == key]
            found.append(
                {
                    "key": key,
                    "name": tier.name,
                    "markets": names,
                    "initial_ppm": {
                        "current": before.initial_margin_ppm,
                        "proposed": tier.initial_margin_ppm,
                    },
                    "maintenance_ppm": {"current": _maintenance(before), "proposed": _maintenance(tier)},
                    "impact_notional": {"current": before.impact_notional, "proposed": tier.impact_notional},
                    "impact_recommended": IMPACT_QUANTUMS * PPM // tier.initial_margin_ppm,
                }
            )
    return found


def _maintenance(tier: Any) -> int:
    return maintenance_margin_ppm(tier.initial_margin_ppm, tier.maintenance_fraction_ppm)


def funding_rows(current: Protocol, candidate: Protocol) -> list[Record]:
    """Tiers whose largest funding rate per 8 h moves: it is a factor times initial minus maintenance margin."""
    found = []
    for key, tier in candidate.tiers.items():
        before = _clamp(current, key)
        after = _clamp(candidate, key)
        if before != after:
            found.append({"key": key, "name": tier.name, "current_ppm": before, "proposed_ppm": after})
    return found


def _clamp(protocol: Protocol, key: str) -> int:
    tier = protocol.tiers[key]
    factor = protocol.funding.rate_clamp_factor_ppm
    return funding_clamp_ppm(factor, tier.initial_margin_ppm, tier.maintenance_fraction_ppm)


def monitoring(study: Study, events: Sequence[Mapping[str, Any]], side: str) -> Record:
    """Thresholds beyond which the study's numbers no longer speak for what is seen under the protocol in force."""
    worst = {
        name: max((one[side][name] for one in events), default=None)
        for name in ("loss_usd", "insurance_draw_usd", "liquidated_usd", "adl_usd")
    }
    return {
        **worst,
        "pool_floor_usd": quote(study.constraints.pool_floor),
        "revenue_loss_max_ppm": study.constraints.revenue_loss_max_ppm,
        "unfilled_share_max_ppm": study.constraints.unfilled_share_max_ppm,
    }
