"""What an account must keep (rules §3a), and when it is well again."""

from tests.reference import options, scan
from tests.reference.doubt import doubt_need, peg_need
from tests.reference.perpetuals import asset_need, perpetual_need
from tests.reference.state import ASSET, State, equity
from tests.reference.tiers import INITIAL, MAINTENANCE, STOP
from tests.reference.weights import initial_weights

POSITION, SCAN = range(2)


def need(state: State, sizes: list[int], tier: str, initial: list[float] | None = None) -> float:
    """In quote currency, for anyone who holds `sizes`; `initial` are weights of this moment, if known already."""
    by_scan = state.regime.terms.margin.method == SCAN
    if initial is None and tier != MAINTENANCE and not by_scan:
        initial = initial_weights(state)
    total = _scanned(state, sizes, tier) if by_scan else _by_position(state, sizes, tier, initial)
    for j, one in enumerate(state.instruments):
        if one.kind == ASSET and sizes[j]:
            total = total + asset_need(state, j, sizes[j], tier)
    if tier == INITIAL:
        for m in state.markets:
            total = total + doubt_need(state, m, sizes, scan=by_scan)
        if not by_scan:
            total = total + peg_need(state, sizes)
    return total


def _by_position(state: State, sizes: list[int], tier: str, initial: list[float] | None) -> float:
    total = 0.0
    for m in state.markets:
        if sizes[m]:
            total = total + perpetual_need(state, m, sizes[m], tier, initial)
    for expiry in state.expiries:
        held = options.legs(state, sizes, expiry)
        if held:
            total = total + options.expiry_need(state, held, expiry, tier)
    return total


def _scanned(state: State, sizes: list[int], tier: str) -> float:
    total = scan.need(state, sizes, tier)
    for m in state.markets:
        total = total + scan.add_on(state, m, sizes, tier)
    return total


def maintenance(state: State, sizes: list[int]) -> float:
    """Worked out once a tick for the same sizes: nothing else enters it."""
    return state.remembered(("maintenance", tuple(sizes)), need, sizes, MAINTENANCE)


def health(state: State, i: int) -> tuple[float, float]:
    """Equity and maintenance of account `i`."""
    return equity(state, i), maintenance(state, state.accounts[i].size)


def stop_level(state: State, i: int, required: float) -> float:
    """Equity at which a liquidation of account `i` stops; `required` is its maintenance."""
    margin = state.regime.terms.margin
    if margin.stop_share or margin.stop_add:
        required = need(state, state.accounts[i].size, STOP)
    return state.terms.restore * required
