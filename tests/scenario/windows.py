"""Small windows of made-up history."""

import dataclasses

import numpy as np

from govtool.history.bars import Window

HOUR_MS = 3_600_000


def window(bars: int = 120, markets: int = 2, **changes: object) -> Window:
    """Two hours of minutes with a fall in the middle, an hour of tail, three days of lead.

    Market m opens at 100 * (m + 1), falls by a tenth over the middle third, and stays there. Daily volumes are
    100 M, 200 M, ... in quote currency; daily volatility is 4 %.
    """
    tail = 60
    steps = np.clip((np.arange(bars + tail + 1) - bars / 3) / (bars / 3), 0.0, 1.0)
    level = (1.0 - 0.1 * steps)[:, None] * (100.0 * np.arange(1, markets + 1))
    opening, close = level[:-1], level[1:]
    start_ms = 1_600_000_000_000 // HOUR_MS * HOUR_MS
    lead = np.arange(-72.0, 0.0) * 3_600.0
    rows = 2
    made = Window(
        event="made-up",
        label="reconstructed",
        markets=("BTC", "ETH", "SOL")[:markets],
        native_s=60,
        start_ms=start_ms,
        bars=bars,
        tail_bars=tail,
        open=opening,
        high=np.maximum(opening, close) * 1.001,
        low=np.minimum(opening, close) * 0.999,
        close=close,
        volume=np.ones_like(close),
        lead_s=lead,
        lead_price=np.full((lead.size, markets), 100.0),
        day_volume=np.tile(1e8 * np.arange(1, markets + 1), (rows, 1)),
        day_sigma=np.full((rows, markets), 0.04),
        lead_days=3,
        funding_ms=np.zeros(0, dtype=np.int64),
        funding_rate=np.zeros((0, markets)),
        series=(("made-up", "sha256:0"),),
        gaps={},
        digest="sha256:made-up",
    )
    made = dataclasses.replace(made, **changes)
    for field in dataclasses.fields(made):
        value = getattr(made, field.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)  # as real windows are
    return made
