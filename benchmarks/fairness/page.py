"""The page as Markdown: what was replayed, what it shows, and every table."""

from collections.abc import Sequence

from benchmarks.fairness.reading import Found, as_expected, holds
from benchmarks.fairness.rows import Row
from benchmarks.fairness.surprises import otherwise, unfair
from benchmarks.fairness.tables import LOSS, PRICE, UNFAIR, table
from benchmarks.fairness.terms import (
    LENGTHS_S,
    PORTIONS_PPM,
    PRESET,
    SEEDS,
    STEP_S,
    SWITCHED_OFF,
    fixed_penalty,
    world_of,
)
from govtool.history.bars import interval_text
from govtool.history.events import find_event
from govtool.protocol.read import read_protocol
from govtool.scenario.bundle import Scenario

MADE = "<!-- Made by benchmarks/auctions.py (make bench). Do not edit: change the script and run it. -->"

KEEPERS = ("keeper", "latency, s", "capital, % of open interest", "asks for, % of price", "capital is back after, s")

ALT = (
    "Five rows of panels by three windows. Price below oracle falls with the length of a Dutch auction, the oracle's "
    "move before the sale rises, both together are least at another length in each window. The fastest keeper's share "
    "falls. What others bear per size closed rises from the middle on in 2021 and 2022 and falls again in 2023."
)


def page(fair: Sequence[Row], foul: Sequence[Row], scenarios: Sequence[Scenario]) -> str:
    """The whole page. `scenarios` has one scenario per window, to state its history."""
    blocks = [MADE, "# How long should an auction last?", *_opening(scenarios), *_rules(), *_chart()]
    blocks += ["## What it shows", *_list(as_expected(Found(fair)))]
    blocks += ["## What it does not show", "And why, as far as the event log says:", *_list(otherwise(Found(fair)))]
    blocks += ["## Tables", *_tables(fair)]
    blocks += ["## Keepers that do not play fair", unfair(Found(foul), Found(fair)), *_foul(foul)]
    return "\n\n".join(blocks) + "\n"


def _list(points: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {point}" for point in points)]


def _opening(scenarios: Sequence[Scenario]) -> list[str]:
    told = [
        f"{scenario.event.removeprefix('crash-')}, {scenario.label}, bars of {interval_text(scenario.native_s)}: "
        f"{find_event(scenario.event).what}"
        for scenario in scenarios
    ]
    return [
        "Too short, and only the fastest keeper comes, at a poor price. Too long, and the market leaves before the "
        "sale. This page replays the same crashes under every liquidation format at three lengths each and measures "
        "both ends. Every number on it is printed by `benchmarks/auctions.py` from real history "
        "(`GOVTOOL_HISTORY=FOLDER make bench`); [auctions.csv](auctions.csv) has them all, with standard deviations.",
        "## What was replayed",
        f"Three windows, {SEEDS} seeds each, the same traders and the same luck in every row:",
        *_list(told),
        f"Between bars prices follow a bridge through open, high, low and close; a tick is {STEP_S} s, so that the "
        "shortest auction is three of them.",
    ]


def _lengths() -> str:
    latency = sorted(keeper.latency_s for keeper in world_of("default").keepers)
    short, middle, long = LENGTHS_S.values()
    portion = [f"{ppm / 1e4:g} %" for ppm in PORTIONS_PPM.values()]
    return holds(
        f"**Lengths.** {short} s: as long as the fastest keeper needs, and nobody else. {middle} s: the preset's, "
        f"more than twice the latency of the slowest keeper. {long} s: an hour, between the two phases of Derive v2 "
        "(15 minutes and 12 hours). The book has no length: what plays its part is the share of a position that a "
        f"block may sell, {portion[0]} (at once), {portion[1]} (dYdX v4's) and {portion[2]} (hardly at all).",
        latency[0] <= short < latency[1],
        middle > 2 * latency[-1],
        read_protocol(PRESET).auction is not None and read_protocol(PRESET).auction.length_s == middle,
    )


def _rules() -> list[str]:
    world = world_of("default")
    lines = [
        [k.name, f"{k.latency_s:g}", f"{100 * k.capital:g}", f"{100 * k.edge:g}", f"{k.recycle_s:g}"]
        for k in sorted(world.keepers, key=lambda keeper: keeper.latency_s)
    ]
    return [
        _lengths(),
        holds(
            "**Keepers.** Those of the shipped world `default`, assumptions all: the fast ask for more, the slow for "
            "less. None is paid a reward, none pays gas.",
            world.chain.gas == 0,
            all(keeper.cost == 0 for keeper in world.keepers),
        ),
        _plain(KEEPERS, lines),
        "**Protocol.** The preset `govtool`. Its weights, its stop a tenth above maintenance, its target (no more is "
        "sold than restores that) and its discount stay: from 0 to 3 % under `dutch`, 3 % at once under `first_come`, "
        "3 % as reserve under `batch`. Switched off, in every row alike:",
        _plain(("what", "why"), [[off.what, off.why] for off in SWITCHED_OFF]),
        "**Columns.** Price improvement is the metric of that name, held against the preset's fee of "
        f"{1e4 * fixed_penalty():g} bps, a fixed penalty, though the fee itself is off: it is that less the cost. "
        "Cost is what traders bear against the oracle price of the moment, and never more than the equity that was "
        "left. Sold below oracle, and the oracle's move since the flag, are of all that keepers or the book took, by "
        "size; both is how far below the oracle price at the flag it was sold. Unfilled is the size put up that no "
        "keeper took; on the book it is what last resorts closed, and seconds are those of a liquidation. What "
        "others bear is bad debt, insurance draw, ADL haircuts and shared loss; its size closed counts sales and "
        "deleveraging. ± is the standard deviation over seeds: a few large accounts weigh heavily in each of them, "
        "so that lengths are better compared seed by seed than against it.",
    ]


def _plain(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _chart() -> list[str]:
    return [
        "## The trade-off",
        f"![{ALT}](auctions.png)",
        "Whiskers: one standard deviation over seeds. As [SVG](auctions.svg); the data are in "
        "[auctions.csv](auctions.csv).",
    ]


def _tables(rows: Sequence[Row]) -> list[str]:
    blocks = []
    for window in dict.fromkeys(row.window for row in rows):
        mine = [row for row in rows if row.window == window]
        blocks += [f"### {window}", "Price, time and keepers:", "\n".join(table(mine, PRICE))]
        blocks += ["Who paid, and what was closed:", "\n".join(table(mine, LOSS))]
    return blocks


def _foul(rows: Sequence[Row]) -> list[str]:
    blocks = [
        "The shipped world `adversarial`: a ring of the two fastest, which waits while nobody else may act; one that "
        "takes from its owner's accounts (the preset forbids it); one that never settles, one that settles late; three "
        "honest ones, later; gas, and edges that rise with volatility. The preset's bonds and penalties stand."
    ]
    for window in dict.fromkeys(row.window for row in rows):
        blocks += [
            f"### {window}, adversarial",
            "\n".join(table([row for row in rows if row.window == window], UNFAIR)),
        ]
    return blocks
