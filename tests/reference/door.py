"""The only door for numbers: arrays and numpy scalars come in, plain Python floats, ints and lists go on."""

from types import SimpleNamespace
from typing import Any

WHOLE = {
    "terms": "adaptive step heartbeat liquidation_format block_insurance adl",
    "venue": "ticks_per_hour blocks lag_blocks max_attempts max_deleverages max_counterparties sample_ticks",
    "keepers": "latency",
    "feed": "funding_tick",
    "crowd": "equity enters wallet",
}
REAL = {
    "terms": "initial_weight maintenance_weight oi_lower oi_upper formation_weight formation_lower "
    "formation_upper gamma half_life_s reference cap rise fall unit deviation funding_clamp taker_fee "
    "trading_fee_share fee_rate fee_to_insurance min_notional portion block_notional bankruptcy_adjustment "
    "spread_ratio restore length_s start_discount end_discount",
    "venue": "half_spread own_weight decay floor_x step_s",
    "keepers": "capital refill edge least",
    "feed": "index slope lead_s lead_price funding_rate funding_share",
    "crowd": "leverage share hold idle topup_chance topup_delay headroom warning topup_target",
}


def plain(value: Any, kind: type) -> Any:
    """`value` as `kind`, or as (nested) lists of it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(part, kind) for part in value]
    number = kind(value)
    assert number == value, f"{value!r} is no {kind.__name__}"
    return number


def admitted(group: str, record: Any) -> SimpleNamespace:
    """The fields of one input that the rules name, in plain Python."""
    fields = {name: plain(getattr(record, name), int) for name in WHOLE[group].split()}
    fields |= {name: plain(getattr(record, name), float) for name in REAL[group].split()}
    return SimpleNamespace(**fields)
