"""Re-creating incidents: the arithmetic by hand, every one from bundled files alone, labels and given figures."""

import math

from govtool.regression.incidents import Published, read_incidents
from govtool.regression.recreate import beside, plain, recreate

STATED = read_incidents()


def published(value: float, **fields) -> Published:
    base = {"what": "paid", "unit": "usd", "measure": "insurance_draw_usd", "source": "x"}
    return Published(value=value, **(base | fields))


def test_the_ratio_is_the_mean_of_the_replays_over_what_was_published():
    row = beside(published(20.0), [10.0, 20.0, 60.0], "X, page 1")
    assert (row.mean, row.low, row.high, row.ratio) == (30.0, 10.0, 60.0, 1.5)
    assert (row.published, row.measure, row.citation) == (20.0, "insurance_draw_usd", "X, page 1")


def test_what_is_no_number_is_left_out_and_nothing_is_measured_by_zero():
    row = beside(published(20.0, over="liquidated_usd"), [math.nan, 10.0], "X")
    assert (row.mean, row.ratio, row.measure) == (10.0, 0.5, "insurance_draw_usd / liquidated_usd")
    assert math.isnan(beside(published(0.0), [10.0], "X").ratio)
    none = beside(published(20.0), [math.nan], "X")
    assert math.isnan(none.mean) and math.isnan(none.low) and math.isnan(none.ratio)


def test_a_fall_is_named_with_its_market_and_minutes():
    fall = published(0.3, measure="market_fall", market="YFI", within_min=60)
    assert beside(fall, [0.3], "X").measure == "market_fall YFI in 60 min"


def test_every_incident_replays_from_bundled_files():
    told = []
    found = recreate(STATED, seeds=[0], progress=lambda *step: told.append(step))
    assert [one.name for one in found] == list(STATED.incidents)
    assert told == [("incidents", done, 3) for done in range(4)]
    for one in found:
        assert one.label == "reconstructed" and one.seeds == (0,)
        assert [row.what for row in one.rows] == [figure.what for figure in STATED.incidents[one.name].figures]
        assert all(math.isfinite(row.mean) and row.low == row.mean == row.high for row in one.rows)
        assert all(row.citation for row in one.rows)


def test_what_a_recreation_was_set_to_comes_out():
    for one in recreate(STATED, ["yfi-2023", "adl-2025"], seeds=[0, 1]):
        given = [row for row in one.rows if row.given]
        assert len(given) >= 2
        assert all(0.8 < row.ratio < 1.2 for row in given)


def test_an_opening_pool_stands_above_the_protocols():
    incident = STATED.incidents["yfi-2023"].model_copy(update={"opening_pool_usd": 1_000_000.0})
    changed = STATED.model_copy(update={"incidents": {"yfi-2023": incident}})
    rows = {row.what: row for row in recreate(changed, seeds=[0])[0].rows}
    assert rows["fund before"].mean == 1_000_000.0


def test_a_result_is_a_file_of_its_own_format():
    content = plain(recreate(STATED, ["chain-halt-2025"], seeds=[3]))
    assert content["format"] == "govtool/recreated@1"
    assert content["incidents"][0]["seeds"] == (3,)
    assert content["incidents"][0]["rows"][0]["source"] == "dydx-claims"
