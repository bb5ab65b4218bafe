"""Charts as PNG and SVG files. Their bytes hang on fonts and library versions, so they are never digested."""

import io
from collections.abc import Sequence
from typing import Any

from matplotlib import rc_context

from govtool.proposal.figures import draw
from govtool.proposal.style import STYLE


def images(charts: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """Bytes of a PNG and an SVG per chart, by place in the folder; the same tables and libraries, the same bytes."""
    found = {}
    # The style holds while saving too: names inside an SVG are salted then.
    with rc_context(STYLE):
        for chart in charts:
            figure = draw(chart)
            for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
                buffer = io.BytesIO()
                figure.savefig(buffer, format=kind, metadata=metadata)
                found[f"charts/{chart['name']}.{kind}"] = buffer.getvalue()
    return found
