"""How every chart looks: palette, type, size, and the few parts that charts share.

Colour is never alone: each series also has a marker or a line style, and a label. Palette after Okabe and Ito, whose
colours differ for readers with any common colour blindness.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import EngFormatter

CURRENT, CANDIDATE, HELD_OUT, GREY = "#0072B2", "#D55E00", "#009E73", "#999999"
INK = "#222222"
WIDTH_IN, DPI = 6.9, 200
"""1380 pixels wide: twice the 690 at which a forum shows an image."""

STYLE: dict[Any, Any] = {
    "svg.hashsalt": "govtool",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.parse_math": False,
}
"""Settings that must hold while a chart is drawn and while it is saved."""

Chart = Mapping[str, Any]
Record = Mapping[str, Any]


def canvas(height_in: float, **grid: Any) -> tuple[Figure, Any]:
    """An empty figure with its panels. No pyplot: nothing outside the figure is touched."""
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, layout="constrained")
    return figure, figure.subplots(**grid)


def records(chart: Chart) -> list[Record]:
    """Rows of a chart's table by column name."""
    return [dict(zip(chart["columns"], row, strict=True)) for row in chart["rows"]]


def name_point(axis: Axes, text: str, x: float, y: float, *, above: bool) -> None:
    """A name beside its point, on the side where there is room, with a halo where it crosses others."""
    left, right = axis.get_xlim()
    inward = -1 if x > (left + right) / 2 else 1
    axis.annotate(
        text,
        (x, y),
        xytext=(9 * inward, 7 if above else -13),
        textcoords="offset points",
        ha="left" if inward > 0 else "right",
        color=CURRENT if text == "current" else CANDIDATE,
        fontweight="bold",
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
        zorder=7,
    )


def legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """One legend for all panels, below them, where it covers no data."""
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=len(labels),
        fontsize=8,
        frameon=False,
        handletextpad=0.3,
        columnspacing=1.2,
    )


def dollars(amount: float, _: int) -> str:
    """Tick of a money axis, such as $1.75M."""
    return f"{'-' if amount < 0 else ''}${EngFormatter(sep='')(abs(amount))}"
