"""What one account is worth, what it must keep, and which of its positions weighs most."""

import numpy as np

from govtool.engine.codes import OPTION, PERPETUAL, TRADERS
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import Scan
from govtool.engine.liquidity import floored
from govtool.engine.options import alone
from govtool.engine.requirement import asset_need, flat_weight, need, weight_of_perpetual
from govtool.engine.state import Rules, State
from govtool.engine.terms import SCAN, Ints
from govtool.engine.tiers import MAINTENANCE


@kernel
def equity_of(state: State, i: int) -> float:
    """What account `i` is worth at mark: cash plus the value of every position, in quote currency.

    Notes
    -----
    Source: rules, section 3. Example: cash -90 and 1 coin at 100: 10.
    """
    equity = state.cash[i] * 1e-6
    for j in range(state.lots.shape[0]):
        size = state.size[i, j]
        if size != 0:
            equity += (size * state.lots[j].unit) * state.lots[j].mark
    return equity


@inlined
def _plain_health(cash: Ints, size: Ints, markets: np.recarray, lots: np.recarray, i: int) -> tuple[float, float]:
    """`health` where only perpetuals at flat weights are held, on the arrays themselves: it is called most of all."""
    equity = cash[i] * 1e-6
    maintenance = 0.0
    for m in range(markets.shape[0]):
        if size[i, m] != 0:
            value = (size[i, m] * lots[m].unit) * markets[m].oracle
            equity += value
            maintenance += abs(value) * markets[m].maintenance
    return equity, maintenance


@inlined
def _health(state: State, rules: Rules, scan: Scan, i: int) -> tuple[float, float]:
    if scan is None:
        return _plain_health(state.cash, state.size, state.markets, state.lots, i)
    return equity_of(state, i), need(state, rules, state.size[i], MAINTENANCE)


@inlined
def health(state: State, rules: Rules, i: int) -> tuple[float, float]:
    """Equity and maintenance margin of account `i`, in quote currency at the posted oracle prices.

    Notes
    -----
    Source: rules, sections 3 and 3a; dYdX v4 `protocol/x/subaccounts/lib/updates.go:GetRiskForSubaccount`.
    Example: cash -90, 1 coin at 100, weight 0.03: equity 10, maintenance 3.
    """
    return _health(state, rules, state.scan, i)


@inlined
def _all_zero(size: Ints, i: int) -> bool:
    for j in range(size.shape[1]):  # noqa: SIM110  (numba: no generators here)
        if size[i, j] != 0:
            return False
    return True


@inlined
def is_flat(state: State, i: int) -> bool:
    """Whether account `i` holds no position."""
    return _all_zero(state.size, i)


@kernel
def own_equity(state: State, i: int) -> float:
    """What account `i` is worth without what the pool lent it, in quote currency."""
    return equity_of(state, i) - state.accounts[i].owed * 1e-6


@inlined
def collateral(state: State) -> float:
    """What all accounts are worth, in quote currency: their cash, and the other side of the outside's sizes."""
    total = state.tills[TRADERS] * 1e-6
    for j in range(state.lots.shape[0]):
        lot = state.lots[j]
        total += (-lot.outside * lot.unit) * lot.mark
    return total


@kernel
def notional(state: State, j: int, size: int) -> float:
    """Size of a position in quote currency; of an option, that of what it is written on."""
    return float((abs(size) * state.lots[j].unit) * state.lots[j].basis)


@kernel
def lots_worth(state: State, j: int, held: int, wish: float, all_of_it: bool) -> int:
    """Quantums, a multiple of the step, of a size `held` of instrument `j` that are worth `wish`, one step at least.

    Nothing for a wish of nothing.
    """
    if all_of_it:
        return held
    if wish <= 0.0:
        return 0
    lot = state.lots[j]
    return min(max(floored(wish, lot.unit * lot.basis, lot.step), lot.step), held)


@kernel
def _charge(state: State, rules: Rules, scan: Scan, i: int, j: int) -> float:
    size = state.size[i, j]
    value = (abs(size) * state.lots[j].unit) * state.lots[j].mark
    if scan is None:
        return float(value * state.markets[j].maintenance)
    if rules.method == SCAN:
        whole = need(state, rules, state.size[i], MAINTENANCE)
        state.size[i, j] = 0
        without = need(state, rules, state.size[i], MAINTENANCE)
        state.size[i, j] = size
        return max(0.0, whole - without)
    if state.lots[j].kind == PERPETUAL:
        return float(value * weight_of_perpetual(state, rules, j, size, MAINTENANCE))
    if state.lots[j].kind == OPTION:
        return float((size * state.lots[j].unit) * state.lots[j].mark - alone(state, rules, j, size, MAINTENANCE))
    return asset_need(state, rules, j, size, MAINTENANCE)


@kernel
def charge(state: State, rules: Rules, i: int, j: int) -> float:
    """Maintenance margin that account `i`'s position in instrument `j` asks for: in a scan what its end would free.

    Elsewhere what it asks for by itself: an option may ask for more than its whole account, where the other legs of a
    spread cover it.
    """
    return _charge(state, rules, state.scan, i, j)


@inlined
def _weight_of(state: State, rules: Rules, scan: Scan, i: int, j: int) -> float:
    if scan is None:
        return float(state.markets[j].maintenance)
    if state.lots[j].kind == PERPETUAL and flat_weight(rules):
        return float(state.markets[j].maintenance)
    size = notional(state, j, state.size[i, j])
    return charge(state, rules, i, j) / size if size > 0.0 else 0.0


@inlined
def weight_of(state: State, rules: Rules, i: int, j: int) -> float:
    """Maintenance charge of account `i`'s position in `j`, as a fraction of its notional."""
    return _weight_of(state, rules, state.scan, i, j)


@kernel
def heaviest(state: State, rules: Rules, i: int, among: Ints) -> int:
    """Instrument whose position asks for the most maintenance margin, the lowest on a tie; -1 if there is none.

    If no position asks for any, the one worth most. Only instruments count of which `among` (J,) has something: the
    sizes of account `i` for whatever it holds.
    """
    best, most = -1, 0.0
    largest, worth = -1, -1.0
    for j in range(among.shape[0]):
        if among[j] == 0:
            continue
        asked = charge(state, rules, i, j)
        value = abs((state.size[i, j] * state.lots[j].unit) * state.lots[j].mark)
        if asked > most:
            best, most = j, asked
        if value > worth:
            largest, worth = j, value
    return best if best >= 0 else largest
