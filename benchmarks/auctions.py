"""Is a longer auction fairer? The same crashes under every liquidation format at three lengths, as docs/auctions.md.

Run: `make bench`, or `python benchmarks/auctions.py`. Real history must be at hand (GOVTOOL_HISTORY); without it the
bundled, reconstructed windows are replayed, their tables printed, and the page is left as it is.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.fairness.figure import draw, image
from benchmarks.fairness.page import page
from benchmarks.fairness.rows import Row, replayed
from benchmarks.fairness.tables import LOSS, PRICE, data, table
from benchmarks.fairness.terms import AUCTIONS, BUNDLED, EVENTS, FORMATS, SEEDS, world_of
from govtool.history.events import find_event
from govtool.scenario.bundle import Scenario, build
from govtool.scenario.model import events_at_hand

DOCS = Path(__file__).parents[1] / "docs"


def scenarios_of(event: str, world: str) -> list[Scenario]:
    """One scenario per seed."""
    return [build(find_event(event), world_of(world), seed) for seed in range(SEEDS)]


def replay_all(events: Sequence[str], world: str, styles: Sequence[str]) -> tuple[list[Row], list[Scenario]]:
    """Rows of all windows, and the first scenario of each."""
    rows, first = [], []
    for event in events:
        seeds = scenarios_of(event, world)
        first.append(seeds[0])
        rows += replayed(seeds, styles, lambda text: print(text, file=sys.stderr))
    return rows, first


def show(rows: Sequence[Row]) -> None:
    """Print the tables of every window."""
    for window in dict.fromkeys(row.window for row in rows):
        mine = [row for row in rows if row.window == window]
        print(f"\n{window}\n", *table(mine, PRICE), "", *table(mine, LOSS), sep="\n")


def main() -> None:
    at_hand = {event.name for event in events_at_hand()}
    if not set(EVENTS) <= at_hand:
        print("No real history at hand: bundled, reconstructed windows instead, and docs/auctions.md stays as it is.")
        rows, _ = replay_all(BUNDLED, "default", FORMATS)
        show(rows)
        return
    fair, first = replay_all(EVENTS, "default", FORMATS)
    foul, _ = replay_all(EVENTS, "adversarial", AUCTIONS)
    show(fair)
    # First the words: where a sentence no longer holds, nothing is written.
    text = page(fair, foul, first)
    (DOCS / "auctions.md").write_text(text, encoding="utf-8", newline="\n")
    (DOCS / "auctions.csv").write_text(data({"default": fair, "adversarial": foul}), encoding="utf-8", newline="\n")
    figure = draw(fair)
    for kind in ("png", "svg"):
        (DOCS / f"auctions.{kind}").write_bytes(image(figure, kind))
    print("\nwritten: docs/auctions.md, .png, .svg, .csv")


if __name__ == "__main__":
    main()
