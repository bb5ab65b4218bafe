"""One parameter varied."""

import pytest

from govtool.errors import ParamError
from govtool.replay.backtest import replay
from govtool.replay.vary import parse_variation, vary
from tests.replay import tiny


def test_a_variation_is_a_path_and_values():
    assert parse_variation(tiny.dutch(), "auction.length_s=45, 120,600") == ("auction.length_s", [45, 120, 600])
    assert parse_variation(tiny.dutch(), "deleveraging.enabled=true,false")[1] == [True, False]
    assert parse_variation(tiny.book(), "markets.BTC.tier=large-cap,mid-cap")[1] == ["large-cap", "mid-cap"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("auction.length_s", "'auction.length_s' is not FIELD=a,b,c"),
        ("auction.length_s=", "is not FIELD=a,b,c"),
        ("auction.lengths=1", "auction.lengths; did you mean auction.length_s"),
        ("auction.length_s=short", "auction.length_s = 'short' is not an integer in on-chain units"),
        ("auction.length_s=1,,2", "auction.length_s = '' is not an integer"),
        ("deleveraging.enabled=1", "deleveraging.enabled = '1' is not true or false"),
    ],
)
def test_what_is_no_variation_is_refused(text, sentence):
    with pytest.raises(ParamError) as refused:
        parse_variation(tiny.dutch(), text)
    assert sentence in str(refused.value)


def test_a_value_out_of_bounds_is_refused():
    quiet = tiny.scenario([100.0] * 8, [100.0])
    with pytest.raises(ParamError, match=r"auction\.length_s = 0"):
        list(vary(quiet, tiny.dutch(), "auction.length_s", [0]))


def test_nothing_but_the_value_changes():
    crash = tiny.scenario([100.0] * 4 + [91.0] * 8, [91.0])
    found = dict(vary(crash, tiny.dutch(), "auction.length_s", [60, 120]))
    assert found[60].event_digest == replay(crash, tiny.dutch()).event_digest
    # Twice as long, so half the discount when the keeper comes.
    assert found[120].metrics["keeper_profit_usd"] == pytest.approx(found[60].metrics["keeper_profit_usd"] / 2)
