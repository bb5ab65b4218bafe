"""The page on auction lengths: its script replays every format and length, and docs/auctions.md is what it writes."""

from pathlib import Path

import pytest

from benchmarks import auctions
from benchmarks.fairness.figure import PANELS, draw
from benchmarks.fairness.page import MADE
from benchmarks.fairness.reading import ReadingError, holds
from benchmarks.fairness.rows import Row, replayed
from benchmarks.fairness.tables import LOSS, PRICE, UNFAIR, data, headings, table
from benchmarks.fairness.terms import AUCTIONS, BUNDLED, EVENTS, FORMATS, PLACES, SWITCHED_OFF, setting, world_of
from govtool.history.events import find_event
from govtool.scenario.bundle import build

DOCS = Path(__file__).parents[1] / "docs"

FEW = 200
"""Accounts of a replay that must be quick."""


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every format and length in the bundled windows, with few accounts and one seed."""
    world = world_of("default")
    world = world.model_copy(update={"population": world.population.model_copy(update={"accounts": FEW})})
    return [row for event in BUNDLED for row in replayed([build(find_event(event), world, 0)])]


def page_tables() -> list[list[list[str]]]:
    """Cells of every table of the page, in its order."""
    found: list[list[list[str]]] = []
    before = ""
    for line in (DOCS / "auctions.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        before = line
    return found


@pytest.mark.slow
def test_every_window_has_a_row_for_each_format_and_length(rows):
    assert [(row.window, row.style, row.place) for row in rows] == [
        (window, style, place) for window in BUNDLED for style in FORMATS for place in PLACES
    ]
    lines = data({"default": rows}).splitlines()
    assert len(lines) == 1 + 3 * len(FORMATS) * len(PLACES)
    assert {line.count(",") for line in lines} == {lines[0].count(",")}


@pytest.mark.slow
def test_the_ledger_adds_up_and_shares_are_shares_in_every_row(rows):
    for row in rows:
        assert row.mean("ledger_residual_quantums") == 0
        assert 0 <= row.mean("auction_unfilled_share") <= 1
        assert 0 <= row.mean("spared_share") <= 1


@pytest.mark.slow
def test_tables_and_chart_are_made_of_the_rows(rows):
    mine = rows[: len(FORMATS) * len(PLACES)]
    for columns in (PRICE, LOSS):
        lines = table(mine, columns)
        assert len(lines) == 2 + len(mine)
        assert {line.count("|") for line in lines} == {len(headings(columns)) + 1}
    assert len(draw(rows).axes) == len(PANELS) * len(BUNDLED)


def test_the_page_was_made_by_this_script():
    text = (DOCS / "auctions.md").read_text(encoding="utf-8")
    assert text.startswith(MADE)
    tables = page_tables()
    fair, foul = tables[2 : 2 + 2 * len(EVENTS)], tables[2 + 2 * len(EVENTS) :]
    assert [one[0] for one in fair] == [headings(columns) for _ in EVENTS for columns in (PRICE, LOSS)]
    assert [one[0] for one in foul] == [headings(UNFAIR)] * len(EVENTS)
    for styles, group in ((FORMATS, fair), (AUCTIONS, foul)):
        wanted = [[style, setting(style, place)] for style in styles for place in PLACES]
        assert [[line[:2] for line in one[2:]] for one in group] == [wanted] * len(group)
    assert [line[0] for line in tables[1][2:]] == [off.what for off in SWITCHED_OFF]


def test_the_chart_and_its_data_lie_beside_the_page():
    lines = (DOCS / "auctions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == data({}).strip()
    assert len(lines) == 1 + len(EVENTS) * len(PLACES) * (len(FORMATS) + len(AUCTIONS))
    assert (DOCS / "auctions.png").is_file()
    assert (DOCS / "auctions.svg").is_file()


def test_a_sentence_that_its_numbers_do_not_bear_out_is_refused():
    assert holds("so it is", True) == "so it is"
    with pytest.raises(ReadingError, match="no longer"):
        holds("so it is", True, False)


def test_without_real_history_the_page_stays_as_it_is(monkeypatch, tmp_path, capsys):
    asked = []
    monkeypatch.setattr(auctions, "DOCS", tmp_path)
    monkeypatch.setattr(auctions, "events_at_hand", list)
    monkeypatch.setattr(auctions, "replay_all", lambda events, *_: asked.append(events) or ([], []))
    auctions.main()
    assert asked == [BUNDLED]
    assert "bundled" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
