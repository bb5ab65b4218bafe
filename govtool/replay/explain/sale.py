"""Arithmetic that sales of a position share: bankruptcy quote, fee, reward (rules, section 5), limits, discounts."""

import math
from typing import NamedTuple

import numpy as np

from govtool.engine.elementary import exponential, natural_log
from govtool.engine.terms import (
    DUTCH,
    EXPONENTIAL_PATH,
    HEALTH_PATH,
    STAIRS_PATH,
    Terms,
)
from govtool.replay.explain.finding import Step, less, product, say
from govtool.replay.explain.limits import Bound
from govtool.replay.explain.scene import Scene, money


class Bankruptcy(NamedTuple):
    """The quote in quantums that leaves an account's health as it is, and how it comes about."""

    quote: int
    step: Step


def bankruptcy(scene: Scene, quantity: int | None = None) -> Bankruptcy:
    """Bankruptcy quote of the part that the row closes, or of another quantity of the same position."""
    standing, one = scene.sure, scene.position
    quantity = abs(scene.size) if quantity is None else quantity
    coins = quantity * float(scene.case.unit[one.row])
    value, notional = coins * one.mark, coins * one.basis
    equity, maintenance, side = standing.equity, standing.maintenance, one.side
    symbols = "ceil(side × value - E × N × w / MM)"
    numbers = f"{less(product(side, value), product(equity, notional, one.weight))} / {say(maintenance)}"
    if maintenance <= 0.0:
        quote = math.ceil((side * value) * 1e6)
        symbols, numbers = "ceil(side × value)", product(side, value)
    elif one.notional * one.weight > maintenance:
        quote = math.ceil((side * value - equity * (maintenance * (quantity / abs(one.size))) / maintenance) * 1e6)
        symbols = "ceil(side × value - E × share of the position)"
        numbers = less(product(side, value), product(equity, quantity / abs(one.size)))
    else:
        quote = math.ceil((side * value - equity * (notional * one.weight) / maintenance) * 1e6)
    return Bankruptcy(quote, Step("BQ", symbols, numbers, money(quote)))


def surplus_steps(scene: Scene, mark_quote: Bankruptcy, *, rewarded: bool) -> tuple[list[Step], int]:
    """What is left above bankruptcy, and the fee taken from it; the surplus is in quantums."""
    surplus = scene.quote - mark_quote.quote
    proceeds = abs(scene.quote)
    reward = reward_of(scene.terms, proceeds, surplus, scene.case.venue.gas) if rewarded else 0
    fee = min(math.floor(proceeds * scene.terms.fee_rate), surplus - reward) if surplus > reward else 0
    left = less(say(money(scene.quote)), say(money(mark_quote.quote)))
    steps = [mark_quote.step, Step("x", "quote - BQ", left, money(surplus))]
    name, symbols = "fee", "min(floor(v × fee_rate), x)" if surplus > 0 else "0, for x is not above 0"
    numbers = f"min({product(money(proceeds), scene.terms.fee_rate)}, {say(money(surplus))})" if surplus > 0 else "0"
    if reward > 0:
        name, symbols = "fee + reward", "min(floor(v × fee_rate), x - reward) + reward"
        rest = less(say(money(surplus)), say(money(reward)))
        numbers = f"min({product(money(proceeds), scene.terms.fee_rate)}, {rest}) + {say(money(reward))}"
    steps.append(Step(name, symbols, numbers, money(fee + reward), money(scene.fee)))
    return steps, surplus


def reward_of(terms: Terms, proceeds: int, left: int, gas: float) -> int:
    """What a keeper is paid out of what remains, quantums."""
    rules = terms.bidding
    if rules.reward_cap <= 0.0:
        return 0
    wanted = max(rules.reward_flat + rules.reward_share * (proceeds * 1e-6), gas * (1.0 + rules.gas_margin))
    return min(math.floor(min(wanted, rules.reward_cap) * 1e6), max(0, left))


