"""The books of a tick (rules §7, step 7)."""

from tests.reference.replay import flagged
from tests.reference.state import ASSET, State, collateral, open_interest


def close_tick(state: State) -> None:
    """Measure the tick, then let displaced volume decay."""
    step_s = state.venue.step_s
    open_now = sum(open_interest(state, j) for j in state.all if state.instruments[j].kind != ASSET)
    state.gauge["oi_seconds"] += open_now * step_s
    state.collateral = collateral(state)
    state.gauge["collateral_seconds"] += state.collateral * step_s
    state.gauge["halt_seconds"] += sum(state.tick < halted for halted in state.halted) * step_s
    state.gauge["transit_seconds"] += (state.bucket["transit"] * 1e-6) * step_s
    state.pool_low = min(state.pool_low, state.pool)
    if (state.tick + 1) % state.venue.sample_ticks == 0:
        state.columns.append(_sample(state, open_now))
    for m in state.markets:
        decayed = state.volume[m] * state.venue.decay
        state.volume[m] = 0.0 if abs(decayed) < state.venue.floor_x else decayed


def _sample(state: State, open_now: float) -> tuple[float, ...]:
    bad_debt = -state.bucket["bad_debt"] * 1e-6
    return (
        state.pool * 1e-6,
        open_now,
        state.collateral,
        state.gauge["liquidated"],
        bad_debt,
        float(flagged(state)),
        state.gauge["shared"],
        state.gauge["haircut"],
    )
