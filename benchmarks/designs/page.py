# ruff: noqa: E501
"""The page: tables of every design under every threat, and what they say."""

from collections.abc import Callable, Sequence

from benchmarks.designs.rows import Row
from benchmarks.designs.terms import CALM, CRASH, DESIGNS, MARKETS, PLAIN, PRESET, SEEDS, THREATS, WORLD, protocol_of
from govtool.history.events import find_event

MADE = "<!-- Made by benchmarks/oracles.py (make bench). Do not edit: change the script and run it. -->"

HEAD = ("design", *(threat.name for threat in THREATS))

MILLION = 1e6


def _cells(rows: Sequence[Row], value: Callable[[Row], str]) -> list[str]:
    found = {(row.design, row.threat): value(row) for row in rows}
    lines = ["| " + " | ".join(HEAD) + " |", "| " + " | ".join("---" for _ in HEAD) + " |"]
    for design in dict.fromkeys(row.design for row in rows):
        cells = [found[design, threat.name] for threat in THREATS]
        lines.append("| " + " | ".join([design, *cells]) + " |")
    return lines


def millions(value: float) -> str:
    """Quote currency in millions, two digits; nothing is nothing."""
    text = f"{value / MILLION:.2f}"
    return "0" if text in ("0.00", "-0.00") else text


def tables(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Every table of the page, as lines of markdown, by title."""
    return {
        "Liquidations begun for a wrong price": _cells(rows, lambda row: f"{row.wrong:.0f}"),
        "Closed by force, M USD": _cells(rows, lambda row: millions(row.closed)),
        "What others bear, M USD": _cells(rows, lambda row: millions(row.borne)),
        "Posted price off the index, mean (largest), bps": _cells(
            rows, lambda row: f"{row.error_bps:.0f} ({row.worst_bps:.0f})"
        ),
    }


MOST_NAMED = 3


def _reading(rows: Sequence[Row], threat: str) -> str:
    """The designs with the most liquidations for a wrong price, and under how many there are none, or the fewest."""
    mine = sorted((row for row in rows if row.threat == threat), key=lambda row: -row.wrong)
    worst = [f"{row.design} ({row.wrong:.0f})" for row in mine[:MOST_NAMED] if row.wrong > 0]
    none = sum(row.wrong == 0 for row in mine)
    least = [row.design for row in mine if row.wrong == mine[-1].wrong]
    rest = f"none under {none} of {len(mine)}" if none else f"fewest {mine[-1].wrong:.0f}: {'; '.join(least)}"
    return f"- **{threat}**, wrong liquidations: {'; '.join(worst) or 'nowhere'}; {rest}."


def page(rows: Sequence[Row]) -> str:
    """The whole page as markdown."""
    shown = {title: "\n".join(lines) for title, lines in tables(rows).items()}
    threats = "\n".join(
        f"| {one.name} | {one.meaning} | {'calm' if one.event == CALM else 'crash'} |" for one in THREATS
    )
    crash = [row for row in rows if row.threat == "crash alone"]
    ranked = "; ".join(f"{row.design} {millions(row.borne)}" for row in sorted(crash, key=lambda row: row.borne))
    titles = "\n\n".join(f"## {title}\n\n{text}" for title, text in shown.items())
    return f"""{MADE}

# How oracle designs fare under attack

An oracle that follows one venue at once can be pushed; one that waits, averages or doubts is late in a crash. This page replays both. Every number on it is printed by `benchmarks/oracles.py` (`make bench`); [oracles.csv](oracles.csv) has them all.

## What was replayed

Protocol: the preset `{PRESET}` with a heartbeat of {PLAIN["oracle.heartbeat_s"]} s and the oracle of each row; price-change thresholds of {protocol_of(DESIGNS[0]).markets["BTC"].min_price_change_ppm / 1e4:g} % stay. World: `{WORLD}`, six venues with noise, lag and failures of their own. Markets: {", ".join(MARKETS)}, {SEEDS} seeds. Both windows are **reconstructed** history: {find_event(CALM).title} and {find_event(CRASH).title}.

| attack | what is done | window |
| --- | --- | --- |
{threats}

An attacker is not on this page: what is measured is whom a wrong or late price liquidates and who pays. What somebody can earn by it is what `govtool redteam` searches for.
In the calm window, sizes and sums are beyond what the same design has there without the attack; in the crash they are all there is. A design that posts late holds liquidations back as well: fewer are closed by force, and more is left for others to bear.

{titles}

## What it shows

{chr(10).join(_reading(rows, threat.name) for threat in THREATS)}
- **When all are honest** (crash alone), borne by others, M USD, from least to most: {ranked}.
- A median is as good as its venues are independent: push half of those it hears and it follows them half way, however many they are.

## What it does not show

- Noise and failures are those of three venues' bars, and the volumes of small venues are assumed (docs/calibration.md).
- A push moves a venue's price and nothing else: no arbitrage pulls it back, and no other venue follows.
- Traders do not see that a price is wrong, and do not use it.
- What a wrong liquidation costs its trader: the metric of that name holds it against the posted price, which is wrong here. The position is sold near the index, so that it is spread, impact and fee, and the rest of a move that comes back.
- One crash, in which prices came back within the hour: what was late to sell sold better, so that the slowest designs look cheapest for others. A crash that does not come back would show the reverse.
"""


def data(rows: Sequence[Row]) -> str:
    """All rows as CSV."""
    lines = [",".join(Row._fields)]
    for row in rows:
        cells = [f'"{cell}"' if isinstance(cell, str) else f"{cell:.9g}" for cell in row]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"
