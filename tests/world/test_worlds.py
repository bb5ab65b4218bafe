"""The worlds that ship: each loads, each value says where it comes from, each has the weather of its name."""

import re

import pytest

from govtool.world.figures import SETTINGS, settings_figures
from govtool.world.read import origins_of, read_world, shipped_worlds, stated_in

ORIGIN = re.compile(
    r"assumption\b|measured by benchmarks/\w+\.py\b|stated by \S+\.\S+: |figures (?P<named>\w+(, \w+)*)\b"
)
"""How an origin begins: with what stands behind it."""


def origin(world: str, field: str) -> str | None:
    """What a world says of a field: of the longest name that it is part of."""
    found = [name for name in origins_of(world) if field == name or field.startswith(f"{name}.")]
    return origins_of(world)[max(found, key=len)] if found else None


@pytest.mark.parametrize("name", shipped_worlds())
def test_a_shipped_world_loads_under_its_own_name(name):
    assert read_world(name).name == name


@pytest.mark.parametrize("name", sorted({*shipped_worlds()} - {"default"}))
def test_every_value_of_a_shipped_world_has_a_source_or_is_an_assumption(name):
    assert [field for field in stated_in(name) if origin(name, field) is None] == []
    for text in origins_of(name).values():
        said = ORIGIN.match(text)
        assert said, text
        assert {one for one in (said["named"] or "").split(", ") if one} <= set(SETTINGS)


def test_every_setting_has_a_figure():
    assert {figure.quantity for figure in settings_figures()} == set(SETTINGS)


def test_chains_differ_in_how_long_a_withdrawal_takes():
    optimistic, zk, own = (read_world(name).chain for name in ("optimistic-rollup", "zk-rollup", "app-chain"))
    assert optimistic.proof_s == 7 * 24 * 3_600 > zk.proof_s > own.proof_s == 0
    assert (optimistic.proof, zk.proof, own.proof) == ("optimistic", "zk", "none")
    assert all(chain.random.per_day > 0 for chain in (optimistic, zk, own))
    assert own.block_s == read_world("default").chain.block_s


def test_outages_are_the_means_of_what_was_read():
    lengths = [figure for figure in settings_figures() if figure.quantity == "outage_s"]
    groups = (
        ("optimistic-rollup", {"Arbitrum One", "OP Mainnet", "Base"}),
        ("zk-rollup", {"zkSync Era", "Starknet", "Linea"}),
    )
    for world, venues in groups:
        values = [figure.value for figure in lengths if figure.venue in venues]
        assert read_world(world).chain.random.length_s == pytest.approx(sum(values) / len(values), rel=0.01)


def test_sources_are_of_one_market():
    assert 0.5 < sum(source.volume for source in read_world("oracles").sources) <= 1


def test_stress_has_everything_on_and_no_attack():
    world = read_world("stress")
    assert world.sources == read_world("oracles").sources
    assert world.chain.proof == "optimistic" and world.bridge.channel.capacity > 0
    assert world.liquidity.shrink > 0 and world.liquidity.makers.move > 0 and world.liquidity.elsewhere
    assert world.habits.nudge and world.habits.panic_move and world.habits.fee_elasticity and world.habits.vol_target
    assert any(keeper.conduct == "backstop" for keeper in world.keepers)
    assert world.keepers[:3] == read_world("default").keepers
    assert world.attacks == ()


def test_worlds_without_new_weather_have_none():
    plain = read_world("default")
    for name in ("adversarial", "collateral", "instruments"):
        world = read_world(name)
        assert world.bridge == plain.bridge and world.sources == () and world.liquidity == plain.liquidity
        assert world.habits == plain.habits
