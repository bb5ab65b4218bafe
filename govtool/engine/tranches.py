"""Slots of live auctions per account: what is under auction, what is still free, and how a tranche ends."""

from govtool.engine.codes import ENDED, ESCROW, KEEPERS, NIL, NONE
from govtool.engine.jit import kernel
from govtool.engine.ledger import record
from govtool.engine.state import Log, State


@kernel
def release_bond(state: State, i: int, n: int) -> None:
    """Whoever reserved the tranche in slot `n` of account `i`, if anyone, has its bond back."""
    tranche = state.tranches[i, n]
    if tranche.winner >= 0:
        state.keepers[tranche.winner].cash += tranche.bond
        state.tills[KEEPERS] += tranche.bond
        state.tills[ESCROW] -= tranche.bond
        tranche.winner = -1
        tranche.won = 0
        tranche.bond = 0


@kernel
def drop_tranche(state: State, i: int, n: int) -> None:
    """Empty slot `n` of account `i`."""
    release_bond(state, i, n)
    state.lots[state.tranches[i, n].instrument].auctioned -= state.tranches[i, n].left
    state.tranches[i, n].instrument = -1
    state.tranches[i, n].left = 0
    state.accounts[i].live -= 1


@kernel
def drop_tranches(state: State, i: int) -> None:
    """Empty all slots of account `i`."""
    if state.accounts[i].live > 0:
        for n in range(state.tranches.shape[1]):
            if state.tranches[i, n].instrument >= 0:
                drop_tranche(state, i, n)


@kernel
def end_tranches(state: State, log: Log, i: int, t: int) -> None:
    """As `drop_tranches`, with a row for each."""
    if state.accounts[i].live > 0:
        for n in range(state.tranches.shape[1]):
            j = state.tranches[i, n].instrument
            if j >= 0:
                drop_tranche(state, i, n)
                record(state, log, t, ENDED, i, j, NONE, NIL, NIL, NIL, NIL, 0.0, 0.0, 0.0)


@kernel
def under_auction(state: State, i: int, j: int) -> int:
    """Base quantums of account `i`'s position in `j` that its live tranches hold."""
    total = NIL
    if state.accounts[i].live > 0:
        for n in range(state.tranches.shape[1]):
            if state.tranches[i, n].instrument == j:
                total += state.tranches[i, n].left
    return total


@kernel
def shrink_tranches(state: State, log: Log, i: int, j: int, t: int) -> None:
    """Account `i` has less of instrument `j` than before: its tranches hold no more than that, the last gives first."""
    excess = under_auction(state, i, j) - abs(state.size[i, j])
    n = state.tranches.shape[1] - 1
    while excess > 0:
        tranche = state.tranches[i, n]
        if tranche.instrument == j:
            cut = min(excess, tranche.left)
            tranche.left -= cut
            state.lots[j].auctioned -= cut
            excess -= cut
            if tranche.left == 0:
                drop_tranche(state, i, n)
                record(state, log, t, ENDED, i, j, NONE, NIL, NIL, NIL, NIL, 0.0, 0.0, 0.0)
        n -= 1


@kernel
def worth_under_auction(state: State, i: int) -> float:
    """Notional of all live tranches of account `i`, in quote currency."""
    total = 0.0
    if state.accounts[i].live > 0:
        for n in range(state.tranches.shape[1]):
            tranche = state.tranches[i, n]
            if tranche.instrument >= 0:
                lot = state.lots[tranche.instrument]
                total += (tranche.left * lot.unit) * lot.basis
    return total
