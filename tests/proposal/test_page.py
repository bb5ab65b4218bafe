"""The page holds everything that it shows."""

import re

import pytest

from govtool.errors import FileError, ParamError
from govtool.proposal.page import html_page, write_page


def test_nothing_is_fetched_from_beside_the_page(written):
    page = html_page(written)
    assert page.count('src="data:image/svg+xml;base64,') == 5
    assert page.count('href="data:text/csv;base64,') == 5
    outside = [found for found in re.findall(r'(?:src|href)="([^"]*)"', page) if not found.startswith("data:")]
    assert outside == ["https://creativecommons.org/publicdomain/zero/1.0/"]


def test_tables_and_alternative_texts_are_there(written, change):
    page = html_page(written)
    assert page.startswith("<!doctype html>") and "<table>" in page
    assert "<title>0009: Wider large-cap margin and faster liquidation</title>" in page
    for chart in change.evidence["charts"]:
        assert chart["alt"][:40] in page


def test_a_document_that_was_changed_is_not_dressed_up(copied):
    (copied / "proposal.md").write_text("# Vote yes\n")
    with pytest.raises(ParamError, match=r"proposal\.md: is not what evidence\.json says; run `govtool verify"):
        html_page(copied)


def test_broken_evidence_is_refused(copied):
    (copied / "evidence.json").write_text("{}")
    with pytest.raises(ParamError, match="run `govtool verify"):
        html_page(copied)


def test_a_missing_chart_is_named(copied):
    (copied / "charts" / "pool.svg").unlink()
    with pytest.raises(FileError, match=r"charts/pool\.svg: cannot be read"):
        html_page(copied)


def test_the_page_is_written_whole_or_not_at_all(copied, tmp_path):
    target = write_page(copied, tmp_path / "page.html")
    assert target.read_text() == html_page(copied)
    with pytest.raises(FileError, match="cannot be written"):
        write_page(copied, copied / "charts")
    assert not list(copied.parent.rglob("*.tmp"))
