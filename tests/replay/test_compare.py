"""Several protocols and margin modes side by side."""

import dataclasses

import numpy as np
import pytest

from govtool.errors import ParamError
from govtool.history.events import find_event
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset
from govtool.replay.backtest import replay
from govtool.replay.compare import Row, compare, contagion_by_market, sentences
from govtool.replay.holdings import places
from govtool.replay.vary import Variant, variants
from govtool.scenario.bundle import build
from govtool.world.read import read_world
from tests.replay import pair, tiny

# Half of 10,000 in each market: 50 coins of each at 100. BTC falls to 81 and takes 950 of the 1,000.
FALLS = [100.0] * 4 + [81.0] * 4
STAYS = [100.0] * 8

STEP = 0.1
"""A step of ETH is worth this much: rounding down to one may cost the last."""


def both_modes() -> list[Variant]:
    return variants({"book": pair.book()}, ["cross", "isolated"])


def test_one_leg_ruins_the_other_under_cross_margin_only():
    cross, isolated = compare([pair.scenario(FALLS, STAYS, ((0.5, 0.5),))], both_modes())
    # Equity 50 against (4,050 + 5,000) * 0.012 = 108.6: ETH, the heavier leg, goes first although it lost nothing.
    assert cross.metrics["contagion_usd"] == pytest.approx(5_000.0, abs=2 * STEP)
    assert cross.contagion == pytest.approx({"BTC": 0.0, "ETH": 5_000.0}, abs=2 * STEP)
    # Its own 500 do not cover BTC's loss of 950; ETH's wallet never hears of it.
    assert isolated.metrics["contagion_usd"] == 0.0
    assert isolated.contagion == {"BTC": 0.0, "ETH": 0.0}
    assert isolated.metrics["liquidated_usd"] + isolated.metrics["adl_notional_usd"] == pytest.approx(4_050.0)


def test_what_no_market_has_lost_is_no_contagion():
    # 40,000 at 1.2 % keep 480 of 1,000; 2 % of funding leave 200: both legs fall, and neither price moved.
    scenario = pair.scenario(STAYS, STAYS, ((0.5, 0.5),), leverage=40.0)
    feed = scenario.feed._replace(funding_tick=np.array([2]), funding_rate=np.full((1, 2), 0.02))
    (row,) = compare([dataclasses.replace(scenario, feed=feed)], variants({"book": pair.book()}))
    assert row.metrics["liquidated_accounts"] == 1
    assert row.metrics["contagion_usd"] == 0.0


def test_a_leg_that_loses_is_no_victim_of_another():
    (row,) = compare([pair.scenario(FALLS, FALLS, ((0.5, 0.5),))], variants({"book": pair.book()}))
    assert row.metrics["liquidated_accounts"] == 1
    assert row.metrics["contagion_usd"] == 0.0


@pytest.mark.slow
def test_options_and_collateral_of_one_market_are_no_other_market():
    scenario = build(find_event("reconstructed-crash-2022-11-08"), read_world("instruments"), 0)
    cross, isolated = compare([scenario], variants({"govtool": preset("govtool")}, ["cross", "isolated"]))
    assert cross.metrics["contagion_usd"] > 0
    assert sum(cross.contagion.values()) == pytest.approx(cross.metrics["contagion_usd"])
    assert isolated.metrics["contagion_usd"] == 0.0


def test_capital_needed_is_the_shortfall_that_each_mode_would_have_had_to_fill():
    cross, isolated = compare([pair.scenario(FALLS, STAYS, ((0.5, 0.5),))], both_modes())
    assert cross.metrics["capital_needed_usd"] == pytest.approx(108.6 - 50.0, abs=2 * STEP)
    assert isolated.metrics["capital_needed_usd"] == pytest.approx(950.0 + 4_050.0 * 0.012 - 500.0)


def test_wallets_of_one_owner_count_as_one_account():
    falling = [100.0] * 4 + [80.0] * 4
    _, isolated = compare([pair.scenario(falling, falling, ((0.5, 0.5),))], both_modes())
    assert isolated.metrics["liquidated_accounts"] == 1


def test_capital_that_saves_an_account_once_is_not_needed_twice():
    # 100 coins at 91 keep 109.2 of 100 left. A slice of 10 is sold and 98.3 are enough; at 89.9 it happens again.
    # Whoever had put in what the 100 coins lack at 89.9, 107.88 + 10, would have been safe both times.
    prices = [100.0] * 4 + [91.0] * 4 + [89.9] * 4
    slices = replaced(pair.book(), {"liquidation.max_position_portion_liquidated_ppm": 100_000})
    outcome = replay(tiny.scenario(prices, [89.9] * 5_760), slices, detail=True)
    assert outcome.log is not None
    assert list(outcome.log.kind).count(4) == 2  # flagged twice
    assert outcome.metrics["capital_needed_usd"] == pytest.approx(117.88, abs=0.01)


