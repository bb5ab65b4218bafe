"""What bounds promise of any account at any prices within its bands, in random worlds."""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest

from govtool.engine.account import health
from govtool.engine.bounds import UNBOUNDED, least_of, margin_range, most_of
from govtool.engine.codes import IN, OPTION
from govtool.engine.passive import set_prices
from govtool.engine.skip import next_breach
from govtool.engine.terms import SCAN
from govtool.engine.watch import keep_watch
from tests.engine.fine import fine_world
from tests.engine.staging import Stage, staged

WORLDS = range(71_000, 71_060)

ROUNDING = 1e-12
"""Of the sum of magnitudes: some hundred roundings."""


@pytest.mark.parametrize(
    ("weights", "long", "range_"),
    [
        ((0.0, 0.1), True, (81.0, 110.0)),
        ((0.1, 0.2), True, (72.0, 99.0)),
        # With a weight above one a long is worth less the dearer its coin.
        ((1.5, 2.0), True, (-110.0, -45.0)),
        ((0.1, 0.2), False, (-132.0, -99.0)),
    ],
)
def test_what_a_coin_adds_at_prices_from_90_to_110(weights, long, range_):
    light, heavy = weights
    found = least_of(90.0, 110.0, heavy, long), most_of(90.0, 110.0, light, long)
    assert found == pytest.approx(range_, rel=1e-15)


class Case(NamedTuple):
    """A stage on which accounts hold what they wish for, and a path within the bands."""

    stage: Stage
    path: Any
    paid: Any  # funding times that have been, per tick

    @property
    def last(self) -> int:
        return len(self.path) - 1


def case(seed: int) -> Case:
    """Accounts of a random world and prices that use all of wide bands."""
    world = fine_world(seed, ticks=(60, 160), accounts=(3, 6))
    stage = staged(world)
    draws = np.random.default_rng(seed)
    state, tape = stage.state, stage.tape
    bands = draws.uniform(0.0, 0.2, len(state.markets))
    state.markets["band"], state.markets["wide"] = bands, bands * draws.uniform(1.0, 2.0)
    path = tape.expected * (1.0 + bands * np.clip(draws.normal(0.0, 0.6, tape.expected.shape), -1.0, 1.0))
    paid = np.searchsorted(tape.funding_tick, np.arange(len(path)), side="right").clip(max=len(tape.funded) - 1)
    set_prices(state, stage.rules, tape, path, 0, len(path) - 1)
    lots, crowd = state.lots, world.crowd
    worth = (crowd.equity * 1e-6 * crowd.leverage)[:, None] * crowd.share
    quantums = np.divide(worth, lots["unit"] * lots["basis"], out=np.zeros_like(worth), where=lots["basis"] > 0)
    state.size[:] = np.rint(quantums / lots["step"]) * lots["step"]
    state.accounts["status"] = IN
    return Case(stage, path, paid)


def at(found: Case, i: int, t: int) -> tuple[float, float]:
    """What account `i` is worth and must keep in tick `t`, with the funding that was paid since tick 0."""
    state, tape = found.stage.state, found.stage.tape
    equity, maintenance = health(state, found.stage.rules, i)
    coins = state.size[i, : len(state.markets)] * state.lots["unit"][: len(state.markets)]
    return equity - float(coins @ tape.funded[found.paid[t]]), maintenance


def rows_of(tape: Any, block_ticks: int, t: int) -> Iterator[tuple[int, int, int]]:
    """Rows of blocks, one a level, that hold a tick, with their first and last ticks."""
    for level in range(len(tape.levels) - 1):
        width = block_ticks * 16**level
        yield tape.levels[level] + t // width, t // width * width, min((t // width + 1) * width, len(tape.index)) - 1


def holds_what_is_over(found: Case, i: int, t: int) -> bool:
    """Whether account `i` holds an option that has expired: everyone is looked at when one does."""
    lots = found.stage.state.lots
    return bool(((found.stage.state.size[i] != 0) & (lots["kind"] == OPTION) & (lots["expiry"] <= t)).any())


def within(found: Case, i: int, t: int) -> Iterator[bool]:
    """Whether each bound on account `i` in each block that holds a tick holds, and says anything."""
    state, rules, tape, _ = found.stage
    equity, maintenance = at(found, i, t)
    for row, first, last in rows_of(tape, rules.block_ticks, t):
        for multiple, wide in product((0.0, 0.7, 1.0, 1.6), (False, True)):
            held = (state.size[i], state.cash[i] * 1e-6, row, wide, first, last, multiple)
            least, most, scale = margin_range(state, rules, tape, *held)
            left, noise = equity - multiple * maintenance, ROUNDING * scale
            assert least - noise <= left <= most + noise, (t, i, row, multiple, wide)
            yield most < UNBOUNDED


