"""Hours that nobody traded: stochastic volatility, and in 2021 a crash each quarter, for machines without a history."""

from collections.abc import Sequence

import numpy as np

from govtool.history.bars import MS, Series, Title, Window, digest_arrays, new_series
from govtool.history.lead import daily_statistics, lead_samples

LABEL = "synthetic"
SEED = 2021
HOUR_S, DAY_H, LEAD_H = 3_600, 24, 45 * 24
EPOCH_MS = 1_609_459_200_000  # 2021-01-01 UTC
CRASH_EVERY_H, CRASH_AT_H, CRASH_H = 90 * DAY_H, 138 * DAY_H, 10
"""A crash of ten hours every ninety days of 2021, one of them on 19 May, the day that is replayed as a crash."""

CALM_FROM_H, DRIFT_H = 365 * DAY_H, 3e-4
"""After 2021 there is neither a crash nor a drift."""

CRASH_RETURN, CRASH_SIGMA = -0.045, 0.03
SIGMA_H, TOGETHER = 0.009, 0.8
FUNDING_H, FUNDING_RATE = 8, 1e-4
TURNOVER = 2e7  # quote an hour of the first market; the k-th has this over k squared


def synthetic_window(name: str, markets: Sequence[str], start_ms: int, hours: int) -> Window:
    """A window as `load_window` returns one, of hours that are the same whatever window and markets are asked for."""
    first, last = start_ms - LEAD_H * HOUR_S * MS, start_ms + (hours + DAY_H) * HOUR_S * MS
    series = [_series(market, m, first, last) for m, market in enumerate(markets)]
    held = slice(LEAD_H, LEAD_H + hours + DAY_H)
    columns = {c: np.stack([one.columns[c][held] for one in series], axis=1) for c in series[0].columns}
    day_volume, day_sigma, lead_days = daily_statistics(series, start_ms, hours // DAY_H + 2)
    lead_s, lead_price = lead_samples(series, start_ms)
    settled = start_ms + np.arange(FUNDING_H, hours, FUNDING_H, dtype=np.int64) * HOUR_S * MS
    return Window(
        event=name,
        label=LABEL,
        markets=tuple(markets),
        native_s=HOUR_S,
        start_ms=start_ms,
        bars=hours,
        tail_bars=DAY_H,
        lead_s=lead_s,
        lead_price=lead_price,
        day_volume=day_volume,
        day_sigma=day_sigma,
        lead_days=lead_days,
        funding_ms=settled,
        funding_rate=np.full((settled.size, len(markets)), FUNDING_RATE),
        series=tuple((one.name, one.digest) for one in series),
        gaps=dict.fromkeys(markets, 0),
        digest=digest_arrays(columns),
        **columns,
    )


def _series(market: str, m: int, first_ms: int, last_ms: int) -> Series:
    """Hourly bars of one market. All hours from 2020-11 on are drawn, so that windows agree where they overlap."""
    begin = EPOCH_MS - LEAD_H * HOUR_S * MS
    count = (last_ms - begin) // (HOUR_S * MS)
    shared, own = (np.random.default_rng([SEED, k]) for k in (0, m + 1))
    # Draws in pairs per hour, so that a longer history begins as a shorter one does.
    volatility, common = shared.standard_normal((count, 2)).T
    alone, reach = own.standard_normal((count, 2)).T
    sigma = SIGMA_H * np.exp(0.5 * _persistent(volatility))
    hour = np.arange(count) - LEAD_H
    crash = ((hour - CRASH_AT_H) % CRASH_EVERY_H < CRASH_H) & (hour < CALM_FROM_H)
    move = np.sqrt(TOGETHER) * common + np.sqrt(1 - TOGETHER) * alone
    returns = np.where(crash, CRASH_RETURN + CRASH_SIGMA * move, sigma * move)
    close = 100.0 * np.exp(np.cumsum(returns + np.where(hour < CALM_FROM_H, DRIFT_H, 0.0)))
    opened = np.concatenate([[100.0], close[:-1]])
    wick = np.abs(reach) * np.where(crash, CRASH_SIGMA, sigma) * 0.5
    high, low = np.maximum(opened, close) * (1 + wick), np.minimum(opened, close) / (1 + wick)
    volume = TURNOVER / (m + 1) ** 2 / close
    kept = slice((first_ms - begin) // (HOUR_S * MS), count)
    times = begin + np.arange(count, dtype=np.int64) * HOUR_S * MS
    columns = {"open": opened, "high": high, "low": low, "close": close, "volume": volume}
    title = Title("synthetic", market, HOUR_S, "bars")
    return new_series(title, times[kept], {name: column[kept] for name, column in columns.items()}, label=LABEL)


def _persistent(noise: np.ndarray, memory: float = 0.98) -> np.ndarray:
    """A stationary autoregression of variance one."""
    level, found = 0.0, np.empty_like(noise)
    for k, shock in enumerate(noise.tolist()):
        level = memory * level + (1 - memory**2) ** 0.5 * shock
        found[k] = level
    return found
