"""The chart of the page: price, drift, both, concentration and loss, per window."""

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.fairness.rows import Row
from benchmarks.fairness.terms import AUCTIONS, FORMATS, PLACES, setting
from govtool.proposal.style import CANDIDATE, CURRENT, GREY, HELD_OUT, STYLE, canvas, legend

TITLE = "Three crashes, four formats, three lengths each: in every panel lower is better"

XLABEL = "length of the auction; below it, for the book, share of a position a block"


class Panel(NamedTuple):
    """A row of panels: its measure, its label, what multiplies it, and which formats have it."""

    measure: str
    label: str
    scale: float = 1.0
    styles: Sequence[str] = FORMATS


PANELS = (
    Panel("below_oracle_bps", "sold below\noracle (bps)"),
    Panel("drift_bps", "oracle's move\nsince the flag (bps)"),
    Panel("below_flag_bps", "both: below oracle\nat the flag (bps)"),
    Panel("fastest_keeper_share", "share of the\nfastest keeper (%)", 100.0, AUCTIONS),
    Panel("loss_bps_closed", "borne by others\n(bps of size closed)"),
)

LOOKS: dict[str, dict[str, Any]] = {
    "dutch": {"color": CURRENT, "marker": "o", "linestyle": "-"},
    "batch": {"color": CANDIDATE, "marker": "s", "linestyle": "--"},
    "first_come": {"color": HELD_OUT, "marker": "^", "linestyle": "-."},
    "book": {"color": GREY, "marker": "D", "linestyle": ":"},
}

DODGE = 0.07
"""Sideways step between formats, so that whiskers do not cover each other."""

HEADROOM = 0.05
"""Room below zero, which every panel shows."""


def draw(rows: Sequence[Row]) -> Figure:
    """Panels of all windows, one row of them per measure, one column per window."""
    windows = list(dict.fromkeys(row.window for row in rows))
    with rc_context(STYLE):
        figure, axes = canvas(9.4, nrows=len(PANELS), ncols=len(windows), sharex=True, sharey="row", squeeze=False)
        for panel, line in zip(PANELS, axes, strict=True):
            for window, axis in zip(windows, line, strict=True):
                _panel(axis, panel, [row for row in rows if row.window == window])
            line[0].set_ylabel(panel.label, fontsize=8.5)
            line[0].set_ylim(bottom=-HEADROOM * line[0].get_ylim()[1])
        for window, axis in zip(windows, axes[0], strict=True):
            axis.set_title(window.removeprefix("reconstructed-").removeprefix("crash-"), loc="left")
        for axis in axes[-1]:
            axis.set_xticks(range(len(PLACES)), [_tick(place) for place in PLACES], fontsize=7.5)
        figure.align_ylabels(axes[:, 0])
        axes[-1][len(windows) // 2].set_xlabel(XLABEL, fontsize=8.5)
        legend(figure, *axes[0][0].get_legend_handles_labels())
        figure.suptitle(TITLE, fontsize=10.5, x=0.01, ha="left", fontweight="bold")
    return figure


def _tick(place: str) -> str:
    return f"{setting('dutch', place)}\n{setting('book', place).removesuffix(' a block')}"


def _panel(axis: Axes, panel: Panel, rows: Sequence[Row]) -> None:
    for step, style in enumerate(panel.styles):
        mine = {row.place: row for row in rows if row.style == style}
        x = np.arange(len(PLACES)) + DODGE * (step - (len(FORMATS) - 1) / 2)
        y = panel.scale * np.array([mine[place].mean(panel.measure) for place in PLACES])
        spread = panel.scale * np.array([mine[place].spread(panel.measure) for place in PLACES])
        look = LOOKS[style]
        axis.vlines(x, y - spread, y + spread, color=look["color"], linewidth=0.9, alpha=0.55)
        axis.plot(x, y, markersize=4.5, linewidth=1.5, label=style, **look)
    axis.set_xlim(-0.35, len(PLACES) - 0.65)
    axis.locator_params(axis="y", nbins=5)


def image(figure: Figure, kind: str) -> bytes:
    """The figure as "png" or "svg"."""
    metadata: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}}[kind]
    buffer = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()
