"""What holds of margin, collateral and options in any small world, whatever its terms."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from govtool.engine import codes as names
from govtool.engine.packing import pack_state
from govtool.engine.packing_rules import pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.passive import set_prices
from govtool.engine.requirement import need
from govtool.engine.terms import EMPTY_INTS, ORACLE, SCAN, STABLE, STRICT, OptionRules
from govtool.engine.tiers import FILL, INITIAL, MAINTENANCE, STOP
from tests.engine.engines import compiled, compiled_result
from tests.engine.handmade import Event, events
from tests.engine.source import Seeded
from tests.engine.strategies import worlds
from tests.engine.worlds import World, build

pytestmark = pytest.mark.slow

NOISE = 1e-11
"""Of gross value: some hundred roundings of what an account holds."""

SIZE = {"ticks": (20, 60), "accounts": (2, 8)}


def on_grid(world: World) -> World:
    """Option rules in millionths, as protocols write them, and none so small that margin is next to nothing."""
    rules = world.terms.options
    whole = {name: round(value, 6) for name, value in rules._asdict().items() if isinstance(value, float)}
    return World(**{**vars(world), "terms": world.terms._replace(options=rules._replace(**whole))})


small = st.one_of(worlds(**SIZE), st.integers(0, 2**32 - 1).map(lambda seed: build(Seeded(seed), **SIZE))).map(on_grid)
"""Worlds of Hypothesis, which shrink, and of a generator, which are full of events."""


def changed(world: World, **parts: Any) -> World:
    return World(**{**vars(world), **parts})


@settings(max_examples=120)
@given(small)
def test_cash_and_sizes_of_all_sum_to_what_was_there_before(world):
    result = compiled_result(world)  # every event was checked when it was written: the residual is zero
    books, tills = result.books, result.books.tills
    assert tills[: names.BUCKETS].sum() == world.opening_pool
    assert (tills[names.TRADERS], tills[names.KEEPERS]) == (books.cash.sum(), books.keeper_cash.sum())
    assert (books.size.sum(axis=0) + books.market_size == 0).all()
    steps = (world.terms.step, world.listing.option_step, world.listing.asset_step)
    if not world.crowd.opening.size:
        assert (books.size % np.concatenate(steps) == 0).all()


@settings(max_examples=120)
@given(small)
def test_the_log_tells_cash_sizes_and_the_pool_after_the_last_event(world):
    """Except who paid funding and interest: only sums of those are written, and they add up in all accounts."""
    replay = compiled(world)
    cash, pool = 0, world.opening_pool
    sizes = np.zeros((len(replay.cash), len(replay.market_size)), dtype=np.int64)
    for event in events(replay):
        paid = -event.fund if event.kind == names.FILL and event.fund < 0 else 0
        pool += event.fund
        if event.kind != names.BAD_DEBT_EVENT or event.account >= 0:
            cash += event.quote - event.fee + paid
        if event.kind in (names.SHARE, names.SOCIALISE) and event.other >= 0:
            cash -= event.quote
        if event.kind not in (names.OPEN, names.UNFILLED, names.WON) and event.size:
            sizes[event.account, event.market] += event.size
        if event.kind == names.DELEVERAGE and event.other >= 0:
            cash -= event.quote
            sizes[event.other, event.market] -= event.size
    assert (cash, pool) == (sum(replay.cash), replay.buckets["insurance"])
    assert sizes.tolist() == replay.size


@settings(max_examples=120)
@given(small)
def test_only_who_has_too_little_is_flagged_and_nobody_holds_an_option_beyond_its_end(world):
    replay = compiled(world)
    for event in events(replay, names.FLAG):
        assert event.equity < event.maintenance
    first = len(world.terms.unit)
    last_tick = len(world.feed.index) - 1
    for o, expiry in enumerate(world.listing.option_expiry.tolist()):
        rows = [event for event in events(replay) if event.market == first + o]
        assert all(event.tick <= expiry for event in rows)
        assert all(event.tick == expiry for event in rows if event.kind == names.EXPIRE)
        if expiry <= last_tick:
            assert all(sizes[first + o] == 0 for sizes in replay.size)


def sane(world: World, **margin: Any) -> World:
    """Initial margin of options and scans above maintenance, no ramp that turns weights round; not a plain world."""
    terms = world.terms
    kept = terms.margin._replace(ramp_s=0.0, base_margin=np.full(len(terms.unit), 1e-6), **margin)
    scan = terms.scan._replace(scan_initial=max(terms.scan.scan_initial, terms.scan.scan_maintenance))
    rules = OptionRules(settle_ticks=terms.options.settle_ticks)
    return changed(world, terms=terms._replace(margin=kept, options=rules, scan=scan), formation=None)


class Stage:
    """Accounts of a world with the sizes that they wish for, unscaled, in a tick."""

    def __init__(self, world: World, t: int) -> None:
        terms, venue, feed, crowd, listing = world.terms, world.venue, world.feed, world.crowd, world.listing
        self.rules = pack_rules(terms, venue, feed, crowd, listing, world.seed)
        self.state = pack_state(terms, venue, world.keepers, feed, crowd, listing, terms, 0)
        tape = pack_tape(terms, venue, feed, listing, self.state.markets, self.rules)
        for now in (0, t):
            set_prices(self.state, self.rules, tape, feed.index, now, len(feed.index) - 1)
        lots = self.state.lots
        worth = (crowd.equity * 1e-6 * crowd.leverage)[:, None] * crowd.share
        quantums = np.divide(worth, lots["unit"] * lots["basis"], out=np.zeros_like(worth), where=lots["basis"] > 0)
        self.sizes = (np.rint(quantums / lots["step"]) * lots["step"]).astype(np.int64)
        lots["gross"] = abs(self.sizes).sum(axis=0)
        lots["held"] = np.maximum(self.sizes, 0).sum(axis=0)
        lots["borrowed"] = np.maximum(-self.sizes, 0).sum(axis=0)

    def need(self, sizes: Any, tier: int) -> float:
        return float(need(self.state, self.rules, sizes, tier))

    def noise(self, sizes: Any) -> float:
        lots = self.state.lots
        return NOISE * float((abs(sizes) * lots["unit"] * (lots["basis"] + lots["strike"])).sum())

    def groups(self) -> Iterator[Any]:
        """Masks of the instruments of each market, and of assets that follow none."""
        for m in {-1, *self.state.lots["market"].tolist()}:
            yield self.state.lots["market"] == m


@settings(max_examples=120)
@given(small, st.data())
def test_tiers_are_in_order_where_weights_are(world, data):
    """At the oracle price: a slow price may lie on either side."""
    stage = Stage(sane(world, price_mode=ORACLE), data.draw(st.integers(1, len(world.feed.index) - 1)))
    for sizes in stage.sizes:
        initial, fill, maintenance, stop = (stage.need(sizes, tier) for tier in (INITIAL, FILL, MAINTENANCE, STOP))
        noise = stage.noise(sizes)
        assert initial >= fill - noise
        assert fill >= maintenance - noise
        assert stop >= maintenance - noise


@settings(max_examples=120)
@given(small, st.data())
def test_by_scan_an_account_needs_no_more_than_its_wallets_of_one_market_each(world, data):
    assume(world.terms.scan.move.size > 0)
    scanned = sane(world, method=SCAN)
    stage = Stage(scanned, data.draw(st.integers(1, len(world.feed.index) - 1)))
    for sizes in stage.sizes:
        for tier in (INITIAL, FILL, MAINTENANCE, STOP):
            apart = sum(stage.need(np.where(mask, sizes, 0), tier) for mask in stage.groups())
            whole = stage.need(sizes, tier)
            assert whole <= apart + stage.noise(sizes)
            if world.terms.scan.offset == 0.0:
                assert whole == pytest.approx(apart, abs=max(stage.noise(sizes), 1e-12))


def unmoved(world: World, **margin: Any) -> list[Event]:
    """All events of a world that nobody enters or draws from once it runs, under a formation that knows no doubt."""
    plain = world.terms._replace(
        margin=world.terms.margin._replace(price_mode=ORACLE, doubt_factor=0.0, peg_factor=0.0)
    )
    terms = plain._replace(margin=plain.margin._replace(**margin))
    crowd = world.crowd._replace(
        enters=np.minimum(world.crowd.enters, 0),
        idle=np.zeros_like(world.crowd.idle),
        habits=world.crowd.habits._replace(draws=EMPTY_INTS),
    )
    formation = plain if world.formation is None else world.formation
    return events(compiled(changed(world, terms=terms, crowd=crowd, formation=formation)))


@settings(max_examples=120)
@given(small, st.sampled_from([ORACLE, STRICT, STABLE]))
def test_doubt_and_slow_prices_flag_nobody(world, mode):
    """They are of the initial tier alone: without entries and draws nothing changes, not even flags or liquidations."""
    doubt = {"doubt_threshold": 1.0, "doubt_factor": 3.0, "peg_threshold": 1.0, "peg_factor": 5.0}
    slow = {"price_mode": mode, "twap_s": 600.0, "stable_growth": 1e-5, "delay_growth": 0.01}
    assert unmoved(world, **doubt, **slow) == unmoved(world)
