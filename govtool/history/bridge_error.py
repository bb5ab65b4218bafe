"""How far bridged prices lie from true ones: bars made coarse, bridged back, held against the bars they came from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from govtool.errors import ParamError
from govtool.history.bars import Window, interval_text
from govtool.history.bridge import bridge

SPAN_S = 900  # falls within 15 minutes: about what a keeper and a margin call have to answer in
QUANTILES = (0.5, 0.95, 0.99)
BPS = 10_000.0


@dataclass(frozen=True)
class BridgeError:
    """Error of bridged prices in one market, the mean over seeds.

    `mean_bps`, `p95_bps` and `max_bps` are absolute errors of the price at the end of each true bar.
    `range_true` and `range_bridged` are quantiles (50, 95, 99 %) of high over low minus one within 15
    minutes, and `drop_*` the worst fall within 15 minutes, in per cent.
    """

    market: str
    mean_bps: float
    p95_bps: float
    max_bps: float
    range_true_pct: tuple[float, ...]
    range_bridged_pct: tuple[float, ...]
    drop_true_pct: float
    drop_bridged_pct: float


def coarser(window: Window, native_s: int) -> Window:
    """The replayed part of a window in longer bars, without a tail; a last part bar is left out."""
    if native_s % window.native_s or native_s <= window.native_s:
        raise ParamError(
            f"bars of {interval_text(native_s)} cannot be made of bars of "
            f"{interval_text(window.native_s)}: choose a "
            "multiple of it"
        )
    n = native_s // window.native_s
    bars = window.bars // n
    if bars == 0:
        raise ParamError(
            f"event {window.event!r} is shorter than one bar of {interval_text(native_s)}: choose shorter bars"
        )

    def grouped(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values[: bars * n].reshape(bars, n, len(window.markets))

    return replace(
        window,
        native_s=native_s,
        bars=bars,
        tail_bars=0,
        open=grouped(window.open)[:, 0],
        high=grouped(window.high).max(axis=1),
        low=grouped(window.low).min(axis=1),
        close=grouped(window.close)[:, -1],
        volume=grouped(window.volume).sum(axis=1),
    )


def bridge_error(window: Window, native_s: int, seeds: Sequence[int]) -> list[BridgeError]:
    """Error, market by market, of making the window's bars `native_s` long and bridging them back to its own."""
    coarse = coarser(window, native_s)
    true = window.close[: coarse.bars * native_s // window.native_s]
    paths = [bridge(coarse, seed, window.native_s) for seed in seeds]
    span = max(1, SPAN_S // window.native_s)
    errors = [np.abs(path / true - 1.0) * BPS for path in paths]
    result = []
    for m, market in enumerate(window.markets):
        one = [error[:, m] for error in errors]
        bridged = [_within(path[:, m], span) for path in paths]
        ranges, drop = _within(true[:, m], span)
        result.append(
            BridgeError(
                market=market,
                mean_bps=_mean([float(error.mean()) for error in one]),
                p95_bps=_mean([float(np.quantile(error, 0.95)) for error in one]),
                max_bps=_mean([float(error.max()) for error in one]),
                range_true_pct=ranges,
                range_bridged_pct=tuple(_mean([r[k] for r, _ in bridged]) for k in range(len(QUANTILES))),
                drop_true_pct=drop,
                drop_bridged_pct=_mean([fall for _, fall in bridged]),
            )
        )
    return result


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _within(price: NDArray[np.float64], span: int) -> tuple[tuple[float, ...], float]:
    """Quantiles of the range, and the worst fall from a price to a later one, within `span` steps, per cent."""
    view = np.lib.stride_tricks.sliding_window_view(price, min(span + 1, price.size))
    ranges = view.max(axis=1) / view.min(axis=1) - 1.0
    peaks = np.maximum.accumulate(view, axis=1)
    drop = float((view / peaks - 1.0).min())
    return tuple(float(q) * 100.0 for q in np.quantile(ranges, QUANTILES)), drop * 100.0
