"""What abuse of an auction earns (rules §8): never more than honesty, where bonds are large enough.

Let both penalties be one. A keeper that wins and does not pay at once then loses its bond in every case, or gets it
back because the tranche ended before its time. One that never comes has nothing else to its name. One that comes late
makes `g = profit + reward - gas - cost` of a settlement, and loses the bond b of it. So:

- NO_SHOW: its cash ends at minus all bonds it lost. It never ends above nothing, whatever the bonds are.
- LATE: its cash ends at the sum of all g less all bonds it lost. If each b is at least its g, no term is above zero,
  and it does not end above nothing. (If late and absent cost the same, it comes when the profit is not below zero.
  What it has of waiting is an option on the price, which a bond below g leaves in the money: `test_without_...`.)
- HONEST: each take pays for itself when it is made, to a quantum. It never ends below nothing by more than its takes.

Hence no abuser whose bonds are at least its gains ends richer than an honest keeper in its place, by more than those
quantums, however else the two worlds differ. In a batch, nobody who does not pay at once settles at all; but there an
honest keeper too may end below nothing, by what losing bids and small lots cost it. That is gas, which here is free.

SELF takes only what its owner's accounts lose, and where `own_accounts` is 0 that is forbidden to it: it acts never.
"""

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.codes import HONEST, LATE, NO_SHOW, SELF
from govtool.engine.terms import BATCH, DUTCH, FIRST_COME
from tests.engine.engines import Engine, Told, compiled
from tests.engine.handmade import Event, events
from tests.engine.telling import Walk, abuses, basis, changed, walked
from tests.engine.worlds import World, seeded_world
from tests.reference.replay import Replay

pytestmark = pytest.mark.slow


def seeds(again: Engine) -> range:
    return range(90_000, 90_000 + (90 if again is compiled else 30))


def strict(seed: int, liquidation_format: int, conduct: int, k: int, **bidding: float) -> World:
    """A world where keeper `k` is of this conduct, and the whole bond is lost whoever comes late or never."""
    world = seeded(seed)
    count = len(world.keepers.capital)
    before = world.keepers.conduct if world.keepers.conduct.size else np.zeros(count, dtype=np.int64)
    conducts = np.where(np.arange(count) == k, conduct, before)
    free = {"gas": 0.0} if liquidation_format == BATCH else {}
    cost = np.zeros(count) if liquidation_format == BATCH else world.keepers.cost
    given = {"late_penalty": 1.0, "no_show_penalty": 1.0, "settle_s": 2 * world.venue.step_s} | bidding
    return changed(
        world,
        terms={"liquidation_format": liquidation_format, "bidding": given},
        venue=free,
        keepers={"conduct": conducts, "cost": cost},
    )


seeded = cache(seeded_world)


def some_keeper(seed: int) -> int:
    """One of the keepers of a world; -1 where there is none."""
    count = len(seeded(seed).keepers.capital)
    return seed % count if count else -1


def gains(world: World, replay: Replay, k: int) -> Iterator[tuple[int, int]]:
    """What each settlement of keeper `k` brings at most, in quantums, and the bond that it costs."""
    unloading = Unloading(world)
    pending = None
    for event, walk in walked(world, replay, names.FILL, names.TAKE, names.CLOSE, names.SLASH):
        if event.kind != names.SLASH:
            made = unloading.tell(event, walk)
            pending = (event.account, event.market, made) if event.other == k else pending
        elif event.other == k:
            if pending is not None and pending[:2] == (event.account, event.market):
                yield pending[2], event.fund
            pending = None


class Unloading:
    """Displaced volumes, followed through a log by the reference's market: what keepers sell at is not in it."""

    def __init__(self, world: World) -> None:
        self.world, self.tick = world, 0

    def tell(self, event: Event, walk: Walk) -> int:
        """Carry out a trade with the market; what a keeper makes of it, with all its fee for a reward, if any."""
        books = walk.now(event.tick)
        self._decay(books.state, event.tick)
        side, q = (-1 if event.size > 0 else 1), abs(event.size)
        trade = books.deal(event.market, side, q)
        if trade.market >= 0:
            books.state.volume[trade.market] = trade.volume
        unloaded = round(((q * walk.unit[event.market]) * trade.price) * 1e6)
        reward = min(event.fee, math.floor(self.world.terms.bidding.reward_cap * 1e6))
        return side * unloaded - event.quote + reward

    def _decay(self, state, tick: int) -> None:
        venue = self.world.venue
        while self.tick < tick:
            decayed = [volume * venue.decay for volume in state.volume]
            state.volume = [0.0 if abs(volume) < venue.floor_x else volume for volume in decayed]
            self.tick += 1