def test_rows_come_by_window_then_variant_and_are_means_over_seeds():
    one = pair.scenario(FALLS, STAYS, ((0.5, 0.5),))
    half = pair.scenario(STAYS, STAYS, ((0.5, 0.5),))
    half = dataclasses.replace(half, seed=1, name="tiny/none/1")
    other = dataclasses.replace(one, event="other", name="other/none/0")
    rows = compare([one, half, other], both_modes())
    assert [(row.window, row.variant.margin) for row in rows] == [
        ("tiny/none", "cross"),
        ("tiny/none", "isolated"),
        ("other/none", "cross"),
        ("other/none", "isolated"),
    ]
    assert rows[0].metrics["liquidated_accounts"] == 0.5
    assert rows[0].contagion["ETH"] == pytest.approx(2_500.0, abs=2 * STEP)
    assert rows[0].metrics["contagion_share"] == rows[2].metrics["contagion_share"]  # nothing closed has no share


def test_a_missing_market_is_named_before_anything_is_replayed():
    lacking = preset("derive-v2-portfolio")
    wanted = variants({"a": pair.book(), "b": lacking})
    scenario = dataclasses.replace(pair.scenario(STAYS, STAYS, ((0.5, 0.5),)), markets=("BTC", "SOL"))
    done: list[str] = []
    with pytest.raises(ParamError, match="market SOL is not in protocol derive-v2-portfolio"):
        compare([scenario], wanted, lambda text="": done.append(text))
    assert done == []


def test_variants_are_every_method_and_mode_of_every_protocol():
    found = variants({"a": preset("dydx-v4"), "b": preset("derive-v2-portfolio")}, ["cross", "isolated"])
    assert [variant[:3] for variant in found] == [
        ("a", "cross", "position"),
        ("a", "isolated", "position"),
        ("b", "cross", "scan"),
        ("b", "isolated", "scan"),
    ]
    assert [variant.protocol.margin.mode for variant in found] == ["cross", "isolated"] * 2


@pytest.mark.parametrize(
    ("margins", "methods", "sentence"),
    [(["crossed"], [], "crossed"), ([], ["scan"], "needs the table")],
)
def test_a_mode_or_method_that_a_protocol_does_not_have_is_refused(margins, methods, sentence):
    with pytest.raises(ParamError, match=sentence):
        variants({"a": preset("dydx-v4")}, margins, methods)


def test_options_and_assets_have_their_places_beside_markets():
    scenario = pair.scenario(STAYS, STAYS, ((0.5, 0.5),))
    assert places(scenario)[0] == ("BTC", "ETH")
    listing = scenario.listing._replace(option_market=np.array([1, 1]))
    names, place = places(dataclasses.replace(scenario, listing=listing, assets=("BTC", "USDC")))
    assert names == ("BTC", "ETH", "BTC (collateral)", "USDC (collateral)")
    assert place.tolist() == [0, 1, 1, 1, 2, 3]


def test_contagion_needs_the_event_log():
    scenario = pair.scenario(STAYS, STAYS, ((0.5, 0.5),))
    with pytest.raises(ParamError, match="replay it with detail=True"):
        contagion_by_market(scenario, pair.book(), replay(scenario, pair.book()))


def row(margin: str, *, name: str = "p", accounts: float, size: float, capital: float, contagion: float = 0.0) -> Row:
    """A row with these numbers."""
    metrics = {
        "liquidated_accounts": accounts,
        "liquidated_usd": size - 1.0,
        "adl_notional_usd": 1.0,
        "capital_needed_usd": capital,
        "contagion_usd": contagion,
        "contagion_share": contagion / size,
    }
    return Row("w/d", Variant(name, margin, "position", pair.book()), (), metrics, {"BTC": 0.0, "ETH": contagion})


def test_the_words_follow_the_numbers():
    cross = row("cross", accounts=2, size=5_000, capital=10, contagion=100)
    isolated = row("isolated", accounts=3, size=6_000, capital=20)
    assert sentences([cross, isolated]) == [
        "p, position: cross liquidated fewer accounts (2 against 3) and closed less by force (5,000 against 6,000 usd,"
        " deleveraging included); isolated needs more capital (20 against 10 usd to keep every liquidated account above"
        " maintenance for a day); contagion between markets occurs under cross (ETH 100 usd, 2 % of what was closed by"
        " force) and not under isolated."
    ]


def test_the_words_turn_with_the_numbers():
    cross = row("cross", accounts=3, size=5_000, capital=20)
    isolated = row("isolated", accounts=2.5, size=6_000, capital=10)
    (told,) = sentences([cross, isolated])
    assert "isolated liquidated fewer accounts (2.5 against 3) and cross closed less by force" in told
    assert "cross needs more capital (20 against 10 usd" in told
    assert told.endswith("contagion between markets occurs under neither.")


def test_the_words_name_a_tie():
    (told,) = sentences([row(mode, accounts=2, size=5_000, capital=10) for mode in ("isolated", "cross")])
    assert "both liquidated 2 accounts and both closed 5,000 usd by force; both need 10 usd of capital" in told


def test_more_than_one_pair_ends_in_the_best_of_all():
    rows = [row(mode, name=name, accounts=2, size=5_000, capital=10) for name in "pq" for mode in ("cross", "isolated")]
    rows[3] = row("isolated", name="q", accounts=1, size=5_000, capital=10)
    told = sentences(rows)
    assert len(told) == 3
    assert told[2].startswith("Of all rows, fewest accounts liquidated: q isolated position (1); least closed")


def test_a_single_row_needs_no_words():
    assert sentences([row("cross", accounts=2, size=5_000, capital=10)]) == []
