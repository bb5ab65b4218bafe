"""The README shows the committed proposal's own numbers, and files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_a_run_is_the_proposals_own() -> None:
    proposal = (ROOT / "proposals/0001-bundled-history/proposal.md").read_text(encoding="utf-8")
    rows = [line for line in README.splitlines() if (line.startswith("| ") and "bps" in line) or "ratio |" in line]
    rows = [line for line in rows if re.search(r"\[[-+0-9.e]+, [-+0-9.e]+\]", line)]
    assert len(rows) == 3
    assert [line for line in rows if line not in proposal.splitlines()] == []


def test_every_link_and_picture_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) >= 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_shown_exists() -> None:
    from govtool.cli.main import COMMANDS

    shown = set(re.findall(r"govtool ([a-z]+)", README))
    assert {"verify", "regress", "optimize", "warmup"} <= shown
    assert shown - set(COMMANDS) - {"tunes", "run"} <= set()
