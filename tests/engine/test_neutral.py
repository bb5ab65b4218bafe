"""A mechanism that is off leaves no trace: what only it reads may be anything (rules §8 to §9a).

Replays are compared to the last bit.
"""

import zlib
from dataclasses import replace

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.codes import COLLUDE, HONEST, LATE, NO_SHOW, SELF
from govtool.engine.state import Keepers
from govtool.engine.terms import (
    EMPTY,
    EMPTY_INTS,
    Bidding,
    Dampers,
    Pool,
    Selling,
    Sharing,
)
from tests.engine.engines import Engine, compiled
from tests.engine.handmade import events
from tests.engine.inert import INERT, WIDE
from tests.engine.telling import changed
from tests.engine.worlds import World, seeded_world

pytestmark = pytest.mark.slow


def seeds(again: Engine, salt: str) -> range:
    """Others for each mechanism."""
    first = 100_000 + 1000 * (zlib.crc32(salt.encode()) % 97)
    return range(first, first + (15 if again is compiled else 4))


@pytest.mark.parametrize("name", INERT)
def test_what_only_a_mechanism_reads_that_is_off_may_be_anything(again: Engine, name: str) -> None:
    inert = INERT[name]
    sold = 0
    for seed in seeds(again, name):
        world = changed(seeded_world(seed), **inert.off)
        one, other = (again(changed(world, **way)) for way in (inert.one, inert.other))
        assert one == other
        sold += bool(events(one, names.FILL, names.TAKE, names.DELEVERAGE, names.CLOSE))
    assert sold > 0


@pytest.mark.parametrize("name", WIDE)
def test_a_limit_that_nothing_reaches_is_no_limit(again: Engine, name: str) -> None:
    sold = 0
    for seed in seeds(again, name):
        none, far = (again(changed(seeded_world(seed), **way)) for way in WIDE[name])
        assert none == far
        sold += bool(events(none, names.FILL, names.TAKE, names.DELEVERAGE, names.CLOSE))
    assert sold > 0


def zeros(world: World) -> World:
    """The world with zeros, or whatever stands for nothing, in place of columns that are left out."""
    keepers, accounts, markets = len(world.keepers.capital), len(world.crowd.equity), len(world.terms.unit)
    return changed(
        world,
        terms={"pool": {"pool_share": np.zeros(markets)}},
        crowd={"opted": np.zeros(accounts, dtype=np.int64)},
        feed={"sigma": np.zeros_like(world.feed.slope)},
        keepers={
            "patience": np.zeros(keepers),
            "risk": np.zeros(keepers),
            "cost": np.zeros(keepers),
            "conduct": np.full(keepers, HONEST, dtype=np.int64),
            "keeper_owner": np.full(keepers, -1, dtype=np.int64),
        },
    )


def test_columns_of_nothing_are_the_same_as_none(again: Engine) -> None:
    for seed in seeds(again, "columns"):
        left_out = changed(
            seeded_world(seed),
            terms={"pool": {"pool_share": EMPTY}},
            crowd={"opted": EMPTY_INTS},
            feed={"sigma": np.zeros((0, 0))},
            keepers={
                "patience": EMPTY,
                "risk": EMPTY,
                "cost": EMPTY,
                "conduct": EMPTY_INTS,
                "keeper_owner": EMPTY_INTS,
            },
        )
        assert again(left_out) == again(zeros(left_out))


def other_keepers(world: World) -> World:
    """Keepers of all conducts and other ways to sell, in place of those that a world has."""
    count = 5
    keepers = Keepers(
        latency=np.ones(count, dtype=np.int64),
        capital=np.full(count, 1e6),
        refill=np.full(count, 1e5),
        edge=np.zeros(count),
        least=np.zeros(count),
        conduct=np.array([HONEST, NO_SHOW, LATE, SELF, COLLUDE], dtype=np.int64),
    )
    selling = Selling(
        insolvent_s=60.0, max_resets=2, reset_s=30.0, tranches=3, target=1, first_share=0.1, share_ramp_s=60.0
    )
    bidding = Bidding(bond_share=0.1, settle_s=30.0, reward_flat=1.0, reward_cap=1.0)
    return changed(
        world, keepers=keepers, terms={"selling": selling, "bidding": bidding, "dampers": {"cooldown_s": 60.0}}
    )


def test_keepers_and_ways_to_sell_do_not_show_where_nobody_is_liquidated(again: Engine) -> None:
    calm = stormy = 0
    for seed in range(200_000, 200_000 + (100 if again is compiled else 30)):
        world = seeded_world(seed)
        one = again(world)
        if events(one, names.FLAG):
            stormy += one.events != again(other_keepers(world)).events
        else:
            other = again(other_keepers(world))
            # cash of keepers has a row for each of them
            assert replace(one, keeper_cash=[]) == replace(other, keeper_cash=[])
            calm += 1
    assert calm > 5 and stormy > 5


def test_terms_that_leave_everything_out_are_those_with_every_neutral_value_named(again: Engine) -> None:
    """Whole groups at their defaults, and the same with anything in what they do not read then."""
    named = {
        "selling": Selling(stair_s=1.0, floor_discount=0.5, insolvent_discount=0.5, window_s=1.0, share_ramp_s=60.0),
        "bidding": Bidding(bond_share=0.5, no_show_penalty=0.0, late_penalty=0.0, exclusion_s=600.0, reward_flat=1.0),
        "pool": Pool(advance_target=2.0, advance_account=1e6, advance_event=1e6, advance_fee=0.1),
        "sharing": Sharing(share_cap=1.0),
        "dampers": Dampers(breaker_window_s=15.0, breaker_halt_s=600.0, breaker_override=1.0),
    }
    plain = {"selling": Selling(), "bidding": Bidding(), "pool": Pool(), "sharing": Sharing(), "dampers": Dampers()}
    sold = 0
    for seed in seeds(again, "everything"):
        world = changed(seeded_world(seed), keepers={"keeper_owner": EMPTY_INTS})
        one, other = (again(changed(world, terms=groups)) for groups in (plain, named))
        assert one == other
        sold += bool(events(one, names.FILL, names.TAKE))
    assert sold > 0
