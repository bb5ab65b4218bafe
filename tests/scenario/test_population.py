"""The generated crowd."""

import hashlib

import numpy as np
import pytest

from govtool.engine.state import Crowd
from govtool.errors import ParamError
from govtool.scenario.arrays import flat
from govtool.scenario.population import LEAST_SPLIT, _exponentials, _normals, form_crowd
from govtool.world.model import World
from govtool.world.read import read_world

TARGETS = np.array([100e6, 70e6, 30e6])


def crowd(seed: int = 0, accounts: int = 1_000, **population: object) -> Crowd:
    return form_crowd(changed(accounts=accounts, **population), seed, TARGETS, 15)


def changed(**population: object) -> World:
    data = read_world("default").model_dump()
    data["population"] |= population
    return World.model_validate(data)


def sides(made: Crowd) -> tuple[np.ndarray, np.ndarray]:
    """Wished long and short notional per market of those in from the start."""
    notional = (made.equity * 1e-6 * made.leverage)[:, None] * made.share
    formed = notional[made.enters == 0]
    return np.maximum(formed, 0).sum(axis=0), np.maximum(-formed, 0).sum(axis=0)


def fingerprint(made: Crowd) -> str:
    return hashlib.sha256(b"".join(value.tobytes() for value in flat("crowd", made).values())).hexdigest()


@pytest.mark.parametrize("seed", [0, 1, 2**62])
def test_both_sides_of_each_market_meet_their_targets(seed):
    long, short = sides(crowd(seed))
    assert long == pytest.approx(TARGETS, rel=1e-3)
    assert short == pytest.approx(0.9 * TARGETS, rel=1e-3)


def test_more_short_than_long_makes_the_short_side_the_open_interest():
    long, short = sides(crowd(short_share=1.25))
    assert short == pytest.approx(TARGETS, rel=1e-3)
    assert long == pytest.approx(0.8 * TARGETS, rel=1e-3)


def test_thousands_of_accounts_are_formed():
    made = crowd(accounts=20_000)
    assert made.equity.shape == (20_000,)
    assert sides(made)[0] == pytest.approx(TARGETS, rel=1e-3)


def test_one_account_is_formed_too():
    made = crowd(accounts=1)
    assert made.equity.shape == (1,)
    assert np.abs(made.share).sum() == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_crowd_and_another_seed_another():
    assert fingerprint(crowd(5)) == fingerprint(crowd(5))
    assert fingerprint(crowd(5)) != fingerprint(crowd(6))


def test_plans_of_an_account_do_not_hang_on_how_many_others_there_are():
    few, many = crowd(accounts=100), crowd(accounts=1_000)
    assert np.array_equal(few.leverage, many.leverage[:100])
    assert np.array_equal(few.share, many.share[:100])
    assert np.array_equal(few.enters, many.enters[:100])


def test_a_crowd_is_the_same_on_every_machine():
    # Written down once; a new default world writes it down anew. No libm, so no machine may differ.
    assert fingerprint(crowd(7)) == ("cad7fd9bfd542519c10e79bfd9c484c08d69c2a48c049f0c6561a0e9d8fe56db")


def test_shares_are_signed_parts_of_a_whole_in_one_to_three_markets():
    made = crowd()
    held = (made.share != 0).sum(axis=1)
    assert np.abs(made.share).sum(axis=1) == pytest.approx(np.ones(1_000))
    assert set(held.tolist()) == {1, 2, 3}
    pairs = np.sort(np.abs(made.share[held == 2]), axis=1)[:, 1:]
    assert (pairs[:, 1] / pairs[:, 0]).max() <= (LEAST_SPLIT + 1) / LEAST_SPLIT


def test_legs_of_a_hedged_account_face_each_other():
    kinds = read_world("default").model_dump()["population"]["kinds"]
    hedged = {"hedged": kinds["hedged"] | {"share": 1.0}}
    made = crowd(kinds=hedged)
    held = (made.share != 0).sum(axis=1)
    assert set(held.tolist()) == {2, 3}
    assert (np.abs(np.sign(made.share).sum(axis=1)) == held % 2).all()


def test_wished_leverage_keeps_to_the_limit_of_its_kind():
    kinds = read_world("default").model_dump()["population"]["kinds"]
    gamblers = {"gambler": kinds["gambler"] | {"share": 1.0, "leverage_limit": 12.0}}
    made = crowd(kinds=gamblers)
    assert made.leverage.max() == 12.0
    assert np.median(made.leverage) == pytest.approx(11.0, rel=0.05)


def test_those_who_are_out_enter_later_or_never():
    kinds = read_world("default").model_dump()["population"]["kinds"]
    retail = kinds["retail"] | {"share": 1.0}
    later = crowd(kinds={"retail": retail}).enters
    assert np.mean(later == 0) == pytest.approx(0.4, abs=0.05)
    assert np.mean(later[later > 0]) == pytest.approx(36 * 240, rel=0.1)
    never = crowd(kinds={"retail": retail | {"enter_h": 0.0}}).enters
    assert set(never.tolist()) == {0, -1}


def test_normals_have_mean_zero_and_variance_one():
    values = _normals(1, 90, np.arange(20_000))
    assert values.mean() == pytest.approx(0.0, abs=0.02)
    assert values.std() == pytest.approx(1.0, abs=0.02)


def test_exponentials_agree_with_the_library():
    values = np.array([-5.0, -0.5, 0.0, 0.5, 5.0])
    assert _exponentials(values) == pytest.approx(np.exp(values), rel=1e-14)


def test_too_few_accounts_for_many_even_markets_are_refused():
    with pytest.raises(ParamError, match=r"population\.accounts = 100 are too few"):
        form_crowd(changed(accounts=100), 1, np.full(20, 1e8), 60)
