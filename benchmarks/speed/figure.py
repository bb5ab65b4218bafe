"""The chart of docs/performance.md: seconds of a replay by ticks and by accounts, skipping and as brute force."""

from collections.abc import Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from benchmarks.speed.growth import Row, by_accounts, by_ticks
from govtool.proposal.style import CANDIDATE, CURRENT, GREY, STYLE, canvas, legend

TITLE = "Seconds that a replay takes, accounts skipped or visited"

ACCOUNTS, MARKETS = 10_000, 4
"""Accounts of the panel by ticks, and markets of both."""

LOOKS: dict[str, dict[str, Any]] = {
    "skip": {"color": CURRENT, "marker": "o"},
    "brute": {"color": CANDIDATE, "marker": "s"},
    "every": {"color": GREY, "marker": "^"},
}
NAMES = {"skip": "skipping", "brute": "brute force", "every": "every mechanism, every tick"}
LINES = {"calm": "-", "crash": "--", "year": "-"}


def draw(rows: Sequence[Row]) -> Figure:
    """Two panels on logarithmic axes."""
    with rc_context(STYLE):
        figure, (left, right) = canvas(3.6, ncols=2, sharey=True)
        for visit, kind in ((visit, kind) for visit in LOOKS for kind in ("calm", "crash")):
            _line(left, by_ticks(rows, visit, kind, ACCOUNTS, MARKETS), visit, kind)
        for visit, span in ((visit, span) for visit in LOOKS for span in ("year", "day-crash")):
            _line(right, by_accounts(rows, visit, span, MARKETS), visit, span.removeprefix("day-"))
        left.set_ylabel("seconds")
        left.set_xlabel(f"ticks of a minute, {ACCOUNTS:,} accounts")
        right.set_xlabel("accounts")
        left.set_title("day, month, year: calm, crash (dashed)", loc="left")
        right.set_title("a year; a day of crash (dashed)", loc="left")
        handles = dict(zip(*reversed(left.get_legend_handles_labels()), strict=True))
        legend(figure, list(handles.values()), list(handles))
        for axis in (left, right):
            for side in (axis.xaxis, axis.yaxis):
                side.set_major_formatter(lambda value, _: f"{value:,g}")
                side.set_minor_formatter(NullFormatter())
        figure.suptitle(TITLE, fontsize=9.5, x=0.01, ha="left", fontweight="bold")
    return figure


def _line(axis: Axes, points: Sequence[tuple[float, float]], visit: str, kind: str) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    if points:
        x, y = zip(*points, strict=True)
        axis.plot(x, y, linestyle=LINES[kind], markersize=4.5, linewidth=1.5, label=NAMES[visit], **LOOKS[visit])
