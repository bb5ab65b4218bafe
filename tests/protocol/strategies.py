"""Random valid protocols, drawn from the declarations themselves."""

from typing import Any

from hypothesis import strategies as st

from govtool.protocol.declare import Group, declarations
from govtool.protocol.model import (
    FORMAT,
    Adaptive,
    Auction,
    Deleveraging,
    Fees,
    Funding,
    Insurance,
    Liquidation,
    Market,
    Oracle,
    Protocol,
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
    data = {**labels, "tiers": tiers, "markets": markets, "liquidation": liquidation, **groups, **extra}
    return Protocol.model_validate(data | fixed)
