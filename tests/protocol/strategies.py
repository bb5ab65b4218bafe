"""Random valid protocols, drawn from the declarations themselves."""

from typing import Any

from hypothesis import strategies as st

from govtool.protocol.declare import Group, declarations
from govtool.protocol.model import (
    FORMAT,
    Adaptive,
    Auction,
    Collateral,
    Deleveraging,
    Fees,
    Funding,
    Insurance,
    Liquidation,
    Margin,
    Market,
    Options,
    Oracle,
    Protocol,
    Scan,
    Tier,
)

keys = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_-]{0,8}\Z")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def tables(group: type[Group], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Values of a group's declared fields, each inside its declared bounds."""
    kinds = {}
    for name, declared in declarations(group).items():
        if declared.kind == "int":
            kinds[name] = st.integers(declared.low, declared.high)
        elif declared.kind == "bool":
            kinds[name] = st.booleans()
        elif declared.kind == "enum":
            kinds[name] = st.sampled_from(declared.choices)
        else:
            kinds[name] = texts
    return st.fixed_dictionaries(kinds | fixed)


def _ordered(table: dict[str, Any], low: str, high: str) -> dict[str, Any]:
    return table | dict(zip((low, high), sorted((table[low], table[high])), strict=True))


SCENARIOS = ["1:none -1:up", "90000:up -90000:down", "1000000:up:333333 0:linear 0:absolute -500000:none"]

PAIRS = {
    Collateral: [
        ("maintenance_haircut_ppm", "initial_haircut_ppm"),
        ("initial_haircut_ppm", "largest_haircut_ppm"),
        ("maintenance_haircut_ppm", "initial_haircut_ppm"),
        ("maintenance_liability_ppm", "initial_liability_ppm"),
    ],
    Options: [
        ("min_spot_ppm", "max_spot_ppm"),
        ("maintenance_call_ppm", "min_spot_ppm"),
        ("min_spot_ppm", "max_spot_ppm"),
        ("maintenance_put_ppm", "min_spot_ppm"),
        ("min_spot_ppm", "max_spot_ppm"),
        ("unpaired_maintenance_ppm", "unpaired_initial_ppm"),
        ("volatility_floor_ppm", "volatility_cap_ppm"),
    ],
    Scan: [("maintenance_factor_ppm", "initial_factor_ppm")],
}
"""Fields that a rule wants in this order, sorted one pair after the other."""


def _sorted(group: type[Group], table: dict[str, Any]) -> dict[str, Any]:
    for low, high in PAIRS[group]:
        table = _ordered(table, low, high)
    return table


@st.composite
def margin_tables(draw: st.DrawFn, markets: list[str]) -> dict[str, Any]:
    """The tables that a protocol may leave out: margin, collateral, options and scan."""
    margin = draw(tables(Margin))
    if margin["method"] == "scan":
        margin |= {"curve": "flat", "stop_add_ppm": 0}
    asset = tables(Collateral, market=st.sampled_from(["", *markets]))
    found: dict[str, Any] = {"collateral": draw(st.dictionaries(keys, asset, max_size=2)), "margin": margin}
    found["collateral"] = {key: _sorted(Collateral, one) for key, one in found["collateral"].items()}
    if draw(st.booleans()):
        found["options"] = _sorted(Options, draw(tables(Options)))
    if margin["method"] == "scan" or draw(st.booleans()):
        found["scan"] = _sorted(Scan, draw(tables(Scan, scenarios=st.sampled_from(SCENARIOS))))
    return found if draw(st.booleans()) or margin["method"] == "scan" else {}


@st.composite
def protocols(draw: st.DrawFn, **fixed: Any) -> Protocol:
    """A protocol that obeys every rule; `system` and `format` of liquidation may be fixed."""
    tiers = draw(st.dictionaries(keys, tables(Tier), min_size=1, max_size=3))
    for row, (key, tier) in enumerate(tiers.items()):
        ordered = _ordered(tier, "open_interest_lower_cap", "open_interest_upper_cap")
        tiers[key] = ordered | {"id": row * 7}
    market = tables(Market, tier=st.sampled_from(sorted(tiers)))
    markets = draw(st.dictionaries(keys, market, min_size=1, max_size=3))
    for row, (key, one) in enumerate(markets.items()):
        markets[key] = one | {"id": row, "market_id": row + 100, "ticker": f"{one['ticker']}{row}"}
    liquidation = draw(tables(Liquidation)) | fixed.pop("liquidation", {})
    auction = _ordered(draw(tables(Auction)), "start_discount_ppm", "end_discount_ppm")
    groups = {
        name: draw(tables(group))
        for name, group in {
            "adaptive": Adaptive,
            "insurance": Insurance,
            "fees": Fees,
            "funding": Funding,
            "deleveraging": Deleveraging,
            "oracle": Oracle,
        }.items()
    }
    labels = {
        "format": FORMAT,
        "name": draw(texts),
        "system": draw(st.sampled_from(["dydx-v4", "govtool"])),
        "source": draw(texts),
        "date": draw(st.dates().map(str)),
    }
    extra = {"auction": auction} if liquidation["format"] == "dutch" else {}
    extra |= draw(margin_tables(sorted(markets)))
    data = {**labels, "tiers": tiers, "markets": markets, "liquidation": liquidation, **groups, **extra}
    return Protocol.model_validate(data | fixed)