@pytest.mark.parametrize("liquidation_format", [DUTCH, FIRST_COME, BATCH])
def test_who_never_comes_ends_with_its_bonds_lost_and_no_richer_than_an_honest_one(again, liquidation_format):
    """Whatever the bonds are, and exactly."""
    lost = earned = 0
    for seed in seeds(again):
        k = some_keeper(seed)
        if k < 0:
            continue
        absent, honest = (again(strict(seed, liquidation_format, conduct, k)) for conduct in (NO_SHOW, HONEST))
        slashed = sum(event.fund for event in events(absent, names.SLASH) if event.other == k)
        assert absent.keeper_cash[k] == -slashed
        assert not any(event.other == k for event in events(absent, names.TAKE))
        assert honest.keeper_cash[k] >= -takes_of(honest, k)
        lost += slashed > 0
        earned += honest.keeper_cash[k] > 0
    assert lost > 0 and earned > 0


def takes_of(replay: Replay, k: int) -> int:
    return sum(event.other == k for event in events(replay, names.TAKE))


@pytest.mark.parametrize("liquidation_format", [DUTCH, FIRST_COME])
def test_who_comes_late_ends_no_richer_than_an_honest_one_if_each_bond_is_its_gain_or_more(again, liquidation_format):
    came = deterred = 0
    for seed in seeds(again):
        k = some_keeper(seed)
        if k < 0:
            continue
        share = (0.001, 0.02, 0.3)[seed % 3]
        world = strict(seed, liquidation_format, LATE, k, bond_share=share)
        late = again(world)
        settled = list(gains(world, late, k))
        came += bool(settled)
        slashed = sum(event.fund for event in events(late, names.SLASH) if event.other == k)
        most = sum(gain for gain, _ in settled) - slashed
        plain = world.terms.bidding.reward_cap == 0 and world.venue.gas == 0 and not world.keepers.cost.any()
        assert late.keeper_cash[k] == most if plain else late.keeper_cash[k] <= most
        if all(gain <= bond for gain, bond in settled):
            honest = again(strict(seed, liquidation_format, HONEST, k, bond_share=share))
            assert late.keeper_cash[k] <= 0
            assert late.keeper_cash[k] <= honest.keeper_cash[k] + takes_of(honest, k)
            deterred += bool(settled)
    assert deterred > 0 and came > deterred


def test_in_a_batch_nobody_settles_late(again: Engine) -> None:
    lost = 0
    for seed in seeds(again):
        k = some_keeper(seed)
        if k < 0:
            continue
        late = again(changed(strict(seed, BATCH, LATE, k), terms={"selling": {"insolvent_s": 0.0}}))
        assert takes_of(late, k) == 0 and late.keeper_cash[k] <= 0
        lost += late.keeper_cash[k] < 0
    assert lost > 0


def test_without_a_bond_who_comes_late_may_end_richer(again: Engine) -> None:
    """The price at winning is kept while the market moves. What a bond is there to take away does exist."""
    richer = 0
    for seed in seeds(again):
        k = some_keeper(seed)
        if k >= 0:
            late, honest = (again(strict(seed, DUTCH, conduct, k, bond_share=0.0)) for conduct in (LATE, HONEST))
            richer += late.keeper_cash[k] > max(0, honest.keeper_cash[k])
    assert richer > 0


def owned(seed: int, conduct: int, own_accounts: int) -> tuple[World, int]:
    """A world where a keeper is that of an account's owner."""
    k = some_keeper(seed)
    world = strict(seed, (DUTCH, FIRST_COME, BATCH)[seed % 3], conduct, k, own_accounts=own_accounts)
    owner = world.crowd.owner if world.crowd.owner.size else np.arange(len(world.crowd.equity))
    of = np.where(np.arange(len(world.keepers.capital)) == k, owner[seed % len(owner)], -1)
    return changed(world, keepers={"keeper_owner": of}), k


