"""Interest on borrowed assets, every hour, to lenders and the insurance pool."""

import math

import numpy as np

from govtool.engine.codes import IN, INTEREST, LENDERS, NIL, NONE
from govtool.engine.jit import kernel
from govtool.engine.layout import first_asset
from govtool.engine.ledger import pay, record
from govtool.engine.pool import feed_pool
from govtool.engine.state import Log, Rules, State

HOURS_PER_YEAR = 8760.0


@kernel
def is_borrowed(state: State) -> bool:
    """Whether some account has borrowed some asset."""
    for j in range(first_asset(state), state.lots.shape[0]):  # noqa: SIM110  (numba: no generators here)
        if state.lots[j].borrowed > 0:
            return True
    return False


@kernel
def charge_interest(state: State, rules: Rules, log: Log, t: int) -> int:
    """One hour's interest on every borrowed asset; returns the quantums that borrowers paid.

    Notes
    -----
    Source: rules, section 7.2. Example: 10 coins at 100 borrowed at 8.76 % a year: 0.01 an hour.
    """
    moved = 0
    for j in range(first_asset(state), state.lots.shape[0]):
        lot = state.lots[j]
        if lot.borrowed == 0:
            continue
        paid = 0
        for i in range(state.accounts.shape[0]):
            size = state.size[i, j]
            if state.accounts[i].status == IN and size < 0:
                hourly = ((abs(size) * lot.unit) * lot.mark) * (lot.borrow_rate / HOURS_PER_YEAR)
                amount = int(np.rint(hourly * 1e6))
                pay(state, LENDERS, i, -amount)
                paid += amount
        insured = math.floor(paid * rules.interest_to_insurance)
        state.tills[LENDERS] -= insured
        kept = feed_pool(state, rules, NONE, insured)
        if paid != 0:
            record(state, log, t, INTEREST, NONE, j, NONE, NIL, -paid, NIL, kept, lot.borrow_rate, 0.0, 0.0)
        moved += paid
    return moved
