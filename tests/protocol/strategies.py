"""Random valid protocols, drawn from the declarations themselves."""

from typing import Any

from hypothesis import strategies as st

from govtool.protocol.declare import Group, declarations
from govtool.protocol.model import (
    FORMAT,
    Adaptive,
    Advance,
    Auction,
    Breaker,
    Collateral,
    Deleveraging,
    Fees,
    Funding,
    Insurance,
    Keepers,
    Liquidation,
    LossSharing,
    Margin,
    Market,
    Options,
    Oracle,
    Protocol,
    Scan,
    Sequencer,
    Tier,
    Withdrawals,
)
from govtool.protocol.model.loss_sharing import LAYERS
from govtool.units import PPM

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
def auction_tables(draw: st.DrawFn) -> dict[str, Any]:
    """An auction whose discount grows from phase to phase and whose clock comes to each of its times."""
    made = draw(tables(Auction))
    discounts = sorted(draw(st.tuples(*[st.integers(-PPM // 2, PPM // 2)] * 2, *[st.integers(0, PPM)] * 2)))
    discounts = [min(one, PPM // 2) if place < 2 else max(one, 0) for place, one in enumerate(discounts)]
    names = ("start_discount_ppm", "end_discount_ppm", "floor_discount_ppm", "insolvent_discount_ppm")
    made |= dict(zip(names, discounts, strict=True))
    made["stair_s"] = min(made["stair_s"], made["length_s"])
    made["reset_s"] = min(made["reset_s"], made["length_s"] + made["slow_s"])
    made["max_resets"] = max(made["max_resets"], 1)
    return made


@st.composite
def liquidation_tables(draw: st.DrawFn) -> dict[str, Any]:
    """Liquidation rules with a breaker, or without what was added to them."""
    made = draw(tables(Liquidation))
    for name in ("account_window_notional", "market_window_notional", "outstanding_notional"):
        if made[name]:
            made[name] = max(made[name], made["min_position_notional_liquidated"])
    if not made["share_ramp_s"]:
        made["first_share_ppm"] = PPM
    if draw(st.booleans()):
        breaker = draw(tables(Breaker))
        made["breaker"] = breaker | {"halt_s": max(breaker["halt_s"], 1)}
    return made


@st.composite
def loss_tables(draw: st.DrawFn) -> dict[str, Any]:
    """The pool with its advances, and the tables that a protocol may leave out: keepers, loss sharing, withdrawals."""
    insurance = draw(tables(Insurance))
    if draw(st.booleans()):
        advance = draw(tables(Advance)) | {"account_cap": draw(st.integers(1, 10**15)), "total_cap": 10**15}
        least = max(advance["trigger_ppm"], 0)
        advance |= {name: max(advance[name], least) for name in ("target_ppm", "repay_ppm")}
        insurance["advance"] = advance
    if draw(st.booleans()):
        return {"insurance": insurance}
    keepers = _ordered(draw(tables(Keepers)), "late_penalty_ppm", "no_show_penalty_ppm")
    keepers = _ordered(keepers, "reward_flat", "reward_cap")
    keepers |= {"settle_s": max(keepers["settle_s"], 1), "reward_cap": max(keepers["reward_cap"], 1)}
    layers = draw(st.lists(st.sampled_from(LAYERS[:-1]), unique=True)) + draw(st.sampled_from([[], ["exit"]]))
    sharing = draw(tables(LossSharing)) | {"waterfall": " ".join(layers)}
    if "voluntary" not in layers or not sharing["share_cap_ppm"]:
        sharing["premium_share_ppm"] = 0
    withdrawals = draw(tables(Withdrawals))
    return {"insurance": insurance, "keepers": keepers, "loss_sharing": sharing, "withdrawals": withdrawals}


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
    market = tables(Market, tier=st.sampled_from(sorted(tiers)), pool_share_ppm=st.integers(0, PPM // 3))
    markets = draw(st.dictionaries(keys, market, min_size=1, max_size=3))
    for row, (key, one) in enumerate(markets.items()):
        markets[key] = one | {"id": row, "market_id": row + 100, "ticker": f"{one['ticker']}{row}"}
    liquidation = draw(liquidation_tables()) | fixed.pop("liquidation", {})
    groups = {
        name: draw(tables(group))
        for name, group in {
            "adaptive": Adaptive,
            "fees": Fees,
            "funding": Funding,
            "deleveraging": Deleveraging,
            "oracle": Oracle,
        }.items()
    }
    if groups["oracle"]["sources"]:
        groups["oracle"] = _ordered(groups["oracle"], "least_sources", "sources")
    if draw(st.booleans()):
        groups["sequencer"] = draw(tables(Sequencer))
    labels = {
        "format": FORMAT,
        "name": draw(texts),
        "system": draw(st.sampled_from(["dydx-v4", "govtool"])),
        "source": draw(texts),
        "date": draw(st.dates().map(str)),
    }
    extra = {"auction": draw(auction_tables())} if liquidation["format"] != "book" else {}
    if liquidation["format"] in ("batch", "first_come") and extra["auction"]["reset_s"] <= extra["auction"]["length_s"]:
        extra["auction"]["reset_s"] = 0
    extra |= draw(margin_tables(sorted(markets))) | draw(loss_tables())
    data = {**labels, "tiers": tiers, "markets": markets, "liquidation": liquidation, **groups, **extra}
    return Protocol.model_validate(data | fixed)
