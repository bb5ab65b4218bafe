"""The page on oracle designs says what its data say."""

import csv
from pathlib import Path

from benchmarks.designs.page import data, page
from benchmarks.designs.rows import Row
from benchmarks.designs.terms import DESIGNS, THREATS, protocol_of, world_of

DOCS = Path(__file__).parents[1] / "docs"


def rows() -> list[Row]:
    """The rows that lie beside the page."""
    with (DOCS / "oracles.csv").open(encoding="utf-8", newline="") as stored:
        return [
            Row(one["design"], one["threat"], *map(float, list(one.values())[2:])) for one in csv.DictReader(stored)
        ]


def test_every_design_meets_every_threat_once():
    wanted = [(design.name, threat.name) for threat in THREATS for design in DESIGNS]
    assert [(row.design, row.threat) for row in rows()] == wanted


def test_page_and_data_are_what_the_script_makes_of_them():
    found = rows()
    assert (DOCS / "oracles.md").read_text(encoding="utf-8") == page(found)
    assert (DOCS / "oracles.csv").read_text(encoding="utf-8") == data(found)


def test_designs_and_threats_differ_from_each_other():
    assert len({protocol_of(design).oracle.model_dump_json() for design in DESIGNS}) == len(DESIGNS)
    assert len({(world_of(threat).model_dump_json(), threat.event) for threat in THREATS}) == len(THREATS)
