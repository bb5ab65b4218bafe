"""Mango's stable price: follows the oracle slowly, and more slowly the further it strays from a day-old average.

Source: blockworks-foundation/mango-v4: programs/mango-v4/src/state/stable_price.rs. The program itself computes in
64-bit floats, with its two limits stored in 32 bits, and so does this; its own tests allow 0.1 of a price of 1 to 10.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from struct import pack, unpack

INTERVALS = 24
"""Delay prices kept, one per interval."""

MIN_STEP_S = 10
MAX_STEP_S = 600
"""Updates sooner than the shortest step are ignored; a longer step counts as the longest."""


def single(value: float) -> float:
    """A number as 32 bits hold it."""
    return float(unpack("<f", pack("<f", value))[0])


@dataclass(frozen=True)
class StablePrice:
    """State of the model: stable price, delay prices by interval, sums of the running interval, and limits."""

    price: float
    delay_prices: tuple[float, ...]
    updated_at: int = 0
    interval_index: int = 0
    summed_price: float = 0.0
    summed_s: int = 0
    interval_s: int = 3_600
    delay_growth_limit: float = single(0.06)
    stable_growth_limit: float = single(0.0003)


def starting(price: float, delay_growth_limit: float | None = None) -> StablePrice:
    """A model that has seen nothing but this price, at time zero; with another limit between delay prices if given."""
    model = StablePrice(price, (price,) * INTERVALS)
    return model if delay_growth_limit is None else replace(model, delay_growth_limit=single(delay_growth_limit))


def limited(target: float, previous: float, limit: float) -> float:
    """The target, or as near to it as a relative change of the limit comes."""
    return min(max(target, previous * (1.0 - limit)), previous * (1.0 + limit))


def updated(model: StablePrice, now: int, oracle: float) -> StablePrice:
    """The model after an oracle price at a time in whole seconds."""
    step = max(now - model.updated_at, 0)
    if step < MIN_STEP_S:
        return model
    counted = min(step, MAX_STEP_S)
    model = replace(
        model,
        updated_at=now,
        summed_s=model.summed_s + step,
        summed_price=model.summed_price + oracle * counted,
    )
    index = now // model.interval_s % INTERVALS
    if index != model.interval_index:
        model = _next_interval(model, index, step)
    delay = model.delay_prices[index]
    nearness = min(model.price, delay) / max(model.price, delay)
    limit = model.stable_growth_limit * nearness * nearness * counted
    return replace(model, price=limited(oracle, model.price, limit))


def _next_interval(model: StablePrice, index: int, step: int) -> StablePrice:
    """The model with the finished interval's average as delay price of that interval and of those skipped."""
    last = model.interval_index
    average = model.summed_price / model.summed_s
    delay = limited(average, model.delay_prices[last - 1], model.delay_growth_limit)
    if step > INTERVALS * model.interval_s:
        prices = (delay,) * INTERVALS
    else:
        passed = {(last + k) % INTERVALS for k in range((index - last) % INTERVALS)}
        prices = tuple(delay if k in passed else price for k, price in enumerate(model.delay_prices))
    return replace(model, delay_prices=prices, interval_index=index, summed_price=0.0, summed_s=0)


def followed(model: StablePrice, start: int, steps: int, step_s: int, price_at: Callable[[int], float]) -> StablePrice:
    """The model after this many updates, evenly spaced after the start."""
    for k in range(1, steps + 1):
        now = start + k * step_s
        model = updated(model, now, price_at(now))
    return model
