"""The past of these benchmarks: windows of 2021 and a calmer year in hours, recorded where a history is at hand."""

import datetime
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from benchmarks.speed.synthetic import synthetic_window
from govtool.history.bars import MS, Window
from govtool.history.events import Event, load_window
from govtool.history.store import series_paths

HOUR_S = 3_600
DAY_H = 24

_YOUNG = ["AAVE", "ATOM", "BNB", "DOGE", "DOT", "ETC", "FIL", "LINK", "SOL", "TRX", "UNI"]

SERIES = {
    "BTC": "binance-perp_BTCUSDT_1h_20190908-20250831",
    "ETH": "binance-perp_ETHUSDT_1h_20191127-20250831",
    "ADA": "binance-perp_ADAUSDT_1h_20200131-20250831",
    "XRP": "binance-perp_XRPUSDT_1h_20200106-20250831",
    "LTC": "binance-perp_LTCUSDT_1h_20200109-20250831",
    **{name: f"binance-perp_{name}USDT_1h_20201023-20240616" for name in _YOUNG},
    "POL": "binance-perp_MATICUSDT_1h_20201023-20240616",
    "AVAX": "binance-spot_AVAXUSDT_1h_20200922-20250831",
    "BCH": "binance-spot_BCHUSDT_1h_20191128-20250831",
    "FTT": "binance-spot_FTTUSDT_1h_20191220-20221011",
}
"""Hourly bars of twenty markets that were traded all through 2021; the last three on spot, 13 hours of them missing.

All but the last reach into 2024."""

FUNDING = {
    "BTC": "binance-perp_BTCUSDT_8h-funding_20190910-20250831",
    "ETH": "binance-perp_ETHUSDT_8h-funding_20191127-20250831",
    "ADA": "binance-perp_ADAUSDT_8h-funding_20200119-20250831",
    "XRP": "binance-perp_XRPUSDT_8h-funding_20200106-20250831",
    "LTC": "binance-perp_LTCUSDT_8h-funding_20200109-20250831",
}

RECORDED_HOURS = "recorded hours, minutes bridged"
SYNTHETIC_HOURS = "synthetic hours, minutes bridged"


class Span(NamedTuple):
    """A stretch of history: its first day, its length in days, and whether it holds a crash."""

    start: str
    days: int
    kind: str


SPANS = {
    "year": Span("2021-01-01", 365, "crash"),
    "year-calm": Span("2022-07-01", 365, "calm"),
    "month-crash": Span("2021-05-01", 30, "crash"),
    "month-calm": Span("2021-11-01", 30, "calm"),
    "day-crash": Span("2021-05-19", 1, "crash"),
    "day-calm": Span("2021-08-28", 1, "calm"),
}
"""Of the recorded bars of 2021, 19 May has the widest range of any day and 28 August the narrowest (BTC and ETH
together). In the calm year none of the first four rose above twice where it began; in 2021 each did, up to 17 times."""


def is_recorded() -> bool:
    """Whether every recorded series is in a history folder."""
    return {*SERIES.values(), *FUNDING.values()} <= {path.stem for path in series_paths()}


def label() -> str:
    """What the prices are, for tables."""
    return RECORDED_HOURS if is_recorded() else SYNTHETIC_HOURS


@cache
def window_of(name: str, markets: int) -> Window:
    """The window of a span over the first so many markets."""
    span, wanted = SPANS[name], tuple(SERIES)[:markets]
    start = datetime.datetime.fromisoformat(f"{span.start}T00:00+00:00")
    start_ms = int(start.timestamp()) * MS
    if is_recorded():
        return load_window(_event(name, span, start_ms, wanted))
    return synthetic_window(name, wanted, start_ms, span.days * DAY_H)


def _event(name: str, span: Span, start_ms: int, markets: Sequence[str]) -> Event:
    series = {market: SERIES[market] for market in markets}
    return Event(
        name=f"{name}-{span.start[:4]}",
        title=f"{name} from {span.start}",
        kind=span.kind,
        start_ms=start_ms,
        end_ms=start_ms + span.days * DAY_H * HOUR_S * MS,
        interval_s=HOUR_S,
        series=series,
        lead=series,
        funding={market: FUNDING[market] for market in markets if market in FUNDING},
        gap_policy="hold",
        source="Binance",
        what="a stretch of hours for the benchmarks of speed",
    )
