"""Coming in: what is brought, how large positions are, and the population's first ones (rules §6)."""

import math

from tests.reference import entry, ledger
from tests.reference.instruments import requote
from tests.reference.numbers import HOLD, rint, sign, stepped, wait
from tests.reference.requirement import POSITION, need
from tests.reference.slow import ORACLE, begin
from tests.reference.state import ASSET, Regime, State, held, value
from tests.reference.tiers import FLAT, INITIAL
from tests.reference.weights import initial_weights

HALVINGS = 30


def come_in(state: State, i: int) -> None:
    """Account `i` comes in with its planned equity, part of it in kind."""
    account = state.accounts[i]
    brought = {j: n for j, one in enumerate(state.instruments) if one.kind == ASSET and (n := _in_kind(state, i, j))}
    _bring_cash(state, i, state.crowd.equity[i] - sum(_cost(state, n, j) for j, n in brought.items()))
    account.put_in = state.crowd.equity[i]
    for j, n in brought.items():
        account.size[j] += n
        state.market_size[j] -= n
        ledger.record(state, ledger.DEPOSIT, account=i, market=j, size=n, price=state.mark[j])


def _bring_cash(state: State, i: int, cash: int) -> None:
    account = state.accounts[i]
    account.inside = True
    account.put_in = cash
    account.cash += cash
    state.bucket["wallets"] -= cash
    ledger.record(state, ledger.ENTER, account=i, quote=cash)


def _cost(state: State, size: int, j: int) -> int:
    """Quantums that a size is worth at mark."""
    return rint(value(state, size, j) * 1e6)


def _in_kind(state: State, i: int, j: int) -> int:
    """Quantums of asset `j` that account `i` brings."""
    one, cap = state.instruments[j], state.regime.terms.margin.asset_cap
    share = state.crowd.deposit[i][one.number]
    if share <= 0:
        return 0
    n = stepped(math.floor((state.crowd.equity[i] * 1e-6 * share) / (one.unit * state.mark[j])), one.step)
    if cap[one.number] > 0:
        room = max(0.0, cap[one.number] - held(state, j))
        n = min(n, stepped(math.floor(room / (one.unit * state.mark[j])), one.step))
    return n


def wished_sizes(state: State, i: int) -> list[int]:
    """Signed size per instrument that account `i` takes, scaled down to what its margin allows."""
    crowd = state.crowd
    want = [
        (crowd.equity[i] * 1e-6 * crowd.leverage[i]) * abs(share) * _calmed(state, one.market)
        for share, one in zip(crowd.share[i], state.instruments, strict=True)
    ]
    budget = (crowd.equity[i] * 1e-6) * crowd.headroom
    scale = _plain_scale(state, i, want, budget) if _plain(state) else _tried_scale(state, i, want, budget)
    return _wish(state, i, want, scale)


def _calmed(state: State, m: int) -> float:
    """Part of a wish that is left where volatility is above what traders aim at."""
    target = state.crowd.habits.vol_target
    if target <= 0 or m < 0:
        return 1.0
    sigma = state.feed.sigma[state.hour][m]
    return target / sigma if sigma > target else 1.0


def _wish(state: State, i: int, want: list[float], scale: float) -> list[int]:
    share = state.crowd.share[i]
    return [
        sign(share[j])
        * stepped(
            math.floor((want[j] * scale) / (state.instruments[j].unit * state.basis[j])), state.instruments[j].step
        )
        if share[j] and state.basis[j]  # an option that has expired stands for nothing
        else 0
        for j in state.all
    ]


def _plain(state: State) -> bool:
    """Whether initial margin is a plain sum of weights."""
    margin = state.regime.terms.margin
    return (
        margin.method == POSITION
        and margin.curve == FLAT
        and not any(margin.base_margin)
        and margin.price_mode == ORACLE
        and margin.doubt_factor == 0
        and margin.peg_factor == 0
        and len(state.instruments) == len(state.markets)
    )


def _plain_scale(state: State, i: int, want: list[float], budget: float) -> float:
    initial, share = initial_weights(state), state.crowd.share[i]
    asked = 0.0
    for m in state.markets:
        if share[m]:
            asked = asked + want[m] * initial[m]
    return 1.0 if asked <= budget else budget / asked


def _tried_scale(state: State, i: int, want: list[float], budget: float) -> float:
    initial, brought = initial_weights(state), state.accounts[i].size

    def fits(scale: float) -> bool:
        sizes = [has + size for has, size in zip(brought, _wish(state, i, want, scale), strict=True)]
        return need(state, sizes, INITIAL, initial) <= budget

    if fits(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) * 0.5
        if fits(middle):
            low = middle
        else:
            high = middle
    return low


def schedule_exit(state: State, i: int) -> None:
    hold, owner, leaves = state.crowd.hold[i], state.crowd.owner[i], state.crowd.habits.leaves[i]
    waiting = state.tick + wait(hold, state.seed, HOLD, owner, state.tick)
    state.accounts[i].due = leaves if leaves > state.tick else waiting


def open_population(state: State, formation: Regime) -> None:
    """Everyone who is in from the start takes positions at mark, without fee or spread, under the formation."""
    afterwards, state.regime = state.regime, formation
    requote(state)
    begin(state)
    for i, account in enumerate(state.accounts):
        enters = state.crowd.enters[i]
        if enters:
            account.due = enters if enters > 0 else None
            continue
        sizes = _opening_sizes(state, i)
        for j in state.all:
            if sizes[j]:
                _take(state, i, j, sizes[j])
        schedule_exit(state, i)
    state.regime = afterwards


def _opening_sizes(state: State, i: int) -> list[int]:
    """Bring account `i` in, and say what it takes: those of the snapshot, if there is one, or what it wishes."""
    coins = state.crowd.opening[i]
    if coins is None:
        come_in(state, i)
        return wished_sizes(state, i)
    sizes = [sign(c) * rint(abs(c) / one.unit) for c, one in zip(coins, state.instruments, strict=True)]
    _bring_cash(state, i, state.crowd.equity[i] + sum(_cost(state, size, j) for j, size in enumerate(sizes) if size))
    return sizes


def _take(state: State, i: int, j: int, size: int) -> None:
    account, cost = state.accounts[i], _cost(state, size, j)
    account.cash -= cost
    entry.opened(account, j, -cost)
    account.size[j] += size
    state.market_size[j] -= size
    state.bucket["market"] += cost
    ledger.record(state, ledger.TRADE, account=i, market=j, size=size, quote=-cost, price=state.mark[j])
