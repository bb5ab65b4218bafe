"""How far a price fell, from a peak to a later low."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray


def largest_fall(peak: NDArray[np.float64], low: NDArray[np.float64], within: int | None = None) -> float:
    """Largest part lost between a peak and a low that is no earlier, a fraction of the peak.

    Parameters
    ----------
    peak, low : float64 (T,)
        What stood at the begin of each step, and the lowest in it; the same array twice for a path.
    within : int, optional
        Most steps from peak to low; the whole stretch if not given.

    Returns
    -------
    float
        0 if nothing fell, or of nothing.

    Notes
    -----
    Example: 100, 110, 99, 104 fell by a tenth.
    """
    if peak.size == 0:
        return 0.0
    highest = np.maximum.accumulate(peak)
    if within is not None and within < peak.size:
        before = np.concatenate([np.full(within, peak[0]), peak])
        highest = sliding_window_view(before, within + 1).max(axis=1)
    return max(0.0, float((1.0 - low / highest).max()))


def fall_of_bars(opening: NDArray[np.float64], high: NDArray[np.float64], low: NDArray[np.float64]) -> float:
    """Largest fall in bars (B,): from the open of a bar, or a high before it, to a low.

    The high and the low of one bar are not set against each other, for which came first is not known.
    """
    return largest_fall(np.maximum(opening, np.concatenate([opening[:1], high[:-1]])), low)
