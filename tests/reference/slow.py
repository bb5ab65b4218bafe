"""Prices that follow marks slowly (rules §2)."""

import math
from dataclasses import dataclass

from tests.reference.state import OPTION, State

ORACLE, STRICT, STABLE = range(3)

INTERVALS, INTERVAL_S = 24, 3600
SHORTEST_S, LONGEST_S = 10, 600


@dataclass
class Stable:
    """Mango's stable price: the price, and averages of the last 24 hours that it may not stray from fast."""

    price: float
    delays: list[float]
    updated_s: float = 0.0
    interval: int = 0
    summed: float = 0.0
    summed_s: float = 0.0


def begin(state: State) -> None:
    """Before tick 0 there is no difference to the marks."""
    state.slow = list(state.mark)
    state.stable = [start(price) for price in state.mark]


def start(price: float) -> Stable:
    """It has always been at `price`."""
    return Stable(price, [price] * INTERVALS)


def follow(state: State) -> None:
    """Move slow prices of perpetuals and assets on to this tick."""
    margin = state.terms.margin
    if margin.price_mode == ORACLE:
        return
    if state.tick == 0:
        begin(state)
        return
    for j, one in enumerate(state.instruments):
        if one.kind == OPTION:
            continue
        if margin.price_mode == STRICT:
            share = min(1.0, state.venue.step_s / margin.twap_s)
            state.slow[j] = state.slow[j] + (state.mark[j] - state.slow[j]) * share
        else:
            now_s = state.tick * state.venue.step_s
            update(state.stable[j], now_s, state.mark[j], margin.stable_growth, margin.delay_growth)
            state.slow[j] = state.stable[j].price


def update(model: Stable, now: float, mark: float, growth: float, delay_growth: float) -> None:
    """Bring a stable price to time `now`, in seconds, by a new price."""
    step = max(now - model.updated_s, 0)
    if step < SHORTEST_S:
        return
    counted = min(step, LONGEST_S)
    model.updated_s = now
    model.summed_s += step
    model.summed += mark * counted
    interval = math.floor(now / INTERVAL_S) % INTERVALS
    if interval != model.interval:
        _next_interval(model, interval, step, delay_growth)
    delay = model.delays[interval]
    nearness = min(model.price, delay) / max(model.price, delay)
    limit = growth * nearness * nearness * counted
    model.price = _limited(mark, model.price, limit)


def _next_interval(model: Stable, interval: int, step: float, growth: float) -> None:
    """The mean of the interval that is over becomes the delay price of it and of those skipped."""
    last = model.interval
    delay = _limited(model.summed / model.summed_s, model.delays[last - 1], growth)
    passed = INTERVALS if step > INTERVALS * INTERVAL_S else (interval - last) % INTERVALS
    for k in range(passed):
        model.delays[(last + k) % INTERVALS] = delay
    model.interval, model.summed, model.summed_s = interval, 0.0, 0.0


def _limited(target: float, previous: float, limit: float) -> float:
    return min(max(target, previous * (1.0 - limit)), previous * (1.0 + limit))