@pytest.mark.slow
@pytest.mark.parametrize("seed", WORLDS)
def test_what_an_account_has_above_its_margin_is_within_the_bounds_of_every_block(seed):
    found = case(seed)
    state, rules, tape, _ = found.stage
    said = []
    for t in range(0, found.last + 1, 3):
        set_prices(state, rules, tape, found.path, t, found.last)
        for i in range(len(state.accounts)):
            if not holds_what_is_over(found, i, t):
                said += within(found, i, t)
    assert said
    # Only of options in a scan nothing is said.
    assert any(said) or rules.method == SCAN


def test_a_bound_on_one_perpetual_is_reached():
    """No wider than prices, weights and funding of the block make it."""
    found = case(WORLDS[0])
    state, rules, tape, _ = found.stage
    size = np.zeros_like(state.size[0])
    size[0] = state.lots[0].step
    row, first, last = next(rows_of(tape, rules.block_ticks, 0))
    least, most, _ = margin_range(state, rules, tape, size, 0.0, row, False, first, last, 0.0)
    low, high, band = tape.blocks[row, 0, 0], tape.blocks[row, 0, 1], state.markets[0].band
    cheap, dear = tape.blocks[row, 0, 4], tape.blocks[row, 0, 5]
    coins = state.lots[0].step * state.lots[0].unit
    assert least == pytest.approx(coins * (low * (1 - band) - dear), rel=1e-12)
    assert most == pytest.approx(coins * (high * (1 + band) - cheap), rel=1e-12)


def concerns(found: Case, i: int, t: int) -> bool:
    """Whether the margin of account `i` leaves its limits in tick `t`."""
    row, span = found.stage.watch.rows[i], found.stage.watch.span[i]
    if holds_what_is_over(found, i, t):
        return False
    equity, maintenance = at(found, i, t)
    upper = row.over > 0.0 and (equity - span[2]) * row.over > maintenance
    return bool(equity < row.below * maintenance or upper or not span[0] < equity < span[1])


def first_concern(found: Case, i: int) -> int:
    """First tick from 1 on in which the margin of account `i` leaves its limits; the one after the last if none."""
    for t in range(1, found.last + 1):
        set_prices(found.stage.state, found.stage.rules, found.stage.tape, found.path, t, found.last)
        if concerns(found, i, t):
            return t
    return found.last + 1


def limited(found: Case, draws: Any) -> None:
    """Everybody has some cash, warnings, orders and debts, and is watched from tick 0 on."""
    state, rules, tape, watch = found.stage
    for i in range(len(state.accounts)):
        account = state.accounts[i]
        _, maintenance = health(state, rules, i)
        equity = maintenance * draws.choice([0.5, 1.1, 1.3, 2.0, 3.0])
        state.cash[i] = round((equity - float((state.size[i] * state.lots["unit"]) @ state.lots["mark"])) * 1e6)
        account.warned, account.nudged = draws.integers(0, 2, 2)
        account.owed = draws.choice([0, round(abs(equity) * 5e5)])
        account.put_in = draws.choice([0, round(abs(equity) * 1e6)])
        account.stop_loss, account.take_profit = draws.choice([0.0, 0.7, 0.9]), draws.choice([0.0, 1.1, 1.5])
        keep_watch(state, rules, tape, watch, i, 0)


@pytest.mark.slow
def test_no_account_leaves_its_limits_before_the_tick_that_skipping_names():
    slept, waited = 0, 0
    for seed in WORLDS:
        found = case(seed)
        limited(found, np.random.default_rng(seed))
        state, rules, tape, watch = found.stage
        accounts, end = range(len(state.accounts)), found.last + 1
        told = {i: next_breach(state, rules, tape, watch, i, 1, end) for i in accounts}
        true = dict.fromkeys(accounts, end)
        for t in range(end - 1, 0, -1):
            set_prices(state, rules, tape, found.path, t, found.last)
            true |= {i: t for i in accounts if concerns(found, i, t)}
        assert all(told[i] <= true[i] for i in accounts), (seed, told, true)
        slept, waited = slept + sum(told.values()), waited + sum(true.values())
    # Bands of a tenth leave some of it.
    assert slept > 0.2 * waited


@pytest.mark.slow
def test_skipping_mostly_names_the_very_tick_where_prices_are_as_expected():
    """In a plain world without bands: weights and funding are a leaf's then, and what is owed is bounded apart."""
    exact, asked = 0, 0
    for seed in WORLDS:
        found = case(seed)
        state, rules, tape, watch = found.stage
        if state.scan is not None:
            continue
        state.markets["band"] = state.markets["wide"] = 0.0
        found = found._replace(path=tape.expected)
        set_prices(state, rules, tape, found.path, 0, found.last)
        limited(found, np.random.default_rng(seed))
        for i in range(len(state.accounts)):
            told, true = next_breach(state, rules, tape, watch, i, 1, found.last + 1), first_concern(found, i)
            assert told <= true, (seed, i)
            exact, asked = exact + (told == true), asked + 1
    assert exact > 0.75 * asked
