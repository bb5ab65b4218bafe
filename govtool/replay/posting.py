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
    error, (ticks, markets) = np.abs(path / index - 1.0), index.shape
    return {
        "oracle_error_mean_bps": BPS * float(error.mean()),
        "oracle_error_max_bps": BPS * float(error.max()),
        "oracle_stale_seconds": float(stale_ticks(ticks, markets, weather, posting).sum()) * step_s,
    }


def stale_ticks(ticks: int, markets: int, weather: Weather, posting: Posting) -> np.ndarray:
    """Whether each market is stale in each tick, bool (T, M): no news for so long, rules, section 7.1.

    News of a tick is what the sources said `oracle_lag` before, heard only while the chain is up.
    """
    if posting.stale_ticks <= 0:
        return np.zeros((ticks, markets), dtype=bool)
    at = np.arange(ticks)
    said = weather.quote > 0.0 if weather.quote.size else np.ones((ticks, markets), dtype=bool)
    news = said[np.maximum(at - posting.oracle_lag, 0)]
    if weather.chain.size:
        news &= (weather.chain == UP)[:, None]
    # Every clock starts at tick 0, news or not.
    heard = np.maximum.accumulate(np.where(news, at[:, None], 0), axis=0)
    return np.asarray(at[:, None] - heard >= posting.stale_ticks)
