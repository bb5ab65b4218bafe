"""Differences between two protocols."""

import pytest

from govtool.protocol.compare import change, differences
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset

DYDX = preset("dydx-v4")


def test_equal_protocols_have_no_difference():
    assert differences(DYDX, DYDX) == []


def test_a_difference_names_unit_values_change_and_setter():
    path = "tiers.large-cap.initial_margin_ppm"
    [one] = differences(DYDX, replaced(DYDX, {path: 25_000}))
    assert (one.path, one.unit, one.before, one.after) == (path, "ppm", 20_000, 25_000)
    assert (one.change, one.setter) == ("+25 %", "MsgSetLiquidityTier")


def test_what_only_one_protocol_has_is_added_or_removed():
    added = {one.path: one for one in differences(DYDX, preset("govtool"))}
    assert (added["auction.length_s"].before, added["auction.length_s"].change) == (None, "added")
    removed = {one.path: one for one in differences(preset("govtool"), DYDX)}
    assert (removed["auction.length_s"].after, removed["auction.length_s"].change) == (None, "removed")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (20_000, 30_000, "+50 %"),
        (30_000, 20_000, "-33.33 %"),
        (-100, 100, "+200 %"),
        (0, 5, "from zero"),
        (5, 0, "-100 %"),
        (False, True, "changed"),
        ("book", "dutch", "changed"),
    ],
)
def test_a_change_is_told_in_percent_or_words(before, after, words):
    assert change(before, after) == words
