"""Charts: drawn from their tables alone, within the limits of a forum, and told in words."""

import struct

import pytest

from govtool.proposal.figures import draw
from govtool.proposal.images import images
from govtool.proposal.style import CANDIDATE, CURRENT

KEYS = [("change", "recorded"), ("refused", "reconstructed"), ("empty", "reconstructed")]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def drawn(bundles):
    return {key: images(bundles[key].evidence["charts"]) for key in KEYS}


@pytest.mark.parametrize("key", KEYS)
def test_every_chart_is_a_png_and_an_svg_with_its_data(bundles, drawn, key):
    names = [chart["name"] for chart in bundles[key].evidence["charts"]]
    assert set(drawn[key]) == {f"charts/{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert {f"charts/{name}.csv" for name in names} <= set(bundles[key].files)


def test_a_change_has_five_charts(bundles):
    names = [chart["name"] for chart in bundles["change", "recorded"].evidence["charts"]]
    assert names == ["intervals", "events", "pool", "pareto", "sensitivity"]


@pytest.mark.parametrize("key", KEYS)
def test_an_image_fits_a_forum(drawn, key):
    for place, content in drawn[key].items():
        assert len(content) < 1_000_000
        if place.endswith(".png"):
            width, height = struct.unpack(">II", content[16:24])
            assert width <= 1_380 and height <= 1_000, place


def test_the_same_tables_give_the_same_images(bundles, drawn):
    key = ("refused", "reconstructed")
    assert images(bundles[key].evidence["charts"]) == drawn[key]


def test_no_image_holds_a_date_or_a_program(drawn):
    for place, content in drawn["change", "recorded"].items():
        assert b"dc:date" not in content and b"Software" not in content, place


@pytest.mark.parametrize("key", KEYS)
def test_every_chart_is_told_in_words_with_numbers(bundles, key):
    for chart in bundles[key].evidence["charts"]:
        assert len(chart["alt"]) > 80 and any(letter.isdigit() for letter in chart["alt"])
        assert not set("[]\n") & set(chart["title"])
        assert f"![{chart['alt']}](charts/{chart['name']}.png)" in bundles[key].files["proposal.md"].decode()


def test_series_differ_in_more_than_colour(bundles):
    """Current and candidate differ in marker or dashes as well."""
    charts = {chart["name"]: chart for chart in bundles["change", "recorded"].evidence["charts"]}
    figure = draw(charts["pool"])
    looks = {line.get_label(): (line.get_color(), line.is_dashed()) for line in figure.axes[0].lines}
    assert looks == {"current": (CURRENT, False), "candidate": (CANDIDATE, True)}
    figure = draw(charts["events"])
    markers = {line.get_color(): line.get_marker() for line in figure.axes[0].lines if line.get_marker() != "None"}
    assert markers[CURRENT] != markers[CANDIDATE]


def test_what_is_drawn_is_what_the_table_holds(bundles):
    chart = next(one for one in bundles["change", "recorded"].evidence["charts"] if one["name"] == "pool")
    figure = draw(chart)
    lines = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].lines}
    column = chart["columns"].index("candidate_pool")
    assert lines["candidate"] == [row[column] for row in chart["rows"]]
