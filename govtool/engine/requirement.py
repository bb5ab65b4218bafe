"""What an account must keep in each margin tier: the sum of its perpetuals, options, assets and doubts."""

from govtool.engine.codes import ASSET, OPTION, PEG, PERPETUAL
from govtool.engine.curves import asset_weight, liability_weight, perpetual_weight
from govtool.engine.jit import kernel
from govtool.engine.layout import Scan, first_asset
from govtool.engine.options import options_need
from govtool.engine.scan import scan_need
from govtool.engine.state import Rules, State
from govtool.engine.terms import FLAT, ORACLE, POSITION, SCAN, STABLE, STRICT, Ints
from govtool.engine.tiers import INITIAL, MAINTENANCE, STOP, between
from govtool.engine.weights import open_interest, scaled_initial


@kernel
def _adverse(state: State, rules: Rules, j: int, size: int, tier: int) -> float:
    """Price that counts for instrument `j` in a tier: in the initial one, the worse of two."""
    mark = state.lots[j].mark
    if tier != INITIAL or rules.price_mode == ORACLE:
        return mark
    if rules.price_mode == STRICT and state.lots[j].kind == PERPETUAL:
        return mark
    slow = state.lots[j].slow
    return min(mark, slow) if size > 0 else max(mark, slow)


@kernel
def weight_of_perpetual(state: State, rules: Rules, m: int, size: int, tier: int) -> float:
    """Weight of a position in perpetual `m`, size curve and open interest included."""
    market = state.markets[m]
    initial = 0.0
    if tier != MAINTENANCE:
        initial = scaled_initial(market.initial, market.oi_lower, market.oi_upper, open_interest(state, m))
    base = abs(size) * state.lots[m].unit
    return perpetual_weight(
        rules, tier, market.maintenance, initial, market.curve_maintenance, market.curve_initial, base
    )


@kernel
def _perpetual_need(state: State, rules: Rules, m: int, size: int, tier: int) -> float:
    base = abs(size) * state.lots[m].unit
    mark = state.lots[m].mark
    weight = weight_of_perpetual(state, rules, m, size, tier)
    if tier != INITIAL:
        return (base * mark) * weight + state.markets[m].base_margin
    price = _adverse(state, rules, m, size, tier)
    return (base * price) * weight + base * abs(mark - price) + state.markets[m].base_margin


@kernel
def asset_need(state: State, rules: Rules, j: int, size: int, tier: int) -> float:
    """What asset `j` adds: the haircut of what is held, or what is owed beyond its value if borrowed.

    Notes
    -----
    Source: rules, section 3a; Mango v4 `health/cache.rs` and `state/bank.rs`, Drift v2 `math/margin.rs`.
    Example: 10 coins held at 100 with weight 0.8 add 200.
    """
    lot = state.lots[j]
    base = abs(size) * lot.unit
    price = _adverse(state, rules, j, size, tier)
    dear = max(lot.mark, lot.slow) if tier == INITIAL and rules.price_mode == STABLE else lot.mark
    if size > 0:
        initial = lot.asset_initial
        deposits = (lot.held * lot.unit) * dear
        if tier != STOP and lot.asset_scale > 0.0 and deposits > lot.asset_scale:
            initial = initial * lot.asset_scale / deposits
        weight = between(rules, tier, lot.asset_maintenance, initial)
        counted = asset_weight(rules, weight, lot.asset_curve, lot.asset_worst, base)
        return base * lot.mark - counted * (base * price)
    initial = lot.liability_initial
    borrows = (lot.borrowed * lot.unit) * dear
    if tier != STOP and lot.liability_scale > 0.0 and borrows > lot.liability_scale:
        initial = initial * borrows / lot.liability_scale
    weight = between(rules, tier, lot.liability_maintenance, initial)
    counted = liability_weight(rules, weight, lot.asset_curve, base)
    if tier == STOP:
        counted += rules.stop_add
    return counted * (base * price) - base * lot.mark


@kernel
def _assets_need(state: State, rules: Rules, size: Ints, tier: int) -> float:
    total = 0.0
    for j in range(first_asset(state), state.lots.shape[0]):
        if size[j] != 0:
            total += asset_need(state, rules, j, size[j], tier)
    return total


@kernel
def _exposed(state: State, rules: Rules, size: Ints, m: int, assets: bool) -> float:
    """Coins of market `m` that doubt about its price concerns."""
    exposed = abs(size[m]) * state.lots[m].unit
    for j in range(state.markets.shape[0], state.lots.shape[0]):
        lot = state.lots[j]
        if lot.market != m or size[j] == 0:
            continue
        if lot.kind == OPTION and (size[j] < 0 or rules.method == SCAN):
            exposed += abs(size[j]) * lot.unit
        elif lot.kind == ASSET and size[j] > 0 and assets:
            exposed += (size[j] * lot.unit) * lot.moving
    return exposed


@kernel
def _doubt(state: State, rules: Rules, size: Ints) -> float:
    """What doubtful data adds to the initial tier: it may stop new risk, never liquidate."""
    total = 0.0
    for m in range(state.markets.shape[0]):
        confidence = state.markets[m].confidence
        if confidence < rules.doubt_threshold:
            exposed = _exposed(state, rules, size, m, True)
            total += (1.0 - confidence) * rules.doubt_factor * state.markets[m].oracle * exposed
    missing = max(rules.peg_threshold - state.gauges[PEG], 0.0)
    if rules.method == POSITION and missing > 0.0:
        shorts = 0.0
        for m in range(state.markets.shape[0]):
            shorts += state.markets[m].oracle * _exposed(state, rules, size, m, False)
        total += missing * rules.peg_factor * shorts
    return total


@kernel
def _positions_need(state: State, rules: Rules, size: Ints, tier: int) -> float:
    total = 0.0
    for m in range(state.markets.shape[0]):
        if size[m] != 0:
            total += _perpetual_need(state, rules, m, size[m], tier)
    return total


@kernel
def _need(state: State, rules: Rules, scan: Scan, size: Ints, tier: int) -> float:
    if scan is None:
        total = _positions_need(state, rules, size, tier)
    else:
        if rules.method == SCAN:
            total = scan_need(state, rules, size, tier)
        else:
            total = _positions_need(state, rules, size, tier)
            total += options_need(state, rules, size, tier)
        total += _assets_need(state, rules, size, tier)
    if tier == INITIAL:
        total += _doubt(state, rules, size)
    return total


@kernel
def need(state: State, rules: Rules, size: Ints, tier: int) -> float:
    """What an account with these sizes must keep in a tier, in quote currency.

    Parameters
    ----------
    size : int64 (J,)
        Quantums per instrument.
    tier : int
        INITIAL, FILL, MAINTENANCE or STOP.

    Notes
    -----
    Source: rules, section 3a. Example: 2 coins short at 100 with a maintenance weight of 0.05 need 10.
    """
    return _need(state, rules, state.scan, size, tier)


@kernel
def stop_level(state: State, rules: Rules, i: int, maintenance: float) -> float:
    """Equity at which a liquidation of account `i` stops; `maintenance` is what it must keep."""
    if rules.stop_share == 0.0 and rules.stop_add == 0.0:
        return float(rules.restore * maintenance)
    return float(rules.restore * need(state, rules, state.size[i], STOP))


@kernel
def flat_weight(rules: Rules) -> bool:
    """Whether the charge of a perpetual is its market's weight itself."""
    return bool(rules.method == POSITION and rules.curve == FLAT)
