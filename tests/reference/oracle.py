"""Posting of prices (rules §7, step 1)."""

from tests.reference import chain
from tests.reference.instruments import requote
from tests.reference.liquidity import displacement
from tests.reference.numbers import clip
from tests.reference.slow import follow, start, update
from tests.reference.state import State


def post(state: State) -> None:
    """Post each market's price if there is news and it moved enough, or the last post is old; then price the rest."""
    terms, t = state.terms, state.tick
    for m in state.markets:
        _listen(state, m)
        before = max(t - terms.posting.oracle_lag, 0)
        if not chain.up(state) or state.weather.quote[before][m] <= 0:
            continue
        state.heard[m] = t
        price, offer = state.oracle[m], _offered(state, m, before)
        moved = abs(offer - price) >= terms.deviation[m] * price
        old = terms.heartbeat > 0 and t - state.posted[m] >= terms.heartbeat
        if moved or old:
            state.oracle[m] = _within_a_jump(state, price, offer)
            state.posted[m] = t
    state.path.append(list(state.oracle))
    requote(state)
    follow(state)


def stale(state: State, m: int) -> bool:
    """Whether there has been no news of market `m` for too long; never of none."""
    patience = state.terms.posting.stale_ticks
    return m >= 0 and patience > 0 and state.tick - state.heard[m] >= patience


def _listen(state: State, m: int) -> None:
    """What the sources say now, whether or not the chain hears of it, and their mean."""
    sources, quote = state.sources[m], state.weather.quote[state.tick][m]
    if quote > 0:
        sources.said = quote * max(0.1, 1 + state.venue.own_weight[m] * displacement(state, m))
    sources.sums.append(sources.sums[-1] + sources.said)
    window = min(state.terms.posting.mean_ticks, state.tick + 1)
    mean = (sources.sums[-1] - sources.sums[-1 - window]) / window
    sources.offers.append(mean if state.terms.posting.mean_ticks > 1 else sources.said)


def _offered(state: State, m: int, t: int) -> float:
    """What would be posted now of what the sources said up to tick `t`."""
    posting, sources = state.terms.posting, state.sources[m]
    offer = sources.offers[t]
    if posting.smooth:
        if sources.smooth is None:
            sources.smooth = start(state.feed.index[0][m])
        now_s = state.tick * state.venue.step_s
        update(sources.smooth, now_s, offer, posting.quote_growth, posting.quote_delay_growth)
        offer = sources.smooth.price
    return offer


def _within_a_jump(state: State, price: float, offer: float) -> float:
    jump = state.terms.posting.max_jump
    return clip(offer, price * (1 - jump), price * (1 + jump)) if jump > 0 else offer
