"""Draws one chart from its table. What is drawn is what the CSV beside it holds, and nothing else."""

import math
from collections.abc import Callable, Sequence
from textwrap import fill
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from govtool.proposal.style import (
    CANDIDATE,
    CURRENT,
    GREY,
    HELD_OUT,
    INK,
    STYLE,
    Chart,
    Record,
    canvas,
    dollars,
    legend,
    name_point,
    records,
)
from govtool.proposal.timeline import draw_cascade

TITLE_LETTERS = 80
"""What fits in a line of a title."""


def draw(chart: Chart) -> Figure:
    """The figure of a chart as `plots.charts` makes it."""
    with rc_context(STYLE):
        figure = DRAWINGS[chart["name"]](chart)
        title = "\n".join(fill(line, TITLE_LETTERS) for line in (chart["title"], chart["stamp"]) if line)
        figure.suptitle(title, fontsize=10.5, x=0.01, ha="left", fontweight="bold")
    return figure


def _pareto(chart: Chart) -> Figure:
    figure, axes = canvas(3.9, ncols=2, sharex=True)
    points = records(chart)
    for axis, name in zip(axes, ("trader_cost", "capital_efficiency"), strict=True):
        _pareto_panel(axis, points, name)
        axis.set_xlabel(chart["labels"]["tail_loss"])
        axis.set_ylabel(chart["labels"][name])
    legend(figure, *axes[0].get_legend_handles_labels())
    return figure


_POINTS: dict[str, dict[str, Any]] = {
    "breaks a constraint": {"marker": "x", "color": GREY, "s": 14, "linewidths": 0.7, "alpha": 0.6},
    "other trial": {"marker": ".", "color": GREY, "s": 18, "linewidths": 0},
    "on the front": {
        "marker": "o",
        "facecolors": "white",
        "edgecolors": HELD_OUT,
        "s": 26,
        "linewidths": 1.2,
    },
    "current": {"marker": "s", "color": CURRENT, "s": 60, "zorder": 5},
    "candidate": {"marker": "*", "color": CANDIDATE, "s": 150, "zorder": 6},
}


def _pareto_panel(axis: Axes, points: Sequence[Record], name: str) -> None:
    for kind, look in _POINTS.items():
        found = [point for point in points if point["kind"] == kind]
        if found:
            x, y = [point["tail_loss"] for point in found], [point[name] for point in found]
            axis.scatter(x, y, label=kind, **look)
    axis.margins(0.12)
    named = sorted((point for point in points if point["kind"] in ("current", "candidate")), key=lambda one: one[name])
    for place, point in enumerate(named):
        # The higher of the two has its name above and the other below, so that names do not meet.
        name_point(axis, point["kind"], point["tail_loss"], point[name], above=place == len(named) - 1)


