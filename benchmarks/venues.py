"""How far venues part from each other, and what happens to depth when prices move: measured on the histories at hand.

Four tables stand behind `govtool/world/worlds/` and docs/world.md: the noise of one venue beside another and how fast
it goes, how often a venue is silent, by what power depth falls with volatility, and how much depth is left after a
sudden move. They need the real histories that GOVTOOL_HISTORY names.

Run: `make bench`, or `python benchmarks/venues.py`.
"""

import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from govtool.errors import DataError, FileError
from govtool.history.bars import RECORDED, Series
from govtool.history.store import find_series, series_paths

Floats = NDArray[np.float64]

BARS_S = (60, 300, 3_600)
"""Intervals that are compared; a series in finer bars is taken at its last closes."""

DAY_S = 86_400
SHORTEST = 5_000
"""Fewest bars that two series must share."""

MOVES = (0.01, 0.03, 0.05, 0.08)
"""Moves within five minutes after which depth is looked at."""

LAGS_MIN = (0, 5, 15, 30, 60, 180)


def recorded() -> list[Series]:
    """Every recorded series of trades at hand that can be read."""
    found = []
    for path in series_paths():
        try:
            series = find_series(path.stem)
        except (DataError, FileError):
            continue
        if series.kind == "bars" and series.label == RECORDED:
            found.append(series)
    return found


def asset(series: Series) -> str:
    """The traded asset of a series: its symbol without the quote."""
    return series.symbol.removesuffix("USDT").removesuffix("USDC")


def closes(series: Series, interval_s: int) -> tuple[NDArray[np.int64], Floats]:
    """End of each coarser bar, in ms, and the last close before it."""
    ends = series.timestamp + series.interval_s * 1_000
    whole = ends % (interval_s * 1_000) == 0
    return ends[whole], series.columns["close"][whole]


