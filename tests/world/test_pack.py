"""Worlds as the engine's arrays."""

import pytest

from govtool.engine.codes import BACKSTOP, COLLUDE, HONEST, LATE, NO_SHOW, SELF
from govtool.engine.state import Passage
from govtool.engine.terms import FIRST_COME_ORDER, PRIORITY_ORDER, PRIVATE_ORDER
from govtool.errors import ParamError
from govtool.world.pack import pack_keepers, pack_venue
from govtool.world.read import read_world
from tests.world.changes import changed


def test_blocks_per_tick_are_the_nearest_whole_number():
    assert pack_venue(changed(chain={"block_s": 1.11}), ("BTC",)).blocks == 14  # 15 / 1.11 = 13.5
    assert pack_venue(changed(chain={"block_s": 60.0}), ("BTC",)).blocks == 1


def test_half_a_displacement_is_gone_after_the_half_life():
    venue = pack_venue(changed(liquidity={"half_life_s": 60.0}), ("BTC",))
    assert venue.decay**4 == pytest.approx(0.5, rel=1e-12)


def test_a_market_may_have_its_own_spread():
    venue = pack_venue(changed(liquidity={"half_spreads": {"SOL": 0.002}}), ("BTC", "SOL"))
    assert venue.half_spread.tolist() == [0.0005, 0.002]


@pytest.mark.parametrize(("step_s", "per_hour", "per_block"), [(15, 240, 60), (60, 60, 15), (3_600, 1, 1), (40, 90, 2)])
def test_skipping_blocks_divide_the_hour(step_s, per_hour, per_block):
    venue = pack_venue(changed(step_s=step_s), ("BTC",))
    assert (venue.ticks_per_hour, venue.block_ticks) == (per_hour, per_block)
    assert per_hour % per_block == 0


def test_keepers_stand_in_the_order_of_latency_and_scale_with_the_venue():
    keepers = pack_keepers(read_world("default"), 1e8)
    assert keepers.latency.tolist() == [1, 2, 3]
    assert keepers.capital.tolist() == [1e6, 3e5, 3e6]
    assert keepers.refill.tolist() == pytest.approx([1e6 / 60, 3e5 / 40, 3e6 / 120])


def test_a_latency_shorter_than_a_tick_is_one_tick():
    quick = [{"name": "k", "latency_s": 0.5, "capital": 0.1, "recycle_s": 60.0, "edge": 0.0, "least": 0.0}]
    assert pack_keepers(changed(keepers=quick), 1e8).latency.tolist() == [1]


def test_a_world_may_have_no_keepers():
    assert pack_keepers(changed(keepers=[]), 1e8).latency.size == 0


def keeper(**told: object) -> dict[str, object]:
    plain = {"name": "k", "latency_s": 15.0, "capital": 0.1, "recycle_s": 60.0, "edge": 0.0, "least": 0.0}
    return plain | told


def test_plain_keepers_are_honest_hasty_and_nobodys():
    keepers = pack_keepers(read_world("default"), 1e8)
    for traits in (keepers.patience, keepers.risk, keepers.cost):
        assert traits.tolist() == [0.0, 0.0, 0.0]
    assert keepers.conduct.tolist() == [HONEST] * 3 and keepers.keeper_owner.tolist() == [-1] * 3
    assert pack_venue(read_world("default"), ("BTC",)).gas == 0.0


def test_strategies_of_keepers_stand_in_the_order_of_latency_too():
    network = [
        keeper(name="a", latency_s=60.0, patience=0.01, risk=0.5, cost=2.0, conduct="collude"),
        keeper(name="b", latency_s=15.0, conduct="no-show"),
        keeper(name="c", latency_s=45.0, conduct="self", owns=0.1),
        keeper(name="d", latency_s=30.0, conduct="late"),
    ]
    keepers = pack_keepers(changed(keepers=network), 1e8, (-1, -1, 17, -1))
    assert keepers.conduct.tolist() == [NO_SHOW, LATE, SELF, COLLUDE]
    assert keepers.patience.tolist() == [0.0, 0.0, 0.0, 0.01] and keepers.risk.tolist() == [0.0, 0.0, 0.0, 0.5]
    assert keepers.cost.tolist() == [0.0, 0.0, 0.0, 2.0]
    assert keepers.keeper_owner.tolist() == [-1, -1, 17, -1]


