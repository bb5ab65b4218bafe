"""Liquidation by auction: tranches whose price moves, taken by competing keepers (rules, section 8)."""

from govtool.engine.account import health, heaviest, is_flat, lots_worth, notional
from govtool.engine.asking import asked_price, discount_of, whole_s, yardstick
from govtool.engine.backstop import sell_to_backstops
from govtool.engine.batch import sell_in_batch
from govtool.engine.breaker import is_halted
from govtool.engine.chain import lost_ticks
from govtool.engine.codes import INSOLVENT, NIL, NONE, OPEN, PHASE, RESET, SOLVENT, UNFILLED
from govtool.engine.jit import kernel
from govtool.engine.keepers import is_cartel, may_act, wanted
from govtool.engine.last_resort import resolve
from govtool.engine.ledger import record
from govtool.engine.limits import charge_limits, limited
from govtool.engine.margin import recover
from govtool.engine.ordering import next_in_line, pay_priority, places
from govtool.engine.requirement import stop_level
from govtool.engine.retire import retire
from govtool.engine.searchers import pay_searcher, unload
from govtool.engine.state import Log, Rules, State
from govtool.engine.taking import is_abusive, reserve, settle_reserved, take
from govtool.engine.terms import BATCH, Ints
from govtool.engine.trading import displace
from govtool.engine.tranches import drop_tranche, under_auction


@kernel
def _heaviest_free(state: State, rules: Rules, i: int, t: int, equity: float, maintenance: float) -> int:
    """As `heaviest`, among what of account `i` is not yet under auction and not halted."""
    free = state.room.free
    for j in range(free.shape[0]):
        size = abs(state.size[i, j])
        free[j] = 0
        if size != 0 and not is_halted(state, rules, j, t, equity, maintenance):
            free[j] = max(0, size - under_auction(state, i, j))
    return heaviest(state, rules, i, free)


@kernel
def tranche_size(
    state: State, rules: Rules, i: int, j: int, t: int, equity: float, maintenance: float, stop: float
) -> int:
    """Base quantums of account `i`'s position in `j` to put up now, 0 for none."""
    lot = state.lots[j]
    free = abs(state.size[i, j]) - under_auction(state, i, j)
    value = (free * lot.unit) * lot.basis
    all_of_it = value <= rules.min_notional or free <= lot.step
    wish = value if all_of_it else max(rules.min_notional, value * rules.portion)
    granted = limited(state, rules, i, j, wish, value, rules.end_discount, True, t, equity, maintenance, stop)
    return lots_worth(state, j, free, granted, all_of_it and granted == wish)


@kernel
def _open_in(state: State, rules: Rules, log: Log, i: int, n: int, t: int) -> bool:
    """Put something of account `i` up for auction in the empty slot `n`; False if nothing more is to be put up."""
    equity, maintenance = health(state, rules, i)
    if t < state.accounts[i].rested and equity >= 0.0:
        return False
    stop = stop_level(state, rules, i, maintenance)
    if equity >= stop:
        if state.accounts[i].live == 0:
            recover(state, log, i, t, equity, maintenance)
        return False
    j = _heaviest_free(state, rules, i, t, equity, maintenance)
    if j < 0:
        return False
    size = tranche_size(state, rules, i, j, t, equity, maintenance, stop)
    if size == 0:
        return False
    side = 1 if state.size[i, j] > 0 else -1
    tranche = state.tranches[i, n]
    tranche.instrument, tranche.left, tranche.opened, tranche.shown, tranche.resets = j, size, t, t, 0
    tranche.phase, tranche.begun, tranche.top = SOLVENT, 0.0, state.lots[j].mark
    if equity < 0.0 and rules.insolvent_s > 0.0:
        tranche.phase, tranche.begun = INSOLVENT, rules.start_discount
    state.accounts[i].live += 1
    state.lots[j].auctioned += size
    record(state, log, t, OPEN, i, j, NONE, side * size, NIL, NIL, NIL, tranche.top, equity, maintenance)
    charge_limits(state, rules, i, j, (size * state.lots[j].unit) * state.lots[j].basis, t)
    return True


