"""How much may be put up for sale at once (rules §8a)."""

from tests.reference import charge, tranches, window
from tests.reference.requirement import stop_level
from tests.reference.state import State, stands_for


def cut(state: State, i: int, j: int, wish: float, whole: float, cost: float, seen: tuple[float, float]) -> float:
    """What is left of a wish, in quote, of `whole` that is free; zero if it is too little to be sold now."""
    if seen[0] < 0:
        return wish
    least = min(state.terms.min_notional, whole)
    allowed = min(
        wish,
        _target(state, i, j, least, cost, seen),
        _first_share(state, i) if whole > state.terms.min_notional else float("inf"),
        _windows(state, i, j),
        _outstanding(state),
    )
    if allowed == wish:
        return wish
    return 0.0 if allowed < least or allowed <= 0 else allowed


def _target(state: State, i: int, j: int, least: float, cost: float, seen: tuple[float, float]) -> float:
    """What restores the account."""
    worth, required = seen
    weight = charge.weight(state, i, j)
    if not state.terms.selling.target or required <= 0 or weight <= 0:
        return float("inf")
    stop = stop_level(state, i, required)
    relief = (stop / required) * weight - cost
    if relief <= 0:
        return float("inf")
    return max(least, (stop - worth) / relief - tranches.live_value(state, i))


def _first_share(state: State, i: int) -> float:
    """A growing share of all that the account had when it was flagged."""
    rules, account = state.terms.selling, state.accounts[i]
    if rules.first_share >= 1 or rules.share_ramp_s == 0:
        return float("inf")
    assert account.flag is not None
    elapsed_s = (state.tick - account.flag) * state.venue.step_s
    allowed = min(1.0, rules.first_share + (1 - rules.first_share) * (elapsed_s / rules.share_ramp_s))
    if allowed == 1:
        return float("inf")
    total = 0.0
    for n, size in enumerate(account.size):
        if size:
            total = total + stands_for(state, abs(size), n)
    return (account.closed + total) * allowed - account.closed


def _windows(state: State, i: int, j: int) -> float:
    rules, m = state.terms.selling, state.instruments[j].market
    room = float("inf")
    if rules.account_window > 0:
        used = window.level(state, state.accounts[i].window, rules.account_window, rules.window_s)
        room = rules.account_window - used
    if rules.market_window > 0 and m >= 0:
        used = window.level(state, state.put_up[m], rules.market_window, rules.window_s)
        room = min(room, rules.market_window - used)
    return room


def _outstanding(state: State) -> float:
    """All auctions together."""
    rules = state.terms
    if rules.liquidation_format == 0 or rules.selling.outstanding <= 0:
        return float("inf")
    left = [0] * len(state.instruments)
    for account in state.accounts:
        for tranche in account.live:
            left[tranche.j] += tranche.left
    total = 0.0
    for j, size in enumerate(left):
        total = total + stands_for(state, size, j)
    return rules.selling.outstanding - total


def charge_sale(state: State, i: int, j: int, amount: float) -> None:
    """`amount` of quote was put up (auction) or filled (book)."""
    rules, m, account = state.terms.selling, state.instruments[j].market, state.accounts[i]
    account.closed = account.closed + amount
    if rules.account_window > 0:
        window.add(state, account.window, amount, rules.account_window, rules.window_s)
    if rules.market_window > 0 and m >= 0:
        window.add(state, state.put_up[m], amount, rules.market_window, rules.window_s)
