"""What was known before a window: prices that warm a moving average, daily volume and daily volatility."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.engine.elementary import natural_log
from govtool.errors import DataError
from govtool.history.bars import MS, MS_PER_DAY, Series, utc

LOOKBACK_DAYS = 30  # DESIGN of liquidity: "a lagged 30-day median"
FEWEST_DAYS = 3  # two daily returns are the fewest that have a spread
HOUR_MS = 3_600_000


class Days(NamedTuple):
    """Whole UTC days of one market, ascending; a day without a bar is absent."""

    day: NDArray[np.int64]
    close: NDArray[np.float64]
    quote_volume: NDArray[np.float64]


def days_of(series: Series) -> Days:
    """Close and quote volume (sum of volume x close of its bars) of each UTC day in a bar series.

    A day counts once its last bar is there: a day that the series ends in the middle of is left out.
    """
    day = series.timestamp // MS_PER_DAY
    first = np.flatnonzero(np.r_[True, np.diff(day) > 0])
    last = np.r_[first[1:] - 1, day.size - 1]
    volume = series.columns.get("volume", np.zeros(day.size))
    traded = volume * series.columns["close"]
    quote_volume = np.add.reduceat(traded, first)
    whole = (series.timestamp[last] + series.interval_s * MS) % MS_PER_DAY == 0
    return Days(day[last][whole], series.columns["close"][last][whole], quote_volume[whole])


def known_days(days: Days, before_ms: int) -> Days:
    """The last 30 whole days that had ended by `before_ms`."""
    end = int(np.searchsorted(days.day, before_ms // MS_PER_DAY, side="left"))
    begin = int(np.searchsorted(days.day, before_ms // MS_PER_DAY - LOOKBACK_DAYS, side="left"))
    return Days(days.day[begin:end], days.close[begin:end], days.quote_volume[begin:end])


def median(values: NDArray[np.float64]) -> float:
    """Middle value, or the mean of the two middle ones."""
    ordered = np.sort(values)
    half = ordered.size // 2
    return float(ordered[half] if ordered.size % 2 else 0.5 * (ordered[half - 1] + ordered[half]))


def daily_sigma(close: NDArray[np.float64]) -> float:
    """Sample standard deviation of daily log returns, a fraction of one.

    Written with sums in order and the engine's own logarithm, so that it is the same on every machine.
    Example: closes 100, 110, 100 give returns of 0.0953 and -0.0953, and 0.1348.
    """
    returns = [float(natural_log(b / a)) for a, b in pairwise(close.tolist())]
    mean = sum(returns) / len(returns)
    return math.sqrt(sum((value - mean) * (value - mean) for value in returns) / (len(returns) - 1))


def daily_statistics(
    leads: Sequence[Series], start_ms: int, rows: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Median daily quote volume and daily volatility before each of `rows` days from `start_ms`.

    Returns
    -------
    day_volume, day_sigma : float64 (rows, M)
    lead_days : int
        Days before `start_ms` of the market that has fewest; DataError below three.
    """
    volume = np.zeros((rows, len(leads)))
    sigma = np.zeros((rows, len(leads)))
    fewest = LOOKBACK_DAYS
    for m, series in enumerate(leads):
        days = days_of(series)
        for row in range(rows):
            known = known_days(days, start_ms + row * MS_PER_DAY)
            if row > 0 and known.day.size < FEWEST_DAYS:
                volume[row, m], sigma[row, m] = volume[row - 1, m], sigma[row - 1, m]
                continue
            if known.day.size < FEWEST_DAYS:
                raise _too_short(series, start_ms, known.day.size)
            if row == 0:
                fewest = min(fewest, known.day.size)
            volume[row, m] = median(known.quote_volume)
            sigma[row, m] = daily_sigma(known.close)
    return volume, sigma, fewest


def _too_short(series: Series, start_ms: int, found: int) -> DataError:
    return DataError(
        f"{series.name} has {found} whole days in the {LOOKBACK_DAYS} before {utc(start_ms)} UTC, and a "
        "window needs "
        f"{FEWEST_DAYS}: name a lead series that begins earlier"
    )


def lead_samples(leads: Sequence[Series], start_ms: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds before the start and closes there, over 30 days: hourly, or daily where a series is no finer.

    Only times at which every market has a close count, and only those before `start_ms`.
    """
    step = max(HOUR_MS, max(series.interval_s for series in leads) * MS)
    times: NDArray[np.int64] | None = None
    for series in leads:
        ends = series.timestamp + series.interval_s * MS
        known = (ends < start_ms) & (ends >= start_ms - LOOKBACK_DAYS * MS_PER_DAY) & (ends % step == 0)
        times = ends[known] if times is None else np.intersect1d(times, ends[known], assume_unique=True)
    if times is None or times.size == 0:
        names = ", ".join(series.name for series in leads)
        raise DataError(f"{names} have no common close before {utc(start_ms)} UTC: name lead series that overlap")
    price = np.empty((times.size, len(leads)))
    for m, series in enumerate(leads):
        at = np.searchsorted(series.timestamp, times - series.interval_s * MS)
        price[:, m] = series.columns["close"][at]
    return (times - start_ms) / float(MS), price
