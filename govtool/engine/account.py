"""What one account is worth and what it must keep."""

from govtool.engine.jit import kernel
from govtool.engine.state import State


@kernel
def notional(size: int, unit: float, price: float) -> float:
    """Value of a size in quote currency, signed as the size. Example: -5 quantums of 0.1 at 20 are -10."""
    return (size * unit) * price


@kernel
def health(state: State, i: int) -> tuple[float, float]:
    """Equity and maintenance margin of account `i`, in quote currency at the posted oracle prices.

    Equity is cash plus the sum of signed notionals; maintenance is the sum of |notional| * weight.

    Notes
    -----
    Source: rules, section 3; dYdX v4 `protocol/x/subaccounts/lib/updates.go:GetRiskForSubaccount`.
    Example: cash -90, 1 coin at 100, weight 0.03: equity 10, maintenance 3.
    """
    equity = state.accounts[i].cash * 1e-6
    maintenance = 0.0
    for m in range(state.markets.shape[0]):
        size = state.size[i, m]
        if size != 0:
            value = (size * state.markets[m].unit) * state.markets[m].oracle
            equity += value
            maintenance += abs(value) * state.markets[m].maintenance
    return equity, maintenance


@kernel
def is_flat(state: State, i: int) -> bool:
    """Whether account `i` holds no position."""
    for m in range(state.markets.shape[0]):  # noqa: SIM110  (numba: no generators here)
        if state.size[i, m] != 0:
            return False
    return True


@kernel
def heaviest_market(state: State, i: int) -> int:
    """Market whose position asks for the most maintenance margin; the lowest index on a tie, -1 if flat."""
    best = -1
    most = -1.0
    for m in range(state.markets.shape[0]):
        size = state.size[i, m]
        if size != 0:
            need = abs(notional(size, state.markets[m].unit, state.markets[m].oracle)) * state.markets[m].maintenance
            if need > most:
                most = need
                best = m
    return best


@kernel
def open_interest(state: State, m: int) -> float:
    """One-sided open interest of market `m` in quote currency, outside market makers included."""
    held = state.markets[m].gross + abs(state.markets[m].market_size)
    return (held * 0.5 * state.markets[m].unit) * state.markets[m].oracle
