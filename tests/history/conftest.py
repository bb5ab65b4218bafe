"""Small made-up series, and a folder of them that the search path names."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from govtool.history.bars import Series, Title, new_series
from govtool.history.store import write_series

DAY_MS = 86_400_000
START_MS = 18_766 * DAY_MS  # 2021-05-19


def walk(rows: int, seed: int, opening: float = 100.0) -> dict[str, np.ndarray]:
    """Bars of a random walk, each opening where the one before closed."""
    random = np.random.default_rng(seed)
    close = opening * np.exp(np.cumsum(random.normal(0.0, 0.01, rows)))
    start = np.concatenate([[opening], close[:-1]])
    high = np.maximum(start, close) * (1.0 + random.uniform(0.0, 0.01, rows))
    low = np.minimum(start, close) * (1.0 - random.uniform(0.0, 0.01, rows))
    volume = random.uniform(1.0, 10.0, rows)
    return {"open": start, "high": high, "low": low, "close": close, "volume": volume}


def bars(symbol: str, interval_s: int, start_ms: int, rows: int, seed: int = 1) -> Series:
    """A series of bars of the venue `test`."""
    times = start_ms + np.arange(rows, dtype=np.int64) * interval_s * 1_000
    return new_series(Title("test", symbol, interval_s, "bars"), times, walk(rows, seed))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder on the search path."""
    folder = tmp_path / "history"
    folder.mkdir()
    monkeypatch.setenv("GOVTOOL_HISTORY", str(folder))
    return folder


@pytest.fixture
def stored(folder: Path) -> Callable[[Series], Series]:
    """Write a series into the folder, and hand it back."""

    def store(series: Series) -> Series:
        write_series(series, folder)
        return series

    return store
