"""Charts as PNG and SVG files. Their bytes hang on fonts and library versions, so they are never digested."""

import io
from collections.abc import Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from govtool.proposal.figures import draw
from govtool.proposal.style import STYLE, Chart

METADATA: dict[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None}}
"""Kinds of image, and what a file of it must not say of the run that made it."""


def images(charts: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """Bytes of a PNG and an SVG per chart, by place in the folder; the same tables and libraries, the same bytes."""
    found: dict[str, bytes] = {}
    for chart in charts:
        figure = draw(chart)
        found |= {f"charts/{chart['name']}.{kind}": saved(figure, kind) for kind in METADATA}
    return found


def picture(chart: Chart, kind: str) -> bytes:
    """Bytes of one chart as "png" or "svg"."""
    return saved(draw(chart), kind)


def saved(figure: Figure, kind: str) -> bytes:
    """Bytes of a figure."""
    buffer = io.BytesIO()
    # The style holds while saving too: names inside an SVG are salted then.
    with rc_context(STYLE):
        figure.savefig(buffer, format=kind, metadata=METADATA[kind])
    return buffer.getvalue()
