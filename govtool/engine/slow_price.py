"""The slower of two prices that the initial tier compares: a running mean, or Mango's stable price."""

import math

from govtool.engine.codes import OPTION
from govtool.engine.jit import inlined, kernel
from govtool.engine.state import Rules, State
from govtool.engine.terms import ORACLE, STRICT, Floats
from govtool.units import SECONDS_PER_HOUR

INTERVALS = 24
UPDATED, INTERVAL, SUMMED, SECONDS = 24, 25, 26, 27
"""Places in `memory` of an instrument, after the hourly delay prices."""

MIN_STEP_S, MAX_STEP_S = 10.0, 600.0


@kernel
def limited(target: float, before: float, limit: float) -> float:
    """The target, or as near to it as a relative change of `limit` comes."""
    return min(max(target, before * (1.0 - limit)), before * (1.0 + limit))


@kernel
def start_slow_prices(state: State) -> None:
    """All slow prices stand at mark."""
    for j in range(state.lots.shape[0]):
        state.lots[j].slow = state.lots[j].mark
        remember(state.lots[j].memory, state.lots[j].mark)


@kernel
def remember(memory: Floats, price: float) -> None:
    """A stable price begins: all its hourly averages stand at `price`."""
    for k in range(INTERVALS):
        memory[k] = price
    for k in range(INTERVALS, SECONDS + 1):
        memory[k] = 0.0


@kernel
def followed(memory: Floats, mark: float, slow: float, now: float, growth: float, delay_growth: float) -> float:
    """The stable price that was `slow`, after one update by `mark` at `now` seconds.

    Notes
    -----
    Source: Mango v4 `programs/mango-v4/src/state/stable_price.rs`, as restated in `protocol/mango_v4/stable_price.py`.
    """
    return _followed(memory, mark, slow, now, hour_of(now), growth, delay_growth)


@inlined
def hour_of(now: float) -> int:
    """Which of the hourly averages a second belongs to."""
    return math.floor(now / SECONDS_PER_HOUR) % INTERVALS


@inlined
def _followed(
    memory: Floats, mark: float, slow: float, now: float, index: int, growth: float, delay_growth: float
) -> float:
    step = now - memory[UPDATED]
    if step < MIN_STEP_S:
        return slow
    counted = min(step, MAX_STEP_S)
    memory[UPDATED] = now
    memory[SECONDS] += step
    memory[SUMMED] += mark * counted
    last = int(memory[INTERVAL])
    if index != last:
        mean = memory[SUMMED] / memory[SECONDS]
        delay = limited(mean, memory[(last - 1) % INTERVALS], delay_growth)
        passed = INTERVALS if step > INTERVALS * SECONDS_PER_HOUR else (index - last) % INTERVALS
        for k in range(passed):
            memory[(last + k) % INTERVALS] = delay
        memory[INTERVAL] = index
        memory[SUMMED] = 0.0
        memory[SECONDS] = 0.0
    delay = memory[index]
    nearness = min(slow, delay) / max(slow, delay)
    return limited(mark, slow, growth * nearness * nearness * counted)


@inlined
def move_slow_prices(state: State, rules: Rules, t: int) -> None:
    """Bring the slow prices of perpetuals and assets to tick `t`; from one tick to the next."""
    if rules.price_mode == ORACLE:
        return
    now = t * rules.step_s
    index = hour_of(now)
    for j in range(state.lots.shape[0]):
        if state.lots[j].kind == OPTION:
            continue
        if rules.price_mode == STRICT:
            part = min(1.0, rules.step_s / rules.twap_s)
            state.lots[j].slow = state.lots[j].slow + (state.lots[j].mark - state.lots[j].slow) * part
        else:
            lot = state.lots[j]
            held = (lot.memory, lot.mark, lot.slow)
            lot.slow = _followed(*held, now, index, rules.stable_growth, rules.delay_growth)
