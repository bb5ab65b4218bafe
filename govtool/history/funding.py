"""Historical funding inside a window."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from govtool.errors import DataError
from govtool.history.bars import Series, utc


def settlements(
    funding: Mapping[int, Series], markets: int, start_ms: int, end_ms: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Settlement times in (start, end] of any market, and each market's rate then; 0 where it has none.

    `funding` maps the index of a market to its series. DataError if a named series has no settlement inside.
    """
    inside: dict[int, NDArray[np.bool_]] = {}
    for m, series in funding.items():
        inside[m] = (series.timestamp > start_ms) & (series.timestamp <= end_ms)
        if series.kind != "funding" or not inside[m].any():
            raise DataError(
                f"{series.name} has no funding settlement between {utc(start_ms)} and {utc(end_ms)} "
                "UTC: name a "
                "funding series that covers the event, or none"
            )
    stamps = [funding[m].timestamp[mask] for m, mask in inside.items()]
    times = np.unique(np.concatenate(stamps)) if stamps else np.empty(0, dtype=np.int64)
    rate = np.zeros((times.size, markets))
    for m, mask in inside.items():
        at = np.searchsorted(times, funding[m].timestamp[mask])
        rate[at, m] = funding[m].columns["funding_rate"][mask]
    return times, rate