@kernel
def open_tranches(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Fill the empty slots of account `i` as far as its limits go."""
    for n in range(state.tranches.shape[1]):
        if state.tranches[i, n].instrument < 0 and not _open_in(state, rules, log, i, n, t):
            return


@kernel
def _sell_one_by_one(state: State, rules: Rules, log: Log, i: int, n: int, t: int, price: float, yard: float) -> None:
    """Keepers act in index order until nothing is left or one has reserved the tranche."""
    tranche = state.tranches[i, n]
    j = tranche.instrument
    cartel = is_cartel(state, rules, i, n, t)
    place = state.room.place[: places(state, rules, i, n, t, cartel)]
    count = state.keepers.shape[0]
    k = -1
    while True:
        k = next_in_line(place, k, count)
        if k >= count or tranche.left == 0 or tranche.winner >= 0:
            return
        if not may_act(state, rules, i, n, k, t):
            continue
        quantity = wanted(state, rules, i, n, k, price, yard, cartel, t)
        if quantity == 0:
            continue
        state.keepers[k].have -= notional(state, j, quantity)
        if is_abusive(state, rules, k):
            reserve(state, rules, log, i, n, k, t, price, quantity, tranche.left)
        else:
            unloaded, end, gain = unload(state, rules, j, 1 if state.size[i, j] > 0 else -1, quantity)
            before = state.keepers[k].cash
            take(state, rules, log, i, n, k, t, price, quantity, unloaded, rules.gas + state.keepers[k].cost)
            pay_priority(state, rules, k, state.keepers[k].cash - before)
            pay_searcher(state, log, i, j, k, gain, t)
            displace(state, j, end)


@kernel
def _restart(state: State, rules: Rules, log: Log, i: int, n: int, t: int) -> None:
    """An auction that is too old, or whose mark has fallen too far, starts again at the mark of now.

    Source: rules, section 8; Maker `src/clip.sol:redo`, which pays nobody for it here.
    """
    tranche = state.tranches[i, n]
    if tranche.resets >= rules.max_resets:
        return
    j = tranche.instrument
    mark, side = state.lots[j].mark, 1 if state.size[i, j] > 0 else -1
    old = rules.reset_s > 0.0 and (t - tranche.opened) * rules.step_s >= rules.reset_s
    fallen = rules.reset_drop > 0.0 and side * (mark - tranche.top) <= -(rules.reset_drop * tranche.top)
    if old or fallen:
        tranche.opened, tranche.shown, tranche.top = t, t, mark
        tranche.resets += 1
        record(state, log, t, RESET, i, j, NONE, NIL, NIL, NIL, NIL, mark, 0.0, 0.0)


@kernel
def _turn_insolvent(
    state: State, rules: Rules, log: Log, i: int, n: int, t: int, discount: float, equity: float, maintenance: float
) -> bool:
    """A tranche of an account that is worth less than nothing goes on from its discount in the phase for that."""
    tranche = state.tranches[i, n]
    if tranche.phase == INSOLVENT or rules.insolvent_s <= 0.0 or equity >= 0.0:
        return False
    j = tranche.instrument
    tranche.phase, tranche.begun, tranche.opened = INSOLVENT, discount, t
    record(state, log, t, PHASE, i, j, NONE, NIL, NIL, NIL, NIL, state.lots[j].mark, equity, maintenance)
    return True


@kernel
def _offer(state: State, rules: Rules, log: Log, i: int, n: int, t: int) -> bool:
    """One tick of the tranche in slot `n` of account `i`, which is live; True if it ends unfilled."""
    tranche = state.tranches[i, n]
    j = tranche.instrument
    side = 1 if state.size[i, j] > 0 else -1
    equity, maintenance = health(state, rules, i)
    if tranche.phase == SOLVENT and equity >= 0.0:
        _restart(state, rules, log, i, n, t)
    discount = discount_of(state, rules, i, n, t, equity, maintenance)
    _turn_insolvent(state, rules, log, i, n, t, discount, equity, maintenance)
    yard = yardstick(state, rules, i, j)
    price = asked_price(state, rules, i, n, discount, yard, equity, maintenance)
    age_s = (t - tranche.opened) * rules.step_s
    if rules.liquidation_format != BATCH or tranche.phase == INSOLVENT:
        _sell_one_by_one(state, rules, log, i, n, t, price, yard)
    elif age_s >= rules.length_s:
        sell_in_batch(state, rules, log, i, n, t, price, yard)
    if tranche.left == 0:
        drop_tranche(state, i, n)
        return False
    if tranche.winner >= 0 or age_s < whole_s(state, rules, i, n):
        return False
    equity, maintenance = health(state, rules, i)
    if _turn_insolvent(state, rules, log, i, n, t, discount, equity, maintenance):
        return False
    sell_to_backstops(state, rules, log, i, n, t, price, yard)
    if tranche.left == 0:
        drop_tranche(state, i, n)
        return False
    record(state, log, t, UNFILLED, i, j, NONE, side * tranche.left, NIL, NIL, NIL, 0.0, 0.0, 0.0)
    drop_tranche(state, i, n)
    return True


@kernel
def _advance_tranche(state: State, rules: Rules, log: Log, i: int, n: int, t: int) -> None:
    """Move the tranche in slot `n` of account `i` on by a tick."""
    tranche = state.tranches[i, n]
    j = tranche.instrument
    if tranche.winner >= 0:
        if t < tranche.until:
            return
        settle_reserved(state, rules, log, i, n, t, False)
        if tranche.left == 0:
            drop_tranche(state, i, n)
            return
    equity, maintenance = health(state, rules, i)
    if is_halted(state, rules, j, t, equity, maintenance):
        tranche.opened += 1 + lost_ticks(state, t)
        return
    if _offer(state, rules, log, i, n, t):
        resolve(state, rules, log, i, state.lots[j].market, t)


@kernel
def liquidate_by_auction(state: State, rules: Rules, log: Log, flagged: Ints, n: int, t: int) -> None:
    """One tick of every auction among the first `n` entries of `flagged` (rules, section 8)."""
    for a in range(n):
        i = flagged[a]
        if state.accounts[i].flag < 0:
            continue
        for slot in range(state.tranches.shape[1]):
            tranche = state.tranches[i, slot]
            if tranche.instrument >= 0 and t > tranche.opened and state.accounts[i].flag >= 0:
                _advance_tranche(state, rules, log, i, slot, t)
        if state.accounts[i].flag >= 0:
            if is_flat(state, i):
                retire(state, rules, log, i, t)
            else:
                open_tranches(state, rules, log, i, t)
