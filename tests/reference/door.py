"""The only door for numbers: arrays and numpy scalars come in, plain Python floats, ints and lists go on."""

from types import SimpleNamespace
from typing import Any

WHOLE = {
    "terms": "adaptive step heartbeat liquidation_format block_insurance adl",
    "margin": "method curve fill_check price_mode",
    "options": "settle_ticks",
    "scan": "shift",
    "selling": "path anchored max_resets tranches target",
    "bidding": "own_accounts",
    "pool": "day_insurance pool_target treasury_per_hour",
    "sharing": "waterfall adl_order",
    "dampers": "guard",
    "posting": "mean_ticks oracle_lag stale_ticks smooth",
    "venue": "ticks_per_hour blocks lag_blocks max_attempts max_deleverages max_counterparties sample_ticks ordering",
    "passage": "batch_ticks proof_lag dispute_lag bridge_lag channel_lag",
    "keepers": "latency conduct keeper_owner",
    "feed": "funding_tick",
    "crowd": "equity enters wallet owner opted",
    "habits": "leaves draws",
    "weather": "chain panic bridge",
    "listing": "option_market option_call option_expiry option_step asset_market asset_step",
}
REAL = {
    "terms": "initial_weight maintenance_weight oi_lower oi_upper gamma half_life_s reference cap rise fall unit "
    "deviation funding_clamp taker_fee trading_fee_share fee_rate fee_to_insurance min_notional portion "
    "block_notional bankruptcy_adjustment spread_ratio restore length_s start_discount end_discount",
    "margin": "curve_initial curve_maintenance base_margin fill_share stop_share stop_add twap_s stable_growth "
    "delay_growth doubt_threshold doubt_factor peg_threshold peg_factor ramp_s asset_initial asset_maintenance "
    "liability_initial liability_maintenance asset_curve asset_worst asset_scale liability_scale asset_cap "
    "asset_hedges borrow_rate interest_to_insurance",
    "options": "max_spot min_spot maintenance_call maintenance_put maintenance_put_value unpaired_initial "
    "unpaired_maintenance put_offset term_half_life_s skew smile volatility_floor volatility_cap",
    "scan": "move damp range offset scan_initial scan_maintenance vol_up vol_down short_power long_power shortest_s "
    "least_up linear_cap linear_slope absolute_cap absolute_slope turn_least turn_width turn_vol turn_vol_slope "
    "long_share long_rate short_share short_rate basis_up basis_down basis_add basis_per_year perp_maintenance "
    "perp_initial option_maintenance option_initial",
    "selling": "stair_s slow_s floor_discount insolvent_s insolvent_discount reset_s reset_drop residue first_share "
    "share_ramp_s window_s account_window market_window outstanding",
    "bidding": "bond_share settle_s no_show_penalty late_penalty exclusion_s reward_flat reward_share gas_margin "
    "reward_cap",
    "pool": "stake_cooldown_s stake_yield advance_trigger advance_target advance_account advance_event advance_fee "
    "advance_repay pool_share",
    "sharing": "share_cap premium_share",
    "dampers": "cooldown_s breaker_move breaker_window_s breaker_volume breaker_halt_s breaker_override gate_s "
    "throttle gate_outage_s grace_s grace_override",
    "posting": "max_jump quote_growth quote_delay_growth",
    "venue": "half_spread own_weight decay floor_x step_s gas priority_share frontrun",
    "passage": "dispute_chance bridge_fee bridge_capacity channel_capacity channel_refill_s channel_fee",
    "keepers": "capital refill edge least patience risk cost",
    "feed": "index slope lead_s lead_price funding_rate funding_share sigma",
    "crowd": "leverage share hold idle topup_chance topup_delay headroom warning topup_target deposit opening stake "
    "nerve",
    "habits": "nudge_chance cut_chance cut_share stop_loss take_profit herd draw_every keep nudge herd_delay "
    "vol_target",
    "weather": "quote depth wide spoof",
    "listing": "option_strike option_unit option_spread option_tick asset_unit asset_spread ratio confidence peg",
}
NESTED = {
    "terms": "margin options scan selling bidding pool sharing dampers posting",
    "venue": "passage",
    "crowd": "habits",
}