def test_gas_is_the_chains():
    assert pack_venue(changed(chain={"gas": 0.4}), ("BTC",)).gas == 0.4


def test_a_plain_chain_lets_money_pass_at_once_in_the_order_of_arrival():
    venue = pack_venue(read_world("default"), ("BTC",))
    assert venue.passage == Passage()
    assert (venue.ordering, venue.priority_share, venue.frontrun) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("word", "code"), [("first-come", FIRST_COME_ORDER), ("priority", PRIORITY_ORDER), ("private", PRIVATE_ORDER)]
)
def test_orders_have_their_codes(word, code):
    venue = pack_venue(changed(chain={"ordering": word, "priority_share": 0.4, "frontrun": 1e5}), ("BTC",))
    assert (venue.ordering, venue.priority_share, venue.frontrun) == (code, 0.4, 1e5)


def test_times_under_way_become_ticks_rounded_up():
    channel = {"capacity": 1e6, "refill_s": 600.0, "fee": 0.002, "delay_s": 16.0}
    bridge = {"delay_s": 901.0, "fee": 0.001, "capacity": 5e6, "channel": channel}
    chain = {"batch_s": 61.0, "proof": "zk", "proof_s": 1_799.0, "dispute_chance": 0.5, "dispute_s": 3_600.0}
    passage = pack_venue(changed(bridge=bridge, chain=chain), ("BTC",)).passage
    assert passage == Passage(
        batch_ticks=5,
        proof_lag=120,
        bridge_lag=61,
        bridge_fee=0.001,
        bridge_capacity=5e6,
        channel_capacity=1e6,
        channel_refill_s=600.0,
        channel_fee=0.002,
        channel_lag=2,
    )


@pytest.mark.parametrize(
    ("proof", "expected"), [("none", (0, 0.0, 0)), ("zk", (4, 0.0, 0)), ("optimistic", (4, 0.5, 240))]
)
def test_only_an_optimistic_proof_is_disputed_and_without_one_nobody_waits(proof, expected):
    chain = {"proof": proof, "proof_s": 60.0, "dispute_chance": 0.5, "dispute_s": 3_600.0}
    passage = pack_venue(changed(chain=chain), ("BTC",)).passage
    assert (passage.proof_lag, passage.dispute_chance, passage.dispute_lag) == expected


def test_a_dispute_that_never_happens_delays_nobody():
    passage = pack_venue(changed(chain={"proof": "optimistic", "dispute_s": 3_600.0}), ("BTC",)).passage
    assert passage == Passage()


def test_a_backstop_has_its_code():
    assert pack_keepers(changed(keepers=[keeper(conduct="backstop")]), 1e8).conduct.tolist() == [BACKSTOP]


def collusion(*names: str) -> dict[str, object]:
    return {"kind": "collusion", "keepers": names, "patience": 0.03}


def test_keepers_that_an_attack_names_collude_and_wait():
    found = pack_keepers(changed(attacks=[collusion("fast", "patient")]), 1e8)
    # In order of latency: fast, small, patient.
    assert found.conduct.tolist() == [COLLUDE, HONEST, COLLUDE] and found.patience.tolist() == [0.03, 0.0, 0.03]


def test_a_keeper_that_is_not_there_or_waits_for_nothing_cannot_collude():
    with pytest.raises(ParamError, match="'nobody' that colludes is none of the world's; name some of: fast, patient"):
        pack_keepers(changed(attacks=[collusion("nobody")]), 1e8)
    with pytest.raises(ParamError, match="'k' is a backstop"):
        pack_keepers(changed(keepers=[keeper(conduct="backstop")], attacks=[collusion("k")]), 1e8)
