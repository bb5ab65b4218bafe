"""Weather and habits of handmade worlds, from plain lists."""

from typing import Any

import numpy as np

from govtool.engine.state import Habits, Weather

WHOLE = ("chain", "panic", "bridge", "leaves", "draws")


def weather_of(columns: dict[str, Any], count: int) -> Weather:
    """Columns of whole numbers as they are, others with one price or factor for every market, or one for each."""
    return Weather(**{name: _column(name, one, count) for name, one in columns.items()})


def _column(name: str, one: Any, count: int) -> Any:
    if name in WHOLE:
        return np.array(one, dtype=np.int64)
    rows = np.array(one, dtype=np.float64).reshape(len(one), -1)
    return np.broadcast_to(rows, (len(one), count)).copy()


def habits_of(given: dict[str, Any]) -> Habits:
    """Lists have an entry for each account."""
    return Habits(
        **{
            name: np.array(one, dtype=np.int64 if name in WHOLE else np.float64) if isinstance(one, list) else one
            for name, one in given.items()
        }
    )