def test_who_buys_only_of_its_own_accounts_earns_nothing_where_that_is_forbidden(again: Engine) -> None:
    bought = 0
    for seed in seeds(again):
        if some_keeper(seed) < 0:
            continue
        (forbidden, k), (allowed, _) = owned(seed, SELF, 0), owned(seed, SELF, 1)
        replay = again(forbidden)
        assert replay.keeper_cash[k] == 0
        assert not any(event.other == k for event in events(replay, names.TAKE, names.WON, names.SLASH))
        bought += takes_of(again(allowed), k)
    assert bought > 0


def test_nobody_takes_of_its_own_accounts_where_that_is_forbidden_nor_a_stranger_who_takes_only_those(
    replays: Told,
) -> None:
    own = 0
    for world, replay in replays:
        keepers = world.keepers
        owner = world.crowd.owner if world.crowd.owner.size else np.arange(len(world.crowd.equity))
        for event in events(replay, names.TAKE, names.WON):
            of = keepers.keeper_owner[event.other] if keepers.keeper_owner.size else -1
            related = of >= 0 and of == owner[event.account]
            assert not related or world.terms.bidding.own_accounts
            assert related or not keepers.conduct.size or keepers.conduct[event.other] != SELF
            own += related
    assert own > 0


def test_rewards_come_from_what_accounts_have_above_bankruptcy_and_from_nowhere_else(replays: Told) -> None:
    """And before any fee: a take pays its keeper the whole reward of the terms if so much is there, and a fee of what
    then remains, each to a quantum or two.

    After a take, fee and reward paid, an account is therefore no less healthy than before: E / MM does not fall (of a
    leg that counts for all of its account, E does not change sign). So no reward makes a loss, or makes it larger than
    it would have been had the account been sold at its bankruptcy quote all along; and the sum of all rewards is at
    most the sum of what the takes brought above that.
    """
    seen: Counter[str] = Counter()
    for world, replay in replays:
        if world.terms.bidding.reward_cap == 0:
            continue
        rewards, slack = 0.0, 0.0
        for event, walk in walked(world, replay, names.TAKE):
            surplus, sold = surplus_of(walk, event), abs(event.quote)
            promised = promised_reward(world, sold)
            reward = min(promised, max(0.0, surplus))
            fee = max(0.0, min(sold * world.terms.fee_rate, surplus - reward))
            near = 3 + 1e-9 * sold
            assert abs(event.fee - (reward + fee)) <= near
            rewards, slack = rewards + reward, slack + near
            seen["all a reward"] += fee == 0 < reward < promised
            seen["both"] += fee > 0 and reward == promised > 0
        assert abs(replay.gauges["rewards"] - rewards * 1e-6) <= slack * 1e-6
    assert seen["both"] > 0 and (seen["all a reward"] > 0 or len(replays) < 200)


def promised_reward(world: World, sold: int) -> float:
    """What the terms promise for a take of so many quantums, whether it is there or not."""
    bidding = world.terms.bidding
    if bidding.reward_cap <= 0:
        return 0.0
    for_size = bidding.reward_flat + bidding.reward_share * (sold * 1e-6)
    return float(min(max(for_size, world.venue.gas * (1 + bidding.gas_margin)), bidding.reward_cap)) * 1e6


def surplus_of(walk: Walk, event: Event) -> float:
    """What a take brought above its bankruptcy quote."""
    books = walk.now(event.tick)
    weight = books.weight(event.account, event.market)
    coins = abs(event.size) * walk.unit[event.market]
    value = -np.sign(event.size) * coins * books.marks()[event.market]
    counted = coins * basis(walk, event.tick, event.market) * weight
    counted = min(counted, event.maintenance * (abs(event.size) / abs(walk.size[event.account, event.market])))
    least = value - event.equity * counted / event.maintenance if event.maintenance > 0 else value
    return float(event.quote - least * 1e6)


def test_rewards_are_no_more_than_their_cap_and_only_who_does_not_pay_at_once_puts_up_a_bond(replays: Told) -> None:
    takes: Counter[bool] = Counter()
    for world, replay in replays:
        count = len(events(replay, names.TAKE))
        assert 0 <= replay.gauges["rewards"] <= count * world.terms.bidding.reward_cap + 1e-9
        takes[replay.gauges["rewards"] > 0] += 1
        assert all(event.fund >= 0 for event in events(replay, names.SLASH))
        assert all(abuses(world, event.other) for event in events(replay, names.WON, names.SLASH))
    assert takes[True] > 2