def parting(one: Series, other: Series, interval_s: int) -> tuple[int, float, float, float, float] | None:
    """Bars, standard deviation, that in the quiet half and in the wildest hundredth, and half-life in minutes.

    Of the logarithm of two venues' prices, less its median over the day around: what is left is no premium, no funding
    and no price of a stablecoin.
    """
    times, first, second = np.intersect1d(closes(one, interval_s)[0], closes(other, interval_s)[0], return_indices=True)
    if times.size < SHORTEST:
        return None
    price = closes(one, interval_s)[1][first]
    apart = np.log(closes(other, interval_s)[1][second] / price)
    width = max(3, DAY_S // interval_s)
    around = np.lib.stride_tricks.sliding_window_view(apart, width)
    middle = slice(width // 2, width // 2 + around.shape[0])
    rest, pace = apart[middle] - np.median(around, axis=1), np.abs(np.diff(np.log(price), prepend=np.log(price[0])))
    hour = max(1, 3_600 // interval_s)
    wild = np.convolve(pace, np.full(hour, 1 / hour), mode="full")[: pace.size][middle]
    quiet, storm = rest[wild <= np.quantile(wild, 0.5)], rest[wild >= np.quantile(wild, 0.99)]
    likeness = float(np.corrcoef(rest[1:], rest[:-1])[0, 1])
    half_life = float(np.log(0.5) / np.log(likeness)) * interval_s / 60 if likeness > 0 else 0.0
    return times.size, float(rest.std()), float(quiet.std()), float(storm.std()), half_life


def show_partings(series: list[Series]) -> None:
    """Print every pair of venues of one asset; perpetuals beside spot are named as such."""
    print("Venues beside each other, bps of price; half-life of what parts them in minutes\n")
    print("| asset | venues | bars | number | all | quiet half | wildest hundredth | half-life |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for one, other in combinations(series, 2):
        if asset(one) != asset(other) or one.venue == other.venue:
            continue
        interval = max(one.interval_s, other.interval_s)
        found = parting(one, other, interval) if interval in BARS_S else None
        if found is not None:
            number, *spreads, half_life = found
            cells = " | ".join(f"{value * 1e4:.1f}" for value in spreads)
            venues = f"{one.venue} {other.venue}"
            print(f"| {asset(one)} | {venues} | {interval} s | {number:,} | {cells} | {half_life:.1f} |")


def silences(series: Series) -> list[int]:
    """Length of each stretch without a trade, in bars; missing bars count."""
    step = series.interval_s * 1_000
    traded = series.timestamp[series.columns["volume"] > 0]
    return [int(gap // step) - 1 for gap in np.diff(traded) if gap > step]


def show_silences(series: list[Series]) -> None:
    """Print how often and how long nothing traded, for series of up to five minutes."""
    print("\nStretches of five minutes and more without a trade\n")
    print("| series | days | stretches | a day | mean length, min | longest, min |")
    print("| --- | --- | --- | --- | --- | --- |")
    for one in series:
        lengths = [bars * one.interval_s / 60 for bars in silences(one) if bars * one.interval_s >= BARS_S[1]]
        days = (one.timestamp[-1] - one.timestamp[0]) / (DAY_S * 1_000)
        if one.interval_s <= BARS_S[1] and lengths:
            row = f"{len(lengths)} | {len(lengths) / days:.3f} | {np.mean(lengths):.0f} | {max(lengths):.0f}"
            print(f"| {one.name} | {days:.0f} | {row} |")


def variances(series: Series) -> Floats:
    """Variance of each bar from its range (Parkinson 1980)."""
    spread: Floats = np.log(series.columns["high"] / series.columns["low"])
    return spread * spread / (4 * np.log(2))


def power(series: Series) -> tuple[int, float, float] | None:
    """Hours, elasticity of volume to volatility, and by what power of volatility depth falls.

    Under the square-root law with an hour's own volatility s and volume v, displacement goes with s / sqrt(v); under
    the world's with a day's own, divided by the root of the depth that is left. So that depth is (v / V) (S / s)^2, and
    if v goes with s to the power b, it falls by the power 2 - b. The hour before is the instrument for s, because
    noise in s would lower b.
    """
    hour = max(1, 3_600 // series.interval_s)
    hours = series.timestamp.size // hour
    if hours < SHORTEST // 10:
        return None
    table = np.stack([variances(series), series.columns["volume"]])[:, : hours * hour].reshape(2, hours, hour)
    sums = table[:, (table > 0).all(axis=(0, 2))].sum(axis=2)  # an hour with a bar in which nothing traded is no hour
    pace, volume = 0.5 * np.log(sums[0]), np.log(sums[1])
    day = np.arange(25, pace.size)
    before = np.array([[x[t - 25 : t - 1].mean() for t in day] for x in (pace, volume)])
    sigma, traded, lagged = pace[day] - before[0], volume[day] - before[1], pace[day - 1] - before[0]
    high = lagged > 0  # depth shrinks only where the last hour is above its day
    slope = np.cov(traded[high], lagged[high])[0, 1] / np.cov(sigma[high], lagged[high])[0, 1]
    return int(high.sum()), float(slope), 2 - float(slope)


def show_powers(series: list[Series]) -> None:
    """Print the power of every series of up to five minutes."""
    print("\nDepth and volatility, hours above their lagged day\n")
    print("| series | hours | volume goes with volatility to the | depth falls by the power |")
    print("| --- | --- | --- | --- |")
    powers = []
    for one in series:
        found = power(one) if one.interval_s <= BARS_S[1] else None
        if found is not None:
            powers.append(found[2])
            print(f"| {one.name} | {found[0]:,} | {found[1]:.2f} | {found[2]:.2f} |")
    if powers:
        print(f"\nMedian over series: {np.median(powers):.2f}")


def moves(series: Series, least: float) -> Iterator[int]:
    """First bar of each move of at least that much within five minutes, none within six hours before."""
    bars = max(1, 300 // series.interval_s)
    price = series.columns["close"]
    moved = np.abs(price[bars:] / price[:-bars] - 1) >= least
    last = -DAY_S
    for place in np.flatnonzero(moved) + bars:
        if (place - last) * series.interval_s >= 6 * 3_600:
            yield int(place)
        last = int(place)


def depth_after(series: Series, least: float) -> list[list[float]]:
    """Of each move: volatility of the hour by five minutes after it beside that of the day before, then depth at each
    of LAGS_MIN as a part of its median over that day: volume per variance."""
    bars, spread = 300 // series.interval_s, np.maximum(variances(series), 1e-12)
    depth, hour, found = series.columns["volume"] / spread, 12 * bars, []
    for place in moves(series, least):
        day = slice(max(0, place - DAY_S // series.interval_s), place - bars)
        ends = [place + lag * 60 // series.interval_s + 1 for lag in LAGS_MIN]
        if place >= hour and ends[-1] <= depth.size:
            wild = np.sqrt(spread[place + bars + 1 - hour : place + bars + 1].mean() / spread[day].mean())
            left = [np.median(depth[end - bars : end]) / np.median(depth[day]) for end in ends]
            found.append([float(wild), *map(float, left)])
    return found


def show_depths(series: list[Series]) -> None:
    """Print how much depth is left after moves, the median over all of them."""
    print("\nDepth left after a move within five minutes, as a part of the day before (volume per variance)\n")
    print("| move | times | volatility of the hour / day | " + " | ".join(f"{lag} min" for lag in LAGS_MIN) + " |")
    print("| --- | --- | --- | " + " | ".join("---" for _ in LAGS_MIN) + " |")
    for least in MOVES:
        rows = [row for one in series if one.interval_s <= BARS_S[1] for row in depth_after(one, least)]
        if rows:
            cells = " | ".join(f"{value:.2f}" for value in np.median(np.array(rows), axis=0))
            print(f"| {least:.0%} | {len(rows):,} | {cells} |")


def main() -> None:
    series = recorded()
    if not series:
        print("No recorded history at hand: name its folder in GOVTOOL_HISTORY.")
        return
    show_partings(series)
    show_silences(series)
    show_powers(series)
    show_depths(series)


if __name__ == "__main__":
    main()
