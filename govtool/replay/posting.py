"""How well the oracle told the market: its error against the index, and how long it had no news."""

import numpy as np

from govtool.engine.codes import UP
from govtool.engine.state import Weather
from govtool.engine.terms import Floats, Posting
from govtool.replay.ratios import BPS


def posting_metrics(index: Floats, path: Floats, weather: Weather, posting: Posting, step_s: float) -> dict[str, float]:
    """Error and silence of the posted prices `path` (T, M) beside the `index` (T, M).

    Ticks in which the chain is down count as well: margin goes on with the last price. Example: 99 posted at an index
    of 100 is an error of 100 basis points.
    """
    # In place: prices of a long window are most of what a replay has in memory.
    error, (ticks, markets) = path / index, index.shape
    error -= 1.0
    np.abs(error, out=error)
    return {
        "oracle_error_mean_bps": BPS * float(error.mean()),
        "oracle_error_max_bps": BPS * float(error.max()),
        "oracle_stale_seconds": float(stale_ticks(ticks, markets, weather, posting).sum()) * step_s,
    }


def stale_ticks(ticks: int, markets: int, weather: Weather, posting: Posting) -> np.ndarray:
    """Whether each market is stale in each tick, bool (T, M): no news for so long, rules, section 7.1.

    News of a tick is what the sources said `oracle_lag` before, heard only while the chain is up.
    """
    if posting.stale_ticks <= 0 or weather.quote.size + weather.chain.size == 0:
        return np.zeros((ticks, markets), dtype=bool)
    at = np.arange(ticks)
    said = weather.quote > 0.0 if weather.quote.size else np.ones((ticks, markets), dtype=bool)
    news = said[np.maximum(at - posting.oracle_lag, 0)]
    if weather.chain.size:
        news &= (weather.chain == UP)[:, None]
    # Every clock starts at tick 0, news or not.
    clock = np.where(news, at[:, None], 0)
    np.maximum.accumulate(clock, axis=0, out=clock)
    np.subtract(at[:, None], clock, out=clock)
    return np.asarray(clock >= posting.stale_ticks)
