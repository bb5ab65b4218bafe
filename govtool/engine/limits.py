"""How much of an account may be put up now: no more than restores it, and within shares, windows and totals."""

from govtool.engine.account import notional, weight_of
from govtool.engine.jit import kernel
from govtool.engine.state import Rules, State
from govtool.engine.tranches import worth_under_auction
from govtool.engine.windows import emptied


@kernel
def relief(rules: Rules, weight: float, stop: float, maintenance: float, cost: float) -> float:
    """What closing one of notional at a cost brings an account nearer to its stop; 0 if nothing can be said.

    Notes
    -----
    Source: rules, section 8a; Drift v2 `math/liquidation.rs:calculate_base_asset_amount_to_cover_margin_shortage`.
    Example: weight 0.03, stop at 1.5 times maintenance, cost 0.005: 0.04.
    """
    if maintenance <= 0.0 or weight <= 0.0:
        return 0.0
    return max(0.0, (stop / maintenance) * weight - cost)


@kernel
def _allowed_share(state: State, rules: Rules, i: int, t: int) -> float:
    if rules.first_share >= 1.0 or rules.share_ramp_s <= 0.0:
        return 1.0
    age_s = (t - state.accounts[i].flag) * rules.step_s
    return min(1.0, rules.first_share + (1.0 - rules.first_share) * (age_s / rules.share_ramp_s))


@kernel
def _all_notional(state: State, i: int) -> float:
    total = 0.0
    for j in range(state.lots.shape[0]):
        if state.size[i, j] != 0:
            total += notional(state, j, state.size[i, j])
    return total


@kernel
def _outstanding(state: State) -> float:
    total = 0.0
    for j in range(state.lots.shape[0]):
        total += (state.lots[j].auctioned * state.lots[j].unit) * state.lots[j].basis
    return total


@kernel
def limited(
    state: State,
    rules: Rules,
    i: int,
    j: int,
    wish: float,
    free: float,
    cost: float,
    auction: bool,
    t: int,
    equity: float,
    maintenance: float,
    stop: float,
) -> float:
    """Part of a `wish` (quote) of account `i`'s position in `j` that the limits leave; 0 if it is too little to sell.

    `free` is the notional that could be sold, `cost` a fraction of notional. An account worth less than nothing is not
    held back. Source: rules, section 8a.
    """
    if equity < 0.0:
        return wish
    wanted = wish
    least = min(rules.min_notional, free)
    account = state.accounts[i]
    if rules.target == 1:
        each = relief(rules, weight_of(state, rules, i, j), stop, maintenance, cost)
        if each > 0.0:
            wanted = min(wanted, max(least, (stop - equity) / each - worth_under_auction(state, i)))
    allowed = _allowed_share(state, rules, i, t)
    if allowed < 1.0 and free > rules.min_notional:
        wanted = min(wanted, (account.closed + _all_notional(state, i)) * allowed - account.closed)
    if rules.account_window > 0.0:
        used = emptied(account.used, account.used_at, rules.account_window, rules.window_s, t, rules.step_s)
        wanted = min(wanted, rules.account_window - used)
    m = state.lots[j].market
    if rules.market_window > 0.0 and m >= 0:
        market = state.markets[m]
        used = emptied(market.used, market.used_at, rules.market_window, rules.window_s, t, rules.step_s)
        wanted = min(wanted, rules.market_window - used)
    if auction and rules.outstanding > 0.0:
        wanted = min(wanted, rules.outstanding - _outstanding(state))
    return 0.0 if wanted < wish and (wanted < least or wanted <= 0.0) else wanted


@kernel
def charge_limits(state: State, rules: Rules, i: int, j: int, size: float, t: int) -> None:
    """Count a notional `size` of account `i` in instrument `j` as put up."""
    account = state.accounts[i]
    account.closed += size
    if rules.account_window > 0.0:
        used = emptied(account.used, account.used_at, rules.account_window, rules.window_s, t, rules.step_s)
        account.used = used + size
        account.used_at = t
    m = state.lots[j].market
    if rules.market_window > 0.0 and m >= 0:
        market = state.markets[m]
        used = emptied(market.used, market.used_at, rules.market_window, rules.window_s, t, rules.step_s)
        market.used = used + size
        market.used_at = t
