"""The named windows of recorded history: all listed, absent where no bars are, with their falls where there are."""

import math

from govtool.history.catalogue import catalogue
from govtool.regression.windows import real_windows


def test_at_least_ten_are_named_and_none_is_made_up():
    listed = real_windows()
    assert len(listed) >= 10
    assert {one.name for one in listed} == {name for name in catalogue() if not name.startswith("reconstructed")}
    assert {one.kind for one in listed} == {"crash", "calm"}
    assert all(not one.at_hand and math.isnan(one.fall) for one in listed)


def test_recorded_windows_fell_as_their_stories_say(real_history):
    listed = {one.name: one for one in real_windows()}
    march = listed["crash-2020-03-12"]
    assert march.at_hand and march.interval == "1h" and 0.5 < march.fall < 0.6
    assert all(one.fall < 0.1 for one in listed.values() if one.kind == "calm")