PER_MARKET = {"margin": "curve_initial curve_maintenance base_margin", "scan": "range", "pool": "pool_share"}
PER_ASSET = {
    "margin": "asset_initial asset_maintenance liability_initial liability_maintenance asset_curve asset_worst "
    "asset_scale liability_scale asset_cap asset_hedges borrow_rate"
}
PER_SCENARIO = {"scan": "move shift damp"}
PER_ACCOUNT = "leaves draws nudge_chance cut_chance cut_share stop_loss take_profit herd draw_every keep"


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
    fields |= {name: admitted(name, getattr(record, name)) for name in NESTED.get(group, "").split()}
    return SimpleNamespace(**fields)


def filled_terms(terms: SimpleNamespace, assets: int) -> SimpleNamespace:
    """Zeros where an array was left out."""
    counts = ((PER_MARKET, len(terms.unit)), (PER_ASSET, assets), (PER_SCENARIO, len(terms.scan.move)))
    for names, count in counts:
        for group, listed in names.items():
            for name in listed.split():
                _fill(getattr(terms, group), name, count, [0] * count)
    return terms


def filled_listing(listing: SimpleNamespace, ticks: int, hours: int, markets: int) -> SimpleNamespace:
    """Ones where confidence or peg were left out."""
    _fill(listing, "confidence", hours, [[1.0] * markets] * hours)
    _fill(listing, "peg", ticks, [1.0] * ticks)
    return listing


def filled_keepers(traits: SimpleNamespace) -> SimpleNamespace:
    """Honest keepers without traits beyond the old ones, of no owner, where these were left out."""
    count = len(traits.capital)
    for name in ("patience", "risk", "cost"):
        _fill(traits, name, count, [0.0] * count)
    _fill(traits, "conduct", count, [0] * count)
    _fill(traits, "keeper_owner", count, [-1] * count)
    return traits


def filled_feed(feed: SimpleNamespace) -> SimpleNamespace:
    """Calm markets where volatility was left out."""
    _fill(feed, "sigma", len(feed.slope), [[0.0] * len(row) for row in feed.slope])
    return feed


def filled_crowd(crowd: SimpleNamespace, assets: int) -> SimpleNamespace:
    """Nothing deposited, each account its own owner with its own wishes, none opted in, where these were left out."""
    count = len(crowd.equity)
    _fill(crowd, "deposit", count, [[0.0] * assets] * count)
    _fill(crowd, "owner", count, list(range(count)))
    _fill(crowd, "opening", count, [None] * count)
    _fill(crowd, "opted", count, [0] * count)
    for name in PER_ACCOUNT.split():
        _fill(crowd.habits, name, count, [0] * count)
    return crowd


def filled_weather(weather: SimpleNamespace | None, feed: SimpleNamespace) -> SimpleNamespace:
    """Fair weather where columns were left out, or all of them: up, sources that say the index, factors of one."""
    if weather is None:
        weather = SimpleNamespace(chain=[], quote=[], depth=[], wide=[], spoof=[], panic=[], bridge=[])
    ticks, markets = len(feed.index), len(feed.index[0])
    _fill(weather, "chain", ticks, [0] * ticks)
    _fill(weather, "quote", ticks, feed.index)
    for name in ("depth", "wide", "spoof"):
        _fill(weather, name, ticks, [[1.0] * markets] * ticks)
    _fill(weather, "panic", ticks, [0] * ticks)
    _fill(weather, "bridge", ticks, [1] * ticks)
    return weather


def _fill(record: SimpleNamespace, name: str, count: int, stand_in: list[Any]) -> None:
    if not getattr(record, name):
        setattr(record, name, stand_in)
    assert len(getattr(record, name)) == count, f"{name} has {len(getattr(record, name))} entries, not {count}"