def discount_at(terms: Terms, age_s: float, health: float) -> float:
    """Discount of a solvent auction `age_s` seconds old; `health` is E / MM, which one price path follows.

    Notes
    -----
    Source: rules, section 8 (a) 4. Example: a line from 0 to 0.1 over 600 s: 0.05 after 300 s.
    """
    rules, first, last = terms.selling, terms.start_discount, terms.end_discount
    if terms.liquidation_format != DUTCH:
        return last
    if age_s > terms.length_s and rules.slow_s > 0.0:
        return last + (rules.floor_discount - last) * min(1.0, (age_s - terms.length_s) / rules.slow_s)
    x = min(1.0, age_s / terms.length_s)
    if rules.path == EXPONENTIAL_PATH:
        return 1.0 - (1.0 - first) * float(exponential(x * natural_log((1.0 - last) / (1.0 - first))))
    if rules.path == STAIRS_PATH:
        x = min(1.0, (math.floor(age_s / rules.stair_s) * rules.stair_s) / terms.length_s)
    elif rules.path == HEALTH_PATH:
        x = min(max(1.0 - health, 0.0), 1.0)
    return first + (last - first) * x


def yardstick(scene: Scene) -> float:
    """What discounts and edges are fractions of: the mark, or what an option asks for if that is more."""
    one = scene.position
    series = range(len(scene.case.scenario.markets), len(scene.case.scenario.markets) + len(scene.case.scenario.series))
    return max(one.mark, one.weight * one.basis) if one.row in series else one.mark


def edge_of(scene: Scene, k: int) -> float:
    """Profit that keeper `k` asks for, as a fraction of the yardstick, with its capital free."""
    keepers = scene.case.scenario.keepers
    if scene.case.is_backstop(k):
        return float(keepers.edge[k])
    patience = float(keepers.patience[k]) if keepers.patience.size else 0.0
    return float(keepers.edge[k]) + patience + _risk(scene, k)


def _risk(scene: Scene, k: int) -> float:
    scenario = scene.case.scenario
    m = int(scene.walk.stage.state.lots[scene.market].market)
    if scenario.keepers.risk.size == 0 or scenario.feed.sigma.size == 0 or m < 0:
        return 0.0
    sigma = float(scenario.feed.sigma[scene.tick // scene.case.venue.ticks_per_hour, m])
    return float(scenario.keepers.risk[k]) * sigma  # with all capital free: 2 - 1


def discount_wanted(scene: Scene, k: int, quantity: int) -> float:
    """Discount from mark at which keeper `k` takes all of `quantity` now, if it has the capital.

    It does where the last coin unloads at its limit or better: A + side × edge × u.
    """
    one = scene.position
    last = one.mark if scene.case.is_backstop(k) else scene.walk.impact.seen(one.row, one.side, quantity)
    yard = yardstick(scene)
    if yard == 0.0:
        return math.inf  # nothing is off nothing
    return one.side * (one.mark - last + one.side * edge_of(scene, k) * yard) / yard


def quantums_of(notional: float, scene: Scene) -> int:
    """Quantums of the row's instrument that a size in quote currency is, rounded up to its step."""
    lot = scene.walk.stage.state.lots[scene.market]
    step = int(lot.step)
    each = float(lot.unit) * float(lot.basis)
    return math.ceil(notional / each / step) * step if each > 0.0 else 0


def limits_of(scene: Scene) -> list[Bound]:
    """The limits of section 8a on the row's account and instrument."""
    walk, one, state = scene.walk, scene.position, scene.walk.stage.state
    each = scene.case.unit * np.asarray(state.lots["basis"])
    live = walk.live * each
    own, everything = float(live[scene.account].sum()), float(live.sum())
    m, since = int(state.lots[one.row].market), int(walk.flag[scene.account])
    # In the engine's order of operations: a wish for all that is free must not look cut by a last digit.
    free = ((abs(one.size) - int(walk.live[scene.account, one.row])) * float(scene.case.unit[one.row])) * one.basis
    return walk.charges.bounds(scene.account, one, m, scene.sure, since, scene.tick, free, own, everything)