def _intervals(chart: Chart) -> Figure:
    found = records(chart)
    names = list(dict.fromkeys(record["objective"] for record in found))
    figure, axes = canvas(2.7, ncols=len(names), squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        mine = [record for record in found if record["objective"] == name]
        axis.axvline(0, color=INK, linewidth=1)
        for place, record in enumerate(mine):
            _interval(axis, place, record)
        axis.set_yticks(
            range(len(mine)), [record["set"] for record in mine] if axis is axes[0][0] else [""] * len(mine)
        )
        axis.set_ylim(len(mine) - 0.5, -0.5)
        axis.set_title(chart["labels"][name], loc="left")
        axis.set_xlabel(f"difference; {mine[0]['better']} is better")
        axis.locator_params(axis="x", nbins=4)
    return figure


def _interval(axis: Axes, place: int, record: Record) -> None:
    held_out = record["set"] == "test"
    colour = HELD_OUT if held_out else GREY
    if record["low"] is not None and record["high"] is not None:
        axis.hlines(place, record["low"], record["high"], color=colour, linewidth=3 if held_out else 1.6)
    axis.plot(record["estimate"], place, marker="D" if held_out else "o", color=colour, markersize=6)


def _events(chart: Chart) -> Figure:
    found = records(chart)
    figure, axis = canvas(min(4.9, 1.2 + 0.24 * len(found)))
    _loss_scale(axis, found)
    for place, record in enumerate(found):
        pair = (record["current"], record["candidate"])
        if None not in pair:
            axis.hlines(place, *pair, color=GREY, linewidth=1)
        for who, colour, marker in (("current", CURRENT, "s"), ("candidate", CANDIDATE, "*")):
            if record[who] is not None:
                size = 6 if marker == "s" else 9
                axis.plot(
                    record[who],
                    place,
                    marker,
                    color=colour,
                    markersize=size,
                    label=who if place == 0 else None,
                )
    _bands(axis, [record["set"] for record in found])
    axis.set_yticks(range(len(found)), [record["event"] for record in found], fontsize=8)
    axis.set_ylim(len(found) - 0.5, -0.5)
    scale = ", log scale" if axis.get_xscale() == "symlog" else ""
    axis.set_xlabel(chart["labels"]["loss"] + scale)
    legend(figure, *axis.get_legend_handles_labels())
    return figure


def _loss_scale(axis: Axes, found: Sequence[Record]) -> None:
    """Linear, or with decades above the smallest loss where losses span more than two of them."""
    sizes = [record[who] for record in found for who in ("current", "candidate") if record[who]]
    if sizes and max(sizes) > 100 * min(sizes):
        linear = max(min(sizes), max(sizes) / 1e4)
        axis.set_xscale("symlog", linthresh=linear, linscale=0.4)
        decades = range(math.ceil(math.log10(linear)), math.floor(math.log10(max(sizes))) + 2)
        axis.set_xticks([0.0, *(10.0**decade for decade in decades)])
    axis.xaxis.set_major_formatter(FuncFormatter(dollars))


def _bands(axis: Axes, sets: Sequence[str]) -> None:
    """A band behind the held-out events and the name of each set at the right edge."""
    for name in dict.fromkeys(sets):
        places = [place for place, one in enumerate(sets) if one == name]
        if name == "test":
            axis.axhspan(places[0] - 0.5, places[-1] + 0.5, color=HELD_OUT, alpha=0.12, linewidth=0)
        elif places[-1] + 1 < len(sets):
            axis.axhline(places[-1] + 0.5, color=INK, linewidth=0.6)
        text = "test (held out)" if name == "test" else name
        middle = (places[0] + places[-1]) / 2
        axis.annotate(
            text,
            (1.0, middle),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            rotation=270,
            va="center",
            fontsize=8,
            annotation_clip=False,
        )


def _pool(chart: Chart) -> Figure:
    found = records(chart)
    figure, (upper, lower) = canvas(4.4, nrows=2, sharex=True)
    hours = [record["hours"] for record in found]
    for who, colour, dashes in (("candidate", CANDIDATE, (4, 2)), ("current", CURRENT, ())):
        if f"{who}_pool" not in chart["columns"]:
            continue
        for axis, what in ((upper, "pool"), (lower, "liquidated")):
            path = [record[f"{who}_{what}"] for record in found]
            axis.plot(hours, path, color=colour, linewidth=1.7, dashes=dashes or (None, None), label=who)
    for axis, what in ((upper, "pool"), (lower, "liquidated")):
        axis.set_ylabel(chart["labels"][what])
        axis.yaxis.set_major_formatter(FuncFormatter(dollars))
    upper.legend(loc="best", fontsize=8, frameon=False, reverse=True)
    lower.set_xlabel("hours since the start of the window")
    return figure


def _sensitivity(chart: Chart) -> Figure:
    found = records(chart)
    names = [column for column in chart["columns"] if column in chart["labels"]]
    fields = list(dict.fromkeys(record["field"] for record in found))
    figure, axes = canvas(min(5.0, 1.5 + 0.42 * len(fields)), ncols=len(names), squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        axis.axvline(0, color=INK, linewidth=1)
        for record in found:
            if record[name] is not None:
                _nudge(axis, fields.index(record["field"]), record, record[name])
        shown = ["\n".join(field.rsplit(".", 1)) for field in fields]
        axis.set_yticks(range(len(fields)), shown if axis is axes[0][0] else [""] * len(fields), fontsize=7.5)
        axis.set_ylim(len(fields) - 0.5, -0.5)
        axis.set_title(chart["labels"][name], loc="left", fontsize=8.5)
        axis.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
        axis.locator_params(axis="x", nbins=3)
        axis.margins(x=0.15)
    legend(figure, *_nudge_key())
    return figure


def _nudge(axis: Axes, place: int, record: Record, change: float) -> None:
    up = record["steps"] > 0
    axis.plot(
        change,
        place + (0.12 if up else -0.12),
        marker="^" if up else "v",
        color=CANDIDATE if up else CURRENT,
        fillstyle="full" if record["feasible"] else "none",
        markersize=6,
        linestyle="none",
    )


def _nudge_key() -> tuple[list[Any], list[str]]:
    looks: tuple[Any, ...] = (("v", CURRENT, "full"), ("^", CANDIDATE, "full"), ("o", GREY, "none"))
    handles = [Line2D([], [], marker=m, color=c, fillstyle=f, linestyle="none") for m, c, f in looks]
    return handles, ["one step less", "one step more", "breaks a constraint"]


DRAWINGS: dict[str, Callable[[Chart], Figure]] = {
    "pareto": _pareto,
    "intervals": _intervals,
    "events": _events,
    "pool": _pool,
    "sensitivity": _sensitivity,
    "cascade": draw_cascade,
}
