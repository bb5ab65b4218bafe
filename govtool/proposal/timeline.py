"""Draws the timeline of a cascade: four panels over one clock."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from govtool.engine.terms import Floats
from govtool.proposal.style import CANDIDATE, CURRENT, GREY, HELD_OUT, INK, Chart, Record, canvas, dollars, records

Step = Literal["pre", "post"]
"""Whether a value holds until its moment or from it on."""

Layer = tuple[str, str, str, str]
"""Column, colour, hatch and name of a layer: colour is never alone."""

CLOSED: tuple[Layer, ...] = (
    ("liquidated_usd", CANDIDATE, "", "liquidated"),
    ("deleveraged_usd", CURRENT, "//////", "deleveraged"),
)
"""What was closed by force within a sample, from the bottom up."""

LOSSES: tuple[Layer, ...] = (
    ("shared_usd", HELD_OUT, "", "shared loss"),
    ("adl_usd", CURRENT, "//////", "deleveraging"),
    ("bad_debt_usd", CANDIDATE, "....", "bad debt"),
)
"""What others bore so far, from the bottom up."""

CENT = 0.01
"""Less is rounding."""


def draw_cascade(chart: Chart) -> Figure:
    """Four panels over one clock, which shade the time in which the chain was down."""
    found = records(chart)
    figure, axes = canvas(6.4, nrows=4, sharex=True, height_ratios=(3, 2.2, 2, 2))
    first = chart["columns"][0]
    stamps = [datetime.fromisoformat(record[first]).replace(tzinfo=UTC) for record in found]
    times = np.asarray(date2num(stamps))  # type: ignore[no-untyped-call]
    price, closed, pool, lost = axes
    price.plot(times, [record["price"] for record in found], color=INK, linewidth=1.1)
    _stack(closed, times, found, CLOSED, "pre")
    pool.plot(times, [record["pool_usd"] for record in found], color=CURRENT, linewidth=1.5)
    _stack(lost, times, found, LOSSES, "post")
    for axis, name in zip(axes, ("price", "closed", "pool_usd", "lost"), strict=True):
        axis.set_ylabel(chart["labels"][name], fontsize=8)
        axis.margins(x=0)
        if name != "price":
            axis.yaxis.set_major_formatter(FuncFormatter(dollars))
    _disruptions(axes, times, found)
    price.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    figure.align_ylabels(axes)
    _clock(lost, dated=chart["dated"])
    return figure


def _disruptions(axes: Sequence[Axes], times: Floats, found: Sequence[Record]) -> None:
    """Shade the time without a chain in every panel, and draw a line where traders panicked; named in the first."""
    down, panicked = (np.array([record[name] for record in found]) > 0.0 for name in ("down", "panics"))
    for axis in axes:
        for place, at in enumerate(np.flatnonzero(down).tolist()):
            name = "" if place else "chain down"
            axis.axvspan(times[max(0, at - 1)], times[at], color=GREY, alpha=0.35, linewidth=0.0, label=name)
        for place, time in enumerate(times[panicked].tolist()):
            axis.axvline(time, color=INK, linewidth=0.8, linestyle=":", label="" if place else "panic")
    if down.any() or panicked.any():
        axes[0].legend(loc="upper right", fontsize=7.5, frameon=False)


def _stack(axis: Axes, times: Floats, found: Sequence[Record], layers: Sequence[Layer], step: Step) -> None:
    """Layers one above the other from zero up, named where there is more than one; in words if there is nothing."""
    below, drawn = np.zeros(times.size), 0
    for name, colour, hatch, label in layers:
        size = np.array([record[name] for record in found])
        if np.abs(size).max() >= CENT:
            look: dict[str, Any] = {
                "facecolor": colour,
                "edgecolor": "white" if hatch else colour,
                "hatch": hatch,
                "linewidth": 0.0,
            }
            axis.fill_between(times, below, below + size, step=step, label=label, **look)
            below, drawn = below + size, drawn + 1
    axis.set_ylim(min(0.0, 1.08 * float(below.min())), 1.08 * float(below.max()) or 1.0)
    if drawn:
        axis.legend(loc="upper left", fontsize=7.5, frameon=False)
        return
    axis.text(0.5, 0.5, "nothing", transform=axis.transAxes, ha="center", va="center", color=GREY)
    axis.set_yticks([0.0])


def _clock(axis: Axes, *, dated: bool) -> None:
    locator = AutoDateLocator(tz=UTC, minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, tz=UTC, show_offset=dated)  # type: ignore[no-untyped-call]
    axis.xaxis.set_major_formatter(formatter)
    axis.set_xlabel("UTC" if dated else "time since the start")
