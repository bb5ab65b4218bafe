"""`govtool sensitivity`: a table, JSON, a file, and exit code 1 where a line does not hold."""

import json
from pathlib import Path

import pytest

from govtool.regression import sensitivity
from govtool.regression.sensitivity import SHIPPED, SHIPPED_SWITCHES, read_sensitivities

EVENT = "reconstructed-crash-2021-05-19"
PAGE = Path(__file__).parents[2] / "docs" / "sensitivities.md"

ONE = """
[[sensitivities]]
parameter = "withdrawals.throttle_ppm_per_hour"
from = 5_000
to = 100_000
moves = "withdrawals_delayed_usd"
direction = "down"
setting = "book"
why = "More may leave in an hour."
"""


@pytest.fixture
def one_line(tmp_path, monkeypatch):
    """A file with one line in place of the shipped one."""
    head = SHIPPED.read_text(encoding="utf-8").partition("[[sensitivities]]")[0]
    path = tmp_path / "stated.toml"
    path.write_text(head.replace("[0, 1, 2, 3]", "[0]") + ONE, encoding="utf-8")
    monkeypatch.setattr(sensitivity, "SHIPPED", path)
    return path


def test_the_table_says_what_moved(cli, one_line):
    done = cli("sensitivity")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{EVENT}: reconstructed history, means over 1 seeds\n")
    row = done.stdout.splitlines()[2].split()
    assert row[:4] == ["withdrawals.throttle_ppm_per_hour", "5_000", "100_000", "withdrawals_delayed_usd"]
    assert row[-3:] == ["down", "yes", "book"]
    assert done.stdout.endswith("1 of 1 moved as stated\n")


SWITCH = """
[[sensitivities]]
parameter = "chain.outages"
from = []
to = [{ start_h = 9.5, length_s = 2_400.0 }]
moves = "down_seconds"
direction = "up"
setting = "book"
why = "The chain is down."

[[sensitivities]]
parameter = "attacks"
from = []
to = [{ kind = "sequencer", start_h = 9.5, length_s = 2_400.0 }]
moves = "down_seconds"
direction = "up"
setting = "book"
why = "Likewise."

[[sensitivities]]
parameter = "chain.batch_s"
from = 0.0
to = 1_800.0
moves = "transit_avg_usd"
direction = "up"
setting = "book"
why = "Money waits."
"""


def test_switches_of_a_world_have_a_table_of_their_own(cli, tmp_path, monkeypatch):
    head = SHIPPED_SWITCHES.read_text(encoding="utf-8").partition("[[sensitivities]]")[0]
    path = tmp_path / "switches.toml"
    path.write_text(head.replace("[0, 1, 2, 3]", "[0]") + SWITCH, encoding="utf-8")
    monkeypatch.setattr(sensitivity, "SHIPPED_SWITCHES", path)
    done = cli("sensitivity", EVENT, "--world")
    assert done.exit_code == 0
    header, *rows = [line.split() for line in done.stdout.splitlines()[1:4]]
    assert header[0] == "switch"
    assert " ".join(rows[0]) == "chain.outages none 2400 s at 9.5 h down_seconds 0 2400 up yes book"
    assert " ".join(rows[1][:8]) == "attacks none sequencer 2400 s at 9.5 h"
    assert "1_800" in done.stdout and done.stdout.endswith("3 of 3 moved as stated\n")


def test_a_line_that_does_not_hold_exits_1(cli, one_line):
    one_line.write_text(one_line.read_text().replace('"down"', '"up"'))
    done = cli("sensitivity", EVENT)
    assert done.exit_code == 1
    assert " NO " in done.stdout and "0 of 1 moved as stated" in done.stdout


def test_json_and_file_say_the_same(cli, one_line, tmp_path):
    done = cli("sensitivity", EVENT, "--json", "--out", tmp_path / "found.json")
    found = json.loads(done.stdout)
    assert found["format"] == "govtool/sensed@1" and found["holds"] and found["label"] == "reconstructed"
    assert json.loads((tmp_path / "found.json").read_text()) == found


def test_an_unknown_event_is_refused(cli, one_line):
    done = cli("sensitivity", "crash-1999-01-01")
    assert done.exit_code == 2 and "crash-1999-01-01" in done.stderr


def test_the_page_has_a_row_for_every_line():
    """The page holds what the command printed; its numbers are a recorded crash's, which not every clone has."""
    rows = [line.split() for line in PAGE.read_text(encoding="utf-8").splitlines()]
    shown = [(row[0], row[-3], row[-2], row[-1]) for row in rows if len(row) > 5 and row[-2] == "yes"]
    files = (read_sensitivities(), read_sensitivities(SHIPPED_SWITCHES))
    stated = [(one.parameter, one.direction, "yes", one.setting) for file in files for one in file.sensitivities]
    assert shown == stated
